"""Cognito's contract holds for every answer."""

from __future__ import annotations

from collections import Counter

from tests.properties.checks import answers_keep_the_contract
from tests.properties.search import let_hypothesis_search, search


def test_every_answer_keeps_the_contract_and_is_the_whole_event() -> None:
    let_hypothesis_search(answers_keep_the_contract, examples=60)


def test_the_same_holds_for_many_examples_in_which_rules_act() -> None:
    tally: Counter[str] = Counter()
    assert search(answers_keep_the_contract, 700, tally) is None
    assert tally["acted"] > 0.8 * tally["outcomes"]
    assert tally["refused"] < 0.3 * tally["outcomes"]
