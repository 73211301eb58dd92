"""What the checks of the flow of data let of a policy."""

from __future__ import annotations

from typing import Any, cast

from pretoken.checks.registry import CHECKS
from pretoken.policy.errors import Place
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.policy import Policy

FINDINGS = (
    "personal-data-in-clear",
    "secret-in-token",
    "untrusted-authorization",
    "recipient-chosen-by-untrusted-input",
    "removal-can-be-evaded",
)
Rule = dict[str, Any]


class Nowhere:
    """The places of a policy without files."""

    def of(self, _at: Any, *, key: bool = False) -> Place:
        del key
        return Place("generated")


def rules_found(plan: dict[str, Any], names: tuple[str, ...] = FINDINGS) -> set[str | None]:
    """Name the rules of which the checks find something, None for the pool and what is outside of rules."""
    loaded = LoadedPolicy(Policy.model_validate(plan), (), cast("Any", Nowhere()))
    return {finding.rule for name in names if name in CHECKS for finding in CHECKS[name].findings(loaded)}


def passing(plan: dict[str, Any], names: tuple[str, ...] = FINDINGS) -> dict[str, Any] | None:
    """Drop the rules of which the checks find something, until they find nothing; None if that doesn't help."""
    for _ in range(5):
        found = rules_found(plan, names)
        if not found:
            return plan
        rules = {name: rule for name, rule in plan["rules"].items() if name not in found}
        if len(rules) == len(plan["rules"]) or not rules:
            return None
        plan = {**plan, "rules": {name: _without(rule, set(rules)) for name, rule in rules.items()}}
    return None


def _without(rule: Rule, rules: set[str]) -> Rule:
    """Drop from what a rule overrides the rules that are no more."""
    if "overrides" not in rule:
        return rule
    left = [name for name in rule["overrides"] if name in rules]
    rest = {key: value for key, value in rule.items() if key != "overrides"}
    return {**rest, "overrides": left} if left else rest
