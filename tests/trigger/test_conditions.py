"""Conditions: Kleene's tables, so that the order of evaluation can't matter."""

from __future__ import annotations

from itertools import permutations, product
from typing import Any

import pytest

from tests.trigger.plans import Lookups, given, outcome

CONDITIONS: dict[bool | None, dict[str, Any]] = {
    True: {"client": "web"},
    False: {"client": "other"},
    None: {"lookup.down.string": "x"},
}
TRUTHS = (True, False, None)
AND = {
    (True, True): True,
    (True, False): False,
    (True, None): None,
    (False, False): False,
    (False, None): False,
    (None, None): None,
}
OR = {
    (True, True): True,
    (True, False): True,
    (True, None): True,
    (False, False): False,
    (False, None): None,
    (None, None): None,
}
BOTH = list(product(TRUTHS, TRUTHS))


@pytest.mark.parametrize(("one", "other"), BOTH)
def test_all_is_false_if_a_member_is_and_unknown_before_it_is_true(one: bool | None, other: bool | None) -> None:
    expected = AND.get((one, other), AND.get((other, one)))
    assert outcome({"all": [CONDITIONS[one], CONDITIONS[other]]}) is expected


@pytest.mark.parametrize(("one", "other"), BOTH)
def test_any_is_true_if_a_member_is_and_unknown_before_it_is_false(one: bool | None, other: bool | None) -> None:
    expected = OR.get((one, other), OR.get((other, one)))
    assert outcome({"any": [CONDITIONS[one], CONDITIONS[other]]}) is expected


@pytest.mark.parametrize(("truth", "negated"), [(True, False), (False, True), (None, None)])
def test_not_turns_true_and_false_and_keeps_unknown(truth: bool | None, negated: bool | None) -> None:
    assert outcome({"not": CONDITIONS[truth]}) is negated


@pytest.mark.parametrize(("one", "other"), BOTH)
def test_everything_in_one_mapping_must_hold(one: bool | None, other: bool | None) -> None:
    expected = AND.get((one, other), AND.get((other, one)))
    assert outcome({"all": [CONDITIONS[one]], "any": [CONDITIONS[other]]}) is expected
    assert outcome({"not": {"not": CONDITIONS[other]}, "all": [CONDITIONS[one]]}) is expected


@pytest.mark.parametrize("truths", list(product(TRUTHS, repeat=3)))
def test_the_order_of_members_never_matters(truths: tuple[bool | None, ...]) -> None:
    members = [CONDITIONS[truth] for truth in truths]
    for key in ("all", "any"):
        assert len({outcome({key: [*order]}) for order in permutations(members)}) == 1


def test_a_path_is_tested() -> None:
    event = given(groups=["admins", "staff"], scopes=["openid"])
    assert outcome({"groups": "admins"}, event) is True
    assert outcome({"groups": "admins", "scopes": "openid", "client": "web"}, event) is True
    assert outcome({"groups": "admins", "scopes": "orders/read"}, event) is False
    assert outcome({"groups": {"count": 2}}, event) is True


def test_all_puts_two_tests_on_one_list() -> None:
    both = {"all": [{"groups": "a"}, {"groups": "b"}]}
    assert outcome(both, given(groups=["a", "b"])) is True
    assert outcome(both, given(groups=["a"])) is False


def test_a_single_member_is_judged_like_several() -> None:
    for truth, condition in CONDITIONS.items():
        assert outcome({"all": [condition]}) is truth
        assert outcome({"any": [condition]}) is truth


def test_a_condition_reads_derived_values_and_lookups() -> None:
    derived = {"member": {"test": {"lookup.row.strings": "acme"}}}
    assert outcome({"derived.member": True}, derived=derived, lookups={"row": {"strings": ["acme"]}}) is True
    assert outcome({"derived.member": False}, derived=derived, lookups={"row": {}}) is True


def test_what_is_decided_already_is_not_looked_up() -> None:
    lookups = Lookups()
    assert outcome({"client": "other", "lookup.row.string": "x"}, lookups=lookups) is False
    assert outcome({"any": [{"client": "web"}, {"lookup.row.string": "x"}]}, lookups=lookups) is True
    assert lookups.asked == []
