"""Which texts a value, or an item of a list, can be: some that are known, and others of which only a part is known."""

import math
import re
from collections.abc import Iterable
from itertools import product
from os.path import commonprefix
from typing import Any, NamedTuple

_MOST = 1_000
"""Known texts beyond which a text that is made of others counts as unknown."""


class Others(NamedTuple):
    """Texts that aren't known one by one.

    `longest`: characters. `prefix`: how each begins. `patterns`: regular expressions that each matches. `never`: texts
    that aren't among them.
    """

    longest: float = math.inf
    prefix: str = ""
    patterns: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()

    def admit(self, text: str) -> bool:
        """Tell whether a text can be one of them."""
        return (
            len(text) <= self.longest
            and text.startswith(self.prefix)
            and text not in self.never
            and all(re.search(pattern, text) for pattern in self.patterns)
        )

    def include(self, other: "Others") -> bool:
        """Tell whether all the others are among them for certain."""
        return (
            other.longest <= self.longest
            and other.prefix.startswith(self.prefix)
            and self.patterns <= other.patterns
            and self.never <= other.never
        )

    def schema(self) -> dict[str, Any]:
        """Give their JSON Schema."""
        found: dict[str, Any] = {"type": "string"}
        if self.longest < math.inf:
            found["maxLength"] = int(self.longest)
        patterns = [f"^{literal(self.prefix)}"] if self.prefix else []
        patterns += sorted(self.patterns)
        if len(patterns) == 1:
            found["pattern"] = patterns[0]
        elif patterns:
            found["allOf"] = [{"pattern": pattern} for pattern in patterns]
        if self.never:
            found["not"] = {"enum": sorted(self.never)}
        return found


class Texts(NamedTuple):
    """Texts that are known, and others; neither, if there is none."""

    known: frozenset[str] = frozenset()
    others: frozenset[Others] = frozenset()

    @property
    def longest(self) -> float:
        """The most characters that one can have."""
        return max([0, *map(len, self.known), *(other.longest for other in self.others)])

    @property
    def prefix(self) -> str:
        """How they all begin."""
        return commonprefix([*self.known, *(other.prefix for other in self.others)])  # noqa: RUF071 - they are no paths

    def admit(self, text: str) -> bool:
        """Tell whether a text can be one of them."""
        return text in self.known or any(other.admit(text) for other in self.others)

    def schema(self) -> dict[str, Any] | bool:
        """Give their JSON Schema."""
        found = [{"type": "string", "enum": sorted(self.known)}] if self.known else []
        return any_of([*found, *(other.schema() for other in sorted(self.others, key=_ordered))])


NO_TEXT = Texts()


def unknown(longest: float = math.inf, prefix: str = "", pattern: str | None = None) -> Texts:
    """Give texts that aren't known one by one."""
    patterns = frozenset[str]() if pattern is None else frozenset({pattern})
    return Texts(others=frozenset({Others(longest, prefix, patterns)}))


def either(members: Iterable[Texts]) -> Texts:
    """Give the texts of all of these, each once."""
    every = list(members)
    others = frozenset[Others]().union(*(texts.others for texts in every))
    widest = frozenset(one for one in others if not any(other != one and other.include(one) for other in others))
    known = frozenset[str]().union(*(texts.known for texts in every))
    return Texts(frozenset(text for text in known if not any(other.admit(text) for other in widest)), widest)


def both(one: Texts, other: Texts) -> Texts:
    """Give the texts that are among these and among those."""
    known = {text for text in one.known if other.admit(text)} | {text for text in other.known if one.admit(text)}
    pairs = [_both(*pair) for pair in product(one.others, other.others)]
    others = frozenset(found for found in pairs if found is not None)
    return either([Texts(frozenset(known)), Texts(others=others)])


def _both(one: Others, other: Others) -> Others | None:
    short, long = sorted((one.prefix, other.prefix), key=len)
    if not long.startswith(short):
        return None
    return Others(min(one.longest, other.longest), long, one.patterns | other.patterns, one.never | other.never)


def without(texts: Texts, gone: frozenset[str]) -> Texts:
    """Give texts without these."""
    others = frozenset(other._replace(never=other.never | gone) for other in texts.others)
    return Texts(texts.known - gone, others)


def followed(one: Texts, other: Texts) -> Texts:
    """Give each of these texts with each of those behind it."""
    if not one.others and not other.others and len(one.known) * len(other.known) <= _MOST:
        return Texts(frozenset(first + second for first, second in product(one.known, other.known)))
    prefix = one.prefix
    if not one.others and len(one.known) == 1:
        prefix += other.prefix
    return unknown(one.longest + other.longest, prefix)


def literal(text: str) -> str:
    """Write a text as a regular expression that all dialects read alike (ECMA 262 escapes its own syntax only)."""
    return re.sub(r"[\\^$.*+?()\[\]{}|]", r"\\\g<0>", text)


def any_of(schemas: Iterable[dict[str, Any] | bool]) -> dict[str, Any] | bool:
    """Give the JSON Schema of what passes one of these; nothing passes none."""
    found: list[dict[str, Any] | bool] = []
    for schema in schemas:
        members = schema["anyOf"] if isinstance(schema, dict) and "anyOf" in schema else [schema]
        found.extend(member for member in members if member is not False and member not in found)
    if len(found) < 2:  # noqa: PLR2004 - one alone needs no `anyOf`
        return found[0] if found else False
    return {"anyOf": found}


def _ordered(other: Others) -> tuple[str, float, list[str], list[str]]:
    return other.prefix, other.longest, sorted(other.patterns), sorted(other.never)
