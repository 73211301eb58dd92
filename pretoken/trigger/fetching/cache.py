"""Answers that are kept for a while: a bounded number, and never one that is too old."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable

    from pretoken.trigger.lookups import Row

MOST = 500
MOST_CHARACTERS = 2_000_000
"""Of all answers together, as JSON: the objects that they are made of take many times that."""


class Cache:
    """The answers of one lookup by its key.

    Args:
        seconds: how long an answer is kept, counted from the moment when it was asked for.

    It has no lock of its own: whoever uses it in threads holds one.

    Times are seconds of the wall clock, which goes on while Lambda stops the environment. If it was set back, what
    was kept after the present is too old as well.
    """

    __slots__ = ("_characters", "_kept", "_seconds")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._kept: dict[Hashable, tuple[float, Row, int]] = {}
        self._characters = 0

    def get(self, key: Hashable, now: float) -> tuple[Row] | None:
        """Give what is kept, in a tuple since "no row" is an answer too; None if nothing is."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        asked, row, _ = kept
        if 0 <= now - asked < self._seconds:
            return (row,)
        self._drop(key)
        return None

    def put(self, key: Hashable, row: Row, asked: float) -> None:
        """Keep an answer, unless one that was asked for later is; beyond the bound the one kept for longest goes."""
        kept = self._kept.get(key)
        if kept is not None and kept[0] > asked:
            return  # a slow answer, which may tell of what was taken away meanwhile
        self._drop(key)
        size = len(json.dumps(row, default=str))
        self._kept[key] = (asked, row, size)
        self._characters += size
        while len(self._kept) > MOST or self._characters > MOST_CHARACTERS:
            self._drop(next(iter(self._kept)))

    def clear(self) -> None:
        """Let go of everything."""
        self._kept.clear()
        self._characters = 0

    def _drop(self, key: Hashable) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._characters -= kept[2]
