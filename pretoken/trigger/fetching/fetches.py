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

    from pretoken.cognito.events import Event
    from pretoken.trigger.fetching.call import Call, Key
    from pretoken.trigger.fetching.fetcher import Fetcher
    from pretoken.trigger.fetching.needs import Needs
    from pretoken.trigger.lookups import Answers, Lookup, Row
    from pretoken.trigger.outcomes import Decide, Outcome, Value
    from pretoken.trigger.rules import Rule


_SOON = 0.2
"""The share of a lookup's time that may be missing at the deadline for it to be the lookup that took too long."""


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
        given: answers for which nobody needs to be asked, by lookup.

    Attributes:
        failures: the cause by which each lookup failed that was asked for.
        made, cached, skipped: how many were asked for, answered from what is kept, or not asked for their breaker.
        waited: seconds.
    """

    __slots__ = (
        "_about",
        "_arrivals",
        "_calls",
        "_fetcher",
        "_given",
        "_lookups",
        "_missed",
        "_needs",
        "_open",
        "_out",
        "_tried",
        "_until",
        "_untils",
        "_wanted",
        "cached",
        "failures",
        "made",
        "skipped",
        "waited",
    )

    _about: tuple[Event, Value, int]

    def __init__(
        self,
        fetcher: Fetcher,
        lookups: Mapping[str, Lookup],
        needs: Mapping[Rule, Needs],
        until: float,
        given: Mapping[str, Row | Outcome],
    ) -> None:
        self._fetcher = fetcher
        self._lookups = lookups
        self._needs = needs
        self._until = until
        self._given = given
        self._arrivals: SimpleQueue[Call] = SimpleQueue()
        self._calls: dict[str, Call] = {}
        self._untils: dict[str, float] = {}
        self._open: list[tuple[Rule, Decide | None]] = []
        self._out: set[Rule] = set()
        self._wanted: dict[str, Key] = {}
        self._tried: dict[str, bool] = {}
        self._missed = False
        self.failures: dict[str, str] = {}
        self.made = self.cached = self.skipped = 0
        self.waited = 0.0

    def __call__(self, lookup: str, key: Key) -> Row | Outcome:
        """Give the row of a lookup, waiting for it while there is time; `FAILED` if there is none."""
        if lookup in self._given:
            return self._given[lookup]
        if lookup in self.failures:
            return FAILED
        call = self._calls.get(lookup)
        if call is None or call.key != key:
            if time.monotonic() >= self._until:
                self.failures[lookup] = "deadline"
                return FAILED
            self._start({lookup: key})
            call = self._calls[lookup]
        answer = self._in_time(call) if call.answer is not PENDING else self._wait(call, self._untils[lookup])
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
        self._about = context.event, context.client, context.now
        self._open = [(rule, rule.rest) for rule in found if rule in self._needs]
        self._open += [(rule, rule.when) for rule in others if rule in self._needs]
        self._advance()
        return [rule for rule in found if rule not in self._out], [rule for rule in others if rule not in self._out]

    def close(self) -> None:
        """Wait for nothing more; requests that aren't over go on, and nobody judges by them."""
        for call in self._calls.values():
            self._fetcher.leave(call, self._arrivals)

    def _wait(self, call: Call, until: float) -> Row | Outcome | FetchError:
        """Wait until an answer is there, but no longer than for the lookup's own time, nor for that of all of them."""
        began = now = time.monotonic()
        while call.answer is PENDING and now < min(until, self._until):
            try:
                self._arrivals.get(timeout=min(until, self._until) - now)
            except Empty:
                pass
            else:
                self._advance()
            now = time.monotonic()
        self.waited += now - began
        if call.answer is not PENDING:
            return self._in_time(call)
        if until - self._until > self._fetcher.patience(call.lookup) * _SOON:
            return FetchError("deadline")
        self._fetcher.cut_off(call, self._arrivals)
        return FetchError("timeout")

    def _in_time(self, call: Call) -> Row | Outcome | FetchError:
        """Give an answer that came within the lookup's time, whoever waited for it, and when."""
        return FetchError("timeout") if call.arrived > self._untils[call.lookup] else call.answer

    def _start(self, keys: Mapping[str, Key]) -> None:
        now = time.monotonic()
        self._untils |= {lookup: now + self._fetcher.patience(lookup) for lookup in keys}
        for lookup, (call, how) in self._fetcher.ask(keys, self._arrivals).items():
            self._calls[lookup] = call
            self.made += how == "made"
            self.cached += how in ("cached", "joined")
            self.skipped += how == "skipped"

    def _advance(self) -> None:
        """Try the rules with what is known by now, and start what they miss."""
        answered = True
        while self._open and answered and time.monotonic() < self._until:
            self._wanted, self._tried = {}, {}
            known = self._look(self._known)
            still = []
            for rule, ask in self._open:
                if self._misses(rule, ask, known):
                    still.append((rule, ask))
                if time.monotonic() >= self._until:
                    return
            self._open = still
            self._start(self._wanted)
            # What is kept is there at once, and may be what another key is made of.
            answered = any(self._calls[lookup].answer is not PENDING for lookup in self._wanted)

    def _misses(self, rule: Rule, ask: Decide | None, known: Context) -> bool:
        """Tell whether a rule may still need a lookup whose answer isn't there, and want those that it may."""
        needs, misses = self._needs[rule], False
        if ask is not None:
            truth = ask(known)
            if truth is False:
                self._out.add(rule)
                return False
            if truth is None:
                misses = self._want(needs.condition)
                if not misses:  # it is in doubt for good, so its values aren't asked for
                    return self._want(needs.tests)
        for read, lookups in needs.values:
            self._missed = False
            read(self._look(self._known_or_wanted))
            if self._missed:
                self._want(lookups)
                misses = True
        return self._want(needs.tests) or misses

    def _want(self, lookups: Iterable[str]) -> bool:
        """Want lookups, as far as their keys are known; tell whether an answer is missing."""
        misses = False
        for lookup in lookups:
            if lookup not in self._tried:  # many rules may need the same ones
                self._missed = False
                self._lookups[lookup].row(self._look(self._known_or_wanted))
                self._tried[lookup] = self._missed
            misses = misses or self._tried[lookup]
        return misses

    def _look(self, answers: Answers) -> Context:
        """Make a context that waits for nothing; what it remembers holds as long as nothing more is known."""
        event, client, now = self._about
        return Context(event, client, answers, now)

    def _known(self, lookup: str, _key: Key) -> Row | Outcome:
        """Answer with what is known."""
        if lookup in self._given:
            return self._given[lookup]
        if lookup in self.failures:
            return FAILED
        call = self._calls.get(lookup)
        if call is None or call.answer is PENDING:
            return PENDING
        answer = self._in_time(call)
        return FAILED if isinstance(answer, FetchError) else answer

    def _known_or_wanted(self, lookup: str, key: Key) -> Row | Outcome:
        """Answer with what is known, and want what nobody has asked for."""
        answer = self._known(lookup, key)
        if answer is PENDING:
            self._missed = True
            if lookup not in self._calls:
                self._wanted[lookup] = key
        return answer
