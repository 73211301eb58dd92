"""The lookups of one event: started as soon as they may be needed, waited for when they are, and never for too long."""

from __future__ import annotations

import time
from queue import Empty, SimpleQueue

from pretoken.trigger.context import Context
from pretoken.trigger.fetching.causes import FetchError
from pretoken.trigger.outcomes import FAILED, PENDING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pretoken.trigger.fetching.call import Call, Key
    from pretoken.trigger.fetching.fetcher import Fetcher
    from pretoken.trigger.fetching.needs import Needs
    from pretoken.trigger.lookups import Lookup, Row
    from pretoken.trigger.outcomes import Decide, Outcome
    from pretoken.trigger.rules import Rule


class Fetches:
    """Answers the lookups of one event.

    What the rules need is waited for when they ask. What they may need is started before, so that it runs at the same
    time: rules are tried with what is known so far, which decides that most lookups aren't needed; those behind what
    isn't known yet are started. That changes no decision, only how soon it is there.

    Args:
        fetcher: asks for rows.
        lookups: the linked lookups by name.
        needs: of each rule the lookups that it may need.
        until: when all of them are cut off, in seconds of `time.monotonic`.

    Attributes:
        failures: the cause by which each lookup failed that was asked for.
        made, cached, skipped: how many were asked for, answered from what is kept, or not asked for their breaker.
        waited: seconds.
    """

    __slots__ = (
        "_arrivals",
        "_calls",
        "_context",
        "_fetcher",
        "_lookups",
        "_missed",
        "_needs",
        "_open",
        "_out",
        "_until",
        "_wanted",
        "cached",
        "failures",
        "made",
        "skipped",
        "waited",
    )

    _context: Context

    def __init__(
        self, fetcher: Fetcher, lookups: Mapping[str, Lookup], needs: Mapping[Rule, Needs], until: float
    ) -> None:
        self._fetcher = fetcher
        self._lookups = lookups
        self._needs = needs
        self._until = until
        self._arrivals: SimpleQueue[Call] = SimpleQueue()
        self._calls: dict[str, Call] = {}
        self._open: list[tuple[Rule, Decide | None]] = []
        self._out: set[Rule] = set()
        self._wanted: dict[str, Key] = {}
        self._missed = False
        self.failures: dict[str, str] = {}
        self.made = self.cached = self.skipped = 0
        self.waited = 0.0

    def __call__(self, lookup: str, key: Key) -> Row | Outcome:
        """Give the row of a lookup, waiting for it while there is time; `FAILED` if there is none."""
        call = self._calls.get(lookup)
        if call is None or call.key != key:
            if time.monotonic() >= self._until:
                self.failures[lookup] = "deadline"
                return FAILED
            self._start({lookup: key})
            call = self._calls[lookup]
        answer = call.answer if call.answer is not PENDING else self._wait(call)
        if isinstance(answer, FetchError):
            self.failures[lookup] = answer.cause
            return FAILED
        return answer

    def anticipate(
        self, found: Iterable[Rule], others: Iterable[Rule], context: Context
    ) -> tuple[list[Rule], list[Rule]]:
        """Start what rules may need.

        Args:
            found: rules of which only the `rest` of the condition is still to be asked.
            others: rules whose whole condition is.
            context: the event and all that can be known of it.

        Returns:
            The same without those that don't apply, whatever lookups answer: in which order a condition is written
            must not decide which lookups are made.
        """
        self._context = context
        self._open = [(rule, rule.rest) for rule in found if rule in self._needs]
        self._open += [(rule, rule.when) for rule in others if rule in self._needs]
        self._advance()
        return [rule for rule in found if rule not in self._out], [rule for rule in others if rule not in self._out]

    def _wait(self, call: Call) -> Row | Outcome | FetchError:
        began = time.monotonic()
        while call.answer is PENDING:
            now = time.monotonic()
            if now >= call.until and call.until <= self._until:
                self._fetcher.cut_off(call)
                break
            if now >= self._until:
                self.waited += now - began
                return FetchError("deadline")
            try:
                self._arrivals.get(timeout=min(call.until, self._until) - now)
            except Empty:
                continue
            self._advance()
        self.waited += time.monotonic() - began
        return call.answer

    def _start(self, keys: Mapping[str, Key]) -> None:
        for lookup, (call, how) in self._fetcher.ask(keys, self._arrivals).items():
            self._calls[lookup] = call
            self.made += how == "made"
            self.cached += how in ("cached", "joined")
            self.skipped += how == "skipped"

    def _advance(self) -> None:
        """Try the rules with what is known by now, and start what they miss."""
        answered = True
        while answered and time.monotonic() < self._until:
            self._wanted = {}
            self._open = [(rule, ask) for rule, ask in self._open if self._misses(rule, ask)]
            self._start(self._wanted)
            # What is kept is there at once, and may be what another key is made of.
            answered = any(self._calls[lookup].answer is not PENDING for lookup in self._wanted)

    def _misses(self, rule: Rule, ask: Decide | None) -> bool:
        """Tell whether a rule may still need a lookup whose answer isn't there, and want those that it may."""
        needs, misses = self._needs[rule], False
        if ask is not None:
            wanted = self._wanted.copy()
            truth = ask(self._look())
            if truth is False:
                self._wanted = wanted
                self._out.add(rule)
                return False
            if truth is None:
                misses = self._want(needs.condition)
                if not misses:  # it is in doubt for good, so its values aren't asked for
                    return self._want(needs.tests)
        for read, lookups in needs.values:
            self._missed = False
            read(self._look())
            if self._missed:
                self._want(lookups)
                misses = True
        return self._want(needs.tests) or misses

    def _want(self, lookups: Iterable[str]) -> bool:
        """Want lookups, as far as their keys are known; tell whether an answer is missing."""
        self._missed = False
        for lookup in lookups:
            self._lookups[lookup].row(self._look())
        return self._missed

    def _look(self) -> Context:
        """Make a context that waits for nothing, for one look: what it remembers may be missing in the next."""
        context = self._context
        return Context(context.event, context.client, self._known, context.now)

    def _known(self, lookup: str, key: Key) -> Row | Outcome:
        call = self._calls.get(lookup)
        if call is None:
            self._wanted[lookup] = key
        elif call.answer is not PENDING:
            return FAILED if isinstance(call.answer, FetchError) else call.answer
        self._missed = True
        return PENDING
