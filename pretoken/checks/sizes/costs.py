"""Costs: the most bytes that a text can take in a token.

Claims are JSON, and a claim may be JSON in a text, which may hold one more: each time what needs it is escaped again.
A cost is therefore three numbers: for a text in the claims' JSON, in a text of JSON there, and in one inside that.

How Cognito spells characters is documented nowhere. Recorded tokens hold UTF-8, and a slash as two bytes, with a
backslash before it, as Java libraries write it that escape control characters and some punctuation in six bytes. So any
character counts as six: enough for either spelling, but for those beyond 16 bits, of which UTF-8 takes four.
"""

import json
import math
from collections.abc import Iterable
from typing import TypeAlias

Costs: TypeAlias = tuple[float, float, float]

NOTHING: Costs = (0, 0, 0)
ENDLESS: Costs = (math.inf, math.inf, math.inf)
PLAIN: Costs = (1, 1, 1)
"""Of a letter, a digit, and whatever else in ASCII nobody escapes."""
VISIBLE: Costs = (2, 2, 2)
"""Of a character of ASCII but quotes, backslashes and control characters: it may be a slash."""
ANY: Costs = (6, 7, 9)
"""Of any character; the longest is a control character."""
QUOTE: Costs = (1, 2, 4)
"""Of a quote at either end of a text."""


def added(*parts: Costs) -> Costs:
    """Add costs up."""
    outer: float = 0
    inner: float = 0
    innermost: float = 0
    for part in parts:  # thrice as fast as three sums
        outer += part[0]
        inner += part[1]
        innermost += part[2]
    return outer, inner, innermost


def most(parts: Iterable[Costs]) -> Costs:
    """Give the greatest of several costs."""
    every = [NOTHING, *parts]
    return max(part[0] for part in every), max(part[1] for part in every), max(part[2] for part in every)


def least(one: Costs, other: Costs) -> Costs:
    """Give the smaller of two costs."""
    return min(one[0], other[0]), min(one[1], other[1]), min(one[2], other[2])


def times(cost: Costs, count: float) -> Costs:
    """Give a cost so many times; of nothing, any number costs nothing."""
    return cost[0] and cost[0] * count, cost[1] and cost[1] * count, cost[2] and cost[2] * count


def nested(cost: Costs) -> Costs:
    """Give the cost of a JSON text as a text in JSON; beyond three levels, no escape more than doubles it."""
    return cost[1], cost[2], cost[2] * 2


def is_finite(cost: Costs) -> bool:
    """Tell whether a cost has a bound."""
    return math.inf not in cost


def cost_of(text: str) -> Costs:
    """Give the cost of a known text."""
    if text.replace("_", "a").isalnum() and text.isascii():
        return times(PLAIN, len(text))
    found = []
    for _ in range(3):
        text = json.dumps(text, ensure_ascii=False)[1:-1]
        found.append(len(text.encode("utf-8", "replace")) + text.count("/"))
    outer, inner, innermost = found
    return outer, inner, innermost
