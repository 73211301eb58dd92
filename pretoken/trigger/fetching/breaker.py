"""A circuit breaker: a dependency that is down isn't asked at every sign-in.

Source: AWS Prescriptive Guidance, "Cloud design patterns, architectures, and implementations", circuit breaker.
"""

from __future__ import annotations

from threading import Lock

FAILURES = 5
"""How many failures in a row open it."""
DIFFERENT = 3
"""How many different keys they must have: what fails for one user alone must not be refused to all."""
SHORTEST, LONGEST = 1.0, 30.0
"""Seconds until the first probe; they double with each probe that fails."""


class Breaker:
    """Closed, it lets everything pass, open nothing; after a pause it lets a probe pass, and the next outcome decides.

    Times are seconds of the wall clock: between two events Lambda stops the environment, and with it other clocks.
    """

    __slots__ = ("_failed", "_failures", "_lock", "_opened", "_pause", "_probed", "_probing")

    def __init__(self) -> None:
        self._lock = Lock()
        self._failures = 0
        self._failed: set[int | None] = set()
        self._probed: int | None = None
        self._opened: float | None = None
        self._pause = SHORTEST
        self._probing = False

    def admits(self, now: float, who: int | None = None) -> bool:
        """Tell whether a request may be made now; after the pause that is true once, and again a pause later.

        Whose probe was the last to fail doesn't make the next, unless nobody else comes.

        Args:
            now: seconds since 1970.
            who: tells keys apart; None if no user has a key of his own.
        """
        with self._lock:
            if self._opened is None:
                return True
            pause = LONGEST if who is not None and who == self._probed else self._pause
            if 0 <= now - self._opened < pause:
                return False
            self._opened = now  # a probe that never comes back is waited for no longer than this
            self._probing = True
            return True

    def succeeded(self) -> None:
        """Take note of an answer: it closes."""
        with self._lock:
            self._failures, self._opened, self._probed = 0, None, None
            self._failed.clear()
            self._pause, self._probing = SHORTEST, False

    def failed(self, now: float, who: int | None = None) -> None:
        """Take note of an outage: enough of them open it, and one of a probe opens it for twice as long."""
        with self._lock:
            self._failures += 1
            if len(self._failed) < DIFFERENT:
                self._failed.add(who)
            if self._probing:
                self._probed = who
                self._pause = min(2 * self._pause, LONGEST)
                self._opened, self._probing = now, False
            elif self._opened is None and self._failures >= FAILURES and self._is_for_all:
                self._opened = now

    @property
    def _is_for_all(self) -> bool:
        return None in self._failed or len(self._failed) >= DIFFERENT
