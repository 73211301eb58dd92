"""The tests: a function each, and beside it the static types that it judges.

A test is written where a single value or item is judged: in conditions, `keep` and `remove`.
An *item test* judges one scalar; of a list some item must pass. A *whole test* judges the subject as it is.
"""

from __future__ import annotations

import re

from pretoken.trigger.durations import seconds_of
from pretoken.trigger.outcomes import ABSENT, FAILED, all_true, any_true, negate
from pretoken.trigger.steps import domain_of, lower

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pretoken.trigger.context import Context
    from pretoken.trigger.link import Linker
    from pretoken.trigger.outcomes import Judge, Truth, Value

SAFE_AS = {
    "identifier": re.compile(r"[A-Za-z0-9_-]{1,128}"),
    "principal_tag": re.compile(r"[A-Za-z0-9 _.:/=+@-]{1,256}"),
    "scope": re.compile(r"[\x21\x23-\x5B\x5D-\x7E]{1,256}"),
}
"""Alphabets: the last is the scope-token of RFC 6749 section 3.3, bounded as in Cognito's ScopeType."""

TEXT = ("string", "strings")
ANY = ("string", "number", "boolean", "date", "time", "strings", "object")


class Test:
    """An operator of tests.

    Args:
        link: makes the judging function from the operator's argument.
        applies_to: the static types of the subject.
        whole: whether it judges the whole subject, absent ones included, rather than an item.
        negative: whether it can be true of an absent subject, so that whoever deletes the value passes it.
    """

    __slots__ = ("applies_to", "link", "negative", "whole")
    __test__ = False  # this is no pytest class

    def __init__(
        self,
        link: Callable[[Any, Linker], Judge],
        applies_to: tuple[str, ...],
        *,
        whole: bool = False,
        negative: bool = False,
    ) -> None:
        self.link = link
        self.applies_to = applies_to
        self.whole = whole
        self.negative = negative


def link_test(test: Any, linker: Linker) -> Judge:
    """Link a test as it stands in the plan: a constant, a list of tests, or a mapping of operators."""
    constants = constants_of(test, linker)
    if constants is not None:
        return _equals(constants)
    if isinstance(test, list):
        return any_true([link_test(member, linker) for member in test])
    items: list[Judge] = []
    wholes: list[Judge] = []
    for name, argument in test.items():
        operator = TESTS[name]
        (wholes if operator.whole else items).append(operator.link(argument, linker))
    return all_true([_of_items(items), *wholes] if items else wholes)


def constants_of(test: Any, linker: Linker) -> frozenset[Any] | None:
    """Give the constants of which a test asks for one; None for any other test."""
    tests = test if isinstance(test, list) else [test]
    if any(isinstance(member, (dict, list)) for member in tests):
        return None
    return frozenset(linker.constant(member) for member in tests)


def _equals(constants: frozenset[Any]) -> Judge:
    """Judge whether a scalar, or some item of a list, is one of the constants. Their types are known to be equal."""

    def equals(subject: Value, _context: Context) -> Truth:
        if isinstance(subject, list):
            return not constants.isdisjoint(subject)
        if subject is FAILED:
            return None
        return subject in constants

    return equals


def _of_items(judges: list[Judge]) -> Judge:
    """Judge a scalar, or ask for one item of a list that passes every test."""
    passes = all_true(judges)

    def judge(subject: Value, context: Context) -> Truth:
        if isinstance(subject, list):
            outcome: Truth = False
            for item in subject:
                truth = passes(item, context)
                if truth is True:
                    return True
                if truth is None:
                    outcome = None
            return outcome
        if subject is ABSENT:
            return False
        return None if subject is FAILED else passes(subject, context)

    return judge


def _item(passes: Callable[[Any], bool]) -> Judge:
    return lambda item, _context: passes(item)


def _prefix(prefix: Any, linker: Linker) -> Judge:
    prefix = linker.constant(prefix)
    return _item(lambda text: text.startswith(prefix))


def _one_of(path: str, linker: Linker) -> Judge:
    read = linker.input(path)

    def one_of(item: Value, context: Context) -> Truth:
        members = read(context)
        if members is FAILED:
            return None
        return item in members if isinstance(members, list) else item == members

    return one_of


def _domain(domains: Any, linker: Linker) -> Judge:
    names = linker.constant(domains)
    folded = {lower(name) for name in (names if isinstance(names, list) else [names])}
    return _item(lambda address: domain_of(address) in folded)


def _age_at_least(years: int, _linker: Linker) -> Judge:
    def old_enough(born: str, context: Context) -> Truth:
        # Compared as text: a day of ISO 8601 sorts like the day, and 29 February sorts after every 28th.
        today = context.today
        return born <= f"{int(today[:4]) - years:04d}{today[4:]}"

    return old_enough


def _within_last(duration: str, _linker: Linker) -> Judge:
    seconds = seconds_of(duration)
    return lambda instant, context: context.now - seconds <= instant <= context.now


def _safe_as(alphabet: str, _linker: Linker) -> Judge:
    matches = SAFE_AS[alphabet].fullmatch
    return _item(lambda text: matches(text) is not None)


def _exists(wanted: bool, _linker: Linker) -> Judge:
    def exists(subject: Value, _context: Context) -> Truth:
        if subject is FAILED:
            return None
        there = subject is not ABSENT and subject not in ("", [])
        return there is wanted

    return exists


def _count(test: Any, linker: Linker) -> Judge:
    judge = link_test(test, linker)

    def count(subject: Value, context: Context) -> Truth:
        if subject is FAILED:
            return None
        if subject is ABSENT:
            return judge(0, context)
        return judge(len(subject), context)

    return count


def _not(test: Any, linker: Linker) -> Judge:
    judge = link_test(test, linker)
    return lambda subject, context: negate(judge(subject, context))


NUMBER = ("number",)
TESTS: dict[str, Test] = {
    "prefix": Test(_prefix, TEXT),
    "one_of": Test(_one_of, TEXT),
    "above": Test(lambda bound, _linker: _item(lambda number: number > bound), NUMBER),
    "at_least": Test(lambda bound, _linker: _item(lambda number: number >= bound), NUMBER),
    "below": Test(lambda bound, _linker: _item(lambda number: number < bound), NUMBER),
    "at_most": Test(lambda bound, _linker: _item(lambda number: number <= bound), NUMBER),
    "domain": Test(_domain, TEXT),
    "age_at_least": Test(_age_at_least, ("date",)),
    "after": Test(lambda _now, _linker: lambda instant, context: instant > context.now, ("time",)),
    "within_last": Test(_within_last, ("time",)),
    "safe_as": Test(_safe_as, TEXT),
    "from_identity_provider": Test(
        lambda _true, _linker: lambda group, context: group.startswith(f"{context.event.pool_id}_"), TEXT
    ),
    "exists": Test(_exists, ANY, whole=True, negative=True),
    "count": Test(_count, ("strings",), whole=True, negative=True),
    "not": Test(_not, ANY, whole=True, negative=True),
}
