"""What gateways make of claims is read back as it was in the token, or refused."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pretoken.verifier import (
    ClaimRefused,
    GatewayClaims,
    GroupRefused,
    IdTokenRefused,
    NoTokenRefused,
    OtherClientRefused,
    OtherIssuerRefused,
    Refused,
    ScopeRefused,
    TokenUseRefused,
    gateway_claims,
)
from tests.verifier.gateways import GATEWAYS, appsync, http_api, http_api_1, rest_api

Gateway = Callable[[dict[str, Any]], dict[str, Any]]

TOKEN = {
    "sub": "5f0c1e2a-7b64-4d39-9c1e-0a1b2c3d4e5f",
    "client_id": "7q3web",
    "token_use": "access",
    "scope": "openid orders/read orders/write",
    "username": "anna",
    "auth_time": 1795758321,
    "exp": 1795761921,
    "iat": 1795758321,
    "cognito:groups": ["admins", "editors"],
    "adult": True,
    "minor": False,
    "level": 7,
    "share": -0.25,
    "tenant_id": "acme",
    "features": {"export": True, "rooms": ["a", "b"]},
    "features_as_text": '{"export":true}',
    "one": ["admins"],
    "none": [],
}
ANY: Any = {"user_pool_id": None, "client_ids": None}
KNOWN = ("admins", "editors", "auditors")
through_each_gateway = pytest.mark.parametrize("gateway", GATEWAYS, ids=lambda gateway: gateway.__name__)
flattened = pytest.mark.parametrize("gateway", [rest_api, http_api, http_api_1])


def through(gateway: Gateway, **changed: Any) -> GatewayClaims:
    return gateway_claims(gateway(TOKEN | changed), user_pool_id=None, client_ids=["7q3web"])


@through_each_gateway
def test_claims_are_read_as_they_are_in_the_token(gateway: Gateway) -> None:
    claims = through(gateway)
    assert (claims.sub, claims.client_id, claims.username) == (TOKEN["sub"], "7q3web", "anna")
    assert claims.scopes == {"openid", "orders/read", "orders/write"}
    assert not claims.is_machine
    assert claims.names("cognito:groups", known=KNOWN) == {"admins", "editors"}
    assert claims.names("one", known="admins") == {"admins"}
    assert claims.names("none", known=KNOWN) == set()
    assert (claims.boolean("adult"), claims.boolean("minor")) == (True, False)
    assert (claims.number("level"), claims.number("share"), claims.number("auth_time")) == (7, -0.25, 1795758321)
    assert isinstance(claims.number("level"), int)
    assert claims.text("tenant_id") == "acme"
    assert claims.object("features_as_text") == {"export": True}


@pytest.mark.parametrize("gateway", [http_api, http_api_1, appsync])
def test_objects_are_read(gateway: Gateway) -> None:
    assert through(gateway).object("features") == TOKEN["features"]


@through_each_gateway
def test_what_is_not_there_is_none_and_no_names(gateway: Gateway) -> None:
    claims = through(gateway)
    read: list[Any] = [claims.text, claims.boolean, claims.number, claims.object]
    assert [one("missing") for one in read] == [None] * 4
    assert claims.names("missing", known=KNOWN) == frozenset()


@through_each_gateway
def test_a_machine_is_told_by_its_sub(gateway: Gateway) -> None:
    token = {"sub": "4w9worker", "client_id": "4w9worker", "token_use": "access"}
    claims = gateway_claims(gateway(token), **ANY)
    assert claims.is_machine
    assert claims.username is None
    assert claims.scopes == frozenset()


@through_each_gateway
@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"token_use": "id", "aud": "7q3web"}, IdTokenRefused),
        ({"token_use": "refresh"}, TokenUseRefused),
        ({"token_use": None}, TokenUseRefused),
        ({"client_id": "other"}, OtherClientRefused),
        ({"client_id": ""}, ClaimRefused),
        ({"sub": ""}, ClaimRefused),
    ],
)
def test_other_tokens_are_refused(gateway: Gateway, changed: dict[str, Any], refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        through(gateway, **changed)


@through_each_gateway
def test_clients_are_looked_at_unless_the_api_says_no(gateway: Gateway) -> None:
    event = gateway(TOKEN | {"client_id": "other"})
    assert gateway_claims(event, **ANY).client_id == "other"
    with pytest.raises(OtherClientRefused):
        gateway_claims(event, user_pool_id=None, client_ids=[])


@through_each_gateway
def test_scopes_are_asked_for_once_more(gateway: Gateway) -> None:
    event = gateway(TOKEN)
    assert gateway_claims(event, **ANY, scopes=["orders/read", "orders/write"], any_scope=["x", "openid"])
    for asked in ({"scopes": ["orders/read", "orders/export"]}, {"any_scope": ["orders", "read"]}):
        with pytest.raises(ScopeRefused):
            gateway_claims(event, **ANY, **asked)


@through_each_gateway
def test_groups_are_asked_for(gateway: Gateway) -> None:
    event = gateway(TOKEN)
    good: list[dict[str, Any]] = [{"groups": ["admins", "editors"]}, {"any_group": ["admins", "auditors"]}]
    for asked in good:
        assert gateway_claims(event, **ANY, known_groups=KNOWN, **asked).sub == TOKEN["sub"]
    bad: list[dict[str, Any]] = [{"groups": ["admins", "auditors"]}, {"any_group": "auditors"}]
    for asked in bad:
        for token in (TOKEN, TOKEN | {"cognito:groups": []}):
            with pytest.raises(GroupRefused):
                gateway_claims(gateway(token), **ANY, known_groups=KNOWN, **asked)


@through_each_gateway
@pytest.mark.parametrize("separator", [" ", ","])
def test_nobody_gets_into_a_group_by_a_strange_ones_name(gateway: Gateway, separator: str) -> None:
    event = gateway(TOKEN | {"cognito:groups": [f"not{separator}admins"]})
    with pytest.raises(ClaimRefused):
        gateway_claims(event, **ANY, groups="admins", known_groups=KNOWN)
    assert gateway_claims(event, **ANY, known_groups=KNOWN), "which matters only to those who ask"


@pytest.mark.parametrize("asked", [{"groups": "admins"}, {"any_group": ["editors", "admins"]}])
def test_a_group_that_is_asked_for_has_to_be_known(asked: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="known_groups"):
        gateway_claims(appsync(TOKEN), **ANY, **asked)
    with pytest.raises(ValueError, match="known_groups"):
        gateway_claims(appsync(TOKEN), **ANY, known_groups="editors", **asked)


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"requestContext": None},
        {"requestContext": {"authorizer": None}},
        {"requestContext": {"authorizer": {"lambda": TOKEN, "principalId": "anna"}}},
        {"requestContext": {"authorizer": {"claims": "text of a Lambda authorizer"}}},
        {"version": "2.0", "requestContext": {"authorizer": {"jwt": {"claims": {}}}}},
        {"identity": None},
        {"identity": {"accountId": "123456789012", "userArn": "arn:aws:iam::123456789012:user/anna"}},
        {"headers": {"authorization": "Bearer eyJ"}, "body": json.dumps(TOKEN)},
    ],
)
def test_without_claims_of_a_gateway_there_is_no_caller(event: dict[str, Any]) -> None:
    with pytest.raises(NoTokenRefused):
        gateway_claims(event, **ANY)


@pytest.mark.parametrize(
    ("gateway", "items"),
    [
        (http_api, ["other admins"]),
        (http_api, ["admins", ""]),
        (http_api, ["admins]"]),
        (http_api, ["[admins"]),
        (http_api, [["admins"]]),
        (http_api, "admins"),
        (http_api, "["),
        (http_api, "admins]"),
        (http_api, '["admins"]'),
        (http_api, {"admins": True}),
        (rest_api, ["other,admins"]),
        (rest_api, ["admins", ""]),
        (rest_api, "[admins editors]"),
        (rest_api, "[admins, editors]"),
        (rest_api, "admins, editors"),
        (rest_api, "admins editors"),
        (appsync, "admins"),
        (appsync, ["admins", "other"]),
        (appsync, ["admins", None]),
        (appsync, ["admins", ["editors"]]),
    ],
)
def test_a_list_in_which_something_is_not_known_is_refused_as_a_whole(gateway: Gateway, items: Any) -> None:
    with pytest.raises(ClaimRefused):
        through(gateway, roles=items).names("roles", known=KNOWN)


@pytest.mark.parametrize("known", [["order admins"], ["a,b"], [""], [7]])
def test_names_that_could_be_two_cannot_be_known(known: Any) -> None:
    with pytest.raises(ValueError, match="name"):
        through(http_api).names("cognito:groups", known=known)


@through_each_gateway
@given(items=st.lists(st.text("ab ,[]", max_size=3) | st.sampled_from(KNOWN), max_size=4))
def test_nobody_gets_a_name_that_he_does_not_have(gateway: Gateway, items: list[str]) -> None:
    """Whatever is in the list: known names are read, and with another one among them nothing is."""
    claims = through(gateway, roles=items)
    if set(items) <= set(KNOWN):
        assert claims.names("roles", known=KNOWN) == set(items)
    elif items == [""] and gateway is not appsync:
        assert claims.names("roles", known=KNOWN) == set(), "like an empty list, which grants nothing"
    else:
        with pytest.raises(ClaimRefused):
            claims.names("roles", known=KNOWN)


@flattened
@given(value=st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_is_read(gateway: Gateway, value: float) -> None:
    assert through(gateway, level=value).number("level") == value


@flattened
@pytest.mark.parametrize("text", ["", " 7", "7 ", "+7", "07", "1_000", "0x7", "NaN", "Infinity", "1e999", "٧", "true"])
def test_what_is_no_number_is_refused(gateway: Gateway, text: str) -> None:
    with pytest.raises(ClaimRefused):
        through(gateway, level=text).number("level")


def test_a_number_of_more_digits_than_any_is_refused() -> None:
    assert through(http_api, level="9" * 400).number("level") == int("9" * 400)
    with pytest.raises(ClaimRefused):
        through(http_api, level="9" * 5000).number("level")


@pytest.mark.parametrize(
    ("gateway", "read", "name"),
    [
        (rest_api, "number", "exp"),
        (http_api, "boolean", "tenant_id"),
        (http_api, "boolean", "level"),
        (http_api, "number", "adult"),
        (http_api, "object", "tenant_id"),
        (http_api, "object", "none"),
        (appsync, "text", "adult"),
        (appsync, "text", "cognito:groups"),
        (appsync, "boolean", "level"),
        (appsync, "number", "adult"),
        (appsync, "number", "cognito:groups"),
        (appsync, "object", "cognito:groups"),
    ],
)
def test_a_claim_of_another_type_is_refused(gateway: Gateway, read: str, name: str) -> None:
    with pytest.raises(ClaimRefused):
        getattr(through(gateway), read)(name)


@flattened
@pytest.mark.parametrize("text", ["{", '{"a": 1, "a": 2}', '{"a": NaN}', '{"a":' * 100_000, "\ud800", "null"])
def test_an_object_has_one_meaning(gateway: Gateway, text: str) -> None:
    with pytest.raises(ClaimRefused):
        through(gateway, features=text).object("features")


@pytest.mark.parametrize("value", [math.inf, math.nan])
def test_a_number_is_finite(value: float) -> None:
    with pytest.raises(ClaimRefused):
        through(appsync, level=value).number("level")


@through_each_gateway
def test_what_is_printed_shows_no_claim(gateway: Gateway) -> None:
    shown = repr(through(gateway))
    assert shown == f"<GatewayClaims: user, {len(TOKEN)} claims>"


def test_reading_claims_needs_the_standard_library_only() -> None:
    script = (
        "import sys; import pretoken.verifier.gateway;"
        "print(*sorted({'joserfc', 'cryptography', 'boto3', 'pydantic', 'aws_encryption_sdk'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603
    assert run.stdout == "\n"


@pytest.mark.parametrize("gateway", GATEWAYS)
@pytest.mark.parametrize(
    "issuer",
    ["https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34", "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34"],
)  # fmt: skip
def test_tokens_of_other_issuers_are_refused_that_the_gateway_accepts(gateway: Any, issuer: str) -> None:
    event = gateway(TOKEN | {"iss": issuer})
    for pools in ("eu-west-1_Ab12Cd34", ["eu-west-1_Other", "eu-west-1_Ab12Cd34"]):
        assert gateway_claims(event, user_pool_id=pools, client_ids=None).sub == TOKEN["sub"]
    for strange in (event | {}, gateway(TOKEN | {"iss": "https://partner.example.com"}), gateway(without("iss"))):
        with pytest.raises(OtherIssuerRefused):
            gateway_claims(strange, user_pool_id="eu-west-1_Other", client_ids=None)


def without(name: str) -> dict[str, Any]:
    return {claim: value for claim, value in TOKEN.items() if claim != name}


def test_a_batch_of_appsync_is_refused() -> None:
    with pytest.raises(NoTokenRefused):
        gateway_claims([appsync(TOKEN)], **ANY)  # type: ignore[arg-type] # as AppSync may
