"""Bounds: how large a value can get."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from pretoken.checks.sizes.costs import (
    ENDLESS,
    PLAIN,
    QUOTE,
    Costs,
    added,
    is_finite,
    least,
    most,
    nested,
    times,
)


class Bound(NamedTuple):
    """How large a value can get.

    `shape`: a text or a list of texts; all else is `plain`, JSON without quotes around it. `item`: the cost of the
    longest item, without its quotes; of a text, it is the only one. `many`: the most items. `total`: the most that all
    items cost together. `domain`: the only texts, if they are known. `gaps`: why there is no bound.
    """

    shape: Literal["text", "list", "plain"]
    item: Costs
    many: float
    total: Costs
    domain: frozenset[str] | None = None
    gaps: frozenset[str] = frozenset()

    @property
    def in_json(self) -> Costs:
        """The cost of the value in JSON."""
        if self.shape == "plain":
            return self.total
        if self.shape == "text":
            return added(self.total, QUOTE, QUOTE)
        separators = times(PLAIN, 2 + self.many)  # a comma for each item, and the brackets
        return added(self.total, times(added(QUOTE, QUOTE), self.many), separators)


def text(cost: Costs, domain: frozenset[str] | None = None) -> Bound:
    """Give the bound of a text."""
    return Bound("text", cost, 1, cost, domain)


def plain(cost: Costs, gaps: frozenset[str] = frozenset()) -> Bound:
    """Give the bound of what has no quotes."""
    return Bound("plain", cost, 1, cost, gaps=gaps)


def items(item: Costs, many: float, gaps: frozenset[str] = frozenset()) -> Bound:
    """Give the bound of a list."""
    return Bound("list", item, many, times(item, many), gaps=gaps)


def as_list(bound: Bound) -> Bound:
    """Take a text for a list of one item."""
    return bound._replace(shape="list")


def as_text(bound: Bound) -> Bound:
    """Give the bound of a single item of a list."""
    gaps = frozenset() if is_finite(bound.item) else bound.gaps
    return Bound("text", bound.item, 1, bound.item, bound.domain, gaps)


def as_json(bound: Bound) -> Bound:
    """Give the bound of a value that is written as a text of JSON."""
    return text(nested(bound.in_json))._replace(gaps=bound.gaps)


def widest(bounds: Iterable[Bound]) -> Bound:
    """Give the bound of a value that is one of several."""
    first, *others = bounds
    for other in others:
        first = Bound(
            first.shape if first.shape == other.shape else "list" if "list" in (first.shape, other.shape) else "text",
            most((first.item, other.item)),
            max(first.many, other.many),
            most((first.total, other.total)),
            None if first.domain is None or other.domain is None else first.domain | other.domain,
            first.gaps | other.gaps,
        )
    return first


def narrowed(bound: Bound, other: Bound) -> Bound:
    """Give the bound of a value of which only what is in another one remains."""
    item = least(bound.item, other.item)
    count = min(bound.many, other.many) if bound.shape == "list" else 1
    total = item
    if bound.shape == "list":
        total = least(least(bound.total, other.total), times(item, count))
    gaps = frozenset() if is_finite(total) else bound.gaps | other.gaps
    return Bound(bound.shape, item, count, total, other.domain if bound.domain is None else bound.domain, gaps)


def cut(bound: Bound, many: float) -> Bound:
    """Give the bound of a list of at most so many items."""
    return narrowed(bound, items(ENDLESS, many))
