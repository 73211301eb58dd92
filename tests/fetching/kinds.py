"""Kinds of lookups for tests, behind the one interface: they answer from rows, break, hang, or do what a seed says."""

from __future__ import annotations

import random
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from pretoken.trigger.fetching import CAUSES, FetchError, Lookups
from pretoken.trigger.lookups import KEYS
from pretoken.trigger.plan import link
from tests.trigger.plans import NOW, given, lookup, make_plan, pool

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
    from typing import Self

    from pretoken.cognito.events import Event
    from pretoken.trigger.decision import Decision
    from pretoken.trigger.fetching.breaker import Breaker
    from pretoken.trigger.fetching.call import Answer, Key
    from pretoken.trigger.fetching.fetcher import Fetcher
    from pretoken.trigger.fetching.fetches import Fetches
    from pretoken.trigger.fetching.kinds import Declared, Kind, Kinds

    Rows = Mapping[str, Any]

PATIENCE = 20.0
"""Seconds after which a test gives up; what is right takes a small part of it."""


class Request(NamedTuple):
    """What a kind was asked: for which lookups together, with their keys, and in which thread."""

    keys: dict[str, Key]
    thread: int


class Table:
    """Answers from rows, and remembers each request.

    Args:
        rows: by lookup a row, None or an error, or a function of the key that gives one; no row where there is none.
        together: lookups that are one request.
    """

    def __init__(self, rows: Rows | None = None, *, together: Iterable[str] = ()) -> None:
        self.rows = dict(rows or {})
        self.together = frozenset(together)
        self.requests: list[Request] = []

    def companions(self, lookup: str) -> Hashable:
        return "together" if lookup in self.together else lookup

    def fetch(self, keys: Mapping[str, Key]) -> Mapping[str, Answer]:
        self.requests.append(Request(dict(keys), threading.get_ident()))
        return {lookup: self.answer(lookup, key) for lookup, key in keys.items()}

    def answer(self, lookup: str, key: Key) -> Any:
        row = self.rows.get(lookup)
        return row(key) if callable(row) else row

    @property
    def asked(self) -> list[tuple[str, Key]]:
        """Each lookup that was asked for, with its key."""
        return [pair for request in self.requests for pair in request.keys.items()]

    @property
    def names(self) -> list[str]:
        """The lookups that were asked for, sorted."""
        return sorted(name for name, _ in self.asked)


class Broken(Table):
    """Raises an error for each request that asks for one of some lookups."""

    def __init__(self, rows: Rows | None = None, *, errors: Mapping[str, BaseException], **parts: Any) -> None:
        super().__init__(rows, **parts)
        self.errors = errors

    def fetch(self, keys: Mapping[str, Key]) -> Mapping[str, Answer]:
        answers = super().fetch(keys)
        for name in keys:
            if name in self.errors:
                raise self.errors[name]
        return answers


class Slow(Table):
    """Waits before it answers.

    Args:
        seconds: how long each lookup takes.
        hanging: lookups that aren't answered before the test releases them.
        at_once: so many requests are under way before any is answered; fewer of them break in the end.

    Use it in a `with` statement, at whose end all is released, and over.
    """

    def __init__(
        self,
        rows: Rows | None = None,
        *,
        seconds: Mapping[str, float] | None = None,
        hanging: Iterable[str] = (),
        at_once: int = 0,
        **parts: Any,
    ) -> None:
        super().__init__(rows, **parts)
        self.seconds = seconds or {}
        self.hanging = set(hanging)
        self.barrier = threading.Barrier(at_once, timeout=PATIENCE) if at_once else None
        self.under_way = 0
        self.most = 0
        self.stuck = 0
        self._changed = threading.Condition()
        self._released: set[str] = set()
        self._over = False

    def fetch(self, keys: Mapping[str, Key]) -> Mapping[str, Answer]:
        with self._changed:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
            self.requests.append(Request(dict(keys), threading.get_ident()))
            self._changed.notify_all()
        try:
            return self.answers(keys)
        finally:
            with self._changed:
                self.under_way -= 1
                self._changed.notify_all()

    def answers(self, keys: Mapping[str, Key]) -> dict[str, Any]:
        if self.barrier is not None:
            self.barrier.wait()
        time.sleep(max(self.seconds.get(lookup, 0.0) for lookup in keys))
        self.hang(keys)
        return {lookup: self.answer(lookup, key) for lookup, key in keys.items()}

    def hang(self, keys: Iterable[str]) -> None:
        with self._changed:
            waiting = self.hanging & set(keys)
            self.stuck += bool(waiting)
            assert self._changed.wait_for(lambda: waiting <= self._released or self._over, PATIENCE)
            self.stuck -= bool(waiting)

    def release(self, *lookups: str) -> None:
        """Let these lookups be answered, or all."""
        with self._changed:
            self._released |= set(lookups) or self.hanging
            self._changed.notify_all()

    def await_requests(self, number: int) -> None:
        """Wait until there were so many requests."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.requests) >= number, PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        with self._changed:
            self._over = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self.under_way, PATIENCE)


class Mood(NamedTuple):
    """How a request for a lookup goes.

    Attributes:
        delay: seconds.
        failure: what is raised, or, if it is a FetchError, answered for this lookup alone.
        attempts: how many attempts of one request fail.
        hangs: whether it isn't answered before the test releases it.
        forgotten: whether the answer lacks this lookup.
    """

    delay: float = 0.0
    failure: BaseException | None = None
    attempts: int = 2
    hangs: bool = False
    forgotten: bool = False


class Flaky(Slow):
    """Does for each lookup what a plan says.

    Args:
        plan: the mood of a lookup, and of how many requests for it there were before; see `seeded`.
    """

    def __init__(self, rows: Rows | None = None, *, plan: Callable[[str, int], Mood], **parts: Any) -> None:
        super().__init__(rows, **parts)
        self.plan = plan
        self._counts: dict[str, int] = {}
        self._request = threading.local()  # each request has a thread of its own

    def answers(self, keys: Mapping[str, Key]) -> dict[str, Any]:
        attempt = self._request.attempt = getattr(self._request, "attempt", 0) + 1
        if attempt == 1:
            with self._changed:
                self._request.moods = {lookup: self.plan(lookup, self._counts.get(lookup, 0)) for lookup in keys}
                self._counts |= {lookup: self._counts.get(lookup, 0) + 1 for lookup in keys}
        moods: dict[str, Mood] = {lookup: self._request.moods[lookup] for lookup in keys}
        time.sleep(max(mood.delay for mood in moods.values()))
        with self._changed:
            self.hanging |= {lookup for lookup, mood in moods.items() if mood.hangs}
        self.hang(keys)
        answers = {}
        for name, mood in moods.items():
            failure = mood.failure if attempt <= mood.attempts else None
            if failure is not None and not isinstance(failure, FetchError):
                raise failure
            if not mood.forgotten:
                answers[name] = failure or self.answer(name, keys[name])
        return answers


def seeded(seed: object, *, failing: float = 0.3, causes: Sequence[str] = tuple(CAUSES)) -> Callable[[str, int], Mood]:
    """Give a plan for `Flaky`: short delays, and now and then a failure; the same seed, the same plan."""

    def plan(name: str, number: int) -> Mood:
        choose = random.Random(f"{seed} {name} {number}")  # noqa: S311 - nothing is secret here
        failure = FetchError(choose.choice(causes)) if choose.random() < failing else None
        return Mood(delay=choose.random() * 0.002, failure=failure, attempts=choose.choice((1, 2)))

    return plan


def answered_by(kind: Kind) -> Kinds:
    """Let one kind answer the lookups of all providers."""
    return dict.fromkeys(KEYS, lambda _declared: kind)


def listed(kind: Kind, seen: list[Declared]) -> Kinds:
    """Do that, and list what the kind is told of each lookup."""

    def make(declared: Sequence[Declared]) -> Kind:
        seen.extend(declared)
        return kind

    return dict.fromkeys(KEYS, make)


FOREVER = "1h"
"""A `timeout` that never runs out in a test."""


def patient(key: str = "{attribute.sub}", **parts: object) -> dict[str, Any]:
    """Declare a lookup with a field of every type, and time enough."""
    return lookup(key, **{"timeout": FOREVER, **parts})


class Environment:
    """A policy in one environment of the function, its lookups answered by a kind.

    Args:
        rules: the rules.
        kind: answers all lookups.
        lookups: as declared in pool.yaml.
        total: what all lookups of an event may take.
        pool: other parts of pool.yaml.
        parts: other parts of the plan.
    """

    def __init__(
        self,
        rules: Mapping[str, Any],
        kind: Kind,
        lookups: Mapping[str, Any],
        *,
        total: str = FOREVER,
        pool: Mapping[str, Any] | None = None,
        variables: Mapping[str, str] | None = None,
        **parts: Any,
    ) -> None:
        declared = _pool(lookups, total, pool or {})
        self.plan = make_plan(dict(rules), pool=declared, **parts)
        self.program = link(self.plan, variables or {})
        self.lookups = Lookups(self.plan, self.program, variables or {}, answered_by(kind))
        self.fetches: Fetches = self.lookups.of_event()

    @property
    def fetcher(self) -> Fetcher:
        return self.lookups._fetcher

    def breaker(self, name: str) -> Breaker:
        return self.fetcher._sources[name].breaker

    def decide(self, event: Event | None = None, seconds: float | None = None, *, now: int = NOW) -> Decision:
        """Decide an event; `fetches` is what answered its lookups."""
        self.fetches = self.lookups.of_event(seconds)
        return self.program.decide(event or given(), self.fetches, now=now)


def _pool(lookups: Mapping[str, Any], total: str, parts: Mapping[str, Any]) -> dict[str, Any]:
    return pool(**{"lookups": dict(lookups), "limits": {"lookups_total": total}, **parts})


def eventually(holds: Callable[[], object]) -> bool:
    """Wait until something holds that other threads bring about."""
    return any(_until(holds))


def _until(holds: Callable[[], object]) -> Iterator[bool]:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        yield bool(holds())
        time.sleep(0.0005)


class Clock:
    """The wall clock, as a test sets it."""

    def __init__(self, now: float = float(NOW)) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now
