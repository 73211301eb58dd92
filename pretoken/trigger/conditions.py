"""Conditions: a mapping of paths to tests, and of `all`, `any` and `not`; everything in it must hold."""

from __future__ import annotations

from pretoken.trigger.outcomes import FAILED, all_true, any_true, negate
from pretoken.trigger.tests import constants_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pretoken.trigger.context import Context
    from pretoken.trigger.link import Linker
    from pretoken.trigger.outcomes import Decide, ReadValue, Truth


def link_condition(condition: dict[str, Any], linker: Linker) -> Decide:
    """Link a condition as it stands in the plan."""
    return all_true([_member(key, argument, linker) for key, argument in condition.items()])


def _member(key: str, argument: Any, linker: Linker) -> Decide:
    if key == "all":
        return all_true([link_condition(member, linker) for member in argument])
    if key == "any":
        return any_true([link_condition(member, linker) for member in argument])
    if key == "not":
        inner = link_condition(argument, linker)
        return lambda context: negate(inner(context))
    read, constants = linker.input(key), constants_of(argument, linker)
    if constants is not None:
        return _is_one(read, constants)
    judge = linker.test(argument)
    return lambda context: judge(read(context), context)


def _is_one(read: ReadValue, constants: frozenset[Any]) -> Decide:
    """Ask an input for one of some constants: what most conditions do, so without the detour over a test."""

    def is_one(context: Context) -> Truth:
        subject = read(context)
        if isinstance(subject, list):
            return not constants.isdisjoint(subject)
        return None if subject is FAILED else subject in constants

    return is_one
