"""What one decision knows: the event, the time, and what was looked up and derived so far."""

from __future__ import annotations

import time

from pretoken.trigger.outcomes import FAILED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pretoken.cognito.events import Event
    from pretoken.trigger.lookups import Answers
    from pretoken.trigger.outcomes import Outcome, Value


def no_answers(_lookup: str, _key: dict[str, str]) -> Outcome:
    """Answer no lookup: every one fails."""
    return FAILED


class Context:
    """The inputs of one decision.

    Args:
        event: the event, read.
        client: the app client's name in pool.yaml, or `ABSENT`.
        answers: who answers lookups.
        now: the instant of the decision, whole seconds since 1970.

    Attributes:
        derived, rows: what was derived and looked up, by name.
        misread: lookups of which a field can't be read.
    """

    __slots__ = ("answers", "attributes", "client", "derived", "event", "metadata", "misread", "now", "rows")

    def __init__(self, event: Event, client: Value, answers: Answers, now: int) -> None:
        self.event = event
        self.attributes = event.attributes
        self.metadata = event.metadata
        self.client = client
        self.answers = answers
        self.now = now
        self.derived: dict[str, Value] = {}
        self.rows: dict[str, Value] = {}
        self.misread: set[str] = set()

    @property
    def today(self) -> str:
        """The UTC day of the decision, `YYYY-MM-DD`."""
        return _day(self.now // 86400)


_days: dict[int, str] = {}


def _day(number: int) -> str:
    """Spell a day; only the last one is remembered, since a function lives through one day at a time."""
    if number not in _days:
        _days.clear()
        _days[number] = time.strftime("%Y-%m-%d", time.gmtime(number * 86400))
    return _days[number]
