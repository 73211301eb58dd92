"""A small maker of tokens, good and bad: signed by hand, so that nothing tidies up what an attacker writes."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from pretoken.verifier import AccessTokenVerifier

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

POOL = "eu-west-1_Ab12Cd34"
OTHER_POOL = "eu-west-1_Zz99Yy88"
ISSUER = f"https://cognito-idp.eu-west-1.amazonaws.com/{POOL}"
CLIENT = "7q3webexample1client0id"
OTHER_CLIENT = "5t6otherexample0client"
SUB = "3f8c9a52-6b1e-4d7a-9c0d-5e2f7a8b9c10"
KID = "ZXhhbXBsZS1rZXktb2YtdGhlLXBvb2wtbnVtYmVyLTE="
NOW = 1_800_000_000
ABSENT = object()


@cache
def rsa_key(name: str, bits: int = 2048, exponent: int = 65537) -> RSAPrivateKey:
    """Return the key of a name, made at the first call."""
    del name
    return rsa.generate_private_key(exponent, bits)


def b64(data: bytes) -> str:
    """Return bytes as base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def compact(value: Any) -> bytes:
    """Return a value as JSON without spaces."""
    return json.dumps(value, separators=(",", ":")).encode()


def number(value: int) -> str:
    """Return a number as a JWK holds it."""
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def jwk(name: str = "pool", kid: str = KID, **more: Any) -> dict[str, Any]:
    """Return the public key of a name as Cognito publishes it."""
    public = rsa_key(name).public_key().public_numbers()
    return {"alg": "RS256", "e": "AQAB", "kid": kid, "kty": "RSA", "n": number(public.n), "use": "sig", **more}


def jwks(*keys: dict[str, Any]) -> dict[str, Any]:
    """Return a set of keys; default: the pool's two."""
    return {"keys": list(keys or (jwk("next", "the-next-key"), jwk()))}


def access_claims(**changes: Any) -> dict[str, Any]:
    """Return the claims of an access token, some of them changed or ABSENT."""
    claims = {
        "sub": SUB,
        "cognito:groups": ["admins", "auditors"],
        "iss": ISSUER,
        "version": 2,
        "client_id": CLIENT,
        "origin_jti": "0f0e0d0c-0b0a-4908-8706-050403020100",
        "event_id": "a1a2a3a4-b1b2-4c1c-8d1d-e1e2e3e4e5e6",
        "token_use": "access",
        "scope": "openid invoices/read invoices/write",
        "auth_time": NOW - 60,
        "exp": NOW + 3600,
        "iat": NOW - 60,
        "jti": "99887766-5544-4332-8110-ffeeddccbbaa",
        "username": "maria.gonzalez",
        "tenant_id": "acme",
    } | changes
    return {name: value for name, value in claims.items() if value is not ABSENT}


def sign(header: bytes, payload: bytes, key: RSAPrivateKey | None = None) -> str:
    """Sign with RS256 whatever is given, by the pool's key if no other is."""
    signed = f"{b64(header)}.{b64(payload)}"
    signature = (key or rsa_key("pool")).sign(signed.encode(), padding.PKCS1v15(), SHA256())
    return f"{signed}.{b64(signature)}"


def mint(key: Any = None, header: Any = None, **changes: Any) -> str:
    """Return an access token, with claims changed or ABSENT, and members of the header likewise."""
    head = {"kid": KID, "alg": "RS256"} | (header or {})
    return sign(
        compact({name: value for name, value in head.items() if value is not ABSENT}),
        compact(access_claims(**changes)),
        key,
    )


def make_verifier(**options: Any) -> AccessTokenVerifier:
    """Return a verifier that is offline in the year 2027, with options changed."""
    given = {"user_pool_id": POOL, "client_ids": [CLIENT], "recipient": None, "jwks": jwks(), "clock": lambda: NOW}
    return AccessTokenVerifier(**(given | options))
