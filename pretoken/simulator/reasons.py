"""Why something came out as it did, in terms of rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pretoken.policy.suggestions import closest
from pretoken.simulator.sources import value_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pretoken.simulator.outcome import Outcome


def names(rules: Iterable[str]) -> str:
    """Write names of rules, each once."""
    return ", ".join(f"`{rule}`" for rule in dict.fromkeys(rules))


def why_denied(outcome: Outcome) -> str:
    """Say why a rule denies although its condition needn't be true."""
    if outcome.problem is not None:
        return outcome.problem
    rule = outcome.denied_by
    if rule in outcome.in_doubt:
        return f"the condition of `{rule}` can't be known"
    return f"a value of `{rule}` failed" if any(rule == other for other, _ in outcome.left_out) else ""


def why_edited(outcome: Outcome, name: str, items: Iterable[str]) -> str:
    """Say which rules added or removed some items of a list."""
    edits = outcome.edited_by.get(name, {})
    found: dict[str, list[str]] = {"added": [], "removed": []}
    for item in sorted(items):
        if item in edits:
            edit, rules = edits[item]
            found[edit] += rules
    return "; ".join(f"{edit} by {names(editors)}" for edit, editors in found.items() if editors)


def why_not_written(at: tuple[str, str, str], outcome: Outcome, plan: dict[str, Any]) -> str:
    """Say why a claim isn't written.

    Args:
        at: the token, `claims` or `encrypted_for`, and the claim or recipient.
        outcome: what came.
        plan: the policy's canonical JSON.
    """
    token, section, name = at
    rules = plan.get("rules", {})
    writers = [rule for rule in rules if value_of(plan, rule, at) is not None]
    if not writers:
        written = {other for rule in rules.values() for other in rule.get(token, {}).get(section, {})}
        near = closest(name, written)
        return f"no rule writes it; did you mean `{near}`?" if near else "no rule writes it"
    place = ".".join(at)
    if place in outcome.conflicts:
        return f"{names(writers)} give different values"
    doubtful = [rule for rule in writers if rule in outcome.in_doubt]
    if doubtful:
        return f"the condition of {names(doubtful)} can't be known"
    applied = [rule for rule in writers if rule in outcome.applied]
    if not applied:
        return f"{names(writers)} didn't apply"
    failed = [rule for rule, left_out in outcome.left_out if f"{left_out}.".startswith(f"{place}.")]
    return f"a value of {names(failed)} failed" if failed else f"{names(applied)} applied without a value for it"
