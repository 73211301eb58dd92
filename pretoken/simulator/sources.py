"""Where a claim comes from: the rules that wrote it, and the inputs that its value rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pretoken.trigger.reads import opened, paths_of_condition, paths_of_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pretoken.trigger.decision import Source


def rules_of(source: Source) -> tuple[str, ...]:
    """Give the names of the rules that wrote a claim."""
    return tuple(sorted({rule for _, rule in source}))


def written_values(plan: dict[str, Any], at: tuple[str, str, str], source: Source) -> list[Any]:
    """Give the values of the plan that a claim, or a message, was made of.

    Args:
        plan: the policy's canonical JSON.
        at: the token, `claims` or `encrypted_for`, and the claim or recipient.
        source: which rule wrote which leaf.
    """
    return [_leaf(value_of(plan, rule, at), path) for path, rule in source]


def value_of(plan: dict[str, Any], rule: str, at: tuple[str, str, str]) -> Any:
    """Give what a rule writes at a place, as it stands in the plan; None if it doesn't write there."""
    token, section, name = at
    return plan["rules"][rule].get(token, {}).get(section, {}).get(name)


def base_inputs(plan: dict[str, Any], values: Iterable[Any]) -> tuple[str, ...]:
    """Give the paths that values read, and in place of derived values the paths that those read."""
    return tuple(sorted(opened((path for value in values for path in paths_of_value(value)), plan)))


def condition_inputs(plan: dict[str, Any], rules: Iterable[str]) -> tuple[str, ...]:
    """Give the same for the conditions of rules."""
    paths = (path for rule in rules for path in paths_of_condition(plan["rules"][rule].get("when", {})))
    return tuple(sorted(opened(paths, plan)))


def _leaf(value: Any, path: tuple[str, ...]) -> Any:
    """Find the leaf of a claim that was opened into leaves, or the member of a message."""
    for key in path:
        value = value["object"][key] if "object" in value else value[key]
    return value
