"""The cache: what is kept, how long, and how much of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from pretoken.trigger.fetching import cache as module
from pretoken.trigger.fetching.cache import MOST, MOST_CHARACTERS, Cache

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = 1_767_225_600.0


def test_an_answer_is_kept_as_long_as_declared_counted_from_when_it_was_asked_for() -> None:
    cache = Cache(300)
    cache.put("anna", {"plan": "pro"}, NOW)  # however long it took
    assert cache.get("anna", NOW) == ({"plan": "pro"},)
    assert cache.get("anna", NOW + 299.999) == ({"plan": "pro"},)
    assert cache.get("anna", NOW + 300) is None


def test_an_answer_that_took_longer_than_it_may_be_kept_is_never_used() -> None:
    cache = Cache(1)
    cache.put("anna", {}, NOW)
    assert cache.get("anna", NOW + 1) is None


def test_what_is_too_old_is_let_go() -> None:
    cache = Cache(1)
    cache.put("anna", {}, NOW)
    assert cache.get("anna", NOW + 1) is None
    assert cache.get("anna", NOW) is None
    assert not cache._kept


def test_no_row_is_an_answer_too() -> None:
    cache = Cache(1)
    cache.put("anna", None, NOW)
    assert cache.get("anna", NOW) == (None,)
    assert cache.get("otto", NOW) is None


@pytest.mark.parametrize("set_back", [0.001, 1, 3600])
def test_what_was_kept_after_the_present_is_too_old(set_back: float) -> None:
    """The clock was set back, so nobody knows how long it has been kept."""
    cache = Cache(10**6)
    cache.put("anna", {}, NOW)
    assert cache.get("anna", NOW - set_back) is None
    assert cache.get("anna", NOW) is None


def test_beyond_500_the_one_that_was_kept_first_goes() -> None:
    assert MOST == 500
    cache = Cache(300)
    for key in range(501):
        cache.put(key, {}, NOW)
    assert len(cache._kept) == 500
    assert cache.get(0, NOW) is None
    assert cache.get(1, NOW) == ({},)
    assert cache.get(500, NOW) == ({},)


def test_what_is_renewed_goes_last_and_takes_no_place_of_another() -> None:
    cache = Cache(300)
    for key in range(500):
        cache.put(key, {}, NOW)
    cache.put(2, {"plan": "pro"}, NOW + 1)
    assert cache.get(0, NOW + 1) == ({},)
    for key in range(500, 503):
        cache.put(key, {}, NOW + 1)
    assert [key for key in range(5) if cache.get(key, NOW + 1)] == [2, 4]


def test_an_answer_never_replaces_one_that_was_asked_for_later() -> None:
    """The slow answer may say what was taken away before the other one was asked for."""
    cache = Cache(300)
    cache.put("anna", {"plan": "free"}, NOW + 1)
    cache.put("anna", {"plan": "pro"}, NOW)
    assert cache.get("anna", NOW + 2) == ({"plan": "free"},)
    cache.put("anna", {"plan": "team"}, NOW + 1)
    assert cache.get("anna", NOW + 2) == ({"plan": "team"},)


def test_all_can_be_let_go() -> None:
    cache = Cache(300)
    cache.put("anna", {}, NOW)
    cache.clear()
    assert cache.get("anna", NOW) is None


SECONDS, BOUND = 10.0, 3
KEYS = st.sampled_from("abcde")


class Environment(RuleBasedStateMachine):
    """Answers that arrive in any order, under a clock that anyone may set."""

    def __init__(self) -> None:
        super().__init__()
        self.cache = Cache(SECONDS)
        self.now = NOW
        self.number = 0
        self.put: dict[str, list[tuple[float, Any]]] = {}
        self.most, module.MOST = module.MOST, BOUND

    def teardown(self) -> None:
        module.MOST = self.most

    @rule(seconds=st.floats(0, 2 * SECONDS) | st.just(SECONDS))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(seconds=st.floats(0, 2 * SECONDS))
    def clock_is_set_back(self, seconds: float) -> None:
        self.now -= seconds

    @rule(key=KEYS, ago=st.just(0.0) | st.floats(0, 2 * SECONDS), is_row=st.booleans())
    def an_answer_arrives(self, key: str, ago: float, *, is_row: bool) -> None:
        self.number += 1
        row = {"number": self.number} if is_row else None
        self.cache.put(key, row, self.now - ago)
        self.put.setdefault(key, []).append((self.now - ago, row))

    @rule(key=KEYS)
    def something_is_asked_for(self, key: str) -> None:
        found = self.cache.get(key, self.now)
        if found is not None:
            young = [row for asked, row in self.put[key] if 0 <= self.now - asked < SECONDS]
            assert found[0] in young, "never an answer that is too old, or another key's"

    @rule(key=KEYS)
    def what_was_just_kept_is_there(self, key: str) -> None:
        self.cache.clear()
        self.put.clear()
        self.an_answer_arrives(key, 0.0, is_row=True)
        assert self.cache.get(key, self.now) == ({"number": self.number},)

    @invariant()
    def there_are_never_more_than_the_bound(self) -> None:
        assert len(self.cache._kept) <= BOUND


TestEnvironment: Callable[[], object] = Environment.TestCase


def test_answers_together_are_bounded_too() -> None:
    """Objects take many times what they take as JSON."""
    kept = Cache(60)
    row = {"text": "x" * (MOST_CHARACTERS // 3)}
    for number in range(4):
        kept.put(number, row, asked=0)
    assert [kept.get(number, 0) is not None for number in range(4)] == [False, False, True, True]
    kept.put("all", {"text": "x" * MOST_CHARACTERS}, asked=0)
    assert kept.get("all", 0) is None
    assert kept._characters == 0
