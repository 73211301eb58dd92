"""Grants: nobody gets a scope, group or role by his own word alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.properties.flow_game import (
    GRANTS,
    Game,
    game_of,
    list_of,
)
from tests.properties.flow_nodes import parts_of
from tests.properties.flow_people import (
    Situation,
    adversary_moves,
    nobody,
    situation,
    unverified,
    writable,
)
from tests.properties.flow_policies import Focus
from tests.properties.outcome import LISTS

if TYPE_CHECKING:
    from tests.properties.checks import Tally
    from tests.properties.choices import Choices


def bounded_grants(choices: Choices, tally: Tally, focus: Focus = GRANTS) -> str | None:
    """Check that nobody gets a scope, group or role by what he writes, but where something trusted is asked too."""
    game = game_of(choices, tally, focus)
    if game is None:
        return None
    for _ in range(2):
        one = situation(choices, game.providers, machine=10)
        outcome = game.outcome(one)
        moves = [adversary_moves(one, choices, protected=game.protected) for _ in range(3)]
        asked = one.inputs["scopes"]
        moves.append(one._replace(inputs={**one.inputs, "scopes": choices.some(asked, 0, len(asked))}))
        moves.append(unverified(one, choices))
        if outcome.refused:
            continue
        outcomes = [outcome, *(without for moved in moves if not (without := game.outcome(moved)).refused)]
        for name in LISTS:
            adds = [
                part for rule in game.plan["rules"].values() for at, _, part in parts_of(rule) if at == (name, "add")
            ]
            if any("scopes" in game.oracle.given_by(add) for add in adds):
                continue  # which of the scopes that may be asked for is a choice
            granted: list[set[str]] = [set(list_of(given, name)) - set(one.inputs[name]) for given in outcomes]
            for item in sorted({item for items_ in granted for item in items_} - granted[0].intersection(*granted)):
                tally["grants"] += 1
                if not _somebody_never_gets(game, choices, one, moves, name, item):
                    return game.said(f"{name}: everybody can have {item}", one, *moves)
    return None


def _somebody_never_gets(
    game: Game, choices: Choices, one: Situation, moves: list[Situation], name: str, item: str
) -> bool:
    """Look for somebody who can't get an item, whatever he writes."""
    kept = ("principal", "scopes") if one.is_machine else ("principal", "scopes", "client.id")
    for attempt in range(24):
        other = situation(choices, game.providers, machine=100 if one.is_machine else 0) if attempt else nobody(one)
        other = other._replace(inputs={**other.inputs, **{path: one.inputs[path] for path in kept}})
        if attempt == 1:  # whoever has everything is as good as nobody, for what is granted to those who have nothing
            other = other._replace(inputs={**other.inputs, "groups": ["a", "b", "ab"], "iam_roles": ["a", "b", "ab"]})
        tries = [_as_written_by(other, move, game) for move in (one, *moves)]
        tries += [adversary_moves(other, choices, protected=game.protected) for _ in range(4)]
        tries += [unverified(attempt_, choices) for attempt_ in (*tries[:4], other)]
        if not any(_gets(game, attempt_, name, item) for attempt_ in tries):
            return True
    return False


def _as_written_by(principal: Situation, writer: Situation, game: Game) -> Situation:
    """Give a situation in which somebody writes what somebody else wrote."""
    free = writable(principal, protected=game.protected)
    inputs = {path: text for path, text in principal.inputs.items() if path not in free}
    inputs |= {path: writer.inputs[path] for path in free if path in writer.inputs}
    if principal.is_machine:
        inputs = {path: text for path, text in inputs.items() if not path.startswith("attribute.")}
    return principal._replace(inputs=inputs, mine=writer.mine)


def _gets(game: Game, situation: Situation, name: str, item: str) -> bool:
    outcome = game.outcome(situation)
    return not outcome.refused and item in list_of(outcome, name) and item not in (getattr(outcome.event, name) or ())
