"""Who answers lookups in one environment of the function: kinds, caches, breakers, and the requests under way."""

from __future__ import annotations

import time
from queue import SimpleQueue
from random import random
from threading import Lock, Thread

from pretoken.trigger.fetching.breaker import Breaker
from pretoken.trigger.fetching.cache import Cache
from pretoken.trigger.fetching.call import MOST_UNDER_WAY, Call
from pretoken.trigger.fetching.causes import OUTAGES, TRANSIENT, FetchError
from pretoken.trigger.fetching.kinds import Declared
from pretoken.trigger.lookups import provider_of
from pretoken.trigger.outcomes import PENDING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping
    from typing import Any

    from pretoken.trigger.fetching.call import Answer, Key
    from pretoken.trigger.fetching.kinds import Kind, Kinds

_PAUSE = 0.025
"""Seconds at most between two attempts (as the AWS SDKs wait before the first retry at DynamoDB)."""


class _Source:
    """A lookup, and what this environment knows of it."""

    __slots__ = ("breaker", "cache", "declared", "kind", "under_way")

    def __init__(self, declared: Declared, kind: Kind) -> None:
        self.declared = declared
        self.kind = kind
        self.breaker = Breaker()
        self.cache = None if declared.cached is None else Cache(declared.cached)
        self.under_way: dict[Hashable, Call] = {}

    def may_share(self, call: Call, now: float, clock: float) -> bool:
        """Tell whether an event of now may wait for a request under way: in time, and for no older answer than is kept.

        That takes both clocks, since the first may stand still while Lambda stops the environment.
        """
        return now < call.until and 0 <= clock - call.asked < (self.declared.cached or 0)


class Fetcher:
    """Asks for the rows of lookups, in threads, so that whoever waits can give up in time.

    Args:
        lookups: the declared lookups that some rule needs, by name, with the values of variables filled in.
        kinds: makes what answers each provider's lookups.
        clock: gives the seconds since 1970.
    """

    def __init__(
        self,
        lookups: Mapping[str, dict[str, Any]],
        kinds: Kinds,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._clock = clock
        self._lock = Lock()
        self._number = 0
        by_kind: dict[str, list[Declared]] = {}
        for name, declaration in lookups.items():
            provider = provider_of(declaration)
            by_kind.setdefault(provider, []).append(Declared(name, declaration[provider], declaration))
        self._sources: dict[str, _Source] = {}
        for provider, declared in by_kind.items():
            kind = kinds[provider](declared)
            self._sources |= {one.name: _Source(one, kind) for one in declared}

    def ask(self, keys: Mapping[str, Key], listener: SimpleQueue[Call]) -> dict[str, tuple[Call, str]]:
        """Ask for the rows of some lookups of one event.

        What is kept is answered at once, and a request of another event for a row that may be kept is joined.

        Args:
            keys: by lookup.
            listener: told of each call that isn't answered at once.

        Returns:
            The call of each lookup, and how it came about: `made`, `cached`, `joined`, `skipped` for its breaker, or
            `busy` if too many are under way.
        """
        now, clock = time.monotonic(), self._clock()
        asked: dict[str, tuple[Call, str]] = {}
        together: dict[Hashable, list[Call]] = {}
        with self._lock:
            for lookup, key in keys.items():
                source = self._sources[lookup]
                request = source.kind, source.kind.companions(lookup)
                is_room = request in together or self._number + len(together) < MOST_UNDER_WAY
                call, how = self._find(source, key, now, clock, is_room=is_room)
                if how == "made":
                    together.setdefault(request, []).append(call)
                if call.answer is PENDING:
                    call.listeners.append(listener)
                asked[lookup] = (call, how)
            self._number += len(together)
        for calls in together.values():
            self._begin(calls)
        return asked

    def patience(self, lookup: str) -> float:
        """Give the seconds that a lookup may take."""
        return self._sources[lookup].declared.timeout

    def cut_off(self, call: Call, listener: SimpleQueue[Call]) -> None:
        """Wait no longer; the request goes on for whoever else waits, and its answer may still be kept."""
        with self._lock:
            if listener in call.listeners:
                call.listeners.remove(listener)
            is_news = call.answer is PENDING and not call.is_late
            call.is_late = True
        if is_news:
            self._sources[call.lookup].breaker.failed(self._clock())

    def forget(self) -> None:
        """Let go of all answers that are kept."""
        with self._lock:
            for source in self._sources.values():
                if source.cache is not None:
                    source.cache.clear()

    def _find(self, source: _Source, key: Key, now: float, clock: float, *, is_room: bool) -> tuple[Call, str]:
        lookup, identity = source.declared.name, tuple(sorted(key.items()))
        if source.cache is not None:
            kept = source.cache.get(identity, clock)
            if kept is not None:
                return Call(lookup, key, kept[0]), "cached"
            other = source.under_way.get(identity)
            if other is not None and source.may_share(other, now, clock):
                return other, "joined"
        if not is_room:
            return Call(lookup, key, FetchError("busy")), "busy"
        if not source.breaker.admits(clock):
            return Call(lookup, key, FetchError("breaker-open")), "skipped"
        call = Call(lookup, key)
        call.until, call.asked = now + source.declared.timeout, clock
        if source.cache is not None:
            source.under_way[identity] = call
        return call, "made"

    def _begin(self, calls: list[Call]) -> None:
        thread = Thread(target=self._fetch, args=(calls,), daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the system has no thread left
            self._finish(calls, {call.lookup: FetchError("busy") for call in calls})

    def _fetch(self, calls: list[Call]) -> None:
        """Ask for the rows of companions; what failed in passing is asked for once more, if there is time."""
        kind = self._sources[calls[0].lookup].kind
        until = max(call.until for call in calls)
        keys = {call.lookup: call.key for call in calls}
        answers = _attempt(kind, keys)
        again = {lookup: key for lookup, key in keys.items() if _is_transient(answers[lookup])}
        pause = random() * _PAUSE  # noqa: S311 - it only spreads the attempts
        if again and time.monotonic() + pause < until:
            time.sleep(pause)
            answers |= _attempt(kind, again)
        self._finish(calls, answers)

    def _finish(self, calls: list[Call], answers: Mapping[str, Answer]) -> None:
        with self._lock:
            self._number -= 1
        for call in calls:
            answer = answers[call.lookup]
            source = self._sources[call.lookup]
            if source.cache is not None:
                identity = tuple(sorted(call.key.items()))
                with self._lock:
                    if not isinstance(answer, FetchError):
                        source.cache.put(identity, answer, call.asked)
                    if source.under_way.get(identity) is call:
                        del source.under_way[identity]
            self._settle(call, answer)

    def _settle(self, call: Call, answer: Answer) -> None:
        """Give a call its answer, and tell those who listen; an answer that came too late is no sign of health."""
        with self._lock:
            call.answer = answer
            listeners, call.listeners = call.listeners, []
        breaker = self._sources[call.lookup].breaker
        cause = answer.cause if isinstance(answer, FetchError) else None
        if call.is_late:
            pass
        elif cause in OUTAGES:
            breaker.failed(self._clock())
        elif cause != "busy":  # an error about one row too: whoever brings it about must not keep it open for all
            breaker.succeeded()
        for listener in listeners:
            listener.put(call)


def _attempt(kind: Kind, keys: Mapping[str, Key]) -> dict[str, Answer]:
    try:
        answers: Mapping[str, Answer] = kind.fetch(keys)
        return {lookup: answers[lookup] for lookup in keys}
    except FetchError as error:
        return dict.fromkeys(keys, error)
    except BaseException:  # noqa: BLE001 - a thread would write it into the log, values and all
        return dict.fromkeys(keys, FetchError("failed"))


def _is_transient(answer: Answer) -> bool:
    return isinstance(answer, FetchError) and answer.cause in TRANSIENT
