"""However lookups are made, and whatever fails of them, the decision is that of their answers, or takes away."""

from __future__ import annotations

from collections import Counter

from tests.properties.fetching import (
    lookup_lines_tell_nothing,
    lookups_decide_alike,
    lookups_fail_safely,
    lookups_spare_what_is_down,
    lookups_stay_in_time,
)
from tests.properties.search import let_hypothesis_search, search


def test_a_decision_is_that_of_plain_answers_however_lookups_are_made() -> None:
    let_hypothesis_search(lookups_decide_alike, examples=40)


def test_the_same_holds_for_many_events_whose_lookups_run_at_once_in_chains_fail_or_are_kept() -> None:
    tally: Counter[str] = Counter()
    assert search(lookups_decide_alike, 200, tally) is None
    events = tally["events"]
    assert tally["acted"] > 0.8 * events
    assert tally["made"] > 0.6 * events
    assert tally["together"] > 0.2 * events
    assert tally["chain"] > 0.15 * events
    assert tally["kept"] > 0.05 * events
    assert tally["failed"] > 0.3 * events
    assert tally["in doubt"] > 0.2 * events
    assert tally["cut off"] > 0.1 * events
    assert tally["at the same time"] > 0.2 * events


def test_whatever_fails_of_the_lookups_the_outcome_is_a_refusal_or_at_most_the_same() -> None:
    let_hypothesis_search(lookups_fail_safely, examples=40)


def test_the_same_holds_for_many_outcomes_in_which_failures_take_away() -> None:
    tally: Counter[str] = Counter()
    assert search(lookups_fail_safely, 250, tally) is None
    assert tally["failed"] > 0.5 * tally["outcomes"]
    assert tally["cut off"] > 0.2 * tally["outcomes"]
    assert tally["compared"] > 0.6 * tally["outcomes"]
    assert tally["took away"] > 0.4 * tally["compared"]
    assert tally["refused"] > 0.02 * tally["compared"]


def test_lookups_that_hang_are_cut_off_in_time_with_all_that_rests_on_them() -> None:
    tally: Counter[str] = Counter()
    assert search(lookups_stay_in_time, 100, tally) is None
    for what in ("deadline", "timeout", "second link", "spared"):
        assert tally[what] > 0.25 * tally["events"], what


def test_what_is_down_is_spared_and_asked_again_when_it_is_up() -> None:
    tally: Counter[str] = Counter()
    assert search(lookups_spare_what_is_down, 100, tally) is None
    assert tally["opened"] > 0.1 * tally["events"]
    assert tally["probed"] > 0.05 * tally["events"]


def test_the_names_of_lookups_in_log_lines_tell_nothing_personal() -> None:
    tally: Counter[str] = Counter()
    assert search(lookup_lines_tell_nothing, 700, tally) is None
    assert tally["different"] > 0.8 * tally["events"]
    assert tally["named"] > 0.2 * tally["events"]
    assert tally["hidden"] > 0.15 * tally["events"]
