"""Who answers lookups in one environment of the function: kinds, caches, breakers, and the requests under way."""

from __future__ import annotations

import time
from queue import SimpleQueue
from random import random
from threading import Lock, Thread

from pretoken.trigger.fetching.breaker import Breaker
from pretoken.trigger.fetching.cache import Cache
from pretoken.trigger.fetching.call import MOST_UNDER_WAY, Call, identity_of
from pretoken.trigger.fetching.causes import OUTAGES, TRANSIENT, FetchError
from pretoken.trigger.fetching.kinds import Declared
from pretoken.trigger.lookups import key_templates, provider_of
from pretoken.trigger.outcomes import PENDING
from pretoken.trigger.reads import paths_of_template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping
    from typing import Any

    from pretoken.trigger.fetching.call import Answer, Key
    from pretoken.trigger.fetching.kinds import Kind, Kinds

_PAUSE = 0.025
"""Seconds at most between two attempts (as the AWS SDKs wait before the first retry at DynamoDB)."""


_NOT_OF_USERS = ("principal", "client", "client.id", "pool.id")
"""What a key may be made of and still be that of many users."""


class _Source:
    """A lookup, and what this environment knows of it."""

    __slots__ = ("breaker", "cache", "declared", "is_for_all", "kind", "number", "under_way")

    def __init__(self, provider: str, declared: Declared, kind: Kind) -> None:
        self.declared = declared
        self.kind = kind
        self.breaker = Breaker()
        self.cache = None if declared.cached is None else Cache(declared.cached)
        self.under_way: dict[Hashable, Call] = {}
        self.number = 0
        paths = set[str]().union(*map(paths_of_template, key_templates({provider: declared.source}).values()))
        self.is_for_all = all(path in _NOT_OF_USERS or path.startswith("variable.") for path in paths)

    def may_share(self, call: Call, now: float, clock: float) -> bool:
        """Tell whether an event of now may wait for a request under way: in time, and for no older answer than is kept.

        That takes both clocks, since the first may stand still while Lambda stops the environment.
        """
        return now < call.until and 0 <= clock - call.asked < (self.declared.cached or 0)

    def who(self, key: Key) -> int | None:
        """Tell keys apart for the breaker, without keeping them; None if no user has a key of his own."""
        return None if self.is_for_all else hash(identity_of(key))


def _find(source: _Source, key: Key, now: float, clock: float) -> tuple[Call, str]:
    """Find the call that answers a lookup, and tell how it came about."""
    lookup, identity = source.declared.name, identity_of(key)
    if source.cache is not None:
        kept = source.cache.get(identity, clock)
        if kept is not None:
            return Call(lookup, key, kept[0]), "cached"
        other = source.under_way.get(identity)
        if other is not None and source.may_share(other, now, clock):
            return other, "joined"
    if source.number >= MOST_UNDER_WAY:
        return Call(lookup, key, FetchError("busy")), "busy"
    if not source.breaker.admits(clock, source.who(key)):
        return Call(lookup, key, FetchError("breaker-open")), "skipped"
    call = Call(lookup, key)
    call.until, call.asked = now + source.declared.timeout, clock
    if source.cache is not None:
        source.under_way[identity] = call
    return call, "made"


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
        by_kind: dict[str, list[Declared]] = {}
        for name, declaration in lookups.items():
            provider = provider_of(declaration)
            by_kind.setdefault(provider, []).append(Declared(name, declaration[provider], declaration))
        self._sources: dict[str, _Source] = {}
        for provider, declared in by_kind.items():
            kind = kinds[provider](declared)
            self._sources |= {one.name: _Source(provider, one, kind) for one in declared}

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
                call, how = _find(source, key, now, clock)
                if how == "made":
                    source.number += 1
                    together.setdefault((source.kind, source.kind.companions(lookup)), []).append(call)
                if call.answer is PENDING:
                    call.listeners.add(listener)
                asked[lookup] = (call, how)
        for calls in together.values():
            self._begin(calls)
        return asked

    def patience(self, lookup: str) -> float:
        """Give the seconds that a lookup may take."""
        return self._sources[lookup].declared.timeout

    def cut_off(self, call: Call, listener: SimpleQueue[Call]) -> None:
        """Wait no longer; the request goes on for whoever else waits, and its answer may still be kept."""
        with self._lock:
            call.listeners.discard(listener)
            is_news = call.answer is PENDING and not call.is_late
            call.is_late = True
        if is_news:
            source = self._sources[call.lookup]
            source.breaker.failed(self._clock(), source.who(call.key))

    def leave(self, call: Call, listener: SimpleQueue[Call]) -> None:
        """Wait for a call no longer, since its answer isn't needed any more."""
        with self._lock:
            call.listeners.discard(listener)

    def forget(self) -> None:
        """Let go of all answers that are kept."""
        with self._lock:
            for source in self._sources.values():
                if source.cache is not None:
                    source.cache.clear()

    def _begin(self, calls: list[Call]) -> None:
        thread = Thread(target=self._fetch, args=(calls,), daemon=True)
        try:
            thread.start()
        except Exception:  # noqa: BLE001 - the system has no thread left, or no memory for one
            self._finish(calls, {call.lookup: FetchError("busy") for call in calls})
            self._leave(calls)

    def _fetch(self, calls: list[Call]) -> None:
        """Ask for the rows of companions; what failed in passing is asked for once more, if there is time."""
        kind = self._sources[calls[0].lookup].kind
        until = max(call.until for call in calls)
        answers = _attempt(kind, calls)
        again = [call for call in calls if _is_transient(answers[call.lookup])]
        pause = random() * _PAUSE  # noqa: S311 - it only spreads the attempts
        if again and time.monotonic() + pause < until:
            self._finish([call for call in calls if call not in again], answers)
            time.sleep(pause)
            self._finish(again, _attempt(kind, again))
        else:
            self._finish(calls, answers)
        self._leave(calls)

    def _leave(self, calls: list[Call]) -> None:
        with self._lock:
            for call in calls:
                self._sources[call.lookup].number -= 1

    def _finish(self, calls: list[Call], answers: Mapping[str, Answer]) -> None:
        for call in calls:
            answer = answers[call.lookup]
            source = self._sources[call.lookup]
            if source.cache is not None:
                identity = identity_of(call.key)
                with self._lock:
                    if not isinstance(answer, FetchError):
                        source.cache.put(identity, answer, call.asked)
                    if source.under_way.get(identity) is call:
                        del source.under_way[identity]
            self._settle(call, answer)

    def _settle(self, call: Call, answer: Answer) -> None:
        """Give a call its answer, and tell those who listen.

        The breaker isn't told of an answer that came too late, or that nobody waited for: Lambda may have stopped the
        environment while it was under way.
        """
        with self._lock:
            call.arrived, call.answer = time.monotonic(), answer
            listeners, call.listeners = call.listeners, set()
        source = self._sources[call.lookup]
        cause = answer.cause if isinstance(answer, FetchError) else None
        if call.is_late or not listeners or cause == "busy":
            pass
        elif cause in OUTAGES:
            source.breaker.failed(self._clock(), source.who(call.key))
        else:  # an error about one row too: whoever brings it about must not keep it open for all
            source.breaker.succeeded()
        for listener in listeners:
            listener.put(call)


def _attempt(kind: Kind, calls: list[Call]) -> dict[str, Answer]:
    keys = {call.lookup: call.key for call in calls}
    try:
        answers: Mapping[str, Answer] = kind.fetch(keys)
        return {lookup: answers[lookup] for lookup in keys}
    except FetchError as error:
        return dict.fromkeys(keys, error)
    except BaseException:  # noqa: BLE001 - a thread would write it into the log, values and all
        return dict.fromkeys(keys, FetchError("failed"))


def _is_transient(answer: Answer) -> bool:
    return isinstance(answer, FetchError) and answer.cause in TRANSIENT
