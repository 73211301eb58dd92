"""Each broken token is refused with its code, and for one reason only."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from pretoken.sealing import OpeningError
from pretoken.testing import GivenError, TokenIssuer
from pretoken.testing.broken_messages import MESSAGES
from pretoken.testing.keys import decoded, signing_key
from pretoken.verifier import Refused, refusals

ISSUER = TokenIssuer("eu-west-1_Broken01")
RECIPIENT = ISSUER.recipient("billing-api")
TOKENS = sorted(TokenIssuer.BROKEN.keys() - MESSAGES)
ASKED: dict[str, Any] = {
    "sub": "s-1",
    "client_id": "web",
    "scopes": ["a/b"],
    "groups": ["staff"],
    "username": "anna",
    "claims": {"tenant_id": "acme"},
    "encrypted": {"billing-api": {"email": "anna@example.com"}},
    "lifetime": 600,
}

# What only the token's own claims tell; the rest is broken for whoever checks signatures.
OF_CLAIMS = {
    "deeply_nested",
    "duplicate_claim",
    "expired",
    "no_client",
    "no_expiry",
    "no_subject",
    "not_yet_valid",
    "other_audience",
    "other_client",
    "other_issuer",
    "other_token_use",
    "text_expiry",
    "too_long",
}


@pytest.mark.parametrize("given", [{}, ASKED], ids=["defaults", "all"])
@pytest.mark.parametrize("name", TOKENS)
def test_a_broken_token_is_refused_with_its_code(name: str, given: dict[str, Any]) -> None:
    verifier = ISSUER.verifier(client_ids=["web", "7q3webexample1client0id"], recipient=RECIPIENT)
    verifier.verify(ISSUER.access_token(**given))

    with pytest.raises(Refused) as caught:
        verifier.verify(ISSUER.broken(name, **given))

    assert caught.value.code == TokenIssuer.BROKEN[name]


@pytest.mark.parametrize("given", [{}, ASKED], ids=["defaults", "all"])
@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_a_broken_message_leaves_the_token_good(name: str, given: dict[str, Any]) -> None:
    verifier = ISSUER.verifier(client_ids=None, recipient=RECIPIENT)

    principal = verifier.verify(ISSUER.broken(name, **given))

    assert principal.encrypted.problem is not None
    assert principal.encrypted.problem.code == TokenIssuer.BROKEN[name]
    with pytest.raises(OpeningError):
        principal.encrypted["email"]


def test_all_messages_of_a_token_are_broken_whatever_their_length() -> None:
    shop = ISSUER.recipient("shop")
    for name in MESSAGES:
        for length in range(6):
            members = {"email": "x" * length}
            token = ISSUER.broken(name, encrypted={"billing-api": {"email": "a"}, "shop": members})
            problem = ISSUER.verifier(recipient=shop).verify(token).encrypted.problem
            assert problem is not None
            assert problem.code == TokenIssuer.BROKEN[name]


def test_every_refusal_that_a_token_alone_can_cause_has_a_token() -> None:
    codes = {error.code for error in vars(refusals).values() if isinstance(error, type) and issubclass(error, Refused)}
    by_the_api = {
        "no-token",
        "missing-scope",
        "missing-group",
        "missing-claim",
        "check-failed",
        "breaks-schema",
        Refused.code,
    }

    assert {TokenIssuer.BROKEN[name] for name in TOKENS} == codes - by_the_api


@pytest.mark.parametrize("name", TOKENS)
def test_the_signature_of_a_token_is_good_unless_it_is_what_is_broken(name: str) -> None:
    """Else the verifier could refuse it for its signature alone, and whether it looks at the rest stays unknown."""
    key = ISSUER.jwks["keys"][1]
    token = ISSUER.broken(name)

    try:
        jwt.api_jws.decode(token, jwt.PyJWK(key), algorithms=["RS256"])
    except jwt.InvalidTokenError:
        good = False
    else:
        good = True

    assert good == (name in OF_CLAIMS | {"no_key_id"})


@pytest.mark.parametrize("name", sorted(OF_CLAIMS - {"deeply_nested", "duplicate_claim", "too_long"}))
def test_no_other_claim_differs_from_a_good_token(name: str) -> None:
    good, broken = (
        json.loads(decoded(token.split(".")[1]))
        for token in (ISSUER.access_token(**ASKED, now=1), ISSUER.broken(name, **ASKED, now=10**6))
    )
    changed = {
        "expired": {"auth_time", "exp", "iat"},
        "no_client": {"client_id"},
        "no_expiry": {"exp"},
        "no_subject": {"sub"},
        "not_yet_valid": {"nbf", "exp"},
        "other_audience": {"aud"},
        "other_client": {"client_id"},
        "other_issuer": {"iss"},
        "other_token_use": {"token_use"},
        "text_expiry": {"exp"},
    }[name]
    always = {"auth_time", "exp", "iat", "jti", "origin_jti", "event_id", "encrypted_for_billing_api"}

    assert {claim for claim in good.keys() | broken.keys() if good.get(claim) != broken.get(claim)} <= changed | always
    assert changed <= good.keys() ^ broken.keys() | {claim for claim in good if good[claim] != broken.get(claim)}


def test_the_id_token_is_that_of_the_same_sign_in_and_verifies_with_the_pools_other_key() -> None:
    token = ISSUER.broken("id_token", **ASKED)

    claims = jwt.decode(token, jwt.PyJWK(ISSUER.jwks["keys"][0]), algorithms=["RS256"], audience="web")

    assert (claims["token_use"], claims["sub"], claims["cognito:username"]) == ("id", "s-1", "anna")


def test_the_other_pools_token_is_a_good_one_there() -> None:
    token = ISSUER.broken("other_pool", **ASKED)

    principal = TokenIssuer("eu-west-1_Broken0A").verifier(client_ids=["web"]).verify(token)

    assert principal.sub == "s-1"
    assert TokenIssuer("eu-west-1_A").broken("other_pool") != TokenIssuer("eu-west-1_A").access_token()


def test_the_symmetric_token_is_signed_with_the_public_key() -> None:
    """A verifier that took the header's word for the algorithm would accept it."""
    key = signing_key("eu-west-1_Broken01 access")
    header, claims, signature = ISSUER.broken("symmetric").split(".")

    assert load_pem_public_key(key.public_pem) == key.private.public_key()
    assert decoded(signature) == hmac.digest(key.public_pem, f"{header}.{claims}".encode(), "sha256")


@pytest.mark.parametrize("name", ["embedded_key", "remote_key", "remote_certificate"])
def test_a_key_in_the_header_is_a_strangers(name: str) -> None:
    """A verifier that believed the header would accept it."""
    token = ISSUER.broken(name)
    header = jwt.get_unverified_header(token)
    (parameter,) = header.keys() - {"kid", "alg"}

    text, _, signature = token.rpartition(".")
    stranger = signing_key("stranger", 1024)

    stranger.private.public_key().verify(decoded(signature), text.encode(), padding.PKCS1v15(), hashes.SHA256())
    assert header["kid"] == ISSUER.jwks["keys"][1]["kid"]
    if parameter == "jwk":
        assert header["jwk"] == {name: stranger.jwk[name] for name in ("kty", "e", "n")}
    else:
        assert header[parameter].startswith("https://stranger.invalid/")


MISTAKES: dict[str, tuple[Callable[[], str], str]] = {
    "typo": (lambda: ISSUER.broken("expried"), "there is no broken token `expried`; did you mean `expired`?"),
    "code": (lambda: ISSUER.broken("other-pool"), "there is no broken token `other-pool`; did you mean `other_pool`?"),
    "nothing-near": (
        lambda: ISSUER.broken("x"),
        "there is no broken token `x`; there are `expired`, `not_yet_valid`, ",
    ),
    "number": (lambda: ISSUER.broken(5), "there is no broken token `5`; there are "),  # type: ignore[arg-type]
    "argument": (lambda: ISSUER.broken("expired", lifetime=-1), "`lifetime` must be whole seconds, at least 1; "),
}


@pytest.mark.parametrize(("ask", "message"), MISTAKES.values(), ids=MISTAKES)
def test_what_can_not_be_asked_is_an_error_with_a_cure(ask: Callable[[], str], message: str) -> None:
    with pytest.raises(GivenError) as caught:
        ask()

    assert str(caught.value).startswith(message)


def test_the_names_can_not_be_changed() -> None:
    with pytest.raises(TypeError):
        TokenIssuer.BROKEN["mine"] = "expired"  # type: ignore[index]


def test_what_is_given_stays_as_it_is() -> None:
    given: dict[str, Any] = {"claims": {"tenant_id": "acme"}}

    ISSUER.broken("changed_message", **given)

    assert given == {"claims": {"tenant_id": "acme"}}
