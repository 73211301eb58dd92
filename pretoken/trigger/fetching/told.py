"""Which lookups log lines may name; that one was made must tell nothing personal."""

from __future__ import annotations

from pretoken.trigger.reads import (
    LISTS,
    edits_of,
    lookups_behind,
    paths_of_condition,
    paths_of_edit_tests,
    paths_of_effects,
    paths_of_value,
    tell_nothing,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


def told_lookups(lookups: Iterable[str], plan: dict[str, Any]) -> frozenset[str]:
    """Give the lookups that a log line may name: those of which it tells nothing personal that one was made."""
    rules: dict[str, dict[str, Any]] = plan["rules"]
    guards = {name: paths_of_condition(rule.get("when", {})) for name, rule in rules.items()}
    above: dict[str, set[str]] = {}
    for name, rule in rules.items():
        for beaten in rule.get("overrides", ()):
            above.setdefault(beaten, set()).update(guards[name])
    personal_lists = [list_ for list_ in LISTS if not tell_nothing(_added_to(list_, rules, guards), plan)]
    hidden: set[str] = set()
    for name, rule in rules.items():
        for paths in (set[str](), *paths_of_effects(rule)):
            if not tell_nothing(guards[name] | paths, plan):
                hidden |= lookups_behind(guards[name] | paths, plan)
            elif not tell_nothing(above.get(name, ()), plan):  # in doubt, it has them made unless such a rule applies
                hidden |= lookups_behind(paths, plan)
        for list_ in personal_lists:  # whose items the tests of all rules judge
            hidden |= lookups_behind(paths_of_edit_tests(edits_of(rule)[list_]), plan)
    # Those that read one table may be one request, of which each tells something.
    tables = {_table_of(name, plan) for name in hidden} - {None}
    return frozenset(name for name in lookups if name not in hidden and _table_of(name, plan) not in tables)


def _table_of(lookup: str, plan: dict[str, Any]) -> Any:
    return plan["pool"]["lookups"][lookup].get("dynamodb", {}).get("table")


def _added_to(list_: str, rules: dict[str, dict[str, Any]], guards: dict[str, set[str]]) -> set[str]:
    """Give the paths that decide what rules add to a list."""
    adding = {name: edit["add"] for name, rule in rules.items() if "add" in (edit := edits_of(rule)[list_])}
    return set[str]().union(*(guards[name] | paths_of_value(value) for name, value in adding.items()))
