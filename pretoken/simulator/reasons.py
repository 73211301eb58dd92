"""Why something came out as it did, in terms of rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pretoken.policy.suggestions import suggested
from pretoken.simulator.sources import base_inputs, condition_inputs, value_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pretoken.simulator.inputs import Inputs
    from pretoken.simulator.outcome import Outcome
    from pretoken.simulator.simulation import Simulation


def names(rules: Iterable[str]) -> str:
    """Write names of rules, each once."""
    return ", ".join(f"`{rule}`" for rule in dict.fromkeys(rules))


def why_absent(paths: Iterable[str], inputs: Inputs) -> str:
    """Say why something made of these inputs is absent."""
    absent = inputs.absent(paths)
    return f"nothing there: {', '.join(absent)}" if absent else "its inputs are there, but nothing of them is left"


def why_failed(paths: Iterable[str], inputs: Inputs) -> str:
    """Say why something made of these inputs can't be known."""
    failed = inputs.failed(paths)
    return f"can't be read: {', '.join(failed)}" if failed else "a step failed"


def why_not_asked(lookup: str, inputs: Inputs) -> str:
    """Say why a lookup wasn't made."""
    paths = inputs.key_paths(lookup)
    failed, absent = inputs.failed(paths), inputs.absent(paths)
    if failed:
        return f"its key can't be known (can't be read: {', '.join(failed)})"
    return f"its key is absent (nothing there: {', '.join(absent)})" if absent else "no rule needed it"


def why_refused(simulation: Simulation, plan: dict[str, Any]) -> str:
    """Say why the rule that denies a sign-in does."""
    decision, inputs = simulation.decision, simulation.inputs
    name = str(decision.denied_by)
    rule = plan["rules"][name]
    strict = "" if "deny" in rule else "`on_failure: deny`, and "
    if name in decision.in_doubt:
        return f"{strict}its condition can't be known ({why_failed(condition_inputs(plan, [name]), inputs)})"
    if "deny" in rule:
        return "its condition is true" if "when" in rule else "it has no condition"
    places = sorted({place for other, place in decision.left_out if other == name})
    values = [_value_at(rule, place) for place in places]
    return f"{strict}{', '.join(places)} can't be known ({why_failed(base_inputs(plan, values), inputs)})"


def _value_at(rule: dict[str, Any], place: str) -> Any:
    """Give what a rule writes at a place; of a leaf inside an object the whole object."""
    part: Any = rule
    rest = f"access_token.{place}." if place.startswith("scopes.") else f"{place}."
    while isinstance(part, dict):
        key = max((key for key in part if rest.startswith(f"{key}.")), key=len, default=None)
        if key is None:
            break
        part, rest = part[key], rest[len(key) + 1 :]
    return part


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
        return f"no rule writes it; {suggested(name, written, '')}".removesuffix("; ")
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
