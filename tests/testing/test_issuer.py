"""Tokens of the issuer are those of Cognito, and independent libraries accept them."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import jwt
import pytest
from joserfc import jwk
from joserfc import jwt as jose

from pretoken.cognito.events import read_event
from pretoken.cognito.tokens import default_tokens
from pretoken.sealing import Opener, WrongRecipientError
from pretoken.simulator.given import SUB
from pretoken.testing import GivenError, TokenIssuer
from pretoken.testing.keys import decoded, signing_key
from pretoken.testing.messages import key_arn

NOW = 1_767_225_600
IDS = ("event_id", "jti", "origin_jti")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ISSUER = TokenIssuer()
Issue = Callable[..., str]


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, claims, _ = token.split(".")
    return json.loads(decoded(header)), json.loads(decoded(claims))


def without_ids(token: str) -> dict[str, Any]:
    claims = parts(token)[1]
    ids = [claims.pop(name) for name in IDS if name in claims]
    assert all(UUID.fullmatch(value) for value in ids)
    assert len(ids) == len(set(ids))
    return claims


def verified_by_pyjwt(token: str, issuer: TokenIssuer) -> dict[str, Any]:
    key = jwt.PyJWKSet.from_dict(issuer.jwks)[jwt.get_unverified_header(token)["kid"]]
    audience = parts(token)[1].get("aud")
    required = ["exp", "iat", "iss", "sub", "jti"]
    claims: dict[str, Any] = jwt.decode(
        token, key, algorithms=["RS256"], issuer=issuer.issuer, audience=audience, options={"require": required}
    )
    return claims


def verified_by_joserfc(token: str, issuer: TokenIssuer) -> dict[str, Any]:
    keys = jwk.KeySet.import_key_set(issuer.jwks)  # type: ignore[arg-type]  # ours is plain JSON
    claims = dict(jose.decode(token, keys, algorithms=["RS256"]).claims)
    jose.JWTClaimsRegistry(iss={"essential": True, "value": issuer.issuer}, exp={"essential": True}).validate(claims)
    return claims


LIBRARIES = [verified_by_pyjwt, verified_by_joserfc]
TOKENS: dict[str, Issue] = {
    "access": ISSUER.access_token,
    "machine": ISSUER.machine_token,
    "id": ISSUER.id_token,
}


@pytest.mark.parametrize("verified", LIBRARIES)
@pytest.mark.parametrize("issue", TOKENS.values(), ids=TOKENS)
def test_independent_libraries_verify_the_tokens(
    issue: Issue, verified: Callable[[str, TokenIssuer], dict[str, Any]]
) -> None:
    token = issue(claims={"tenant_id": "acme", "näme": "Zoë"})

    assert verified(token, ISSUER) == parts(token)[1]
    assert verified(token, ISSUER)["näme"] == "Zoë"


def test_the_verifier_hands_over_what_was_issued() -> None:
    verifier = ISSUER.verifier(recipient=ISSUER.recipient())
    token = ISSUER.access_token(
        sub="s-1",
        scopes=["invoices/read"],
        groups=["admins"],
        username="anna",
        claims={"tenant_id": "acme"},
        encrypted={"billing-api": {"email": "anna@example.com"}},
    )

    principal = verifier.verify(token, scopes=["invoices/read"], groups=["admins"])

    assert (principal.sub, principal.username, principal.user_pool_id) == ("s-1", "anna", ISSUER.user_pool_id)
    assert principal.claims["tenant_id"] == "acme"
    assert principal.encrypted == {"email": "anna@example.com"}
    assert verifier.verify(ISSUER.machine_token(scopes=["a/b"]), scopes=["a/b"]).is_machine


def test_a_verifier_takes_the_options_of_the_real_one() -> None:
    verifier = ISSUER.verifier(client_ids=None, audiences=["https://api.example.com"], clock=lambda: NOW)

    principal = verifier.verify(ISSUER.access_token(now=NOW, claims={"aud": "https://api.example.com"}))

    assert principal.expires_at == NOW + 3600


def test_keys_and_headers_have_the_form_of_cognitos() -> None:
    id_key, access_key = ISSUER.jwks["keys"]

    for key in (id_key, access_key):
        assert list(key) == ["alg", "e", "kid", "kty", "n", "use"]
        assert (key["alg"], key["e"], key["kty"], key["use"]) == ("RS256", "AQAB", "RSA", "sig")
        assert re.fullmatch(r"[A-Za-z0-9+/]{43}=", key["kid"])
        assert len(decoded(key["n"])) == 256
    assert id_key["kid"] != access_key["kid"]
    assert parts(ISSUER.id_token())[0] == {"kid": id_key["kid"], "alg": "RS256"}
    for token in (ISSUER.access_token(), ISSUER.machine_token()):
        header = parts(token)[0]
        assert list(header.items()) == [("kid", access_key["kid"]), ("alg", "RS256")]


def test_a_users_access_token() -> None:
    assert without_ids(ISSUER.access_token(scopes=["openid", "a/b", "openid"], groups=["admins"], now=NOW)) == {
        "sub": SUB,
        "cognito:groups": ["admins"],
        "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example01",
        "version": 2,
        "client_id": "7q3webexample1client0id",
        "token_use": "access",
        "scope": "openid a/b",
        "auth_time": NOW,
        "exp": NOW + 3600,
        "iat": NOW,
        "username": SUB,
    }
    assert set(IDS) < parts(ISSUER.access_token())[1].keys()


def test_a_machines_access_token() -> None:
    token = ISSUER.machine_token(client_id="worker", scopes=["a/b"], lifetime=60, now=NOW)

    assert without_ids(token) == {
        "sub": "worker",
        "client_id": "worker",
        "token_use": "access",
        "scope": "a/b",
        "iss": ISSUER.issuer,
        "auth_time": NOW,
        "exp": NOW + 60,
        "iat": NOW,
        "version": 2,
    }
    assert "jti" in parts(token)[1]


def test_an_id_token() -> None:
    identities = [{"userId": "1", "providerName": "Okta", "primary": "true"}]
    token = ISSUER.id_token(
        sub="s-1", client_id="web", username="anna", claims={"email_verified": True, "identities": identities}, now=NOW
    )

    assert without_ids(token) == {
        "sub": "s-1",
        "iss": ISSUER.issuer,
        "cognito:username": "anna",
        "aud": "web",
        "token_use": "id",
        "auth_time": NOW,
        "exp": NOW + 3600,
        "iat": NOW,
        "email_verified": True,
        "identities": identities,
    }


def test_tokens_have_the_claims_of_those_that_previews_show() -> None:
    event = {
        "version": "2",
        "userPoolId": ISSUER.user_pool_id,
        "callerContext": {"clientId": "web"},
        "userName": "anna",
        "request": {
            "userAttributes": {"sub": "s-1"},
            "groupConfiguration": {"groupsToOverride": ["admins"]},
            "scopes": ["aws.cognito.signin.user.admin"],
        },
    }
    shown = default_tokens(read_event(event, ["V2_0"]), NOW)
    asked: dict[str, Any] = {"sub": "s-1", "client_id": "web", "groups": ["admins"], "username": "anna", "now": NOW}

    for token, claims in (
        (ISSUER.access_token(**asked), shown.access_token),
        (ISSUER.id_token(**asked), shown.id_token),
    ):
        assert claims is not None
        assert list(parts(token)[1]) == list(claims)
        assert without_ids(token) == {name: value for name, value in claims.items() if name not in IDS}


@pytest.mark.parametrize("issue", TOKENS.values(), ids=TOKENS)
def test_tokens_of_one_instant_differ_in_their_ids_alone(issue: Issue) -> None:
    one, other = issue(now=NOW), issue(now=NOW)

    assert parts(one)[0] == parts(other)[0]
    assert without_ids(one) == without_ids(other)
    assert parts(one)[1]["jti"] != parts(other)[1]["jti"]


def test_a_token_is_issued_now() -> None:
    before = int(time.time())

    assert before <= parts(ISSUER.access_token())[1]["iat"] <= time.time()


def test_a_sign_in_may_be_older_than_its_token() -> None:
    claims = parts(ISSUER.access_token(claims={"auth_time": NOW - 900}, now=NOW))[1]

    assert (claims["auth_time"], claims["iat"]) == (NOW - 900, NOW)


def test_two_issuers_of_a_pool_have_the_same_keys_and_those_of_two_pools_dont() -> None:
    assert TokenIssuer().jwks == ISSUER.jwks
    other = TokenIssuer("eu-west-1_Other")
    assert not {key["kid"] for key in other.jwks["keys"]} & {key["kid"] for key in ISSUER.jwks["keys"]}


def test_threads_get_one_key() -> None:
    keys: list[str] = []
    barrier = Barrier(4)

    def make() -> None:
        barrier.wait()
        keys.append(signing_key("of threads", 1024).id)

    threads = [Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 4
    assert len(set(keys)) == 1


def test_issuers_of_china_have_its_domain() -> None:
    assert TokenIssuer("cn-north-1_Example01").issuer.endswith(".amazonaws.com.cn/cn-north-1_Example01")


def test_messages_are_opened_by_the_real_opener() -> None:
    members = {"email": "anna@example.com", "name": "Zoë"}
    claims = parts(ISSUER.access_token(encrypted={"billing-api": members, "shop": {"email": "a"}}))[1]
    client = ISSUER._messages.client
    billing = Opener("billing-api", key_arn("billing-api", "eu-west-1"), client=client)

    assert billing.open(claims["encrypted_for_billing_api"], sub=SUB) == members
    with pytest.raises(WrongRecipientError):
        billing.open(claims["encrypted_for_shop"], sub=SUB)
    assert "anna" not in json.dumps(claims)


def test_a_machines_message_is_opened() -> None:
    verifier = ISSUER.verifier(recipient=ISSUER.recipient("billing-api"))

    principal = verifier.verify(ISSUER.machine_token(encrypted={"billing-api": {"plan": 1}}))

    assert principal.encrypted["plan"] == 1


def test_a_recipients_claim_may_have_another_name() -> None:
    issuer = TokenIssuer("us-east-1_Example01", recipient_claims={"billing-api": "encrypted_for_billing"})
    token = issuer.access_token(encrypted={"billing-api": {"email": "a"}})

    assert "encrypted_for_billing" in parts(token)[1]
    assert issuer.verifier(recipient=issuer.recipient()).verify(token).encrypted["email"] == "a"


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "no-sub": ({"sub": ""}, "`sub` must be text, and not empty"),
    "half-a-surrogate-pair": ({"username": "\ud800"}, "`username` must be text, and not empty"),
    "client": ({"client_id": None}, "`client_id` must be text, and not empty"),
    "scopes-as-text": ({"scopes": "secret"}, "`scopes` must be a list; write `scopes=[...]`"),
    "scopes-as-number": ({"scopes": 5}, "`scopes` must be a list; write `scopes=[...]`"),
    "scope": ({"scopes": ["secret scope"]}, "`scopes`: a scope is 1 to 256 visible ASCII characters without "),
    "scope-in-a-list": ({"scopes": [["secret"]]}, "`scopes`: a scope is 1 to 256 visible ASCII characters without "),
    "group": ({"groups": ["secret group"]}, "`groups`: a group name is 1 to 128 characters without blanks; "),
    "lifetime": ({"lifetime": 0}, "`lifetime` must be whole seconds, at least 1; for other tokens ask `broken`"),
    "now": ({"now": "2026-01-01"}, "`now` must be whole seconds, at least 0; for other tokens ask `broken`"),
    "claims": ({"claims": ["secret"]}, "`claims` must be a dict; write `claims={'tenant_id': 'acme'}`"),
    "claim-without-a-name": ({"claims": {"": "secret"}}, "`claims` has a name that isn't text, or is empty; "),
    "claim-of-an-argument": (
        {"claims": {"cognito:groups": ["secret"]}},
        "the issuer writes `cognito:groups` itself; give `groups`, where a token has it",
    ),
    "claim-of-the-issuer": (
        {"claims": {"token_use": "secret"}},
        "the issuer writes `token_use` itself; leave it out; `broken` changes such claims",
    ),
    "null": ({"claims": {"x": None}}, "`x` is or holds a null; Cognito issues no such claim"),
    "set": ({"claims": {"x": {"secret"}}}, "`x` holds something that isn't JSON; Cognito issues no such claim"),
    "surrogate": (
        {"claims": {"x": "secret\ud800"}},
        "`x` holds something that isn't JSON; Cognito issues no such claim",
    ),
    "audience": (
        {"claims": {"aud": {"secret"}}},
        "`aud` holds something that isn't JSON; Cognito issues no such claim",
    ),
    "encrypted": ({"encrypted": {"billing-api": "secret"}}, "`encrypted` must be a dict of dicts; "),
    "encrypted-list": ({"encrypted": ["billing-api"]}, "`encrypted` must be a dict of dicts; "),
    "recipient": ({"encrypted": {"aws-crypto-x": {}}}, "recipient `aws-crypto-x` begins with `aws-crypto-`"),
    "member": ({"encrypted": {"shop": {5: "secret"}}}, "what is encrypted for `shop` has a name that isn't text; "),
    "sub-in-a-message": ({"encrypted": {"shop": {"sub": "secret"}}}, "what is encrypted for `shop` holds `sub`, "),
    "no-json": ({"encrypted": {"shop": {"x": {"secret"}}}}, "what is encrypted for `shop` holds something that isn't "),
    "message-and-claim": (
        {"claims": {"encrypted_for_shop": "secret"}, "encrypted": {"shop": {"x": 1}}},
        "the issuer writes `encrypted_for_shop` itself; leave it out; ",
    ),
}


@pytest.mark.parametrize(("given", "message"), MISTAKES.values(), ids=MISTAKES)
def test_what_can_not_be_is_an_error_with_a_cure_and_without_a_value(given: dict[str, Any], message: str) -> None:
    with pytest.raises(GivenError) as caught:
        ISSUER.access_token(**given)

    assert str(caught.value).startswith(message)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert "secret" not in str(caught.value.__context__)


def test_claims_of_messages_may_be_given_as_they_are() -> None:
    assert parts(ISSUER.access_token(claims={"encrypted_for_shop": "rubbish"}))[1]["encrypted_for_shop"] == "rubbish"


@pytest.mark.parametrize("pool_id", ["", "Example01", "eu-west-1_", "eu-west-1_x/../y", None])
def test_an_issuer_needs_a_user_pool_id(pool_id: Any) -> None:
    with pytest.raises(GivenError, match="is no user pool id; give one like `eu-west-1_Ab12Cd34`"):
        TokenIssuer(pool_id)


def test_messages_have_claims_of_their_own() -> None:
    with pytest.raises(GivenError, match="begins with `encrypted_for_`"):
        TokenIssuer(recipient_claims={"billing-api": "sub"})
    with pytest.raises(GivenError, match="the recipient's name is missing"):
        ISSUER.recipient("")


def test_representations_tell_the_pool_and_no_more() -> None:
    ISSUER.access_token(username="anna", encrypted={"billing-api": {"email": "anna@example.com"}})

    assert repr(ISSUER) == "TokenIssuer('eu-west-1_Example01')"
    assert "anna" not in repr(vars(ISSUER))
