"""What values and conditions can be in events of one kind: machines' events, or those without metadata.

A value is a set of outcomes: constants, `ABSENT`, `EMPTY` for a list without items, and `ANY` for whatever else.
A condition is a set of truths.
The empty set is a question that nobody asks: what the author has settled by naming the kind of event.
Failures aren't outcomes here: they only ever take away.
"""

from collections.abc import Callable, Iterable, Iterator
from operator import ge, gt, le, lt
from typing import Any, TypeAlias

from pretoken.policy.conditions import Condition
from pretoken.policy.policy import Policy
from pretoken.policy.tests import Operators, Test
from pretoken.policy.values import Add, Choose, FirstOf, From, Leaf, Object, Tailed, Template, Tested
from pretoken.policy.walk import inputs_in, members_of, placeholders, walk_lookup
from pretoken.trigger.outcomes import ABSENT

Outcomes: TypeAlias = frozenset[Any]
Truths: TypeAlias = frozenset[bool]

ANY = object()
"""A value that isn't known."""
EMPTY = object()
"""A list that was computed, and has no items; unlike an absent one it gets no default."""
ANYTHING: Outcomes = frozenset({ABSENT, ANY})
NOTHING: Outcomes = frozenset({ABSENT})
_NO_ITEMS: Outcomes = frozenset({ABSENT, EMPTY})
SETTLED: Outcomes = frozenset()
EITHER: Truths = frozenset({True, False})

_BOUNDS: dict[str, Callable[[Any, Any], bool]] = {"above": gt, "at_least": ge, "below": lt, "at_most": le}


class Possible:
    """Tell what is possible in one kind of event.

    Args:
        policy: a sound policy.
        known: gives the outcomes of an input, or None if they are those of any event.
        settled: inputs by which an author names the kind of event.

    """

    def __init__(
        self, policy: Policy, known: Callable[[str], Outcomes | None], *, settled: frozenset[str] = frozenset()
    ) -> None:
        self._policy = policy
        self._known = known
        self._settled = settled
        self._paths: dict[str, Outcomes] = {}

    def applies(self, when: Condition | None) -> bool:
        """Tell whether a rule with this condition can apply."""
        return when is None or True in self.condition(when)

    def gives(self, value: Leaf) -> bool:
        """Tell whether a value can be there and say something."""
        return not self.value(value) <= _NO_ITEMS

    def _lacks(self, path: str) -> bool:
        outcomes = self.path(path)
        return bool(outcomes) and outcomes <= _NO_ITEMS

    def path(self, path: str) -> Outcomes:
        """Give what an input can be."""
        if path not in self._paths:
            known = self._known(path)
            self._paths[path] = self._computed(path) if known is None else known
        return self._paths[path]

    def _computed(self, path: str) -> Outcomes:
        root, _, name = path.partition(".")
        if root == "derived":
            return self.value(self._policy.derived[name])
        if root == "lookup":
            lookup = self._policy.pool.lookups[name.partition(".")[0]]
            return self._joined(inputs_in(walk_lookup(lookup, ())))
        return ANYTHING

    def _joined(self, paths: Iterable[str]) -> Outcomes:
        """Give what is made of several inputs: nothing if one of them is absent."""
        return NOTHING if any(map(self._lacks, paths)) else ANYTHING

    def value(self, value: Leaf) -> Outcomes:
        """Give what a value can be."""
        if isinstance(value, Add):
            return self.value(value.add)
        if isinstance(value, Tested):
            return self.condition(value.test)
        if isinstance(value, Object):
            members = self._members(value)
            return members if members <= NOTHING else ANYTHING
        return self._tail(value) if isinstance(value, Tailed) else frozenset({value})

    def _tail(self, value: Tailed) -> Outcomes:
        outcomes = self._head(value)
        if value.then and not outcomes <= NOTHING:
            outcomes = ANYTHING if "json" in value.then or not outcomes <= _NO_ITEMS else _NO_ITEMS
        if value.one_of is not None and not outcomes <= NOTHING:
            outcomes = _NO_ITEMS if outcomes <= _NO_ITEMS or self._lacks(value.one_of) else ANYTHING
        if value.default is not None and ABSENT in outcomes:
            outcomes = outcomes - NOTHING | {value.default}
        return outcomes

    def _head(self, value: Tailed) -> Outcomes:
        if isinstance(value, From):
            # Steps on the name of a client, such as a table, choose by that name.
            return SETTLED if value.from_ in self._settled and value.then else self.path(value.from_)
        if isinstance(value, Template):
            return self._joined(placeholders(value.template))
        if isinstance(value, FirstOf):
            return self._first(map(self.value, value.first_of))
        if isinstance(value, Choose):
            return self._chosen(value)
        members = self._members(value)
        if members <= _NO_ITEMS:
            return frozenset({EMPTY}) if members else SETTLED
        return frozenset({ANY})

    def _members(self, value: Tailed | Object) -> Outcomes:
        """Give what the members of a union or of an object can be."""
        return frozenset().union(*(self.value(member) for _, member in members_of(value)))

    def _first(self, members: Iterator[Outcomes]) -> Outcomes:
        found: Outcomes = frozenset()
        for outcomes in members:
            found |= outcomes - NOTHING
            if ABSENT not in outcomes:
                return found
        return found | NOTHING

    def _chosen(self, value: Choose) -> Outcomes:
        found: Outcomes = frozenset()
        for branch in value.choose:
            truths = self.condition(branch.when)
            if True in truths:
                found |= self.value(branch.value)
            if False not in truths:
                return found
        return found | (NOTHING if value.otherwise is None else self.value(value.otherwise))

    def condition(self, condition: Condition) -> Truths:
        """Give whether a condition can be true, and whether it can be false."""
        members = [self._tested(path, test) for path, test in condition.tests.items()]
        members += map(self.condition, condition.all or ())
        if condition.any is not None:
            members.append(_some(map(self.condition, condition.any)))
        if condition.not_ is not None:
            members.append(_negated(self.condition(condition.not_)))
        return _every(members)

    def _tested(self, path: str, test: Test) -> Truths:
        if path in self._settled:
            return SETTLED
        return frozenset().union(*(self.judge(test, outcome) for outcome in self.path(path)))

    def judge(self, test: Test, subject: Any) -> Truths:
        """Give whether a test can hold, and whether it can fail, of a constant, `ABSENT` or `ANY`."""
        if isinstance(test, tuple):
            return _some([self.judge(member, subject) for member in test])
        if isinstance(test, Operators):
            return _every([self._operator(name, argument, subject) for name, argument in test.items().items()])
        if subject in (*_NO_ITEMS, ()):
            return frozenset({False})
        items = subject if isinstance(subject, tuple) else (subject,)
        return _some([_equal(item, test) for item in items])

    def _operator(self, name: str, argument: Any, subject: Any) -> Truths:
        if name == "not":
            return _negated(self.judge(argument, subject))
        if name == "exists" and subject is not ANY:
            return frozenset({argument is (subject not in (*_NO_ITEMS, "", ()))})
        if name == "count" and subject is not ANY:
            return self.judge(argument, _count(subject))
        if subject in _NO_ITEMS or (name == "one_of" and self._lacks(argument)):
            return frozenset({False})
        if name in _BOUNDS and subject is not ANY:
            return frozenset({_BOUNDS[name](subject, argument)})
        if name == "prefix" and isinstance(subject, str) and "$" not in subject + argument:
            return frozenset({subject.startswith(argument)})
        return EITHER


def _count(subject: Any) -> int:
    if subject in _NO_ITEMS:
        return 0
    return len(subject) if isinstance(subject, tuple) else 1


def _equal(one: Any, other: Any) -> Truths:
    if one is ANY or "$" in f"{one}{other}":  # a variable can be any text
        return EITHER
    return frozenset({one == other and isinstance(one, bool) == isinstance(other, bool)})


def _every(members: list[Truths]) -> Truths:
    if SETTLED in members:
        return SETTLED
    return _truths(
        true=all(True in member for member in members),
        false=any(False in member for member in members),
    )


def _some(members: Iterable[Truths]) -> Truths:
    asked = [member for member in members if member]
    if not asked:
        return SETTLED
    return _truths(
        true=any(True in member for member in asked),
        false=all(False in member for member in asked),
    )


def _truths(*, true: bool, false: bool) -> Truths:
    return frozenset(truth for truth, possible in ((True, true), (False, false)) if possible)


def _negated(truths: Truths) -> Truths:
    return frozenset(not truth for truth in truths)
