"""A failure only ever takes away."""

from __future__ import annotations

from collections import Counter

from tests.properties.checks import failures_only_take_away
from tests.properties.search import let_hypothesis_search, search


def test_more_failures_mean_a_refusal_or_at_most_the_same_tokens() -> None:
    let_hypothesis_search(failures_only_take_away, examples=60)


def test_the_same_holds_for_many_examples_in_which_rules_act_and_failures_take_away() -> None:
    tally: Counter[str] = Counter()
    assert search(failures_only_take_away, 650, tally) is None
    assert tally["acted"] > 0.8 * tally["outcomes"]
    assert tally["in doubt"] > 0.2 * tally["outcomes"]
    assert 0.02 * tally["outcomes"] < tally["refused"] < 0.3 * tally["outcomes"]
    assert tally["compared"] > 0.6 * tally["outcomes"]
    assert tally["took away"] > 0.2 * tally["compared"]
    assert tally["newly refused"] > 0.02 * tally["compared"]
