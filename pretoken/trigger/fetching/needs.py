"""Which lookups the parts of rules may need: what can be started before anything waits for it."""

from __future__ import annotations

from pretoken.trigger.inputs import is_public
from pretoken.trigger.reads import (
    inputs_behind,
    lookups_behind,
    paths_of_condition,
    paths_of_edit_tests,
    paths_of_effects,
    paths_of_rule,
    paths_of_value,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pretoken.trigger.outcomes import ReadValue
    from pretoken.trigger.rules import Rule


class Needs:
    """The lookups that a rule may need.

    Attributes:
        condition: those behind its condition.
        values: each value with lookups behind it, and these.
        tests: those behind the tests of its edits.
    """

    __slots__ = ("condition", "tests", "values")

    def __init__(self, rule: Rule, plan: dict[str, Any]) -> None:
        self.condition = lookups_behind(paths_of_condition(plan["rules"][rule.name].get("when", {})), plan)
        values: list[tuple[Any, ReadValue]] = [(write.value, write.read) for write in rule.all_writes]
        values += [(edit.plan["add"], edit.add) for edit in rule.edits if edit.add is not None]
        found = [(read, lookups_behind(paths_of_value(value), plan)) for value, read in values]
        self.values = [(read, lookups) for read, lookups in found if lookups]
        self.tests = lookups_behind(set().union(*(paths_of_edit_tests(edit.plan) for edit in rule.edits)), plan)


def needs_of(rules: Iterable[Rule], plan: dict[str, Any]) -> dict[Rule, Needs]:
    """Give the needs of those rules that need a lookup."""
    needing = {name for name, rule in plan["rules"].items() if lookups_behind(paths_of_rule(rule), plan)}
    return {rule: Needs(rule, plan) for rule in rules if rule.name in needing}


def told_lookups(lookups: Iterable[str], plan: dict[str, Any]) -> frozenset[str]:
    """Give the lookups that a log line may name: those of which it tells nothing personal that one was made."""
    hidden: set[str] = set()
    for rule in plan["rules"].values():
        guard = paths_of_condition(rule.get("when", {}))
        for paths in (set[str](), *paths_of_effects(rule)):
            behind = inputs_behind(guard | paths, plan)
            if not all(is_public(path, plan["pool"]) for path in behind):
                hidden |= lookups_behind(guard | paths, plan)
    return frozenset(lookups) - hidden
