"""Which lookups the parts of rules may need: what can be started before anything waits for it."""

from __future__ import annotations

from pretoken.trigger.reads import (
    lookups_behind,
    paths_of_condition,
    paths_of_edit_tests,
    paths_of_rule,
    paths_of_value,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
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

    def __init__(self, rule: Rule, when: dict[str, Any], behind: Callable[[set[str]], set[str]]) -> None:
        self.condition = behind(paths_of_condition(when))
        values: list[tuple[Any, ReadValue]] = [(write.value, write.read) for write in rule.all_writes]
        values += [(edit.plan["add"], edit.add) for edit in rule.edits if edit.add is not None]
        found = [(read, behind(paths_of_value(value))) for value, read in values]
        self.values = [(read, lookups) for read, lookups in found if lookups]
        self.tests = behind(set().union(*(paths_of_edit_tests(edit.plan) for edit in rule.edits)))


def needs_of(rules: Iterable[Rule], plan: dict[str, Any]) -> dict[Rule, Needs]:
    """Give the needs of those rules that need a lookup."""
    known: dict[frozenset[str], set[str]] = {}

    def behind(paths: set[str]) -> set[str]:  # most rules name the same paths as many others, or the same twice
        key = frozenset(paths)
        if key not in known:
            known[key] = lookups_behind(key, plan)
        return known[key]

    needing = {name: rule.get("when", {}) for name, rule in plan["rules"].items() if behind(paths_of_rule(rule))}
    return {rule: Needs(rule, needing[rule.name], behind) for rule in rules if rule.name in needing}
