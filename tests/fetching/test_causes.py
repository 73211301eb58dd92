"""Causes: every way to fail has a word, and the word says what to do."""

from __future__ import annotations

import pytest

from pretoken.trigger.fetching.causes import CAUSES, OUTAGES, TRANSIENT, FetchError


@pytest.mark.parametrize("cause", CAUSES)
def test_an_error_says_what_its_cause_means_and_holds_nothing_else(cause: str) -> None:
    error = FetchError(cause)
    assert (error.cause, error.args, str(error)) == (cause, (cause,), CAUSES[cause])
    assert vars(error) == {"cause": cause}


@pytest.mark.parametrize("meaning", CAUSES.values())
def test_a_meaning_fits_into_a_line_and_a_table(meaning: str) -> None:
    assert meaning[0].islower()
    assert not meaning.endswith(".")
    assert "|" not in meaning
    assert "\n" not in meaning


def test_only_what_tells_of_the_dependency_opens_the_breaker() -> None:
    """What a user's own key or row brings about mustn't, or one could open it for all."""
    own = {"refused", "function-error", "unreadable", "too-large", "wrong-type", "failed"}
    of_ours = {"deadline", "breaker-open", "busy"}
    assert {*CAUSES} == OUTAGES | own | of_ours
    assert not OUTAGES & (own | of_ours)


def test_what_is_worth_a_second_attempt_is_an_outage() -> None:
    assert TRANSIENT < OUTAGES
    assert not {"access-denied", "no-credentials", "not-found"} & TRANSIENT
