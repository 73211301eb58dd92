"""The data of a preview: both tokens before and after, and for each claim the rules and the inputs behind it.

Its JSON form is stable; members that don't apply are left out:

    {"event": {"version": "V3_0", "says": "V2_0", "principal": "user", "because": TEXT, "client": NAME}, where `says` is
        the version that the event itself names if it is read as another one, and `because` why a user is a machine,
     "denied": {"rule": NAME, "why": TEXT, "text": TEXT, "problem": TEXT, "file": PATH, "line": 1}, and then no tokens,
     "access_token": {"bytes": {"before": 1, "after": 2, "limit": 3, "over_limit": false}, "claims": [CLAIM]},
     "id_token": the same,
     "scopes": [ITEM], "groups": [ITEM], "iam_roles": [ITEM],
     "rules": {"applied": [NAME], "in_doubt": [NAME]},
     "left_out": [{"rule": NAME, "at": PLACE}], "conflicts": [PLACE],
     "not_encrypted": [{"recipient": NAME, "cause": TEXT}],
     "lookups": {NAME: "row" or "none" or "failed"},
     "causes": {NAME: CAUSE}, why lookups failed, where that is known
     "not_asked": {NAME: TEXT}, lookups that were given an answer, and why nobody asked for it}
    CLAIM = {"claim": NAME, "mark": MARK, "before": JSON, "after": JSON, "rules": [NAME], "inputs": [PATH],
             "why": TEXT, "because": TEXT}, where an encrypted one has, in place of `after`,
        "encrypted": {"recipient": NAME, "members": [NAME], "characters": 1}
    ITEM = {"item": TEXT, "mark": MARK, "rules": [NAME]}
    MARK = "added", "changed", "removed", "same", or "missing": a rule writes the claim, but neither token has it
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pretoken.cognito.tokens import token_bytes
from pretoken.simulator.reasons import why_not_asked, why_refused
from pretoken.simulator.rows import ClaimRow, ItemRow, claim_rows, item_rows
from pretoken.simulator.simulation import OTHER_CLIENTS
from pretoken.trigger.handler import NEUTRAL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pretoken.cognito.events import Event
    from pretoken.policy.errors import Place
    from pretoken.policy.load import LoadedPolicy
    from pretoken.simulator.simulation import Simulation, Simulator

_LISTS = ("scopes", "groups", "iam_roles")
_VERSIONS = {"1": "V1_0", "2": "V2_0", "3": "V3_0"}


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

    `rule` is a rule or `other_clients`, with why it denies and the place where it stands, if that is known; or
    `problem` says what Cognito would refuse in the answer, so that it doesn't leave. `text` is what the user reads.
    """

    rule: str | None = None
    why: str | None = None
    place: Place | None = None
    text: str = NEUTRAL
    problem: str | None = None

    def to_json(self) -> dict[str, str | int]:
        """Give the denial in the preview's JSON form."""
        told = {"rule": self.rule, "why": self.why, "text": self.text, "problem": self.problem}
        data: dict[str, str | int] = {key: value for key, value in told.items() if value is not None}
        return data if self.place is None else {**data, "file": self.place.file, "line": self.place.line}


@dataclass(frozen=True, slots=True)
class Preview:
    """What an event becomes: no tokens where the sign-in is denied, no ID token for a machine.

    `version` is the one that the event is read as, and `says` what it calls itself, if that is another one. `because`
    says why an event that isn't of a machine counts as one. `not_asked` says of lookups whose answer is given why
    nobody asked for it.
    """

    version: str
    says: str | None
    principal: str
    because: str | None
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
    causes: dict[str, str]
    not_asked: dict[str, str]

    def to_json(self) -> dict[str, Any]:
        """Give the JSON form that the module describes."""
        event = {name: getattr(self, name) for name in ("version", "says", "principal", "because", "client")}
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
            "causes": self.causes,
            "not_asked": self.not_asked,
        }
        return {name: part for name, part in parts.items() if part}


def preview(
    simulator: Simulator,
    simulation: Simulation,
    loaded: LoadedPolicy | None = None,
    given: Iterable[str] = (),
) -> Preview:
    """Make the preview of what became of an event.

    Args:
        simulator: what ran the event.
        simulation: what became of it.
        loaded: the policy with its places, so that a denial can name its own.
        given: the lookups for which an answer is given.
    """
    event, decision = simulation.event, simulation.decision
    issued = simulation.after is not None
    lists = {name: item_rows(getattr(event, name) or [], getattr(decision, name)) if issued else () for name in _LISTS}
    unsealed = () if simulation.answer is None else simulation.answer.unsealed
    return Preview(
        version=event.version,
        says=_says(event),
        because="userAttributes has no `sub`" if _lacks_sub(event) else None,
        principal="machine" if event.is_machine else "user",
        client=simulator.program.client_name(event.client_id),
        denied=_denial(simulator, simulation, loaded),
        access_token=_token(simulator, simulation, "access_token"),
        id_token=_token(simulator, simulation, "id_token"),
        **lists,
        applied=tuple(sorted(decision.applied)),
        in_doubt=tuple(sorted(decision.in_doubt)),
        left_out=tuple(sorted(set(decision.left_out))),
        conflicts=tuple(sorted(decision.conflicts)),
        not_encrypted=tuple(sorted((recipient, cause) for recipient, cause, _ in unsealed)),
        lookups=dict(sorted(simulation.lookups.items())),
        causes=simulation.causes,
        not_asked={name: why_not_asked(name, simulation.inputs) for name in sorted({*given} - {*simulation.lookups})},
    )


def _says(event: Event) -> str | None:
    """Give the version that an event calls itself, if it isn't read as that one."""
    says = _VERSIONS.get(str(event.raw.get("version")))
    return None if says == event.version else says


def _lacks_sub(event: Event) -> bool:
    return event.is_machine and event.raw.get("triggerSource") != "TokenGeneration_ClientCredentials"


def _denial(simulator: Simulator, simulation: Simulation, loaded: LoadedPolicy | None) -> Denial | None:
    if simulation.refusal is not None:
        return Denial(problem=str(simulation.refusal))
    rule = simulation.denied_by
    if rule is None:
        return None
    if rule == OTHER_CLIENTS:
        return Denial(rule, "pool.yaml doesn't name this app client", loaded and loaded.key_place(("pool", rule)))
    why, place = why_refused(simulation, simulator.plan), loaded and loaded.key_place(("rules", rule))
    return Denial(rule, why, place, simulation.decision.denial or NEUTRAL)


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
