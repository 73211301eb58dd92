"""What a sign-in comes to, in plain words: for cases, and for tests in Python."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from pretoken.trigger.outcomes import ABSENT

if TYPE_CHECKING:
    from pretoken.simulator.simulation import Simulation
    from pretoken.trigger.decision import ListDecision, TokenDecision

Edited: TypeAlias = tuple[str, tuple[str, ...]]
"""Whether an item was `added` or `removed`, and the names of the rules."""


@dataclass(frozen=True, slots=True)
class TokenOutcome:
    """What the rules make of a token.

    Attributes:
        claims: the claims that the rules write, by name; encrypted messages aren't among them.
        suppressed: the names of claims that Cognito is told to leave out.
        encrypted_for: for each recipient of a message its members, in plain text.
        written_by: for each written claim the names of the rules.
    """

    claims: dict[str, Any] = field(default_factory=dict)
    suppressed: frozenset[str] = frozenset()
    encrypted_for: dict[str, dict[str, Any]] = field(default_factory=dict)
    written_by: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AccessTokenOutcome(TokenOutcome):
    """What the rules make of the access token; `scopes` are those that it has in the end."""

    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a sign-in comes to. If it is denied, the tokens, groups and roles are empty.

    Attributes:
        denied: whether the sign-in is refused.
        denied_by: the rule that refuses it, or `other_clients`; None if the answer would break Cognito's contract.
        denial: the text that the user reads; None for the neutral one.
        access_token, id_token: what the tokens get.
        groups, iam_roles: those that the tokens have in the end.
        preferred_role: the preferred role that a rule writes, if one does.
        applied, in_doubt: the names of the rules that applied, and of those whose condition can't be known.
        left_out: rule and place of each value that failed, or whose rule is in doubt.
        conflicts: places for which rules gave different values.
        edited_by: for each list (`scopes`, `groups`, `iam_roles`) and item, `added` or `removed` with the rules.
        problem: what in the answer would break Cognito's contract.
    """

    denied: bool = False
    denied_by: str | None = None
    denial: str | None = None
    access_token: AccessTokenOutcome = field(default_factory=AccessTokenOutcome)
    id_token: TokenOutcome = field(default_factory=TokenOutcome)
    groups: frozenset[str] = frozenset()
    iam_roles: frozenset[str] = frozenset()
    preferred_role: str | None = None
    applied: tuple[str, ...] = ()
    in_doubt: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    conflicts: tuple[str, ...] = ()
    edited_by: dict[str, dict[str, Edited]] = field(default_factory=dict)
    problem: str | None = None


def outcome_of(simulation: Simulation) -> Outcome:
    """Put a simulation into plain words."""
    event, decision, answer = simulation.event, simulation.decision, simulation.answer
    told: dict[str, Any] = {
        "applied": tuple(sorted(decision.applied)),
        "in_doubt": tuple(sorted(decision.in_doubt)),
        "left_out": tuple(sorted(set(decision.left_out))),
        "conflicts": tuple(sorted(decision.conflicts)),
    }
    if simulation.refusal is not None:
        return Outcome(denied=True, problem=str(simulation.refusal), **told)
    if answer is None:
        return Outcome(denied=True, denied_by=simulation.denied_by, denial=decision.denial, **told)
    scopes, groups, iam_roles = decision.scopes, decision.groups, decision.iam_roles
    preferred = decision.preferred_role
    return Outcome(
        access_token=AccessTokenOutcome(
            **_token(decision.access_token, answer.changes.access_suppress),
            scopes=frozenset((event.scopes or ()) if scopes is None else scopes.items),
        ),
        id_token=TokenOutcome(**_token(decision.id_token, answer.changes.id_suppress)),
        groups=frozenset(event.groups if groups is None else groups.items),
        iam_roles=frozenset(event.iam_roles if iam_roles is None else iam_roles.items),
        edited_by={
            name: _edits(edited)
            for name, edited in (("scopes", scopes), ("groups", groups), ("iam_roles", iam_roles))
            if edited is not None
        },
        preferred_role=None if preferred in (None, ABSENT) else preferred[0],
        **told,
    )


def _edits(edited: ListDecision) -> dict[str, Edited]:
    added = {item: ("added", tuple(sorted(rules))) for item, rules in edited.added.items()}
    return added | {item: ("removed", tuple(sorted(rules))) for item, rules in edited.removed.items()}


def _token(token: TokenDecision, suppressed: list[str]) -> dict[str, Any]:
    return {
        "claims": {name: value for name, (value, _) in token.claims.items()},
        "suppressed": frozenset(suppressed),
        "encrypted_for": {
            recipient: {name: value for name, (value, _) in members.items()}
            for recipient, members in token.encrypted.items()
            if members
        },
        "written_by": {name: tuple(sorted({rule for _, rule in source})) for name, (_, source) in token.claims.items()},
    }
