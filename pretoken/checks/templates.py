"""Templates: texts that are put together."""

from collections.abc import Iterator, Mapping

from pretoken.checks.alphabets import ENDS_ITSELF, Alphabet, Alphabets, alphabet_of_test
from pretoken.checks.check import check
from pretoken.checks.finding import Doubt, shown
from pretoken.policy.conditions import Condition
from pretoken.policy.errors import quoted
from pretoken.policy.exclusion import Exclusion
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.policy import Policy
from pretoken.policy.report import At
from pretoken.policy.values import Choose, Leaf, Template
from pretoken.policy.walk import members_of
from pretoken.policy.writers import values_of
from pretoken.trigger.text import parts_of

_SEPARATORS = "/#| "


@check(
    "warning",
    gain="whoever chooses one of the two is taken for somebody else",
    cure="let a character stand between the two that neither can hold, or read one with `keep: {safe_as: identifier}`",
)
def ambiguous_template(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report a template in which two inputs can run together, so that different inputs give one text.

    With `{a}-{b}`, the inputs `x-y` and `z` give the same text as `x` and `y-z`.
    Whoever can choose one of the two can then be taken for somebody else: in a claim, a scope, or the key of a lookup.

    A text can't run together with its neighbour if the character between them can't stand in it.
    Cognito's own ids, `client`, `principal`, booleans, dates and constants from a `table` or `prefer` are safe already.
    Of other texts `safe_as` says which characters they hold, in `when` or in `keep`.
    One text of a template may hold anything, and so may the only one.

    Bad:

    ```yaml
    rules:
      place:
        id_token: {claims: {place: {template: "{attribute.custom:region}-{attribute.custom:site}"}}}
    ```

    Good:

    ```yaml
    derived:
      region: {from: attribute.custom:region, then: {keep: {safe_as: identifier}}}
    rules:
      place:
        id_token: {claims: {place: {template: "{derived.region}/{attribute.custom:site}"}}}
    ```

    Source: RFC 3986 section 2.2, where delimiters are reserved characters for the same reason.
    """
    policy = loaded.policy
    templates = _Templates(policy)
    for lookup_name, lookup in policy.pool.lookups.items():
        for place, text in lookup.templates().items():
            yield from templates.doubts(text, ("pool", "lookups", lookup_name, *place), {})
    for name, derived in policy.derived.items():
        yield from templates.in_value(derived, ("derived", name), {})
    for name, rule in policy.rules.items():
        needs = templates.needs(rule.when)
        for at, value in values_of(name, policy):
            yield from templates.in_value(value, at, needs)


class _Templates:
    def __init__(self, policy: Policy) -> None:
        self._alphabets = Alphabets(policy)
        self._exclusion = Exclusion(policy)

    def needs(self, when: Condition | None) -> dict[str, Alphabet]:
        """Give the alphabets of the inputs that a condition requires to pass a test."""
        needed = self._exclusion.needs(when) if when is not None else []
        found = {path: alphabet_of_test(test) for path, test in needed}
        return {path: alphabet for path, alphabet in found.items() if alphabet is not None}

    def in_value(self, value: Leaf, at: At, needs: Mapping[str, Alphabet]) -> Iterator[Doubt]:
        if isinstance(value, Template):
            yield from self.doubts(value.template, (*at, "template"), needs)
        for place, member in members_of(value):
            inner = needs
            if isinstance(value, Choose) and place[0] == "choose":
                inner = {**needs, **self.needs(value.choose[int(place[1])].when)}
            yield from self.in_value(member, (*at, *place), inner)

    def doubts(self, text: str, at: At, needs: Mapping[str, Alphabet]) -> Iterator[Doubt]:
        """Doubt a template if some text has no end from the left, and a later one none from the right."""
        paths, between = _split(text)
        if len(set(paths)) < 2:  # noqa: PLR2004 - it takes two
            return
        alphabets = [self._alphabets.path(path, needs) for path in paths]
        last = len(paths) - 1
        open_end = next((n for n in range(last) if not _ends(alphabets[n], between[n])), last)
        open_start = next((n for n in range(last, 0, -1) if not _ends(alphabets[n], between[n - 1])), 0)
        if open_end < open_start:
            one, other = quoted(paths[open_end]), quoted(paths[open_start])
            sides = [(alphabets[open_end], f"after {one}"), (alphabets[open_start], f"before {other}")]
            cures = [
                f"put a character that it can't hold {side}: `{_outside(held)}`"
                for held, side in sides
                if _outside(held)
            ]
            cures.append(f"read {one} through a derived value with `then: {{keep: {{safe_as: identifier}}}}`")
            message = f"{shown(at)} lets texts run together: nothing tells where {one} ends and {other} begins"
            yield Doubt(at, message, cures[0])


def _outside(alphabet: Alphabet) -> str:
    """Give a character that a text can't hold."""
    return next((character for character in _SEPARATORS if alphabet is not None and character not in alphabet), "")


def _split(template: str) -> tuple[list[str], list[str]]:
    """Give the inputs of a template, and the texts between them without their variables."""
    paths: list[str] = []
    between: list[str] = []
    for kind, part in parts_of(template, template=True):
        if kind == "input":
            paths.append(part)
            between.append("")
        elif kind == "text" and between:
            between[-1] += part
    return paths, between


def _ends(alphabet: Alphabet, separator: str) -> bool:
    """Tell whether a text ends where the separator stands."""
    if alphabet is None:
        return False
    return alphabet == ENDS_ITSELF or any(character not in alphabet for character in separator)
