"""Confidentiality: what isn't public shows in tokens by released facts alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.properties.flow_game import (
    PRIVATE,
    Game,
    game_of,
    list_of,
)
from tests.properties.flow_nodes import parts_of
from tests.properties.flow_people import (
    marked,
    situation,
    with_other,
)
from tests.properties.flow_policies import Focus
from tests.properties.flow_world import (
    PERSONAL,
    SECRECY,
    SECRET,
    SENSITIVE,
)
from tests.properties.marks import leak
from tests.properties.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.properties.checks import Tally
    from tests.properties.choices import Choices

_LEVELS = ((PERSONAL,), (PERSONAL,), (SENSITIVE,), (SENSITIVE,), (PERSONAL, SENSITIVE), (SECRET,), (SECRET,))


def delimited_release(choices: Choices, tally: Tally, focus: Focus = PRIVATE) -> str | None:
    """Check that what isn't public shows in an access token by its released facts alone."""
    game = game_of(choices, tally, focus)
    if game is None:
        return None
    released = game.oracle.released()
    for _ in range(4):
        one = situation(choices, game.providers, machine=4).hiding(choices.below(1 << 20), SECRECY.values())
        outcome = game.outcome(one, keyed=False)
        if outcome.refused:
            continue
        facts = released.of(one, keyed=False)
        for _ in range(4):
            levels = choices.pick(_LEVELS)
            paths = [path for path, level in SECRECY.items() if level in levels and not path.startswith("lookup.")]
            other = with_other(one, choices, paths, percent=50).hiding(choices.below(1 << 20), levels)
            if facts != released.of(other, keyed=False):
                continue
            outcome_ = game.outcome(other, keyed=False)
            tally["pairs"] += 1
            if outcome_.refused:
                continue
            tally["compared"] += 1
            tally["encrypted otherwise"] += _sealed(outcome) != _sealed(outcome_)
            problem = next(_shown(outcome, outcome_, levels, game), None)
            if problem:
                return game.said(f"{problem} shows {levels} data", one, other)
    return None


def _open(outcome: Outcome, game: Game) -> dict[str, Any]:
    """Give what an access token shows, the user name aside, and for whom rules encrypt, whatever it is."""
    messages = {claim for claim, _ in game.program.recipients.values()}
    shown = {name: value for name, value in outcome.tokens.access_token.items() if name not in messages}
    return {**shown, "username": None, "recipients": sorted(outcome.decision.access_token.encrypted)}


def _messages(outcome: Outcome, game: Game) -> set[str]:
    """Name the messages that are in an access token."""
    return {claim for claim, _ in game.program.recipients.values()} & set(outcome.tokens.access_token)


def _sealed(outcome: Outcome) -> dict[str, Any]:
    return {name: dict(members) for name, members in outcome.decision.access_token.encrypted.items()}


def _shown(one: Outcome, other: Outcome, levels: tuple[str, ...], game: Game) -> Iterator[str]:
    if _open(one, game) != _open(other, game):
        yield f"access token {_difference(_open(one, game), _open(other, game))}"
    if PERSONAL not in levels and _messages(one, game) != _messages(other, game):
        yield "that there is a message"
    if (
        levels == (PERSONAL,)
        and _roles_are_open(game)
        and sorted(list_of(one, "iam_roles")) != sorted(list_of(other, "iam_roles"))
    ):
        yield "iam_roles"
    if levels == (SECRET,):
        for token in ("access_token", "id_token"):
            written, written_ = (getattr(outcome.decision, token) for outcome in (one, other))
            if _plain(written) != _plain(written_):
                yield f"{token} {_difference(_plain(written), _plain(written_))}"


def _roles_are_open(game: Game) -> bool:
    """Tell whether nothing sensitive decides over roles, which the ID token may show."""
    return all(
        game.oracle.secrecy(part, kind) <= {PERSONAL}
        for rule in game.plan["rules"].values()
        if "iam_roles" in rule
        for _, kind, part in parts_of(rule)
    )


def _plain(written: Any) -> dict[str, Any]:
    return {"claims": written.claims, "encrypted": written.encrypted, "suppressed": sorted(written.suppressed)}


def _difference(one: Any, other: Any) -> str:
    keys = sorted(set(one or {}) | set(other or {}))
    return ", ".join(key for key in keys if (one or {}).get(key) != (other or {}).get(key))


def no_mark_in_the_clear(choices: Choices, tally: Tally, focus: Focus = PRIVATE) -> str | None:
    """Check that no recognisable part of what isn't public is in an access token outside of messages."""
    game = game_of(choices, tally, focus)
    if game is None:
        return None
    for _ in range(3):
        one = situation(choices, game.providers, machine=4).hiding(choices.below(1 << 20), SECRECY.values())
        outcome = game.outcome(marked(one, choices), keyed=False)
        if outcome.refused:
            continue
        tally["encrypted marks"] += leak(json.dumps(_sealed(outcome), ensure_ascii=False)) is not None
        found = leak(json.dumps(_open(outcome, game), ensure_ascii=False))
        if found:
            return game.said(f"the access token shows {found}", marked(one, choices))
    return None
