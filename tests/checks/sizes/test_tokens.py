"""How large claims and tokens can get: who writes them, and what rules take away."""

from typing import Any

import pytest

from pretoken.checks.sizes.tokens import TokenBound, Tokens
from pretoken.cognito.tokens import token_bytes
from pretoken.policy.policy import Policy
from pretoken.sealing.sizes import message_characters
from tests.checks.sizes.test_values import text

ARN = "arn:aws:kms:eu-west-1:000000000000:key/a"
POOL: dict[str, Any] = {
    "language": 1,
    "trigger": "V3_0",
    "other_clients": "deny",
    "variables": {"KEY": "any"},
    "groups": ["staff", "admins"],
    "scopes": ["a/b"],
    "attributes": {
        "email": {"max_length": 10},
        "address": {"max_length": 10},
        "birthdate": {},
        "updated_at": {},
        "custom:text": {"max_length": 1},
        "custom:number": {"type": "number"},
        "custom:list": {"type": "strings", "max_length": 2, "max_items": 3},
        "custom:any": {"type": "strings"},
    },
    "lookups": {
        "user": {
            "parameter": {"name": "a"},
            "data": "none",
            "fields": {"list": "strings", "doc": "object", "text": {"max_length": 4}},
        }
    },
    "recipients": {"api": {"key": ARN}, "two": {"key": "${KEY}", "claim": "encrypted_for_api"}},
}
WHEN = {"groups": "staff"}


def bound(rules: dict[str, Any], token: str = "access_token", **pool: object) -> TokenBound:
    return Tokens(Policy.model_validate({"pool": {**POOL, **pool}, "rules": rules})).bound(token)


def claim(value: object, name: str = "c", **rule: object) -> dict[str, Any]:
    return {"access_token": {"claims": {name: value}}, **rule}


def test_cognitos_own_claims_count() -> None:
    """As they are by default, with the longest user name and device; a token is measured as one that is issued."""
    found = bound({})
    assert set(found.claims) == {
        *("sub", "cognito:groups", "iss", "version", "client_id", "origin_jti", "event_id", "token_use", "scope"),
        *("auth_time", "exp", "iat", "jti", "username", "device_key"),
    }
    largest: dict[str, Any] = {name: "x" * (int(one.size) - 2) for name, one in found.claims.items()}
    assert abs(found.size - token_bytes(largest)) <= 2  # for a comma that isn't there, and a number that is text here
    assert found.shares[0].who == "Cognito's own `username`"


def test_the_id_token_has_the_declared_attributes() -> None:
    """Text but for two: what an address is put into, and a number."""
    claims = bound({}, "id_token").claims
    assert {name: one.size for name, one in claims.items() if name in POOL["attributes"]} == {
        "email": text(10),
        "address": 16 + 60,
        "birthdate": 12,
        "updated_at": 24,
        "custom:text": text(1),
        "custom:number": text(64),
        "custom:list": 2 + 3 * (2 * 14 + 6) + 2,
        "custom:any": text(2048),
    }
    assert {"at_hash", "aud", "cognito:username", "cognito:roles", "cognito:preferred_role"} <= set(claims)


@pytest.mark.parametrize(
    ("rules", "most"),
    [
        ({"a": claim("long"), "b": claim("xy", when=WHEN)}, 6),
        ({"a": claim({"add": ["a", "b"]}), "b": claim({"add": "a"})}, 2 + 4 + 4),
        ({"a": claim({"object": {"k": "a"}}), "b": claim({"object": {"k": "bcd", "l": 1}})}, 2 + 10 + 6),
        ({"a": claim({"object": {"k": "a"}}), "b": claim("long, very long")}, 17),
        ({"a": claim({"object": {"k": {"object": {"l": {"add": ["a"]}}}}})}, 2 + 5 + 2 + 5 + 6),
        ({"a": claim("x", name="d"), "b": claim("c")}, 3),
    ],
)
def test_a_claim_is_as_large_as_its_largest_writer_or_its_leaves(rules: dict[str, Any], most: float) -> None:
    """What is added counts together, and each item once."""
    assert bound(rules).claims["c"].size == most


def test_a_claim_with_an_attributes_name_is_the_larger_of_both() -> None:
    """The rule may not apply."""
    rule = {"id_token": {"claims": {"custom:text": "a longer text"}}}
    assert bound({"a": rule}, "id_token").claims["custom:text"].size == 15
    assert bound({"a": {"id_token": {"claims": {"email": "a"}}}}, "id_token").claims["email"].size == text(10)


def test_what_a_rule_always_suppresses_is_gone() -> None:
    """With the groups go the roles; in V1_0 events the access token stays as it is."""
    suppress = {"suppress": ["cognito:groups", "email"]}
    rules = {"a": {"id_token": suppress, "access_token": suppress}}
    assert not {"cognito:groups", "cognito:roles", "cognito:preferred_role", "email"} & set(
        bound(rules, "id_token").claims
    )
    assert "cognito:groups" not in bound(rules).claims
    assert "cognito:groups" in bound(rules, trigger=["V1_0", "V2_0"]).claims
    assert "cognito:groups" not in bound(rules, "id_token", trigger=["V1_0", "V2_0"]).claims
    assert "email" in bound({"a": {"id_token": suppress, "when": WHEN}}, "id_token").claims


def test_lists_hold_what_cognito_and_the_rules_put_into_them() -> None:
    """Scopes are one text; what always applies narrows them."""
    own = sum(
        len(scope) + 1 for scope in ("a_/b", "openid", "email", "phone", "profile", "aws.cognito.signin.user.admin")
    )
    added = {"access_token": {"scopes": {"add": ["a/b", "c"]}}}
    keep = {"access_token": {"scopes": {"keep": ["a/b"]}}}
    from_table = {"access_token": {"scopes": {"add": {"from": "lookup.user.list"}}}}
    assert bound({}).claims["scope"].size == own + 2
    assert bound({"a": added}).claims["scope"].size == own + 2 + 2
    assert bound({"a": added, "b": keep}).claims["scope"].size == 4 + 1 + 2
    assert bound({"a": added, "b": keep}, trigger=["V1_0", "V2_0"]).claims["scope"].size == own + 2 + 2
    assert bound({"a": added, "b": {**keep, "when": WHEN}}).claims["scope"].size == own + 2 + 2
    assert bound({"a": from_table}).gaps == ["`lookup.user.list` has no `max_items`"]
    assert bound({"a": from_table, "b": keep}).gaps == []


def test_groups_of_identity_providers_count_unless_they_are_removed() -> None:
    """A keep that admits more than there is changes nothing."""
    named = 2 + len('"staff","admins",')
    removed = {"groups": {"remove": {"from_identity_provider": True}}}
    wide = {"groups": {"keep": {"safe_as": "principal_tag"}}}
    assert bound({}).claims["cognito:groups"].size == named + text(88) + 1
    assert bound({"a": removed, "b": wide}).claims["cognito:groups"].size == named
    assert bound({"a": {**removed, "when": WHEN}}).claims["cognito:groups"].size == named + text(88) + 1
    more = {"groups": {"add": {"from": "lookup.user.text"}}}
    assert bound({"a": removed, "b": more}).claims["cognito:groups"].size == named + text(4) + 1


def test_a_preferred_role_is_the_longest_that_there_can_be() -> None:
    """The rule may not apply; it is one of the roles, which rules may narrow."""
    rules = {"a": {"iam_roles": {"preferred": "arn:aws:iam::000000000000:role/a"}}}
    assert bound(rules, "id_token").claims["cognito:preferred_role"].size == 2 * 613 + 2
    claims = bound({"a": {"iam_roles": {"keep": "a"}}}, "id_token").claims
    assert (claims["cognito:preferred_role"].size, claims["cognito:roles"].size) == (3, 6)


@pytest.mark.parametrize(("recipient", "key"), [("api", len(ARN)), ("two", 100)])
def test_a_message_counts_as_a_whole(recipient: str, key: int) -> None:
    """Members that several rules write count once, as the longest; `sub` may be a machine's client id."""
    members = {"m": {"from": "lookup.user.text"}, "n": "ab"}
    rules = {
        "a": {"access_token": {"encrypted_for": {recipient: members}}},
        "b": {"access_token": {"encrypted_for": {recipient: {"n": "a"}}}},
    }
    found = bound(rules).claims["encrypted_for_api"]
    content = len('{"sub":""}') + 128 + len('"m":,') + text(4) + len('"n":"ab",')
    assert found.size == 2 + message_characters(content, key, recipient)
    assert sum(share.size for share in found.shares) == pytest.approx(found.size)
    assert [share.who for share in found.shares] == [
        "`encrypted_for.api.m` of rule `a`".replace("api", recipient),
        "`encrypted_for.api.n` of rule `a`".replace("api", recipient),
        f"the encryption for `{recipient}`",
    ]


def test_two_messages_in_one_claim_are_one() -> None:
    """Their rules exclude each other."""
    rules = {
        name: {"access_token": {"encrypted_for": {recipient: {"m": value}}}}
        for name, recipient, value in (("a", "api", "x" * 500), ("b", "two", "x"))
    }
    assert bound(rules).claims["encrypted_for_api"] == bound({"a": rules["a"]}).claims["encrypted_for_api"]


def test_what_has_no_bound_says_why() -> None:
    """Once each, whatever is around it."""
    endless, document = {"from": "lookup.user.list"}, {"from": "lookup.user.doc"}
    rules = {
        "a": claim({"object": {"k": endless, "l": document}}),
        "b": claim({"add": endless}, name="d"),
        "c": {"access_token": {"encrypted_for": {"api": {"m": document}}}},
        "d": claim({"from": "lookup.user.list", "then": {"at_most": 3}}, name="e"),
    }
    found = bound(rules)
    assert found.gaps == ["`lookup.user.doc` is an object of any size", "`lookup.user.list` has no `max_items`"]
    assert bound({"d": rules["d"]}).gaps == []
