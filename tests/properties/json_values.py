"""Any JSON, and events with any JSON somewhere inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.properties.marks import MARKS

if TYPE_CHECKING:
    from tests.properties.choices import Choices

_LEAVES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    1.5,
    1e308,
    2**70,
    "",
    " ",
    "a",
    "1",
    "2",
    "true",
    "\ud800",
    "\x00",
    "{",
    "[]",
    "[null]",
    '[{"providerName": 1}]',
    '{"k": NaN}',
    "9" * 5_000,
    "[" * 3_000,
    "s" * 3_000,
    "2026-02-30",
    "TokenGeneration_ClientCredentials",
    *MARKS,
)
_KEYS = ("request", "response", "userAttributes", "sub", "scopes", "claimsAndScopeOverrideDetails", "k", "", *MARKS)


def any_json(choices: Choices, depth: int = 3) -> Any:
    """Make any JSON value."""
    sort = choices.below(6) if depth else 0
    if sort < 4:
        return choices.pick(_LEAVES)
    if sort == 4:
        return [any_json(choices, depth - 1) for _ in range(choices.below(4))]
    return {choices.pick(_KEYS): any_json(choices, depth - 1) for _ in range(choices.below(4))}


def nested(depth: int) -> Any:
    """Make a value that is too deep for whoever recurses."""
    value: Any = MARKS[0]
    for _ in range(depth):
        value = [value]
    return value


def mutated(choices: Choices, value: Any) -> Any:
    """Change a JSON value at one place or at some: another value, a member less, an item more."""
    for _ in range(1 + choices.below(3)):
        value = _changed(choices, value)
    return value


def _changed(choices: Choices, value: Any) -> Any:
    if not value or not isinstance(value, (dict, list)) or choices.chance(10):
        return nested(2_000) if choices.chance(3) else any_json(choices)
    if isinstance(value, list):
        at = choices.below(len(value))
        if choices.chance(20):
            return [*value, value[at]]
        return [*value[:at], _changed(choices, value[at]), *value[at + 1 :]]
    name = choices.pick(list(value))
    if choices.chance(15):
        return {key: member for key, member in value.items() if key != name}
    return {**value, name: _changed(choices, value[name])}
