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
from pretoken.trigger.rules import LISTS

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
    rules: dict[str, dict[str, Any]] = plan["rules"]
    guards = {name: paths_of_condition(rule.get("when", {})) for name, rule in rules.items()}
    added = {list_: _added_to(list_, rules, guards) for list_ in LISTS}
    hidden: set[str] = set()
    for name, rule in rules.items():
        # A rule in doubt has the values asked for that no rule beats which applies.
        above = set[str]().union(*(guards[other] for other, one in rules.items() if name in one.get("overrides", ())))
        for paths in (set[str](), *paths_of_effects(rule)):
            if not _is_public(guards[name] | paths, plan):
                hidden |= lookups_behind(guards[name] | paths, plan)
            elif not _is_public(above, plan):
                hidden |= lookups_behind(paths, plan)
        for list_ in LISTS:
            if not _is_public(added[list_], plan):  # what one rule adds, the tests of all judge
                hidden |= lookups_behind(paths_of_edit_tests(_edit(rule, list_)), plan)
    return frozenset(lookups) - hidden


def _edit(rule: dict[str, Any], list_: str) -> dict[str, Any]:
    edit: dict[str, Any] = (rule.get("access_token", {}) if list_ == "scopes" else rule).get(list_, {})
    return edit


def _added_to(list_: str, rules: dict[str, dict[str, Any]], guards: dict[str, set[str]]) -> set[str]:
    """Give the paths that decide what rules add to a list."""
    adding = {name: edit["add"] for name, rule in rules.items() if "add" in (edit := _edit(rule, list_))}
    return set[str]().union(*(guards[name] | paths_of_value(value) for name, value in adding.items()))


def _is_public(paths: Iterable[str], plan: dict[str, Any]) -> bool:
    return all(is_public(path, plan["pool"]) for path in inputs_behind(paths, plan))
