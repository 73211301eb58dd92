"""Claims that several rules write, for some tokens or for all; and messages."""

from __future__ import annotations

from typing import Any

from tests.token_schema.tokens import tokens_of

TEXT = {"from": "attribute.custom:text"}


def writes(when: Any = None, **claims: Any) -> dict[str, Any]:
    return {"access_token": {"claims": claims}} | ({} if when is None else {"when": when})


def test_a_claim_is_refused_in_the_tokens_of_another_client() -> None:
    tokens = tokens_of({"r": writes({"client": "web", "groups": "a"}, plan="free")})
    assert tokens.take(plan="free")
    assert tokens.take()
    assert not tokens.take(plan="gold")
    assert not tokens.take("worker-id", plan="free")
    assert tokens.take("worker-id")


def test_a_claim_of_users_is_refused_in_the_tokens_of_machines() -> None:
    tokens = tokens_of(
        {
            "r": {**writes(tenant=TEXT), "id_token": {"claims": {"shown": TEXT}}},
            "s": writes({"principal": "machine"}, service="worker"),
        }
    )
    assert tokens.take(tenant="acme")
    assert not tokens.take(machine=True, tenant="acme")
    assert "shown" not in tokens.definition("web.user")["properties"]
    assert tokens.take(machine=True, service="worker")
    assert not tokens.take(service="worker")


def test_claims_that_no_rule_names_are_welcome() -> None:
    """Cognito adds claims over time."""
    assert tokens_of({"r": writes(plan="free")}).take(plan="free", new=[{"claim": None}], device_key="d", version=2)


def test_claims_of_cognito_itself_have_their_types() -> None:
    tokens = tokens_of({})
    assert not tokens.take(token_use="id")
    assert not tokens.take(exp="never")
    assert not tokens.take(sub=7)
    assert tokens.take(aud="https://api.example.com")
    assert tokens.take(aud=["web-id"])


def test_aud_may_be_what_cognito_binds_the_token_to() -> None:
    tokens = tokens_of({"r": writes(aud={"from": "client.id"})})
    assert tokens.take(aud="https://api.example.com")
    assert not tokens.take(aud=7)


def test_what_several_rules_write_may_be_any_of_it() -> None:
    tokens = tokens_of(
        {
            "a": writes({"groups": "a"}, level="a", flag=True, many=["x"]),
            "b": writes({"groups": {"not": "a"}}, level=1, flag={"from": "attribute.custom:flag"}, many=[1]),
            "c": writes({"groups": "c"}, level="c", flag="no", many=[2]),
            "d": writes({"groups": "d"}, level=2, flag={"from": "attribute.custom:since"}, many=TEXT),
            "e": writes({"groups": "e"}, flag=3.5, level={"object": {"k": "a"}}),
        }
    )
    assert tokens.claim("level") == {
        "anyOf": [
            {"type": "string", "enum": ["a", "c"]},
            {"type": "number", "enum": [1, 2]},
            {"type": "object", "properties": {"k": {"type": "string", "enum": ["a"]}}}
            | {"additionalProperties": False, "minProperties": 1},
        ]
    }
    assert tokens.claim("flag") == {
        "anyOf": [{"type": "boolean"}, {"type": "string", "enum": ["no"]}, {"type": "number"}]
    }
    assert tokens.take(many=["x"])
    assert tokens.take(many=[2])
    assert tokens.take(many="any")
    assert not tokens.take(many=["x", 1])
    assert not tokens.take(many=[3])


def test_what_several_rules_add_is_counted_together() -> None:
    tokens = tokens_of(
        {
            "a": writes(None, p={"add": ["a", "b"]}),
            "b": writes({"groups": "b"}, p={"add": {"from": "attribute.custom:tags", "then": [{"keep": "c"}]}}),
            "c": writes({"principal": "machine"}, p={"add": ["never"]}),
        }
    )
    assert tokens.claim("p") == {
        "type": "array",
        "items": {"type": "string", "enum": ["a", "b", "c"]},
        "maxItems": 3,
    }


def test_leaves_of_several_rules_make_one_object() -> None:
    tokens = tokens_of(
        {
            "a": writes(None, org={"object": {"id": TEXT, "deep": {"object": {"k": "a"}}}}),
            "b": writes({"groups": "b"}, org={"object": {"plan": "free", "roles": {"add": ["x"]}}}),
            "c": writes({"client": "worker"}, org={"object": {"never": "c"}}),
        }
    )
    assert tokens.take(org={"id": "acme", "plan": "free", "roles": ["x"], "deep": {"k": "a"}})
    assert tokens.take(org={"plan": "free"})
    wrong: Any
    for wrong in ({}, {"id": 7}, {"never": "c"}, {"plan": "free", "more": 1}, {"deep": {}}, {"roles": "x"}, "acme"):
        assert not tokens.take(org=wrong)
    assert tokens.take("worker-id", org={"never": "c"})


def test_a_part_or_a_whole_claim_may_be_written() -> None:
    tokens = tokens_of(
        {
            "a": writes(None, org={"object": {"id": "a"}}),
            "b": {**writes({"groups": "b"}, org="whole"), "overrides": ["a"]},
        }
    )
    assert tokens.take(org={"id": "a"})
    assert tokens.take(org="whole")
    assert not tokens.take(org={"id": "whole"})


def test_a_claim_of_which_no_leaf_can_be_there_is_refused() -> None:
    tokens = tokens_of({"r": writes({"principal": "machine"}, org={"object": {"id": TEXT}})})
    assert not tokens.take(machine=True, org={"id": "a"})
    assert not tokens.take(machine=True, org={})


def test_a_claim_that_a_rule_always_suppresses_is_refused() -> None:
    """Be it in doubt; one that is suppressed only now and then may be there."""
    suppresses = {"access_token": {"suppress": ["plan", "other"]}}
    tokens = tokens_of({"r": writes(plan="free"), "s": {**suppresses, "when": {"client": "web"}}})
    assert not tokens.take(plan="free")
    assert not tokens.take(other="anything")
    assert tokens.take("worker-id", plan="free", other="anything")
    tokens = tokens_of({"r": writes(plan="free"), "s": {**suppresses, "when": {"groups": "a"}}})
    assert tokens.take(plan="free", other="anything")


def test_what_is_suppressed_stays_where_v1_events_leave_access_tokens_alone() -> None:
    rules = {"s": {"access_token": {"suppress": ["plan"]}}}
    assert not tokens_of(rules, trigger=["V2_0"]).take(plan="free")
    assert tokens_of(rules, trigger=["V1_0", "V2_0"]).take(plan="free")


def test_groups_that_are_suppressed_are_refused() -> None:
    tokens = tokens_of({"s": {"access_token": {"suppress": ["cognito:groups"]}}})
    assert not tokens.take(**{"cognito:groups": ["a"]})


MESSAGE = {"access_token": {"encrypted_for": {"billing-api": {"email": {"from": "attribute.email"}, "level": 1}}}}


def test_a_message_is_base64url_and_its_members_are_told_by_recipient() -> None:
    tokens = tokens_of({"r": {**MESSAGE, "when": {"client": "web", "principal": "user"}}})
    assert tokens.take(encrypted_for_billing_api="AgV4-_")
    for wrong in ("AgV4=", "", {"email": "anna@example.com"}, "a b"):
        assert not tokens.take(encrypted_for_billing_api=wrong)
    assert not tokens.take("worker-id", encrypted_for_billing_api="AgV4")
    told = tokens.definition("web.user")["x-pretoken"]["encrypted_for"]["billing-api"]
    assert (told["claim"], told["members"]) == (
        "encrypted_for_billing_api",
        {"email": {"type": "string", "maxLength": 2048}, "level": {"type": "number", "enum": [1]}},
    )
    assert tokens.definition("worker.user")["x-pretoken"]["encrypted_for"] == {}


def test_a_message_without_members_is_refused() -> None:
    of_users = {"access_token": {"encrypted_for": {"billing-api": {"email": {"from": "attribute.email"}}}}}
    tokens = tokens_of({"r": of_users})
    assert not tokens.take(machine=True, encrypted_for_billing_api="AgV4")
    assert tokens.definition("web.machine")["x-pretoken"]["encrypted_for"] == {}


def test_names_and_texts_may_hold_any_character() -> None:
    """The verifier compiles the schema into code."""
    odd = ["it's", 'a"b', "{x}", "%s", "a\nb", "\\n", "$ref", "$id", "id", "{variable}", "é😀", "definitions"]
    of_groups = {"from": "groups", "then": [{"keep": [name.replace("$", "$$") for name in odd]}]}
    leaves = {"object": {name: name.replace("$", "$$") for name in odd}}
    tokens = tokens_of({"r": writes(None, **dict.fromkeys(odd, of_groups), leaves=leaves)})
    for name in odd:
        assert tokens.take(**{name: odd})
        assert not tokens.take(**{name: ["other"]})
        assert tokens.take(leaves={name: name})
        assert not tokens.take(leaves={name: "other"})
