"""Tokens that a resource server must refuse, by name.

Each is a good access token but for one thing, so that nothing else refuses it first.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes

from pretoken.testing.broken_messages import MESSAGES, with_broken_messages
from pretoken.testing.keys import SigningKey, base64url, encoded, flipped, json_bytes, signed, signing_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from pretoken.testing.good_token import GoodToken

_DAY = 86_400
_TOO_LONG = 100_000  # characters; API Gateway takes 10,240 bytes of headers, our verifier 65,536 characters
_LEVELS = 20_000

# So short that a header has room for it: verifiers refuse long headers for their length alone.
_STRANGERS_BITS = 1024


# Times, and what kind of token it is


def _expired(good: GoodToken) -> str:
    claims = good.claims
    past = claims["exp"] - claims["iat"] + _DAY
    return good.with_claims(**{name: claims[name] - past for name in ("auth_time", "exp", "iat")})


def _not_yet_valid(good: GoodToken) -> str:
    claims = good.claims
    return good.with_claims(nbf=claims["iat"] + _DAY, exp=claims["exp"] + _DAY)


def _id_token(good: GoodToken) -> str:
    return good.id_token()


def _other_token_use(good: GoodToken) -> str:
    return good.with_claims(token_use="refresh")


def _refresh_token(good: GoodToken) -> str:
    # Cognito's are encrypted (JWE): five parts, which only Cognito can open.
    header = {"cty": "JWT", "enc": "A256GCM", "alg": "RSA-OAEP"}
    parts = (good.key.sign(b"key"), b"initial vector"[:12], good.key.sign(b"claims"), b"authentic message"[:16])
    return ".".join((base64url(json_bytes(header)), *map(base64url, parts)))


# Who issued it, to whom, for whom


def _other_pool(good: GoodToken) -> str:
    return good.other_pools()


def _other_issuer(good: GoodToken) -> str:
    return good.with_claims(iss=f"{good.claims['iss']}X")


def _other_client(good: GoodToken) -> str:
    return good.with_claims(client_id=f"another{good.claims['client_id']}")


def _other_audience(good: GoodToken) -> str:
    return good.with_claims(aud="https://another-api.example.com")


# Header and signature


def _no_algorithm(good: GoodToken) -> str:
    return encoded({**good.header, "alg": "none"}, good.claims) + "."


def _symmetric(good: GoodToken) -> str:
    text = encoded({**good.header, "alg": "HS256"}, good.claims)
    return f"{text}.{base64url(hmac.digest(good.key.public_pem, text.encode(), 'sha256'))}"


def _other_algorithm(good: GoodToken) -> str:
    text = encoded({**good.header, "alg": "RS512"}, good.claims)
    return f"{text}.{base64url(good.key.sign(text.encode(), hashes.SHA512()))}"


def _unknown_critical_header(good: GoodToken) -> str:
    return good.with_header(crit=["example"], example=True)


def _stranger() -> SigningKey:
    return signing_key("stranger", _STRANGERS_BITS)


def _unknown_key(good: GoodToken) -> str:
    key = _stranger()
    return signed(key, {**good.header, "kid": key.id}, good.claims)


def _no_key_id(good: GoodToken) -> str:
    return signed(good.key, {"alg": good.header["alg"]}, good.claims)


def _embedded_key(good: GoodToken) -> str:
    key = _stranger()
    jwk = {name: key.jwk[name] for name in ("kty", "e", "n")}
    return signed(key, {**good.header, "jwk": jwk}, good.claims)


def _remote_key(good: GoodToken) -> str:
    return signed(_stranger(), {**good.header, "jku": "https://stranger.invalid/jwks.json"}, good.claims)


def _remote_certificate(good: GoodToken) -> str:
    return signed(_stranger(), {**good.header, "x5u": "https://stranger.invalid/certificate.pem"}, good.claims)


def _wrong_signature(good: GoodToken) -> str:
    text, _, signature = good.text.rpartition(".")
    return f"{text}.{flipped(signature)}"


def _changed_claims(good: GoodToken) -> str:
    signature = good.text.rpartition(".")[2]
    return f"{encoded(good.header, {**good.claims, 'cognito:groups': ['admins']})}.{signature}"


# Form


def _truncated(good: GoodToken) -> str:
    header, claims, _ = good.text.split(".")
    return f"{header}.{claims[: len(claims) // 2]}"


def _too_long(good: GoodToken) -> str:
    return good.with_claims(padding="x" * _TOO_LONG)


def _duplicate_claim(good: GoodToken) -> str:
    return signed(good.key, good.header, b'{"sub":"another",' + json_bytes(good.claims)[1:])


def _deeply_nested(good: GoodToken) -> str:
    nested = b'{"nested":' + b"[" * _LEVELS + b"]" * _LEVELS + b","
    return signed(good.key, good.header, nested + json_bytes(good.claims)[1:])


def _no_expiry(good: GoodToken) -> str:
    return good.without("exp")


def _text_expiry(good: GoodToken) -> str:
    return good.with_claims(exp=str(good.claims["exp"]))


def _no_subject(good: GoodToken) -> str:
    return good.without("sub")


def _no_client(good: GoodToken) -> str:
    return good.without("client_id")


_TOKENS: dict[str, tuple[str, Callable[[GoodToken], str]]] = {
    "expired": ("expired", _expired),
    "not_yet_valid": ("not-yet-valid", _not_yet_valid),
    "id_token": ("id-token", _id_token),
    "other_token_use": ("wrong-token-use", _other_token_use),
    "refresh_token": ("malformed-token", _refresh_token),
    "other_pool": ("other-issuer", _other_pool),
    "other_issuer": ("other-issuer", _other_issuer),
    "other_client": ("other-client", _other_client),
    "other_audience": ("other-audience", _other_audience),
    "no_algorithm": ("wrong-algorithm", _no_algorithm),
    "symmetric": ("wrong-algorithm", _symmetric),
    "other_algorithm": ("wrong-algorithm", _other_algorithm),
    "unknown_critical_header": ("unknown-critical-header", _unknown_critical_header),
    "unknown_key": ("unknown-key", _unknown_key),
    "no_key_id": ("unknown-key", _no_key_id),
    "embedded_key": ("wrong-signature", _embedded_key),
    "remote_key": ("wrong-signature", _remote_key),
    "remote_certificate": ("wrong-signature", _remote_certificate),
    "wrong_signature": ("wrong-signature", _wrong_signature),
    "changed_claims": ("wrong-signature", _changed_claims),
    "truncated": ("malformed-token", _truncated),
    "too_long": ("token-too-long", _too_long),
    "duplicate_claim": ("malformed-token", _duplicate_claim),
    "deeply_nested": ("malformed-token", _deeply_nested),
    "no_expiry": ("wrong-claim", _no_expiry),
    "text_expiry": ("wrong-claim", _text_expiry),
    "no_subject": ("wrong-claim", _no_subject),
    "no_client": ("wrong-claim", _no_client),
}

CODES = {name: code for table in (_TOKENS, MESSAGES) for name, (code, _) in table.items()}
"""The code of the refusal, or of the OpeningError, by the name of the token."""


def break_token(name: str, good: GoodToken) -> str:
    """Return the broken token of a name."""
    return with_broken_messages(name, good) if name in MESSAGES else _TOKENS[name][1](good)
