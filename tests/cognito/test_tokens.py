"""The tokens that Cognito issues, and what an answer makes of them."""

from __future__ import annotations

import base64
import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pretoken.cognito.errors import EventError
from pretoken.cognito.events import Event, read_event
from pretoken.cognito.response import Changes, GroupOverride, respond
from pretoken.cognito.tokens import Tokens, apply_response, default_tokens, token_bytes

SAMPLES = Path(__file__).parents[2] / "events"
NOW = 1_767_225_600
ADMIN = "aws.cognito.signin.user.admin"


def sample(name: str) -> Event:
    version = name[:2].upper() + "_0"
    return read_event(json.loads((SAMPLES / f"{name}.json").read_text()), [version])


def event(attributes: dict[str, object], version: str = "V2_0", **request: Any) -> Event:
    raw = {
        "version": version[1],
        "userPoolId": "eu-west-1_Ab12Cd34",
        "callerContext": {"clientId": "client"},
        "request": {"userAttributes": attributes, **request},
    }
    return read_event(raw, [version])


def id_claims(attributes: dict[str, object]) -> dict[str, Any]:
    claims = default_tokens(event({"sub": "s-1", **attributes}), NOW).id_token
    assert claims is not None
    return claims


def changed(came: Event, changes: Changes) -> Tokens:
    return apply_response(default_tokens(came, NOW), came, respond(came, changes))


def test_a_users_id_token() -> None:
    tokens = default_tokens(sample("v2-sign-in"), NOW)
    assert tokens.id_token == {
        "sub": "5f0c1e2a-7b64-4d39-9c1e-0a1b2c3d4e5f",
        "cognito:groups": ["admins", "editors"],
        "email_verified": True,
        "email": "anna.example@example.com",
        "phone_number_verified": False,
        "phone_number": "+15555550100",
        "name": "Anna Example",
        "given_name": "Anna",
        "family_name": "Example",
        "birthdate": "1990-04-01",
        "address": {"formatted": "1 Example Street, Exampleton"},
        "locale": "en-GB",
        "updated_at": 1767225600,
        "custom:active_tenant": "acme",
        "custom:employee_number": "E-00042",
        "cognito:roles": ["arn:aws:iam::123456789012:role/admins", "arn:aws:iam::123456789012:role/editors"],
        "cognito:preferred_role": "arn:aws:iam::123456789012:role/admins",
        "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34",
        "cognito:username": "anna",
        "aud": "7q3webexample1client0id",
        "origin_jti": "00000000-0000-4000-8000-000000000002",
        "event_id": "00000000-0000-4000-8000-000000000001",
        "token_use": "id",
        "auth_time": NOW,
        "exp": NOW + 3600,
        "iat": NOW,
        "jti": "00000000-0000-4000-8000-000000000003",
    }


def test_a_users_access_token_has_no_attributes_and_no_audience() -> None:
    tokens = default_tokens(sample("v2-sign-in"), NOW)
    assert tokens.access_token == {
        "sub": "5f0c1e2a-7b64-4d39-9c1e-0a1b2c3d4e5f",
        "cognito:groups": ["admins", "editors"],
        "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34",
        "version": 2,
        "client_id": "7q3webexample1client0id",
        "origin_jti": "00000000-0000-4000-8000-000000000002",
        "event_id": "00000000-0000-4000-8000-000000000001",
        "token_use": "access",
        "scope": "openid email profile invoices/read aws.cognito.signin.user.admin",
        "auth_time": NOW,
        "exp": NOW + 3600,
        "iat": NOW,
        "jti": "00000000-0000-4000-8000-000000000004",
        "username": "anna",
    }


def test_a_machine_has_an_access_token_only() -> None:
    tokens = default_tokens(sample("v3-machine"), NOW)
    assert tokens.id_token is None
    assert tokens.access_token == {
        "sub": "4w9workerexample1client",
        "client_id": "4w9workerexample1client",
        "token_use": "access",
        "scope": "invoices/read orders/read",
        "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34",
        "auth_time": NOW,
        "exp": NOW + 3600,
        "iat": NOW,
        "version": 2,
        "jti": "00000000-0000-4000-8000-000000000004",
    }


def test_a_v1_event_is_taken_for_an_sdk_sign_in() -> None:
    assert default_tokens(sample("v1-sign-in"), NOW).access_token["scope"] == ADMIN


def test_no_scopes_no_scope_claim() -> None:
    assert "scope" not in default_tokens(sample("v3-bare"), NOW).access_token


def test_without_groups_and_roles_there_are_no_such_claims() -> None:
    tokens = default_tokens(sample("v1-refresh"), NOW)
    assert tokens.id_token is not None
    assert not {"cognito:groups", "cognito:roles", "cognito:preferred_role"} & {*tokens.id_token, *tokens.access_token}


def test_a_user_without_a_name_is_named_by_the_sub() -> None:
    tokens = default_tokens(event({"sub": "s-1"}), NOW)
    assert (tokens.access_token["username"], (tokens.id_token or {})["cognito:username"]) == ("s-1", "s-1")


@pytest.mark.parametrize(
    ("name", "value", "claim"),
    [
        ("email_verified", "true", True),
        ("email_verified", "True", True),
        ("email_verified", "false", False),
        ("email_verified", "", False),
        ("phone_number_verified", "true", True),
        ("phone_number_verified", True, True),
        ("updated_at", "1700000000", 1700000000),
        ("updated_at", "2026-01-01", "2026-01-01"),
        ("updated_at", "²", "²"),
        ("updated_at", "9" * 19, 9999999999999999999),
        ("updated_at", "9" * 20, "9" * 20),
        ("address", "Street 1", {"formatted": "Street 1"}),
        ("custom:count", "7", "7"),
        ("custom:flag", "true", "true"),
        ("dev:custom:x", "y", "y"),
    ],
)
def test_an_attribute_becomes_a_claim_of_cognitos_type(name: str, value: object, claim: object) -> None:
    found = id_claims({name: value})[name]
    assert (found, type(found)) == (claim, type(claim))


@pytest.mark.parametrize("name", ["cognito:user_status", "cognito:mfa_enabled", "nickname"])
def test_account_data_and_nulls_are_no_claims(name: str) -> None:
    assert name not in id_claims({name: None if name == "nickname" else "x"})


def test_identities_are_a_list_with_text_for_primary_and_date() -> None:
    tokens = default_tokens(sample("v3-sign-in"), NOW)
    assert tokens.id_token is not None
    assert tokens.id_token["identities"] == [
        {
            "userId": "109876543210987654321",
            "providerName": "Google",
            "providerType": "Google",
            "issuer": None,
            "primary": "true",
            "dateCreated": "1704067200000",
        }
    ]
    same = '[{"providerName":"x","primary":"true","dateCreated":"1"}]'
    assert id_claims({"identities": same})["identities"] == json.loads(same)


@pytest.mark.parametrize("identities", ["", "[]", "not json"])
def test_without_readable_identities_there_is_no_such_claim(identities: str) -> None:
    assert "identities" not in id_claims({"identities": identities})


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_the_same_event_at_the_same_time_gives_the_same_tokens(path: Path) -> None:
    first, second = default_tokens(sample(path.stem), NOW), default_tokens(sample(path.stem), NOW)
    assert (first.id_token, first.access_token) == (second.id_token, second.access_token)


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_an_event_that_goes_back_as_it_came_changes_nothing(path: Path) -> None:
    came = sample(path.stem)
    before = default_tokens(came, NOW)
    after = changed(came, Changes())
    assert (after.id_token, after.access_token) == (before.id_token, before.access_token)


@pytest.mark.parametrize("answer", [{}, {"response": None}, {"response": {"claimsOverrideDetails": {"x": 1}}}])
def test_an_answer_in_another_shape_changes_nothing(answer: dict[str, Any]) -> None:
    came = sample("v2-sign-in")
    before = default_tokens(came, NOW)
    after = apply_response(before, came, answer)
    assert (after.id_token, after.access_token) == (before.id_token, before.access_token)


def test_claims_are_added_overridden_and_suppressed_in_their_token() -> None:
    tokens = changed(
        sample("v2-sign-in"),
        Changes(
            id_claims={"display_name": "Anna", "name": "A."},
            id_suppress=["phone_number", "not_there"],
            access_claims={"tenant": "acme"},
        ),
    )
    assert tokens.id_token is not None
    assert (tokens.id_token["display_name"], tokens.id_token["name"]) == ("Anna", "A.")
    assert "phone_number" not in tokens.id_token
    assert "tenant" not in tokens.id_token
    assert tokens.access_token["tenant"] == "acme"
    assert "display_name" not in tokens.access_token


def test_a_claim_both_set_and_suppressed_is_suppressed() -> None:
    came = sample("v2-sign-in")
    section = {"claimsToAddOrOverride": {"x": 1}, "claimsToSuppress": ["x"]}
    answer = {"response": {"claimsAndScopeOverrideDetails": {"accessTokenGeneration": section}}}
    assert "x" not in apply_response(default_tokens(came, NOW), came, answer).access_token


def test_scopes_are_added_and_removed() -> None:
    tokens = changed(
        sample("v2-sign-in"), Changes(scopes_to_add=["orders/write", "openid"], scopes_to_suppress=[ADMIN, "email"])
    )
    assert tokens.access_token["scope"] == "openid profile invoices/read orders/write"


def test_without_any_scope_left_there_is_no_scope_claim() -> None:
    assert "scope" not in changed(sample("v2-device"), Changes(scopes_to_suppress=[ADMIN])).access_token


def test_scopes_can_be_added_where_there_were_none() -> None:
    assert changed(sample("v3-bare"), Changes(scopes_to_add=["a"])).access_token["scope"] == "a"


def test_groups_are_overridden_in_both_tokens_and_roles_in_the_id_token() -> None:
    tokens = changed(sample("v2-sign-in"), Changes(groups=GroupOverride(["x"], ["arn:x"])))
    assert tokens.id_token is not None
    assert tokens.id_token["cognito:groups"] == tokens.access_token["cognito:groups"] == ["x"]
    assert tokens.id_token["cognito:roles"] == ["arn:x"]
    assert "cognito:preferred_role" not in tokens.id_token


def test_a_v1_answer_changes_the_id_token_and_the_groups_of_both() -> None:
    tokens = changed(sample("v1-sign-in"), Changes(id_claims={"x": "y"}, groups=GroupOverride(["g"], [], None)))
    assert tokens.id_token is not None
    assert tokens.id_token["x"] == "y"
    assert "x" not in tokens.access_token
    assert tokens.id_token["cognito:groups"] == tokens.access_token["cognito:groups"] == ["g"]


@pytest.mark.parametrize("override", [None, {}])
def test_an_empty_or_null_override_removes_the_groups(override: object) -> None:
    """Which is why an answer never holds one by accident."""
    came = sample("v2-sign-in")
    answer = {"response": {"claimsAndScopeOverrideDetails": {"groupOverrideDetails": override}}}
    tokens = apply_response(default_tokens(came, NOW), came, answer)
    assert "cognito:groups" not in tokens.access_token
    assert not [name for name in tokens.id_token or {} if name in ("cognito:groups", "cognito:roles")]


def test_suppressing_the_groups_takes_the_roles_with_them() -> None:
    tokens = changed(sample("v2-sign-in"), Changes(id_suppress=["cognito:groups"]))
    assert not [name for name in tokens.id_token or {} if name.startswith("cognito:") and name != "cognito:username"]
    assert "cognito:groups" in tokens.access_token


def test_a_machines_token_takes_claims_and_scopes_and_no_groups() -> None:
    came = sample("v3-machine")
    tokens = changed(came, Changes(access_claims={"x": 1}, scopes_to_suppress=["orders/read"]))
    assert (tokens.access_token["x"], tokens.access_token["scope"]) == (1, "invoices/read")
    answer = {"response": {"claimsAndScopeOverrideDetails": {"groupOverrideDetails": {"groupsToOverride": ["a"]}}}}
    assert "cognito:groups" not in apply_response(tokens, came, answer).access_token


def test_the_tokens_before_stay_as_they_are() -> None:
    came = sample("v2-sign-in")
    before = default_tokens(came, NOW)
    kept = copy.deepcopy((before.id_token, before.access_token))
    changes = Changes(
        id_claims={"name": "x"}, access_suppress=["cognito:groups"], scopes_to_add=["a"], groups=GroupOverride([], [])
    )
    apply_response(before, came, respond(came, changes))
    assert (before.id_token, before.access_token) == kept


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(codec="utf-8"))))
def test_the_size_is_that_of_a_signed_jwt(claims: dict[str, str]) -> None:
    header = json.dumps({"kid": b64(b"k" * 32) + "=", "alg": "RS256"}, separators=(",", ":")).encode()
    payload = json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode()
    assert token_bytes(claims) == len(".".join(map(b64, (header, payload, b"s" * 256))))


def test_half_a_surrogate_pair_has_a_size_too() -> None:
    assert token_bytes({"x": "\ud800"}) == token_bytes({"x": "?"})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(), part, max_size=3),
    max_leaves=6,
)
attribute_names = st.sampled_from(["sub", "email_verified", "identities", "address", "updated_at", "custom:x"])


@given(
    st.dictionaries(attribute_names, json_values | st.text("0123456789[]{}", max_size=4)),
    st.sampled_from(["V1_0", "V2_0"]),
)
def test_every_event_that_can_be_read_has_tokens(attributes: dict[str, object], version: str) -> None:
    try:
        found = event(attributes, version)
    except EventError:
        return
    tokens = default_tokens(found, NOW)
    assert (tokens.id_token is None) is found.is_machine
    assert token_bytes(tokens.access_token) > 400
    assert tokens.id_token is None or token_bytes(tokens.id_token) > 400
