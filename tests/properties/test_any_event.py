"""Whatever comes, there is a valid answer or a neutral refusal, and nobody reads personal data."""

from __future__ import annotations

import base64
import json
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.choices import Seeded
from tests.properties.faults import fail_in_the_evaluator
from tests.properties.handling import (
    SAMPLE_PLAN,
    SAMPLE_VARIABLES,
    SAMPLES,
    generated_event_is_handled,
    handled,
    mutated_event_is_handled,
)
from tests.properties.json_values import nested
from tests.properties.marks import MARKS, leak
from tests.properties.search import let_hypothesis_search, search

if TYPE_CHECKING:
    from tests.properties.checks import Check


@pytest.mark.parametrize("check", [generated_event_is_handled, mutated_event_is_handled])
def test_an_event_full_of_marks_is_answered_or_refused_without_showing_one(check: Check) -> None:
    let_hypothesis_search(check, examples=50)


@pytest.mark.parametrize(("check", "answered"), [(generated_event_is_handled, 0.6), (mutated_event_is_handled, 0.1)])
def test_the_same_holds_for_many_events_answered_and_refused(check: Check, answered: float) -> None:
    tally: Counter[str] = Counter()
    assert search(check, 400, tally) is None
    assert tally["answered"] > answered * tally["events"]
    assert tally["refused"] > 0.1 * tally["events"]


def test_an_error_in_the_evaluator_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    fail_in_the_evaluator(monkeypatch)
    tally: Counter[str] = Counter()
    assert search(generated_event_is_handled, 50, tally) is None
    assert tally["refused"] == tally["events"]


@settings(max_examples=50)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(MARKS),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    )
)
def test_any_json_at_all_is_refused(value: Any) -> None:
    problem = handled(SAMPLE_PLAN, SAMPLE_VARIABLES, value, Seeded("any"), Counter())
    assert problem is None, problem


@pytest.mark.parametrize("place", ["userAttributes", "clientMetadata", "groupConfiguration", "scopes", "other"])
def test_endless_nesting_is_refused(place: str) -> None:
    raw = {**SAMPLES[-1], "request": {**SAMPLES[-1]["request"], place: nested(50_000)}}
    tally: Counter[str] = Counter()
    assert handled(SAMPLE_PLAN, SAMPLE_VARIABLES, raw, Seeded("deep"), tally) is None
    assert tally["answered"] == 0  # what is nested too deep can't be sent either


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_would_be_seen_in_every_form(mark: str) -> None:
    encoded = base64.b64encode(f"xy{mark}z".encode()).decode()
    for text in (mark, mark.lower(), mark.upper(), mark[::-1], mark[:7], encoded, quote(mark), json.dumps(mark)):
        assert leak(f"{{x: {text}}}") is not None, text
    assert leak("Signing in isn't possible at the moment. (reference 0123456789abcdef)") is None
