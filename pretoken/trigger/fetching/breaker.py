"""A circuit breaker: a dependency that is down isn't asked at every sign-in.

Source: AWS Prescriptive Guidance, "Cloud design patterns, architectures, and implementations", circuit breaker.
"""

from __future__ import annotations

from threading import Lock

FAILURES = 5
"""How many failures in a row open it."""
SHORTEST, LONGEST = 1.0, 30.0
"""Seconds until the first probe; they double with each probe that fails."""


class Breaker:
    """Closed, it lets everything pass, open nothing; after a pause it lets a probe pass, and the next outcome decides.

    Times are seconds of the wall clock: between two events Lambda stops the environment, and with it other clocks.
    """

    __slots__ = ("_failures", "_lock", "_opened", "_pause", "_probing")

    def __init__(self) -> None:
        self._lock = Lock()
        self._failures = 0
        self._opened: float | None = None
        self._pause = SHORTEST
        self._probing = False

    def admits(self, now: float) -> bool:
        """Tell whether a request may be made now; after the pause that is true once, and again a pause later."""
        with self._lock:
            if self._opened is None:
                return True
            if 0 <= now - self._opened < self._pause:
                return False
            self._opened = now  # a probe that never comes back is waited for no longer than this
            self._probing = True
            return True

    def succeeded(self) -> None:
        """Take note of an answer: it closes."""
        with self._lock:
            self._failures, self._opened = 0, None
            self._pause, self._probing = SHORTEST, False

    def failed(self, now: float) -> None:
        """Take note of an outage: enough of them open it, and one of a probe opens it for twice as long."""
        with self._lock:
            self._failures += 1
            if self._probing:
                self._pause = min(2 * self._pause, LONGEST)
                self._opened, self._probing = now, False
            elif self._opened is None and self._failures >= FAILURES:
                self._opened = now
