"""The breaker: when a dependency is asked, and when it is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from pretoken.trigger.fetching.breaker import FAILURES, LONGEST, SHORTEST, Breaker

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = 1_767_225_600.0


def opened(now: float = NOW) -> Breaker:
    breaker = Breaker()
    for _ in range(FAILURES):
        assert breaker.admits(now)
        breaker.failed(now)
    return breaker


def test_five_outages_in_a_row_open_it() -> None:
    breaker = Breaker()
    for _ in range(4):
        breaker.failed(NOW)
        assert breaker.admits(NOW)
    breaker.failed(NOW)
    assert not breaker.admits(NOW)


def test_an_answer_between_them_makes_them_count_anew() -> None:
    breaker = Breaker()
    for _ in range(4):
        breaker.failed(NOW)
    breaker.succeeded()
    for _ in range(4):
        breaker.failed(NOW)
    assert breaker.admits(NOW)


def test_after_a_second_one_probe_passes_and_nobody_else() -> None:
    breaker = opened()
    assert not breaker.admits(NOW + 0.999)
    assert breaker.admits(NOW + 1)
    assert not breaker.admits(NOW + 1)
    assert not breaker.admits(NOW + 1.999)


def test_a_probe_that_is_answered_closes_it() -> None:
    breaker = opened()
    assert breaker.admits(NOW + 1)
    breaker.succeeded()
    assert breaker.admits(NOW + 1)
    for _ in range(FAILURES):
        assert breaker.admits(NOW + 1)
        breaker.failed(NOW + 1)
    assert not breaker.admits(NOW + 1.999)
    assert breaker.admits(NOW + 2)


def test_each_probe_that_fails_doubles_the_pause_up_to_half_a_minute() -> None:
    breaker, now, pauses = opened(), NOW, []
    for _ in range(8):
        pause = next(pause for pause in range(1, 60) if breaker.admits(now + pause))
        pauses.append(pause)
        now += pause + 0.5  # the probe takes time; the pause counts from its end
        breaker.failed(now)
    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30]
    assert LONGEST == 30


def test_after_an_answer_the_pause_is_a_second_again() -> None:
    breaker = opened()
    assert breaker.admits(NOW + 1)
    breaker.failed(NOW + 1)
    assert breaker.admits(NOW + 3)
    breaker.succeeded()
    for _ in range(FAILURES):
        breaker.failed(NOW + 3)
    assert breaker.admits(NOW + 3 + SHORTEST)


def test_a_probe_that_never_comes_back_holds_nobody_up_for_longer_than_a_pause() -> None:
    breaker = opened()
    assert breaker.admits(NOW + 1)
    assert not breaker.admits(NOW + 1.999)
    assert breaker.admits(NOW + 2)


def test_of_two_probes_that_fail_late_the_pause_doubles_once() -> None:
    breaker = opened()
    assert breaker.admits(NOW + 1)
    assert breaker.admits(NOW + 2)
    breaker.failed(NOW + 2)
    breaker.failed(NOW + 2)
    assert not breaker.admits(NOW + 3.999)
    assert breaker.admits(NOW + 4)


def test_failures_of_requests_that_were_under_way_when_it_opened_change_nothing() -> None:
    breaker = opened()
    for _ in range(10):
        breaker.failed(NOW + 0.9)
    assert breaker.admits(NOW + 1)


@pytest.mark.parametrize("set_back", [0.001, 3600, 10**9])
def test_a_clock_that_is_set_back_keeps_nobody_out(set_back: float) -> None:
    """Otherwise it would stay open until the clock is where it was."""
    breaker = opened()
    now = NOW - set_back
    assert breaker.admits(now)
    assert not breaker.admits(now + 0.999)
    assert breaker.admits(now + 1)


def test_a_clock_that_is_put_forward_ends_the_pause() -> None:
    assert opened().admits(NOW + 10**9)


class Dependency(RuleBasedStateMachine):
    """Requests to a dependency that answers, fails or is silent, at any time and in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.breaker = Breaker()
        self.now = NOW
        self.under_way = 0
        self.in_a_row = 0
        self.last = NOW  # when it opened, the last probe passed, or failed

    def is_open(self) -> bool:
        return self.breaker._opened is not None

    @rule(seconds=st.sampled_from([0.0, 0.1, 0.5, 1.0, 1.5, 4.0, 30.0, 1000.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def ask(self) -> None:
        is_open, pause = self.is_open(), self.breaker._pause
        admitted = self.breaker.admits(self.now)
        if not is_open:
            assert admitted, "closed, it admits all"
        else:
            assert admitted == (self.now - self.last >= pause), "open, it admits one per pause, and that one"
        if admitted:
            self.under_way += 1
            if is_open:
                self.last = self.now

    @precondition(lambda self: self.under_way)
    @rule()
    def answer(self) -> None:
        self.under_way -= 1
        self.in_a_row = 0
        self.breaker.succeeded()
        assert not self.is_open()

    @precondition(lambda self: self.under_way)
    @rule()
    def fail(self) -> None:
        self.under_way -= 1
        self.in_a_row += 1
        was_open, was_probing = self.is_open(), self.breaker._probing
        self.breaker.failed(self.now)
        assert self.is_open() == (was_open or self.in_a_row >= FAILURES)
        if was_probing or not was_open:
            self.last = self.now
        assert SHORTEST <= self.breaker._pause <= LONGEST

    @precondition(lambda self: self.under_way)
    @rule()
    def stay_silent(self) -> None:
        self.under_way -= 1


TestDependency: Callable[[], object] = Dependency.TestCase


def test_one_key_alone_opens_no_breaker() -> None:
    """Else one user, whose own requests time out, could have it opened for all."""
    breaker = Breaker()
    for _ in range(10 * FAILURES):
        breaker.failed(0, who=1)
        breaker.failed(0, who=2)
    assert breaker.admits(0, who=3)
    breaker.failed(0, who=3)
    assert not breaker.admits(0, who=4)


def test_whose_probe_failed_makes_no_other_while_somebody_else_comes() -> None:
    breaker = Breaker()
    for number in range(FAILURES):
        breaker.failed(0, who=number)
    assert breaker.admits(SHORTEST, who=1)
    breaker.failed(SHORTEST, who=1)
    assert not breaker.admits(3 * SHORTEST, who=1)
    assert breaker.admits(3 * SHORTEST, who=2)
    breaker.succeeded()
    assert breaker.admits(3 * SHORTEST, who=1)


def test_where_nobody_else_comes_a_probe_is_made_again_after_the_longest_pause() -> None:
    breaker = Breaker()
    for number in range(FAILURES):
        breaker.failed(0, who=number)
    assert breaker.admits(SHORTEST, who=1)
    breaker.failed(SHORTEST, who=1)
    assert breaker.admits(SHORTEST + LONGEST, who=1)
