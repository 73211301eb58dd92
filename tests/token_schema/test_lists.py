"""Scopes and groups."""

from __future__ import annotations

from typing import Any

import pytest

from tests.token_schema.tokens import Tokens, tokens_of

ADMIN = "aws.cognito.signin.user.admin"


def scopes(edit: Any = None, /, when: Any = None, **pool: Any) -> Tokens:
    rule = {"access_token": {"scopes": edit}} | ({} if when is None else {"when": when})
    return tokens_of({} if edit is None else {"r": rule}, **pool)


def groups(edit: Any = None, /, when: Any = None, **pool: Any) -> Tokens:
    rule = {"groups": edit} | ({} if when is None else {"when": when})
    return tokens_of({} if edit is None else {"r": rule}, **pool)


def told(tokens: Tokens, name: str, kind: str = "web.user") -> Any:
    return tokens.definition(kind)["x-pretoken"][name]


def have(tokens: Tokens, *names: str, machine: bool = False) -> bool:
    return tokens.take(machine=machine, **{"cognito:groups": [*names]})


@pytest.mark.parametrize("scope", ["openid", "orders/read a.b", "!#[]~"])
def test_any_scope_can_be_there_unless_the_pool_closes_them(scope: str) -> None:
    assert scopes().take(scope=scope)
    assert told(scopes(), "scopes") == {"names": [], "others": True}


@pytest.mark.parametrize("scope", ["", " ", "a  b", " a", "a ", 'a"', "a\\b", "é", "a\tb", ["a"], 7])
def test_what_is_no_scope_is_refused(scope: Any) -> None:
    assert not scopes().take(scope=scope)
    assert not scopes(scopes=["a", "b"]).take(scope=scope)


def test_scopes_that_the_pool_does_not_have_are_refused() -> None:
    """Cognito's own are always there."""
    tokens = scopes(scopes=["orders/read", "orders.read"])
    assert tokens.take(scope="orders/read openid orders.read")
    for wrong in ("orders/write", "orders/read orders/write", "orders/rea", "ordersXread", "orders/read2"):
        assert not tokens.take(scope=wrong)
    assert told(tokens, "scopes") == {
        "names": sorted([ADMIN, "email", "openid", "orders.read", "orders/read", "phone", "profile"]),
        "others": False,
    }


def test_scopes_may_be_closed_by_how_they_begin() -> None:
    tokens = scopes(scopes=[{"prefix": "orders/"}, {"prefix": "orders/x"}, "a"])
    assert tokens.take(scope="orders/read a orders/x email")
    assert not tokens.take(scope="invoices/read")
    assert not tokens.take(scope="orders")
    assert told(tokens, "scopes")["others"]


def test_scopes_that_rules_add_can_be_there() -> None:
    tokens = scopes({"add": ["b", "${STAGE}"]}, {"client": "web"}, scopes=["a"])
    assert tokens.take(scope="a b live")
    assert not tokens.take("worker-id", scope="a b")
    computed = scopes({"add": {"from": "attribute.custom:tags", "then": [{"keep": ["b", "b c"]}]}}, scopes=["a"])
    assert computed.take(scope="b a")
    assert not computed.take(scope="c")
    assert scopes({"add": {"from": "attribute.custom:text"}}, scopes=["a"]).take(scope="anything")


def test_scopes_that_a_rule_always_removes_are_refused() -> None:
    for pool in ({}, {"scopes": ["a"]}):
        tokens = scopes({"remove": [ADMIN, "phone"]}, **pool)
        assert tokens.take(scope="a openid")
        for wrong in (ADMIN, f"a {ADMIN}", f"{ADMIN} a", f"a {ADMIN} openid", "phone"):
            assert not tokens.take(scope=wrong)
    assert scopes({"remove": ADMIN}).take(scope=f"{ADMIN}s x{ADMIN}")
    assert not scopes({"remove": {"prefix": "aws."}}, scopes=["a"]).take(scope=ADMIN)


def test_scopes_that_a_rule_removes_now_and_then_can_be_there() -> None:
    tokens = scopes({"remove": ADMIN}, {"groups": "a"})
    assert tokens.take(scope=ADMIN)
    assert scopes({"remove": ADMIN}, trigger=["V1_0", "V2_0"]).take(scope=ADMIN)


def test_scopes_that_are_removed_again_are_never_there() -> None:
    tokens = tokens_of(
        {
            "a": {"access_token": {"scopes": {"add": ["b"]}}},
            "b": {"access_token": {"scopes": {"keep": ["a", "c"], "remove": "c"}}},
        }
    )
    assert tokens.take(scope="a")
    assert not tokens.take(scope="b")
    assert not tokens.take(scope="c")
    assert told(tokens, "scopes") == {"names": ["a"], "others": False}


def test_a_token_without_any_scope_that_there_can_be_has_none() -> None:
    tokens = scopes({"keep": "a", "remove": "a"})
    assert tokens.claim("scope") is False
    assert tokens.take()


def test_a_pattern_has_one_way_for_each_scope() -> None:
    """Or a long token that breaks the policy would take a regular expression forever."""
    declared = [{"prefix": "orders/"}, {"prefix": "o", "not": "others"}]
    tokens = scopes({"add": ["orders/a", "b", "orders/b"]}, scopes=declared)
    assert tokens.take(scope="orders/a b o")
    assert not tokens.take(scope=" ".join(["orders/a"] * 2_000 + ["wrong"]))


def test_any_group_can_be_there_unless_the_pool_closes_them() -> None:
    assert have(groups(), "a", "any/group")
    assert not have(groups(), "x" * 129)
    assert not groups().take(**{"cognito:groups": "a"})


def test_groups_that_the_pool_does_not_have_are_refused() -> None:
    """But for those that Cognito makes for identity providers."""
    tokens = groups(groups=["admins", "editors"])
    assert have(tokens, "admins", "editors", "eu-west-1_Ab12Cd34_AcmeOkta")
    assert not have(tokens, "admins", "owners")
    assert not have(tokens, "x_owners")
    assert told(tokens, "groups") == {"names": ["admins", "editors"], "others": True}


def test_groups_of_identity_providers_that_are_always_removed_are_refused() -> None:
    for remove in ({"from_identity_provider": True}, ["x", {"from_identity_provider": True}]):
        tokens = groups({"remove": remove}, groups=["admins"])
        assert have(tokens, "admins")
        assert not have(tokens, "eu-west-1_Ab12Cd34_AcmeOkta")
        assert told(tokens, "groups") == {"names": ["admins"], "others": False}
    kept = groups({"keep": {"from_identity_provider": True}}, groups=["admins"])
    assert have(kept, "eu-west-1_Ab12Cd34_AcmeOkta")
    assert not have(kept, "editors")


def test_groups_that_rules_add_or_take_are_counted() -> None:
    tokens = groups({"add": ["b"], "remove": "a"}, groups=["a", "c"])
    assert have(tokens, "b", "c")
    assert not have(tokens, "a")
    assert not have(groups({"remove": "a"}), "a")
    assert groups({"keep": "a", "remove": "a"}).claim("cognito:groups") is False


def test_v1_events_edit_groups_too() -> None:
    assert not have(groups({"remove": "a"}, trigger=["V1_0"]), "a")


def test_machines_have_no_groups() -> None:
    tokens = groups({"add": ["b"]})
    assert not have(tokens, "b", machine=True)
    assert told(tokens, "groups", "web.machine") == {"names": [], "others": False}


def test_an_edit_of_roles_is_none_of_groups() -> None:
    assert have(tokens_of({"r": {"iam_roles": {"keep": "a"}}, "s": {"id_token": {"suppress": ["email"]}}}), "b")
