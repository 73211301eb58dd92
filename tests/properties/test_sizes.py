"""No token is larger than what is computed of its policy beforehand."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from pretoken.checks.sizes import bound, claims, values
from tests.properties.search import let_hypothesis_search, search
from tests.properties.sizes import tokens_fit

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES = 300


def test_no_token_is_larger_than_its_bound() -> None:
    """Whatever the policy, its inputs at their longest, and how the characters are escaped; bounds are also reached."""
    tally = Counter[str]()
    assert search(tokens_fit, EXAMPLES, tally) is None
    assert tally["close"] > tally["claims"] / 10


def test_hypothesis_finds_no_larger_token_either() -> None:
    let_hypothesis_search(tokens_fit, 25)


def _escape_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(bound, "nested", lambda cost: cost)


def _largest_part(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(values.Values, "union", lambda _self, members: max(members, key=lambda one: one.total))


def _first_writer(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(claims, "largest", lambda every: next(iter(every)))


@pytest.mark.parametrize("plant", [_escape_once, _largest_part, _first_writer])
def test_a_planted_fault_is_found(plant: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """A JSON text that is escaped once, a union as large as its largest part, a claim as its first rule writes it."""
    plant(monkeypatch)
    assert search(tokens_fit, 4_000) is not None
