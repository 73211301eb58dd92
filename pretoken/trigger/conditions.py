"""Conditions: a mapping of paths to tests, and of `all`, `any` and `not`; everything in it must hold."""

from __future__ import annotations

from pretoken.trigger.outcomes import all_true, any_true, negate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pretoken.trigger.context import Context
    from pretoken.trigger.link import Linker
    from pretoken.trigger.outcomes import Decide, Truth


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
    read, judge = linker.input(key), linker.test(argument)

    def test(context: Context) -> Truth:
        return judge(read(context), context)

    return test
