"""What the tokens of a sign-in give to whom, in single parts that can be compared."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from pretoken.simulator.running import sealed_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pretoken.cognito.tokens import Tokens
    from pretoken.simulator.simulation import Simulation
    from pretoken.trigger.decision import Decision
    from pretoken.trigger.plan import Program

PARTS = ("sign_in", "scope", "group", "iam_role", "preferred_role", "access_token", "readable", "id_token")
"""Kinds of holdings, those with the most authority first."""

_GROUPS, _ROLES, _PREFERRED = "cognito:groups", "cognito:roles", "cognito:preferred_role"


class Holding(NamedTuple):
    """One thing that a sign-in gives.

    Attributes:
        part: one of `PARTS`.
        of: the token of a group, the recipient of a member; else nothing.
        path: the name; of a claim or member the keys down to the leaf.
        item: the item of a list as JSON; None for a value that is no item.
    """

    part: str
    of: str
    path: tuple[str, ...]
    item: str | None = None


Holdings: TypeAlias = dict[Holding, Any]
"""What is held, with the value of each leaf."""


def holdings_of(simulation: Simulation, program: Program) -> Holdings:
    """Give what the tokens hold that Cognito issues with the answer; nothing if the sign-in is refused."""
    return {} if simulation.after is None else _holdings(simulation.after, simulation.decision, program)


def defaults_of(simulation: Simulation, program: Program) -> Holdings:
    """Give what the tokens hold that Cognito issues by itself."""
    return _holdings(simulation.before, simulation.decision, program)


def _holdings(tokens: Tokens, decision: Decision, program: Program) -> Holdings:
    access_token, id_token = dict(tokens.access_token), dict(tokens.id_token or {})
    held: Holdings = {}
    for scope in access_token.pop("scope", "").split():
        held[Holding("scope", "", (scope,))] = None
    for name, token in (("access_token", access_token), ("id_token", id_token)):
        for group in token.pop(_GROUPS, ()):
            held[Holding("group", name, (group,))] = None
    for role in id_token.pop(_ROLES, ()):
        held[Holding("iam_role", "", (role,))] = None
    if _PREFERRED in id_token:
        held[Holding("preferred_role", "", ())] = id_token.pop(_PREFERRED)
    # A message is what its recipient can read; which of the tokens carries it means nothing for that.
    for token, decided in ((access_token, decision.access_token), (id_token, decision.id_token)):
        for recipient, members in decided.encrypted.items():
            claim = program.recipients[recipient][0]
            if token.get(claim) == sealed_for(recipient):
                del token[claim]
                for member, (value, _) in members.items():
                    held |= _leaves("readable", recipient, (member,), value)
    for name, token in (("access_token", access_token), ("id_token", id_token)):
        for claim, value in token.items():
            held |= _leaves(name, "", (claim,), value)
    return held


def _leaves(part: str, of: str, path: tuple[str, ...], value: Any) -> Iterator[tuple[Holding, Any]]:
    """Open a value down to its leaves, lists to their items; an empty one is a leaf."""
    if isinstance(value, dict) and value:
        for key, member in value.items():
            yield from _leaves(part, of, (*path, key), member)
    elif isinstance(value, list) and value:
        for item in value:
            yield Holding(part, of, path, json.dumps(item, sort_keys=True)), item
    else:
        yield Holding(part, of, path), value
