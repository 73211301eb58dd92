"""A lookup that was asked for, until its answer is there; events may share one."""

from __future__ import annotations

from pretoken.trigger.outcomes import PENDING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable
    from queue import SimpleQueue

    from pretoken.trigger.fetching.causes import FetchError
    from pretoken.trigger.lookups import Row
    from pretoken.trigger.outcomes import Outcome

    Answer = Row | FetchError
    Key = dict[str, str]


MOST_UNDER_WAY = 64
"""Requests of one lookup at once, those included that nobody waits for any longer: each is a thread."""


def identity_of(key: Key) -> Hashable:
    """Give what is equal for equal keys."""
    return tuple(sorted(key.items()))


class Call:
    """One request for the row of one key.

    Attributes:
        lookup, key: what is asked for.
        answer: the row, None for no row, the error, or `PENDING`.
        until: when its time is up, in seconds of a clock that never goes back.
        is_late: whether somebody gave up waiting for it.
        asked: when it was asked for, in seconds since 1970.
        arrived: when the answer was there, by the clock of `until`.
        listeners: they are told when the answer is there.
    """

    __slots__ = ("answer", "arrived", "asked", "is_late", "key", "listeners", "lookup", "until")

    def __init__(self, lookup: str, key: Key, answer: Answer | Outcome = PENDING) -> None:
        self.lookup = lookup
        self.key = key
        self.answer = answer
        self.until = 0.0
        self.is_late = False
        self.asked = 0.0
        self.arrived = 0.0
        self.listeners: set[SimpleQueue[Call]] = set()
