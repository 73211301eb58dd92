"""Every access token passes the schema that is derived of its policy beforehand, and many others don't."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from pretoken.token_schema import claims, rules, shapes, values
from tests.properties.search import let_hypothesis_search, search
from tests.properties.token_schema import tokens_pass

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES = 150


def test_every_token_passes_the_schema_of_its_policy() -> None:
    """Whatever the policy, the event and what fails; two validators agree, also of tokens that break the policy."""
    tally = Counter[str]()
    assert search(tokens_pass, EXAMPLES, tally) is None
    assert tally["refused"] > tally["broken"] / 3


def test_hypothesis_finds_no_token_either_that_does_not_pass() -> None:
    let_hypothesis_search(tokens_pass, 15)


def _first_branch(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(values.Values, "_chosen", lambda self, value: self.value(value.choose[0].value))


def _first_writer(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(claims, "schema_of", lambda every: shapes.schema_of([*every][:1]))


def _all_leaves(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(claims, "object_schema", lambda members: {"type": "object", "required": [*members]})


def _any_writer(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rules.Rules, "always_write", lambda self, claim: claim in self.writers)


def _whatever_condition(patch: pytest.MonkeyPatch) -> None:
    read = rules.Rules.__init__

    def patched(self: rules.Rules, *arguments: Any) -> None:
        read(self, *arguments)
        self.certain = frozenset(self.applying)

    patch.setattr(rules.Rules, "__init__", patched)


@pytest.mark.parametrize("plant", [_first_branch, _first_writer, _all_leaves, _any_writer, _whatever_condition])
def test_a_planted_fault_is_found(plant: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """One branch or writer of several, leaves and claims that are always there, removals that always happen."""
    plant(monkeypatch)
    assert search(tokens_pass, 1_000) is not None
