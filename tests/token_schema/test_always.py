"""Claims that are always there: few, since a failure takes a claim away."""

from __future__ import annotations

from typing import Any

import pytest

from tests.token_schema.tokens import tokens_of

TEXT = "attribute.custom:text"


def required(claim: Any, /, others: Any = None, kind: str = "web.user", pool: Any = None, **rule: Any) -> bool:
    """Tell whether a claim `c` that a rule writes is always there."""
    rules = {"r": {"access_token": {"claims": {"c": claim}}, **rule}} | (others or {})
    return "c" in tokens_of(rules, **pool or {}).definition(kind).get("required", [])


@pytest.mark.parametrize(
    "claim",
    [
        "constant",
        {"from": "client.id"},
        {"from": "groups"},
        {"add": ["a"]},
        {"test": {"groups": "a"}},
        {"choose": [{"when": {"groups": "a"}, "value": "a"}], "otherwise": "b"},
        {"from": "variable.STAGE"},
    ],
)
def test_what_can_neither_be_absent_nor_fail_is_always_there(claim: Any) -> None:
    assert required(claim)
    assert required(claim, when={"client": "web"})


@pytest.mark.parametrize(
    "claim",
    [
        {"from": TEXT},  # it can be absent
        {"from": "lookup.user.plan", "default": "free"},  # it can fail
        {"from": "derived.plan"},
        {"test": {"lookup.user.plan": "free"}},
        {"from": "groups", "then": ["only"], "default": "none"},
        {"from": "groups", "then": [{"join": ","}], "default": "none"},
        {"from": "username", "then": ["email_domain"], "default": "none"},
        {"object": {"k": "constant"}},  # which leaves there are is a question of its own
        {"choose": [{"when": {"groups": "a"}, "value": "a"}]},
    ],
)
def test_what_can_be_absent_or_fail_is_not(claim: Any) -> None:
    rules = {"r": {"access_token": {"claims": {"c": claim}}}}
    tokens = tokens_of(rules, derived={"plan": {"from": "lookup.user.plan", "default": "free"}})
    assert "required" not in tokens.definition("web.user")


def test_a_rule_that_may_not_apply_leaves_its_claims_out() -> None:
    assert not required("a", when={"groups": "a"})
    assert not required("a", when={"client": "web"}, kind="worker.user")


def test_a_rule_that_may_be_in_doubt_leaves_its_claims_out() -> None:
    """Of a machine, a lookup by what only users have is absent, but a lookup whose key fails is failed."""
    lookup = {"lambda": {"function": "f", "input": {"k": "{attribute.custom:text}"}}, "data": "none"}
    pool = {"lookups": {"l": lookup | {"fields": {"f": "string"}}}}
    when = {"lookup.l.f": {"exists": False}}
    assert not required("a", when=when, kind="web.machine", pool=pool)
    assert required("a", when=when, kind="web.machine", pool=pool, on_failure="deny")


def test_a_rule_that_denies_on_failure_writes_its_claims_or_there_is_no_token() -> None:
    claim = {"from": "lookup.user.plan", "default": "free"}
    assert required(claim, on_failure="deny")
    assert not required({"from": "lookup.user.plan"}, on_failure="deny")


def test_a_claim_that_another_rule_can_take_away_is_not_always_there() -> None:
    suppresses = {"access_token": {"suppress": ["c"]}}
    assert not required("a", {"s": {**suppresses, "when": {"groups": "a"}}})
    assert required("a", {"s": {**suppresses, "when": {"client": "worker"}}})
    assert required("a", {"s": {"access_token": {"suppress": ["d"]}}, "t": {"groups": {"remove": "a"}}})
    overrides = {"access_token": {"claims": {"c": "b"}}, "overrides": ["r"]}
    assert not required("a", {"s": {**overrides, "when": {"groups": "a"}}})


def test_a_claim_that_a_rule_in_doubt_suppresses_is_not_always_there() -> None:
    lookup = {"lambda": {"function": "f", "input": {"k": "{attribute.custom:text}"}}, "data": "none"}
    pool = {"lookups": {"l": lookup | {"fields": {"f": "string"}}}}
    suppresses = {"access_token": {"suppress": ["c"]}, "when": {"lookup.l.f": "a"}}
    assert not required("a", {"s": suppresses}, kind="web.machine", pool=pool)


def test_events_that_leave_the_access_token_alone_leave_claims_out() -> None:
    assert not required("a", pool={"trigger": ["V1_0", "V2_0"]})
    assert required("a", pool={"trigger": ["V2_0", "V3_0"]})
    assert not required("a", kind="web.machine", pool={"trigger": ["V2_0", "V3_0"]})


def test_what_is_always_there_is_required() -> None:
    tokens = tokens_of({"r": {"access_token": {"claims": {"c": "a"}}, "when": {"client": "web"}}})
    assert tokens.take(c="a")
    assert not tokens.take()
    assert tokens.take("worker-id")
