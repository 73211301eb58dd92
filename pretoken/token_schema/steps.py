"""What the steps of `then` leave of a value."""

from collections.abc import Callable
from typing import Any

from pretoken.checks.possible import Possible
from pretoken.policy.policy import Policy
from pretoken.policy.steps import AtMost, Join, Keep, Prefer, Pseudonym, Step, StripPrefix, Table
from pretoken.policy.tests import Operators, Test
from pretoken.policy.variables import possible_texts
from pretoken.policy.walk import entries_of
from pretoken.token_schema.inputs import Inputs
from pretoken.token_schema.shapes import Lists, Plain, Shape, as_list, as_text, joined, texts_of, union
from pretoken.token_schema.texts import NO_TEXT, Texts, both, either, unknown
from pretoken.trigger.link import Linker
from pretoken.trigger.outcomes import Outcome

_PSEUDONYM = unknown(43, pattern="^[A-Za-z0-9_-]{43}$")  # 256 bits in base64url
_EVALUATOR = Linker({"pool": {}}, {})
_NO_CONTEXT: Any = None


class Steps:
    """Tell what steps leave in events of one kind."""

    def __init__(self, policy: Policy, inputs: Inputs, possible: Possible, path: Callable[[str], Shape | None]) -> None:
        self._policy = policy
        self._inputs = inputs
        self._possible = possible
        self._path = path

    def shape(self, step: Step, found: Shape) -> Shape | None:
        """Give the shape of a value after a step."""
        if isinstance(step, Keep):
            return self._keep(step.keep, found)
        if isinstance(step, Table):
            return self._table(step, found)
        if isinstance(step, Prefer):
            return self._prefer(step, found)
        if isinstance(step, AtMost):
            found = as_list(found)
            return found._replace(many=min(step.at_most, found.many))
        if isinstance(step, Join):
            return self._join(step, found)
        if isinstance(step, Pseudonym):
            return _of_texts(found, _PSEUDONYM)
        if isinstance(step, StripPrefix):
            return _of_texts(found, self._stripped(step, texts_of(found)))
        if step == "only":
            return _of_texts(texts_of(found), texts_of(found))
        if step == "json":
            return unknown()
        if step == "text":
            return as_text(found)
        return _of_texts(found, _changed(step, texts_of(found)))

    def _keep(self, test: Test, found: Shape) -> Shape | None:
        if isinstance(found, Plain):
            return self._keep_plain(test, found)
        if not isinstance(found, (Texts, Lists)):
            return found
        kept = both(texts_of(found), self._inputs.passing(test))
        if isinstance(test, Operators) and test.one_of is not None:
            kept = both(kept, texts_of(self._path(test.one_of)))
        return _of_texts(found, judged(self._possible, test, kept, outcome=True))

    def _keep_plain(self, test: Test, found: Plain) -> Plain | None:
        known = found.known
        if known is None:
            constants = test if isinstance(test, tuple) else (test,)
            if any(isinstance(constant, (Operators, tuple)) for constant in constants):
                return found
            known = frozenset(constants)
        kept = frozenset(value for value in known if True in self._possible.judge(test, value))
        return Plain(found.kind, kept) if kept else None

    def _table(self, step: Table, found: Shape) -> Shape | None:
        keys = texts_of(found)
        entries = entries_of(step, (), self._policy.tables).items()
        shapes = [self._inputs.constant(constant) for key, (constant, _) in entries if keys.admit(key)]
        if isinstance(found, Lists):
            return union(shapes)
        entry: Shape | None = None
        for shape in shapes:
            entry = joined(entry, shape)
        return entry

    def _prefer(self, step: Prefer, found: Shape) -> Shape | None:
        if isinstance(found, Plain):
            known = [value for value in step.prefer if found.known is None or value in found.known]
            return Plain(found.kind, frozenset(known)) if known else None
        ranked = either(self._inputs.text(str(constant)) for constant in step.prefer)
        return _of_texts(ranked, both(ranked, texts_of(found)))

    def _join(self, step: Join, found: Shape) -> Texts | None:
        items, many = texts_of(found), as_list(found).most
        if not many:
            return None
        separator = self._inputs.text(step.join).longest
        rest = (many - 1) * (separator + items.longest) if many > 1 else 0  # ∞ times 0 is no number
        return unknown(items.longest + rest)

    def _stripped(self, step: StripPrefix, texts: Texts) -> Texts:
        others = [unknown(other.longest) for other in texts.others]
        prefixes = possible_texts(step.strip_prefix, self._inputs.pool)
        if prefixes is None:
            return either([*others, *(unknown(len(text)) for text in texts.known)])
        known = {text.removeprefix(prefix) for text in texts.known for prefix in prefixes}
        return either([*others, Texts(frozenset(known - {""}))])


def judged(possible: Possible, test: Test, texts: Texts, *, outcome: bool) -> Texts:
    """Give the texts for which a test can have this outcome; of those that aren't known, all."""
    known = frozenset(text for text in texts.known if outcome in possible.judge(test, text))
    return Texts(known, texts.others)


def narrowed(found: Shape, members: Texts) -> Shape | None:
    """Give the shape of a text, or of a list of texts, of which those remain that are among the members."""
    return _of_texts(found, both(texts_of(found), members))


def _of_texts(found: Shape, texts: Texts) -> Shape | None:
    """Give the shape of a text, or of a list, that has these texts now; no text is no value, but no item a list."""
    if isinstance(found, Lists):
        return Lists(texts, found.most, found.twice)
    return None if texts == NO_TEXT else texts


def _changed(step: str, texts: Texts) -> Texts:
    """Give what `lower`, `upper`, `trim` and `email_domain` make of texts: never a longer one."""
    apply = _EVALUATOR.step(step)
    outcomes = [apply(text, _NO_CONTEXT) for text in texts.known]
    known = frozenset(text for text in outcomes if not isinstance(text, Outcome))
    return either([Texts(known), *(unknown(other.longest) for other in texts.others)])
