"""Integrity: users and callers change nothing but what they may choose, and choose from what is theirs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.properties.flow_entitlements import entitled, items, plain_paths
from tests.properties.flow_game import (
    CHOICES,
    LESS,
    Game,
    game_of,
    list_of,
)
from tests.properties.flow_oracle import Facts
from tests.properties.flow_people import (
    Situation,
    adversary_moves,
    situation,
)
from tests.properties.flow_policies import Focus
from tests.properties.outcome import LISTS, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.properties.checks import Tally
    from tests.properties.choices import Choices


def robustness(choices: Choices, tally: Tally, focus: Focus = CHOICES) -> str | None:
    """Check that users and callers change nothing but what they may choose, and choose from what is theirs."""
    game = game_of(choices, tally, focus)
    if game is None:
        return None
    choosable = game.oracle.choices()
    asked = Facts(game.plan, {name: value for name, (value, _) in choosable.items()})
    for _ in range(3):
        one = situation(choices, game.providers, machine=10)
        outcome, chosen = game.outcome(one), asked.of(one)
        for _ in range(4):
            other = adversary_moves(one, choices, protected=game.protected)
            outcome_ = game.outcome(other)
            tally["pairs"] += 1
            if _let(outcome) or _let(outcome_):
                continue
            if outcome.refused or outcome_.refused:
                if outcome.refused != outcome_.refused:
                    return game.said("a denial can be evaded", one, other)
                continue
            tally["compared"] += 1
            tally["moved"] += effects_of(outcome) != effects_of(outcome_)
            frozen = {name for name, fact in asked.of(other).items() if fact == chosen[name]}
            if not one.is_machine:
                frozen -= {name for name in frozen if name.startswith("lookup.app.")}
                frozen |= {name for name in asked.facts if name.startswith("lookup.app.")}
            tally["chosen otherwise"] += len(frozen) < len(chosen)
            problem = next(_moved(game, (one, outcome), (other, outcome_), set(chosen) - frozen), None)
            if problem:
                return game.said(problem, one, other)
    return None


def effects_of(outcome: Outcome) -> Any:
    access_token = {name: value for name, value in outcome.tokens.access_token.items() if name != "scope"}
    return [access_token, outcome.changes.scopes_to_add, outcome.changes.id_claims, outcome.changes.id_suppress]


def _let(outcome: Outcome) -> bool:
    """Tell whether a sign-in is refused since a value failed, which users may bring about for themselves."""
    return outcome.refused and outcome.decision.denial is None


def _moved(
    game: Game, one: tuple[Situation, Outcome], other: tuple[Situation, Outcome], chosen: set[str]
) -> Iterator[str]:
    """Say what changed that neither users nor callers may change."""
    decisions = [outcome.decision for _, outcome in (one, other)]
    for name in LISTS:
        original = set(getattr(one[1].event, name) or ())
        kept = [original & set(list_of(outcome, name)) for _, outcome in (one, other)]
        if kept[0] != kept[1]:
            yield f"{name} aren't taken"
    for token in ("access_token", "id_token"):
        parts = [getattr(decision, token) for decision in decisions]
        suppressing = [{name for name, rules in part.suppressed.items() if rules} for part in parts]
        authorizing = None if token == "access_token" else set(game.authorizing) | {"cognito:groups"}
        changed = suppressing[0] ^ suppressing[1]
        if changed if authorizing is None else changed & authorizing:
            yield f"{token}: not suppressed"
        tokens = [getattr(outcome.tokens, token) or {} for _, outcome in (one, other)]
        for name in sorted({*parts[0].claims, *parts[1].claims} if authorizing is None else game.authorizing):
            values = [issued.get(name) for issued in tokens]
            if values[0] != values[1] or type(values[0]) is not type(values[1]):
                yield from _changed_claim(game, token, name, values, (one[0], other[0]), chosen)
    preferred = [decision.preferred_role for decision in decisions]
    asked = [("condition", rule["when"]) for rule in game.plan["rules"].values() if "when" in rule]
    if preferred[0] != preferred[1] and not game.oracle.choices_within(asked) & chosen:
        yield "another preferred role"


def _changed_claim(
    game: Game, token: str, name: str, values: list[Any], situations: tuple[Situation, Situation], chosen: set[str]
) -> Iterator[str]:
    """Say whether a claim changed that rests on no choice, or to something that isn't the principal's."""
    parts: list[tuple[str, Any]] = []
    writers = 0
    for rule in game.plan["rules"].values():
        if name in rule.get(token, {}).get("claims", {}):
            writers += 1
            parts += [("value", rule[token]["claims"][name])]
            parts += [("condition", rule["when"])] if "when" in rule else []
        elif name in rule.get(token, {}).get("suppress", ()) and "when" in rule:
            parts += [("condition", rule["when"])]
    game.tally["claims compared"] += 1
    if not game.oracle.choices_within(parts) & chosen:
        yield f"{token}: another {name}"
        return
    if not writers:
        yield f"{token}: another {name}, which Cognito writes"
        return
    paths = plain_paths(parts[0][1], game.plan) if writers == 1 else None
    if paths is None or None in values or not game.oracle.choices_within(parts[:1]) & chosen:
        return
    for situation_, value in zip(situations, values, strict=True):
        fields = {path: {"from": path} for path in paths}
        read = Facts(game.plan, fields).of(situation_)
        own = entitled(paths, situation_, lambda path, read=read: _json(read[path]))  # type: ignore[misc]
        game.tally["entitlements"] += 1
        if not items(value) <= own:
            yield f"{token}: {name} isn't the principal's own"


def _json(text: str) -> Any:
    return None if text in ("absent", "failed") else json.loads(text)


def asking_for_less_gives_no_more(choices: Choices, tally: Tally, focus: Focus = LESS) -> str | None:
    """Check that who asks for fewer scopes gets no claim by it, and evades nothing."""
    game = game_of(choices, tally, focus)
    if game is None:
        return None
    for _ in range(3):
        one = situation(choices, game.providers, machine=10)
        one = one._replace(inputs={**one.inputs, "scopes": ["a", "b", "ab"]})
        outcome = game.outcome(one)
        for _ in range(3):
            other = one._replace(inputs={**one.inputs, "scopes": choices.some(("a", "b", "ab"), 0, 2)})
            outcome_ = game.outcome(other)
            tally["pairs"] += 1
            if _let(outcome) or outcome_.refused:
                continue
            if outcome.refused:
                return game.said("a denial can be evaded", one, other)
            tally["compared"] += 1
            tally["moved"] += effects_of(outcome) != effects_of(outcome_)
            problem = next(_gained(game, outcome, outcome_), None)
            if problem:
                return game.said(problem, one, other)
    return None


def _gained(game: Game, one: Outcome, other: Outcome) -> Iterator[str]:
    for name in LISTS:
        if set(getattr(other.event, name) or ()) & set(list_of(other, name)) - set(list_of(one, name)):
            yield f"{name} aren't taken"
    for token in ("access_token", "id_token"):
        before, after = getattr(one.decision, token), getattr(other.decision, token)
        authorizing = None if token == "access_token" else set(game.authorizing) | {"cognito:groups"}
        for name, rules in before.suppressed.items():
            if rules and not after.suppressed.get(name) and (authorizing is None or name in authorizing):
                yield f"{token}: {name} not suppressed"
        for name, (value, _) in after.claims.items():
            values = [
                rule[token]["claims"][name]
                for rule in game.plan["rules"].values()
                if name in rule.get(token, {}).get("claims", {})
            ]
            if (authorizing is not None and name not in authorizing) or len(values) > 1:
                continue
            chosen = [json.loads(name) for name in game.oracle.choices_within([("value", values[0])]) if name[0] == "{"]
            asked = {path for value_ in chosen for path in game.oracle.paths(value_)}
            if "scopes" in asked | game.oracle.given_by(values[0]):
                continue  # which of the scopes that may be asked for is a choice
            if name not in before.claims or before.claims[name][0] != value:
                yield f"{token}: another {name}"
