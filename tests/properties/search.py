"""Two ways to look for an example that breaks an invariant: Hypothesis, and many seeded examples."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hypothesis import given, settings

from tests.properties.choices import Seeded, made_by

if TYPE_CHECKING:
    from tests.properties.checks import Check, Tally


def search(check: Check, examples: int, tally: Tally | None = None) -> tuple[int, str] | None:
    """Give the number of the first of so many seeded examples that breaks an invariant, and what is wrong with it."""
    tally = Counter() if tally is None else tally
    for number in range(1, examples + 1):
        problem = check(Seeded(f"{number}"), tally)
        if problem is not None:
            return number, problem
    return None


def let_hypothesis_search(check: Check, examples: int) -> None:
    """Fail with the smallest example that Hypothesis finds to break an invariant."""

    @settings(max_examples=examples)
    @given(made_by(lambda choices: check(choices, Counter())))
    def example(problem: str | None) -> None:
        assert problem is None, problem

    example()
