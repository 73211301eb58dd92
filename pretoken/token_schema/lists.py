"""The scopes and groups that a token can have: what Cognito gives, what rules add, keep and remove."""

from collections.abc import Callable, Iterable
from typing import Any

from pretoken.cognito.contract import group_problem, scope_problem
from pretoken.policy.rules import Edit
from pretoken.policy.tests import Operators, Test
from pretoken.token_schema.inputs import ANY_GROUP, ANY_SCOPE, PROVIDER_GROUP
from pretoken.token_schema.kinds import Kind
from pretoken.token_schema.rules import Rules
from pretoken.token_schema.shapes import texts_of
from pretoken.token_schema.steps import judged
from pretoken.token_schema.texts import NO_TEXT, Texts, both, either, literal, without
from pretoken.token_schema.values import Values

_CHARACTER = r"[!#-\[\]-~]"  # of a scope-token: RFC 6749 section 3.3


class Edited:
    """Tell which scopes and groups tokens of one kind can have."""

    def __init__(self, kind: Kind, rules: Rules, values: Values) -> None:
        self._kind = kind
        self._rules = rules
        self._values = values

    def scopes(self) -> Texts:
        """Give the scopes; no rule edits those of tokens that rules don't reach."""
        reached = self._kind.reached
        edits = {} if reached == "never" else self._rules.edits("scopes")
        return self._edited("scopes", edits, ANY_SCOPE, scope_problem, certain=reached == "always")

    def groups(self) -> Texts:
        """Give the groups, which rules edit in events of every version; machines have none."""
        if self._kind.principal == "machine":
            return NO_TEXT
        return self._edited("groups", self._rules.edits("groups"), ANY_GROUP, group_problem, certain=True)

    def _edited(
        self,
        name: str,
        edits: dict[str, Edit],
        every: Texts,
        problem: Callable[[object], str | None],
        *,
        certain: bool,
    ) -> Texts:
        added = [both(texts_of(self._values.value(edit.add)), every) for edit in edits.values() if edit.add is not None]
        found = either((self._values.inputs.listed(name), *added))
        found = Texts(frozenset(text for text in found.known if problem(text) is None), found.others)
        for rule, edit in edits.items():
            if certain and rule in self._rules.certain:
                found = found if edit.keep is None else self._kept(found, edit.keep)
                found = found if edit.remove is None else self._rest(found, edit.remove)
        return found

    def _kept(self, texts: Texts, test: Test) -> Texts:
        kept = both(texts, self._values.inputs.passing(test))
        return judged(self._values.possible, test, kept, outcome=True)

    def _rest(self, texts: Texts, test: Test) -> Texts:
        inputs = self._values.inputs
        rest = without(judged(self._values.possible, test, texts, outcome=False), inputs.certain(test))
        if Operators(from_identity_provider=True) not in (test if isinstance(test, tuple) else (test,)):
            return rest
        return Texts(rest.known, frozenset(other for other in rest.others if PROVIDER_GROUP not in other.patterns))


def scope_schema(scopes: Texts) -> dict[str, Any] | bool:
    """Give the JSON Schema of the claim `scope`, in which one blank stands between scopes (RFC 6749 section 3.3)."""
    prefixes = _shortest(other.prefix for other in scopes.others)
    # No text is both known and begins like others, or a pattern would have two ways for each scope.
    known = sorted(text for text in scopes.known if not text.startswith(tuple(prefixes)))
    choices = [literal(text) for text in known]
    choices += [f"{literal(prefix)}{_CHARACTER}{'*' if prefix else '+'}" for prefix in prefixes]
    if not choices:
        return False
    found: dict[str, Any] = {"type": "string", "pattern": f"^(?:(?:{'|'.join(choices)})(?: (?!$)|$))+$"}
    gone = frozenset[str]().union(*(other.never for other in scopes.others))
    never = [literal(text) for text in sorted(gone) if not scopes.admit(text)]
    return found | {"not": {"pattern": f"(?:^| )(?:{'|'.join(never)})(?: |$)"}} if never else found


def _shortest(prefixes: Iterable[str]) -> list[str]:
    """Give those of several prefixes with which no other of them begins."""
    found: list[str] = []
    for prefix in sorted(set(prefixes)):
        if not prefix.startswith(tuple(found)):
            found.append(prefix)
    return found


def groups_schema(groups: Texts) -> dict[str, Any] | bool:
    """Give the JSON Schema of the claim `cognito:groups`."""
    return False if groups == NO_TEXT else {"type": "array", "items": groups.schema()}
