"""The three outcomes of a value, and Kleene's three truth values for conditions.

A value is a value, `ABSENT` (it isn't there, and that is known) or `FAILED` (it can't be known).
A condition is `True`, `False` or `None` (unknown).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TypeVarTuple

    from pretoken.trigger.context import Context

    Value = Any
    """A value of the language: text, number, boolean, list of texts or object; or one of the two markers below."""
    Truth = bool | None
    ReadValue = Callable[[Context], Value]
    Judge = Callable[[Value, Context], Truth]
    Decide = Callable[[Context], Truth]
    Given = TypeVarTuple("Given")


class Outcome:
    """A marker that stands in the place of a value."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


ABSENT = Outcome("ABSENT")
FAILED = Outcome("FAILED")
PENDING = Outcome("PENDING")
"""Stands for an answer that isn't there yet, where nobody waits for it; no value of the language."""


def negate(truth: Truth) -> Truth:
    """Negate a truth value; unknown stays unknown."""
    return None if truth is None else not truth


def all_true(members: Sequence[Callable[[*Given], Truth]]) -> Callable[[*Given], Truth]:
    """Join conditions, or tests, by `and`: false decides, then unknown."""
    if len(members) == 1:
        return members[0]

    def every(*given: *Given) -> Truth:
        outcome: Truth = True
        for member in members:
            truth = member(*given)
            if truth is False:
                return False
            if truth is None:
                outcome = None
        return outcome

    return every


def any_true(members: Sequence[Callable[[*Given], Truth]]) -> Callable[[*Given], Truth]:
    """Join conditions, or tests, by `or`: true decides, then unknown."""

    def some(*given: *Given) -> Truth:
        outcome: Truth = False
        for member in members:
            truth = member(*given)
            if truth is True:
                return True
            if truth is None:
                outcome = None
        return outcome

    return some
