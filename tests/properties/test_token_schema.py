"""Every access token passes the schema that is derived of its policy beforehand, and few others do."""

from __future__ import annotations

from collections import Counter

from tests.properties.search import let_hypothesis_search, search
from tests.properties.token_schema import tokens_pass

EXAMPLES = 150


def test_every_token_passes_the_schema_of_its_policy() -> None:
    """Whatever the policy, the event and what fails; two validators agree, also of tokens that break the policy."""
    tally = Counter[str]()
    assert search(tokens_pass, EXAMPLES, tally) is None
    assert tally["refused"] > tally["broken"] / 2


def test_hypothesis_finds_no_token_either_that_does_not_pass() -> None:
    let_hypothesis_search(tokens_pass, 15)
