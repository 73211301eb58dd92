"""What a verifier accepts, by what it was told to accept."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest

from pretoken.verifier import (
    AccessTokenVerifier,
    CheckRefused,
    Enricher,
    ExpiredRefused,
    GroupRefused,
    MalformedTokenRefused,
    NotYetValidRefused,
    OtherAudienceRefused,
    OtherClientRefused,
    OtherIssuerRefused,
    Principal,
    Refused,
    SchemaRefused,
    ScopeRefused,
    SignatureRefused,
    UnknownKeyRefused,
)
from pretoken.verifier.schema_validator import validator
from tests.verifier.minting import (
    ABSENT,
    CLIENT,
    ISSUER,
    KID,
    NOW,
    OTHER_CLIENT,
    OTHER_POOL,
    POOL,
    SUB,
    access_claims,
    compact,
    jwk,
    jwks,
    make_verifier,
    mint,
    rsa_key,
    sign,
)

GOOD = mint()
OTHER_ISSUER = ISSUER.replace(POOL, OTHER_POOL)


def verified(verifier: AccessTokenVerifier, token: str, **requirements: Any) -> Principal:
    """Verify in both ways, which must come to the same."""
    try:
        principal = asyncio.run(verifier.verify_async(token, **requirements))
    except Refused as refused:
        with pytest.raises(type(refused)):
            verifier.verify(token, **requirements)
        raise
    assert verifier.verify(token, **requirements).claims == principal.claims
    return principal


def refuse(error: type[Refused], verifier: AccessTokenVerifier, token: str, **requirements: Any) -> None:
    with pytest.raises(Refused) as caught:
        verified(verifier, token, **requirements)
    assert type(caught.value) is error


"""The principal of a good token."""


def test_a_user_s_token_gives_a_principal() -> None:
    principal = verified(make_verifier(), GOOD)
    assert principal.sub == SUB
    assert principal.client_id == CLIENT
    assert principal.user_pool_id == POOL
    assert principal.scopes == {"openid", "invoices/read", "invoices/write"}
    assert principal.groups == {"admins", "auditors"}
    assert principal.username == "maria.gonzalez"
    assert principal.is_machine is False
    assert (principal.issued_at, principal.auth_time, principal.expires_at) == (NOW - 60, NOW - 60, NOW + 3600)
    assert principal.claims["tenant_id"] == "acme"
    assert principal.facts is None


def test_a_machine_s_token_gives_a_principal_without_a_user() -> None:
    user = dict.fromkeys(("username", "cognito:groups", "auth_time", "event_id", "origin_jti"), ABSENT)
    principal = verified(make_verifier(), mint(sub=CLIENT, scope="invoices/read", **user))
    assert principal.is_machine is True
    assert principal.username is None
    assert principal.auth_time is None
    assert principal.groups == set()
    assert principal.scopes == {"invoices/read"}


def test_a_token_needs_no_scope_and_no_times_but_its_end() -> None:
    principal = verified(make_verifier(), mint(scope=ABSENT, iat=ABSENT, auth_time=ABSENT))
    assert principal.scopes == set()
    assert principal.issued_at is principal.auth_time is None


@pytest.mark.parametrize("scope", ["", " ", "a  b", " a b ", "a\tb"])
def test_scopes_are_parted_by_spaces_alone(scope: str) -> None:
    assert verified(make_verifier(), mint(scope=scope)).scopes == set(filter(None, scope.split(" ")))


@pytest.mark.parametrize("exp", [NOW + 1, NOW + 0.5, 253_402_300_799])
def test_times_may_be_fractions_and_reach_the_year_9999(exp: float) -> None:
    assert verified(make_verifier(), mint(exp=exp)).expires_at == exp


"""Pools, clients, audiences."""


@pytest.mark.parametrize("host", ["cognito-idp", "issuer-cognito-idp"])
def test_either_issuer_of_the_pool_is_accepted(host: str) -> None:
    issuer = f"https://{host}.eu-west-1.amazonaws.com/{POOL}"
    assert verified(make_verifier(), mint(iss=issuer)).user_pool_id == POOL


def test_several_pools_are_told_apart_and_keep_their_own_keys() -> None:
    sets = {POOL: jwks(), OTHER_POOL: jwks(jwk("other pool", "other"))}
    verifier = make_verifier(user_pool_id=[POOL, OTHER_POOL], jwks=sets)
    assert verified(verifier, GOOD).user_pool_id == POOL
    other = rsa_key("other pool")
    assert verified(verifier, mint(other, {"kid": "other"}, iss=OTHER_ISSUER)).user_pool_id == OTHER_POOL
    refuse(UnknownKeyRefused, verifier, mint(other, {"kid": "other"}))
    refuse(UnknownKeyRefused, verifier, mint(iss=OTHER_ISSUER))
    refuse(OtherIssuerRefused, verifier, mint(iss=OTHER_ISSUER.replace("eu-west-1", "eu-west-2")))


def test_one_key_id_of_two_pools_is_the_key_of_the_pool_that_the_token_names() -> None:
    sets = {POOL: jwks(), OTHER_POOL: jwks(jwk("other pool"))}
    verifier = make_verifier(user_pool_id=(POOL, OTHER_POOL), jwks=sets)
    refuse(SignatureRefused, verifier, mint(rsa_key("other pool")))
    assert verified(verifier, mint(rsa_key("other pool"), iss=OTHER_ISSUER)).user_pool_id == OTHER_POOL


def test_one_pool_may_have_its_keys_by_its_id() -> None:
    assert verified(make_verifier(jwks={POOL: jwks()}), GOOD).sub == SUB


def test_several_clients_or_any_may_be_accepted() -> None:
    other = mint(client_id=OTHER_CLIENT)
    refuse(OtherClientRefused, make_verifier(), other)
    refuse(OtherClientRefused, make_verifier(client_ids=OTHER_CLIENT), GOOD)
    assert verified(make_verifier(client_ids={CLIENT, OTHER_CLIENT}), other).client_id == OTHER_CLIENT
    assert verified(make_verifier(client_ids=None), other).client_id == OTHER_CLIENT


API = "https://api.example.com"


@pytest.mark.parametrize(
    ("audiences", "aud", "accepted"),
    [
        ((), ABSENT, True),
        ((), None, True),
        ((), CLIENT, True),
        ((), [CLIENT, API], True),
        ((), API, False),
        ((), [API], False),
        ([API], API, True),
        ([API], ["x", API], True),
        ([API], ABSENT, False),
        ([API], CLIENT, False),
        ([API], "x", False),
        ([API, None], API, True),
        ([API, None], ABSENT, True),
        ([API, None], CLIENT, False),
        ([API, None], [], False),
        ([None], API, False),
        (None, API, True),
        (None, ABSENT, True),
    ],
)
def test_a_token_bound_to_a_resource_is_for_that_resource(audiences: Any, aud: Any, accepted: bool) -> None:
    verifier = make_verifier(audiences=audiences)
    if accepted:
        assert verified(verifier, mint(aud=aud)).client_id == CLIENT
    else:
        refuse(OtherAudienceRefused, verifier, mint(aud=aud))


"""Time."""


def test_the_clock_may_differ_by_what_the_caller_allows_and_no_more() -> None:
    verifier = make_verifier(clock_skew=5)
    verified(verifier, mint(exp=NOW - 4))
    refuse(ExpiredRefused, verifier, mint(exp=NOW - 5))
    verified(verifier, mint(nbf=NOW + 5))
    refuse(NotYetValidRefused, verifier, mint(nbf=NOW + 6))
    verified(make_verifier(), mint(nbf=NOW))


def test_the_time_is_now_if_no_clock_is_given() -> None:
    verifier = AccessTokenVerifier(user_pool_id=POOL, client_ids=[CLIENT], recipient=None, jwks=jwks())
    verified(verifier, mint(exp=int(time.time()) + 3600))
    refuse(ExpiredRefused, verifier, mint(exp=int(time.time()) - 1))


"""Requirements."""


@pytest.mark.parametrize(
    ("requirements", "error"),
    [
        ({}, None),
        ({"scopes": "invoices/read"}, None),
        ({"scopes": ["invoices/read", "invoices/write"]}, None),
        ({"scopes": ()}, None),
        ({"scopes": []}, None),
        ({"scopes": ["invoices/read", "invoices/delete"]}, ScopeRefused),
        ({"scopes": "invoices"}, ScopeRefused),
        ({"scopes": "Invoices/Read"}, ScopeRefused),
        ({"any_scope": ["invoices/delete", "invoices/read"]}, None),
        ({"any_scope": "invoices/delete"}, ScopeRefused),
        ({"scopes": "openid", "any_scope": "invoices/delete"}, ScopeRefused),
        ({"groups": "admins"}, None),
        ({"groups": ["admins", "auditors"]}, None),
        ({"groups": ["admins", "owners"]}, GroupRefused),
        ({"any_group": ["owners", "auditors"]}, None),
        ({"any_group": ["owners"]}, GroupRefused),
        ({"groups": "admins", "any_group": "owners"}, GroupRefused),
        ({"scopes": "admins"}, ScopeRefused),
        ({"groups": "openid"}, GroupRefused),
        ({"scopes": "x", "groups": "x"}, ScopeRefused),
    ],
)
def test_a_request_may_ask_for_scopes_and_groups(requirements: Any, error: type[Refused] | None) -> None:
    if error is None:
        verified(make_verifier(), GOOD, **requirements)
    else:
        refuse(error, make_verifier(), GOOD, **requirements)


@pytest.mark.parametrize(
    "requirements",
    [
        {"scopes": ""},
        {"scopes": [""]},
        {"scopes": ["openid", ""]},
        {"scopes": [None]},
        {"scopes": b"openid"},
        {"any_scope": ""},
        {"any_scope": []},
        {"groups": ""},
        {"groups": [5]},
        {"any_group": ()},
        {"any_group": [""]},
        *({"scopes": scope} for scope in ("a b", 'a"b', "a\\b", "a\r\nSet-Cookie: x=y", "a\n", "é", "a\x00", "a\x7f")),
        {"any_scope": ["a", 'b", error="x']},
    ],
    ids=repr,
)
def test_requirements_that_ask_for_nothing_or_would_break_a_header_are_refused(requirements: Any) -> None:
    with pytest.raises(ValueError, match=r"`(\w+)` (is|has)|can't be a scope"):
        make_verifier().verify(GOOD, **requirements)


"""Checks and facts of the API's own."""


def test_the_api_s_own_check_comes_last_and_must_say_true() -> None:
    seen: list[Principal] = []

    def check(principal: Principal) -> bool:
        seen.append(principal)
        return bool(principal.claims["tenant_id"] == "acme")

    verifier = make_verifier(check=check)
    verified(verifier, GOOD)
    refuse(CheckRefused, verifier, mint(tenant_id="other"))
    assert len(seen) == 4
    for token in (mint(exp=0), mint(rsa_key("attacker"))):
        with pytest.raises(Refused):
            verifier.verify(token)
    with pytest.raises(ScopeRefused):
        verifier.verify(GOOD, scopes="x")
    assert len(seen) == 4


@pytest.mark.parametrize("answer", [False, None, 0, 1, "yes", "", [], SimpleNamespace()])
def test_a_check_that_says_anything_but_true_refuses(answer: object) -> None:
    refuse(CheckRefused, make_verifier(check=lambda _: answer), GOOD)


def test_facts_are_there_when_the_check_comes() -> None:
    roles = {SUB: ["approver"]}
    verifier = make_verifier(enrich=Enricher(roles.get), check=lambda principal: "approver" in (principal.facts or ()))
    assert verified(verifier, GOOD).facts == ["approver"]
    refuse(CheckRefused, verifier, mint(sub="another"))


"""The schema of the tokens."""

SCHEMA = {
    "type": "object",
    "required": ["tenant_id"],
    "properties": {"tenant_id": {"type": "string", "enum": ["acme", "other"]}, "plan": {"default": "free"}},
}


def test_a_token_that_breaks_the_schema_is_refused() -> None:
    verifier = make_verifier(schema=SCHEMA)
    assert verified(verifier, GOOD).claims["tenant_id"] == "acme"
    for tenant in ("evil", 5, None, ABSENT):
        refuse(SchemaRefused, verifier, mint(tenant_id=tenant))


@pytest.mark.parametrize("text", ["1" * 4000, "-" + "1" * 4000])
def test_numbers_with_which_nobody_can_reckon_break_the_schema(text: str) -> None:
    payload = compact(access_claims())[:-1] + f',"x":{text}}}'.encode()
    token = sign(compact({"kid": KID, "alg": "RS256"}), payload)
    refuse(SchemaRefused, make_verifier(schema={"properties": {"x": {"multipleOf": 0.01, "maximum": 5}}}), token)


@pytest.mark.parametrize("text", ["1e999", "-1e999", "[1e999]"])
def test_no_claim_is_infinite(text: str) -> None:
    payload = compact(access_claims())[:-1] + f',"x":{text}}}'.encode()
    refuse(MalformedTokenRefused, make_verifier(), sign(compact({"kid": KID, "alg": "RS256"}), payload))


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "http://127.0.0.1:9/latest/meta-data"},
        {"properties": {"x": {"$ref": "file:///etc/passwd"}}},
        {"allOf": [{"$ref": "ftp://127.0.0.1:9/x"}]},
        {"$id": "http://127.0.0.1:9/", "$ref": "#/definitions/x"},
    ],
)
def test_a_schema_leads_nowhere_else(schema: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urllib.request.urlopen", lambda *_: pytest.fail("it is fetched"))
    with pytest.raises(ValueError, match="is no JSON Schema"):
        make_verifier(schema=schema)


def test_a_schema_s_default_is_no_claim() -> None:
    assert "plan" not in verified(make_verifier(schema=SCHEMA), GOOD).claims
    claims = access_claims()
    validator(SCHEMA)(claims)
    assert claims == access_claims()
    with pytest.raises(SchemaRefused):
        validator({**SCHEMA, "required": ["plan"]})(claims)


"""What a verifier can't be made of."""


@pytest.mark.parametrize(
    "options",
    [
        {"user_pool_id": ()},
        {"user_pool_id": ""},
        {"user_pool_id": [POOL, 5]},
        {"client_ids": []},
        {"client_ids": ""},
        {"client_ids": [""]},
        {"client_ids": [None]},
        {"audiences": "https://api.example.com"},
        {"audiences": ""},
        {"audiences": []},
        {"recipient": "billing-api"},
        {"clock_skew": -1},
        {"clock_skew": 301},
        {"clock_skew": float("nan")},
        {"clock_skew": float("inf")},
        {"jwks": {}},
        {"jwks": {"keys": []}},
        {"jwks": {"keys": [jwk(e="AQ")]}},
        {"jwks": {POOL: None}},
        {"jwks": "keys"},
        {"jwks": [jwk()]},
        {"jwks": {OTHER_POOL: jwks()}},
        {"jwks": jwks(), "user_pool_id": [POOL, OTHER_POOL]},
        {"schema": {"type": "nothing"}},
        {"schema": {"properties": 5}},
        {"schema": {"pattern": "("}},
        {"schema": []},
        {"schema": 5},
    ],
    ids=lambda options: repr(options)[:30],
)
def test_arguments_that_cannot_be_used_are_refused_at_once(options: Any) -> None:
    with pytest.raises(ValueError, match=r"`[\w ,-]*`|JSON Web Key Set"):
        make_verifier(**options)


def test_a_check_may_be_a_coroutine_function() -> None:
    async def passes(principal: Principal) -> bool:
        return principal.sub == SUB

    async def fails(_: Principal) -> bool:
        return False

    assert asyncio.run(make_verifier(check=passes).verify_async(GOOD)).sub == SUB
    with pytest.raises(CheckRefused):
        asyncio.run(make_verifier(check=fails).verify_async(GOOD))


def test_keys_can_be_prepared_while_the_loop_goes_on() -> None:
    asked: list[str] = []

    def fetch(url: str, longest: int) -> bytes:  # noqa: ARG001
        asked.append(url)
        return compact(jwks())

    verifier = make_verifier(jwks=None, fetch=fetch)
    asyncio.run(verifier.prepare_async())
    assert verifier.verify(GOOD).sub == SUB
    assert len(asked) == 1


@pytest.mark.parametrize("missing", ["user_pool_id", "client_ids", "recipient"])
def test_security_parameters_must_be_given(missing: str) -> None:
    options: Any = {"user_pool_id": POOL, "client_ids": [CLIENT], "recipient": None, "jwks": jwks()}
    del options[missing]
    with pytest.raises(TypeError, match=missing):
        AccessTokenVerifier(**options)


def test_a_verifier_that_is_given_no_fetch_uses_https() -> None:
    made = AccessTokenVerifier(user_pool_id=POOL, client_ids=None, recipient=None)
    assert {keys._fetch.__module__ for _, keys in made._issuers.values()} == {"pretoken.verifier.https"}  # type: ignore[union-attr]


def test_a_principal_s_claims_are_those_of_the_token() -> None:
    assert verified(make_verifier(), GOOD).claims == access_claims()
