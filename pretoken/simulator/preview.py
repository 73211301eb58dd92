"""The data of a preview: both tokens before and after, and for each claim the rules and the inputs behind it.

Its JSON form is stable; members that don't apply are left out:

    {"event": {"version": "V3_0", "principal": "user", "client": NAME},
     "denied": {"rule": NAME, "text": TEXT, "problem": TEXT}, and then no tokens,
     "access_token": {"bytes": {"before": 1, "after": 2, "limit": 3, "over_limit": false}, "claims": [CLAIM]},
     "id_token": the same,
     "scopes": [ITEM], "groups": [ITEM], "iam_roles": [ITEM],
     "rules": {"applied": [NAME], "in_doubt": [NAME]},
     "left_out": [{"rule": NAME, "at": PLACE}], "conflicts": [PLACE],
     "not_encrypted": [{"recipient": NAME, "cause": TEXT}],
     "lookups": {NAME: "row" or "none" or "failed"}}
    CLAIM = {"claim": NAME, "mark": MARK, "before": JSON, "after": JSON, "rules": [NAME], "inputs": [PATH],
             "why": TEXT}, where an encrypted one has, in place of `after`,
        "encrypted": {"recipient": NAME, "members": [NAME], "characters": 1}
    ITEM = {"item": TEXT, "mark": MARK, "rules": [NAME]}
    MARK = "added", "changed", "removed", "same", or "missing": a rule writes the claim, but neither token has it
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pretoken.cognito.tokens import token_bytes
from pretoken.simulator.rows import ClaimRow, ItemRow, claim_rows, item_rows

if TYPE_CHECKING:
    from pretoken.simulator.simulation import Simulation, Simulator

_LISTS = ("scopes", "groups", "iam_roles")


@dataclass(frozen=True, slots=True)
class TokenPreview:
    """A token before and after; sizes are bytes of the signed JWT, `limit` is pool.yaml's or None."""

    rows: tuple[ClaimRow, ...]
    bytes_before: int
    bytes_after: int
    limit: int | None

    @property
    def is_over_limit(self) -> bool:
        """Whether the token is larger than the limit of pool.yaml."""
        return self.limit is not None and self.bytes_after > self.limit

    def to_json(self) -> dict[str, Any]:
        """Give the token in the preview's JSON form."""
        size: dict[str, Any] = {"before": self.bytes_before, "after": self.bytes_after}
        if self.limit is not None:
            size |= {"limit": self.limit, "over_limit": self.is_over_limit}
        return {"bytes": size, "claims": [row.to_json() for row in self.rows]}


@dataclass(frozen=True, slots=True)
class Denial:
    """Why there are no tokens.

    `rule` is a rule or `other_clients`, and `text` its text, None for the neutral one; or `problem` says what Cognito
    would refuse in the answer, so that it doesn't leave.
    """

    rule: str | None = None
    text: str | None = None
    problem: str | None = None

    def to_json(self) -> dict[str, str]:
        """Give the denial in the preview's JSON form."""
        data = {"rule": self.rule, "text": self.text, "problem": self.problem}
        return {key: value for key, value in data.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Preview:
    """What an event becomes: no tokens where the sign-in is denied, no ID token for a machine."""

    version: str
    principal: str
    client: str | None
    denied: Denial | None
    access_token: TokenPreview | None
    id_token: TokenPreview | None
    scopes: tuple[ItemRow, ...]
    groups: tuple[ItemRow, ...]
    iam_roles: tuple[ItemRow, ...]
    applied: tuple[str, ...]
    in_doubt: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    conflicts: tuple[str, ...]
    not_encrypted: tuple[tuple[str, str], ...]
    lookups: dict[str, str]

    def to_json(self) -> dict[str, Any]:
        """Give the JSON form that the module describes."""
        event = {"version": self.version, "principal": self.principal, "client": self.client}
        parts = {
            "event": {key: value for key, value in event.items() if value is not None},
            "denied": self.denied and self.denied.to_json(),
            "access_token": self.access_token and self.access_token.to_json(),
            "id_token": self.id_token and self.id_token.to_json(),
            **{name: [item.to_json() for item in getattr(self, name)] for name in _LISTS},
            "rules": {"applied": [*self.applied], "in_doubt": [*self.in_doubt]},
            "left_out": [{"rule": rule, "at": place} for rule, place in self.left_out],
            "conflicts": [*self.conflicts],
            "not_encrypted": [{"recipient": recipient, "cause": cause} for recipient, cause in self.not_encrypted],
            "lookups": self.lookups,
        }
        return {name: part for name, part in parts.items() if part}


def preview(simulator: Simulator, simulation: Simulation) -> Preview:
    """Make the preview of what became of an event."""
    event, decision = simulation.event, simulation.decision
    issued = simulation.after is not None
    lists = {name: item_rows(getattr(event, name) or [], getattr(decision, name)) if issued else () for name in _LISTS}
    unsealed = () if simulation.answer is None else simulation.answer.unsealed
    return Preview(
        version=event.version,
        principal="machine" if event.is_machine else "user",
        client=simulator.program.client_name(event.client_id),
        denied=_denial(simulation),
        access_token=_token(simulator, simulation, "access_token"),
        id_token=_token(simulator, simulation, "id_token"),
        **lists,
        applied=tuple(sorted(decision.applied)),
        in_doubt=tuple(sorted(decision.in_doubt)),
        left_out=tuple(sorted(set(decision.left_out))),
        conflicts=tuple(sorted(decision.conflicts)),
        not_encrypted=tuple(sorted((recipient, cause) for recipient, cause, _ in unsealed)),
        lookups=dict(sorted(simulation.lookups.items())),
    )


def _denial(simulation: Simulation) -> Denial | None:
    if simulation.refusal is not None:
        return Denial(problem=str(simulation.refusal))
    return None if simulation.denied_by is None else Denial(simulation.denied_by, simulation.decision.denial)


def _token(simulator: Simulator, simulation: Simulation, token: str) -> TokenPreview | None:
    before, after = getattr(simulation.before, token), getattr(simulation.after, token, None)
    if before is None or after is None:
        return None
    return TokenPreview(
        claim_rows(simulator, simulation, token),
        token_bytes(before),
        token_bytes(after),
        simulator.program.limits.get(f"{token}_bytes"),
    )
