"""A decision is deterministic, and asking for it changes nothing."""

from __future__ import annotations

from collections import Counter

from tests.properties.checks import decisions_repeat
from tests.properties.search import let_hypothesis_search, search


def test_the_same_question_has_the_same_answer_however_it_is_asked() -> None:
    let_hypothesis_search(decisions_repeat, examples=60)


def test_the_same_holds_for_many_examples_in_which_rules_act() -> None:
    tally: Counter[str] = Counter()
    assert search(decisions_repeat, 300, tally) is None
    assert tally["acted"] > 0.8 * tally["outcomes"]
