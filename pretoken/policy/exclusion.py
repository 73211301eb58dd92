"""When two conditions exclude each other: only for reasons that one sentence explains, and nothing cleverer."""

import math
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from pretoken.policy.conditions import Condition
from pretoken.policy.constants import Scalar
from pretoken.policy.errors import quoted
from pretoken.policy.policy import Policy
from pretoken.policy.tests import Operators, Test
from pretoken.policy.types import Typing
from pretoken.policy.values import Tested
from pretoken.policy.variables import possible_texts

Known: TypeAlias = tuple[str, Scalar]
"""A constant with its type, since 1 and true are two."""

Bound: TypeAlias = tuple[float, bool]
"""An end of a range, and whether it is in it."""


class Admitted(NamedTuple):
    """Which values pass a test, or more than those.

    `only`: nothing but these; None for anything. `never`: none of these. `low`, `high`: bounds of a number, and
    whether they are included. `absent`: whether an absent value passes. `exact`: whether it is these and no more.
    """

    only: frozenset[Known] | None = None
    never: frozenset[Known] = frozenset()
    low: Bound | None = None
    high: Bound | None = None
    absent: bool = False
    exact: bool = False


ANYTHING = Admitted(absent=True)


class Exclusion:
    """Tell which conditions of a policy exclude each other."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._typing = Typing(policy)
        self._needs: dict[int, tuple[Condition, list[tuple[str, Test]]]] = {}
        self._tests: dict[int, tuple[Test, Admitted]] = {}

    def reason(self, one: Condition | None, other: Condition | None) -> str | None:
        """Say in one sentence why two conditions can't both hold, or None if they perhaps can."""
        if one is None or other is None:
            return None
        if one.not_ == other or other.not_ == one:
            return "one is the `not` of the other"
        others: dict[str, list[Test]] = {}
        for path, test in self.needs(other):
            others.setdefault(path, []).append(test)
        for path, test in self.needs(one):
            for against in others.get(path, ()):
                reason = self._between(path, test, against)
                if reason is not None:
                    return reason
        return None

    def needs(self, condition: Condition) -> list[tuple[str, Test]]:
        """Give the tests that must all pass: its own, those of `all`, those of derived tests that must be true."""
        known = self._needs.get(id(condition))
        if known is None:
            known = self._needs[id(condition)] = (condition, self._needed(condition))
        return known[1]

    def _needed(self, condition: Condition) -> list[tuple[str, Test]]:
        """Collect them, each and every derived test once: many ways may lead to one."""
        found: dict[tuple[str, str], tuple[str, Test]] = {}
        through: set[str] = set()
        waiting = [condition]
        while waiting:
            needed = waiting.pop()
            waiting += reversed(needed.all or ())
            for path, test in needed.tests.items():
                found.setdefault((path, repr(test)), (path, test))
                derived = (
                    self._policy.derived.get(path.removeprefix("derived.")) if path.startswith("derived.") else None
                )
                if test is True and isinstance(derived, Tested) and path not in through:
                    through.add(path)
                    waiting.append(derived.test)
        return list(found.values())

    def constants(self, path: str, test: Test) -> frozenset[Known] | None:
        """Give the only constants that a single-valued path can have under a test; None if others pass too."""
        return self._admitted(test).only if self._is_single(path) else None

    def bounds(self, path: str, test: Test) -> tuple[Bound, Bound] | None:
        """Give the lowest and the highest number that a single-valued path can have under a test; None if any."""
        admitted = self._admitted(test)
        if (admitted.low is None and admitted.high is None) or not self._is_single(path):
            return None
        return admitted.low or (-math.inf, False), admitted.high or (math.inf, False)

    def _is_single(self, path: str) -> bool:
        return self._typing.path(path) not in ("strings", "object", None)

    def _between(self, path: str, one: Test, other: Test) -> str | None:
        name = quoted(path, "this input")
        if _negates(one, other) or _negates(other, one):
            return f"one test of {name} is the `not` of the other"
        if self._is_single(path):
            if _disjoint(self._admitted(one), self._admitted(other)):
                return f"no value of {name} passes both tests"
            return None
        counts = [
            self._admitted(test.count)
            for test in (one, other)
            if isinstance(test, Operators) and test.count is not None
        ]
        if len(counts) == 2 and _disjoint(*counts):  # noqa: PLR2004 - one of each
            return f"no number of items of {name} passes both tests"
        return None

    def _admitted(self, test: Test) -> Admitted:
        known = self._tests.get(id(test))
        if known is None:
            known = self._tests[id(test)] = (test, self._admits_of(test))
        return known[1]

    def _admits_of(self, test: Test) -> Admitted:
        if isinstance(test, tuple):
            return _either([self._admitted(member) for member in test])
        if not isinstance(test, Operators):
            texts = possible_texts(test, self._policy.pool) if isinstance(test, str) else (test,)
            if texts is None:
                return Admitted()
            return Admitted(only=frozenset(map(_typed, texts)), exact=len(texts) == 1)
        return _both([ANYTHING, *self._operators(test)])

    def _operators(self, test: Operators) -> Iterator[Admitted]:
        for name in test.items():
            if name not in ("exists", "not", "count"):
                yield Admitted()  # only something that is there passes
        if test.exists is not None:
            yield Admitted() if test.exists else Admitted(only=frozenset(), absent=True)
        if test.not_ is not None:
            yield _complement(self._admitted(test.not_))
        for low, included in ((test.above, False), (test.at_least, True)):
            if low is not None:
                yield Admitted(low=(low, included))
        for high, included in ((test.below, False), (test.at_most, True)):
            if high is not None:
                yield Admitted(high=(high, included))


def _typed(constant: Scalar) -> Known:
    kind = "boolean" if isinstance(constant, bool) else "text" if isinstance(constant, str) else "number"
    return kind, constant


def _negates(one: Test, other: Test) -> bool:
    """Tell whether one test asks for nothing else than that the other fails."""
    if not isinstance(one, Operators):
        return False
    asked = list(one.items())
    if asked == ["not"] and one.not_ is not None:
        return _same(one.not_, other)
    return asked == ["exists"] and isinstance(other, Operators) and other.exists is (not one.exists)


def _same(one: Test, other: Test) -> bool:
    return type(one) is type(other) and bool(one == other)


def _either(members: list[Admitted]) -> Admitted:
    """Give what passes one of several tests, or more."""
    sets = [member.only for member in members]
    only = None if None in sets else frozenset().union(*(known for known in sets if known is not None))
    return Admitted(
        only=only,
        absent=any(member.absent for member in members),
        exact=only is not None and all(member.exact for member in members),
    )


def _both(members: list[Admitted]) -> Admitted:
    """Give what passes all of several tests, or more."""
    only: frozenset[Known] | None = None
    low: Bound | None = None
    high: Bound | None = None
    for member in members:
        if member.only is not None:
            only = member.only if only is None else only & member.only
        low = _tighter(low, member.low, 1)
        high = _tighter(high, member.high, -1)
    return Admitted(
        only=only,
        never=frozenset().union(*(member.never for member in members)),
        low=low,
        high=high,
        absent=all(member.absent for member in members),
    )


def _tighter(one: Bound | None, other: Bound | None, sign: int) -> Bound | None:
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda bound: (sign * bound[0], not bound[1]))


def _complement(inner: Admitted) -> Admitted:
    """Give what passes where a test is not true, or more: its constants never do, and an absent value does."""
    if inner.exact and inner.only is not None:
        return Admitted(never=inner.only, absent=not inner.absent)
    return ANYTHING


def _disjoint(one: Admitted, other: Admitted) -> bool:
    if one.absent and other.absent:
        return False
    for first, second in ((one, other), (other, one)):
        if first.only is not None:
            return not any(_admits(second, constant) for constant in first.only if _admits(first, constant))
    low, high = _tighter(one.low, other.low, 1), _tighter(one.high, other.high, -1)
    return low is not None and high is not None and is_empty(low, high)


def is_empty(low: Bound, high: Bound) -> bool:
    """Tell whether no number is between two bounds."""
    return low[0] > high[0] or (low[0] == high[0] and not (low[1] and high[1]))


def _admits(admitted: Admitted, constant: Known) -> bool:
    if constant in admitted.never or (admitted.only is not None and constant not in admitted.only):
        return False
    value = constant[1]
    if isinstance(value, (bool, str)):
        return True
    low, high = admitted.low, admitted.high
    above = low is None or value > low[0] or (low[1] and value == low[0])
    return above and (high is None or value < high[0] or (high[1] and value == high[0]))
