"""Recipients: nobody chooses for whom something is encrypted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.properties.flow_game import (
    RECIPIENTS,
    Game,
    game_of,
)
from tests.properties.flow_oracle import Facts
from tests.properties.flow_people import (
    Situation,
    adversary_moves,
    situation,
)
from tests.properties.flow_policies import Focus
from tests.properties.outcome import Outcome

if TYPE_CHECKING:
    from tests.properties.checks import Tally
    from tests.properties.choices import Choices


def recipients_are_nobodys_choice(choices: Choices, tally: Tally, focus: Focus = RECIPIENTS) -> str | None:
    """Check that users and callers don't choose for whom something is encrypted."""
    game = game_of(choices, tally, focus)
    if game is None:
        return None
    choosable = game.oracle.choices()
    asked = Facts(game.plan, {name: value for name, (value, _) in choosable.items()})
    certain = Game(
        {**game.plan, "rules": {name: _with_constant_messages(rule) for name, rule in game.plan["rules"].items()}},
        tally,
    )
    for _ in range(3):
        one = situation(choices, game.providers, machine=10)
        outcome = certain.outcome(one)
        for _ in range(3):
            other = adversary_moves(one, choices, protected=game.protected)
            outcome_ = certain.outcome(other)
            if outcome.refused or outcome_.refused:
                continue
            messages, messages_ = _messages(outcome), _messages(outcome_)
            tally["messages"] += bool(messages)
            if messages != messages_ and not _by_choice(game, messages ^ messages_, asked, one, other):
                return game.said("users choose who reads", one, other)
    return None


def _by_choice(game: Game, messages: set[tuple[str, str, str]], asked: Facts, one: Situation, other: Situation) -> bool:
    """Tell whether messages come and go by what people may choose."""
    facts, facts_ = asked.of(one), asked.of(other)
    chosen = {name for name, fact in facts.items() if fact != facts_[name]}
    rules = [
        rule
        for rule in game.plan["rules"].values()
        for token, recipient, member in messages
        if member in rule.get(token, {}).get("encrypted_for", {}).get(recipient, {}) and "when" in rule
    ]
    return all(game.oracle.choices_within([("condition", rule["when"])]) & chosen for rule in rules)


def _with_constant_messages(rule: dict[str, Any]) -> dict[str, Any]:
    """Write messages of constants, so that there is one whenever it is asked for."""
    rule = json.loads(json.dumps(rule))
    for token in ("access_token", "id_token"):
        for members in rule.get(token, {}).get("encrypted_for", {}).values():
            members.update(dict.fromkeys(members, "x"))
    return rule


def _messages(outcome: Outcome) -> set[tuple[str, str, str]]:
    return {
        (token, recipient, member)
        for token in ("access_token", "id_token")
        for recipient, members in getattr(outcome.decision, token).encrypted.items()
        for member in members
    }
