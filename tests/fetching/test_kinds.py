"""What a kind is told of a lookup, and which kinds there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pretoken.trigger.errors import PlanError
from pretoken.trigger.fetching.dynamodb import DynamoDB
from pretoken.trigger.fetching.function import Function
from pretoken.trigger.fetching.kinds import KINDS, LARGEST, UNREADABLE, Declared, check_kinds, kinds_of
from pretoken.trigger.lookups import KEYS
from tests.fetching.declarations import declared, in_table
from tests.trigger.plans import make_plan, pool

if TYPE_CHECKING:
    from pretoken.trigger.fetching.aws import AWS


def test_half_a_second_is_what_a_lookup_has_unless_it_says_otherwise() -> None:
    assert Declared("l", {}, {"fields": {}}).timeout == 0.5
    assert Declared("l", {}, {"fields": {}, "timeout": "2s"}).timeout == 2


def test_an_answer_is_kept_only_if_that_is_declared() -> None:
    assert declared({}).cached is None
    assert declared({}, cache="5m").cached == 300


def test_a_field_is_where_it_says_or_else_under_its_name() -> None:
    fields = {"plan": {}, "seats": {"at": "limits.seats"}, "a.b": {}, "tier": {"at": "tier"}}
    paths = declared({}, fields).paths
    assert paths == {"plan": ("plan",), "seats": ("limits", "seats"), "a.b": ("a.b",), "tier": ("tier",)}


@pytest.mark.parametrize(
    ("document", "row"),
    [
        ({"plan": "pro", "limits": {"seats": 5}}, {"plan": "pro", "seats": 5}),
        ({"plan": "pro", "secret": "x", "limits": {"seats": 5, "more": 1}}, {"plan": "pro", "seats": 5}),
        ({}, {}),
        ({"plan": None, "limits": {"seats": None}}, {}),
        ({"plan": "", "limits": {"seats": 0}}, {"plan": "", "seats": 0}),
        ({"plan": False, "limits": {}}, {"plan": False}),
        ({"plan": [], "limits": None}, {"plan": []}),
        ({"plan": {}, "limits": "seats"}, {"plan": {}, "seats": UNREADABLE}),
        ({"limits": ["seats"]}, {"seats": UNREADABLE}),
        ({"limits.seats": 5, "seats": 6}, {}),
    ],
    ids=str,
)
def test_a_row_has_the_declared_fields_and_nothing_else(document: dict[str, Any], row: dict[str, Any]) -> None:
    """A field that isn't there, or is null, is left out; one of another type is told by whoever reads the row."""
    assert declared({}, {"plan": {}, "seats": {"type": "number", "at": "limits.seats"}}).row(document) == row


def test_the_kinds_are_those_that_aws_answers(aws: AWS) -> None:
    kinds = kinds_of(aws)
    assert tuple(kinds) == KINDS
    assert isinstance(kinds["dynamodb"]([in_table()]), DynamoDB)
    assert isinstance(kinds["lambda"]([declared({"function": "f"})]), Function)


def test_no_answer_is_longer_than_any_token() -> None:
    assert LARGEST == 65536


@pytest.mark.parametrize("provider", KEYS)
def test_a_kind_that_is_not_made_is_refused_with_a_cure(provider: str) -> None:
    plan = make_plan(pool=pool(lookups={"user": {provider: {}}, "other": {"parameter": {}}}))
    check_kinds(plan, [])
    if provider in KINDS:
        check_kinds(plan, ["user"])
        return
    with pytest.raises(PlanError) as refused:
        check_kinds(plan, ["user"])
    assert str(refused.value) == (
        f"the lookup `user` is a `{provider}`, which isn't supported yet; use `dynamodb` or `lambda`"
    )
