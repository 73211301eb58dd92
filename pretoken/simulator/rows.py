"""The rows of a preview: claims and list items before and after, with the rules and inputs behind them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from pretoken.simulator.reasons import why_absent, why_failed
from pretoken.simulator.sources import base_inputs, condition_inputs, rules_of, value_of, written_values
from pretoken.trigger.outcomes import ABSENT

if TYPE_CHECKING:
    from pretoken.simulator.simulation import Simulation, Simulator
    from pretoken.trigger.decision import Decision, ListDecision, TokenDecision

Mark = Literal["added", "changed", "removed", "same", "missing"]
"""What became of a claim; `missing`: a rule writes it, but neither token has it."""

_LISTS = {"scope": "scopes", "cognito:groups": "groups", "cognito:roles": "iam_roles"}
"""The claims that rules edit as lists."""


@dataclass(frozen=True, slots=True)
class Encrypted:
    """What a preview tells of a message: never the values of its members.

    `characters` is its length in the token; 0 if it isn't there.
    """

    recipient: str
    members: tuple[str, ...]
    characters: int = 0


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim before and after; None where it isn't in the token.

    `rules` wrote, suppressed or edited it; `inputs` are the paths that its value rests on; `why` says why it isn't
    there although a rule is about it, and `because` which inputs are behind that.
    """

    claim: str
    mark: Mark = "same"
    before: Any = None
    after: Any = None
    rules: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    why: str = ""
    because: str = ""
    encrypted: Encrypted | None = None

    def to_json(self) -> dict[str, Any]:
        """Give the row in the preview's JSON form."""
        row: dict[str, Any] = {"claim": self.claim, "mark": self.mark}
        if self.before is not None:
            row["before"] = self.before
        if self.encrypted is not None:
            row["encrypted"] = {
                "recipient": self.encrypted.recipient,
                "members": [*self.encrypted.members],
                "characters": self.encrypted.characters,
            }
        elif self.after is not None:
            row["after"] = self.after
        row |= {"rules": [*self.rules], "inputs": [*self.inputs]}
        return row | {name: text for name, text in (("why", self.why), ("because", self.because)) if text}


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A scope, group or IAM role, and the rules that added or removed it."""

    item: str
    mark: Mark
    rules: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give the row in the preview's JSON form."""
        return {"item": self.item, "mark": self.mark, "rules": [*self.rules]}


def item_rows(original: list[str], decision: ListDecision | None) -> tuple[ItemRow, ...]:
    """Make the rows of a list: what came, then what was added."""
    if decision is None:
        return tuple(ItemRow(item, "same") for item in original)
    removed, added = decision.removed, decision.added
    came = [
        ItemRow(item, "removed" if item in removed else "same", tuple(sorted(removed.get(item, ()))))
        for item in original
    ]
    return (*came, *(ItemRow(item, "added", tuple(sorted(rules))) for item, rules in added.items()))


def claim_rows(simulator: Simulator, simulation: Simulation, token: str) -> tuple[ClaimRow, ...]:
    """Make the rows of a token: the claims in its own order, then those that rules would have written."""
    before: dict[str, Any] = getattr(simulation.before, token)
    after: dict[str, Any] = getattr(simulation.after, token)
    stories = _stories(simulator, simulation, token)
    rows = (
        _row(stories.get(claim) or ClaimRow(claim), before.get(claim), after.get(claim))
        for claim in dict.fromkeys((*before, *after, *sorted(stories)))
    )
    # Nobody misses what was suppressed and wasn't there.
    return tuple(row for row in rows if row.mark != "missing" or row.why not in ("", "suppressed"))


def _row(story: ClaimRow, before: Any, after: Any) -> ClaimRow:
    mark: Mark = "changed"
    if before == after:
        mark = "missing" if before is None else "same"
    elif before is None or after is None:
        mark = "added" if before is None else "removed"
    encrypted, why = story.encrypted, story.why
    if encrypted is not None:
        encrypted = replace(encrypted, characters=len(after or ""))
        why = why or ("" if after else "not encrypted")
    # Edits elsewhere may leave the preferred role as it was.
    rules = () if mark == "same" and story.claim == "cognito:preferred_role" else story.rules
    return replace(story, mark=mark, before=before, after=after, rules=rules, why=why, encrypted=encrypted)


def _stories(simulator: Simulator, simulation: Simulation, token: str) -> dict[str, ClaimRow]:
    """Tell of each claim that rules are about who did what, from which inputs."""
    plan, decision = simulator.plan, simulation.decision
    part: TokenDecision = getattr(decision, token)
    stories: dict[str, ClaimRow] = {}
    for claim, (_, source) in part.claims.items():
        inputs = base_inputs(plan, written_values(plan, (token, "claims", claim), source))
        stories[claim] = ClaimRow(claim, rules=rules_of(source), inputs=inputs)
    for claim, rules in part.suppressed.items():
        if rules:
            stories[claim] = ClaimRow(claim, rules=tuple(sorted(rules)), why="suppressed")
        else:
            stories[claim] = _unwritten(plan, simulation, (token, "claims", claim), claim)
    for recipient, members in part.encrypted.items():
        claim, at = simulator.program.recipients[recipient][0], (token, "encrypted_for", recipient)
        if members:
            source = tuple(pair for _, pairs in members.values() for pair in pairs)
            inputs = base_inputs(plan, written_values(plan, at, source))
            encrypted = Encrypted(recipient, tuple(sorted(members)))
            stories[claim] = ClaimRow(claim, rules=rules_of(source), inputs=inputs, encrypted=encrypted)
        else:
            stories.setdefault(claim, _unwritten(plan, simulation, at, claim))
    for claim, editors in _editors(decision).items():
        stories.setdefault(claim, ClaimRow(claim, rules=editors))
    return stories


def _unwritten(plan: dict[str, Any], simulation: Simulation, at: tuple[str, str, str], claim: str) -> ClaimRow:
    """Tell why a claim isn't there although rules write it."""
    decision, inputs = simulation.decision, simulation.inputs
    values = _values(plan, sorted({*decision.applied, *decision.in_doubt}), at)
    place = ".".join(at)
    left_out = {rule for rule, leaf in decision.left_out if f"{leaf}.".startswith(f"{place}.")}
    doubtful, failed = left_out.intersection(decision.in_doubt), left_out.difference(decision.in_doubt)
    because = ""
    if place in decision.conflicts:
        why = "rules differ"
    elif failed:
        read = base_inputs(plan, (value for rule in failed for value in values[rule]))
        why, because = "a value failed", why_failed(read, inputs)
    elif doubtful:
        why, because = "rule in doubt", why_failed(condition_inputs(plan, doubtful), inputs)
    else:
        why = "no value"
    paths = base_inputs(plan, (value for members in values.values() for value in members))
    if why == "no value":
        because = why_absent(paths, inputs)
    return ClaimRow(claim, rules=tuple(values), inputs=paths, why=why, because=because)


def _values(plan: dict[str, Any], rules: list[str], at: tuple[str, str, str]) -> dict[str, list[Any]]:
    """Give what each rule writes at a place, if it does: the value of a claim, or those of a message's members."""
    written = {rule: value_of(plan, rule, at) for rule in rules}
    message = at[1] == "encrypted_for"
    return {rule: [*value.values()] if message else [value] for rule, value in written.items() if value is not None}


def _editors(decision: Decision) -> dict[str, tuple[str, ...]]:
    """Name the rules that edited each claim which is a list, and the preferred role."""
    editors: dict[str, set[str]] = {claim: _edited_by(getattr(decision, list_)) for claim, list_ in _LISTS.items()}
    preferred = decision.preferred_role
    written = set(rules_of(preferred[1])) if preferred not in (None, ABSENT) else set()
    editors["cognito:preferred_role"] = written or editors["cognito:roles"] | editors["cognito:groups"]
    return {claim: tuple(sorted(rules)) for claim, rules in editors.items() if rules}


def _edited_by(decision: ListDecision | None) -> set[str]:
    if decision is None:
        return set()
    return set().union(*decision.added.values(), *decision.removed.values())
