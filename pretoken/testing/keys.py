"""Signing keys, and JSON Web Tokens that are signed with them.

The signatures are made by `cryptography` alone, not by the library that verifies them in `pretoken.verifier`: a mistake
of one shows in the other.
"""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from functools import cache
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOCK = Lock()


class SigningKey(NamedTuple):
    """An RSA key and its id, which has the form of Cognito's: a SHA-256 digest in base64, 44 characters."""

    id: str
    private: rsa.RSAPrivateKey

    @property
    def jwk(self) -> dict[str, str]:
        """The public key as a member of a JSON Web Key Set, with the parameters that Cognito gives."""
        public = self.private.public_key().public_numbers()
        return {
            "alg": "RS256",
            "e": base64url(_big_endian(public.e)),
            "kid": self.id,
            "kty": "RSA",
            "n": base64url(_big_endian(public.n)),
            "use": "sig",
        }

    @property
    def public_pem(self) -> bytes:
        """The public key in PEM."""
        return self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, data: bytes, algorithm: hashes.HashAlgorithm | None = None) -> bytes:
        """Sign with RSASSA-PKCS1-v1_5 and, by default, SHA-256: RS256 (RFC 7518 section 3.3)."""
        return self.private.sign(data, padding.PKCS1v15(), algorithm or hashes.SHA256())


def signing_key(owner: str, bits: int = 2048) -> SigningKey:
    """Return the key of an owner, the same as long as this process lives: making one takes about 100 ms."""
    with _LOCK:
        return _made(owner, bits)


@cache
def _made(_owner: str, bits: int) -> SigningKey:
    private = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return SigningKey(b64encode(sha256(public).digest()).decode(), private)


def encoded(header: Mapping[str, Any], claims: Mapping[str, Any] | bytes) -> str:
    """Return what of a JWT is signed: header and claims in compact form (RFC 7515 section 7.1)."""
    return f"{base64url(json_bytes(header))}.{base64url(claims if isinstance(claims, bytes) else json_bytes(claims))}"


def signed(key: SigningKey, header: Mapping[str, Any], claims: Mapping[str, Any] | bytes) -> str:
    """Return a JWT in compact form."""
    text = encoded(header, claims)
    return f"{text}.{base64url(key.sign(text.encode()))}"


def json_bytes(value: object) -> bytes:
    """Return compact JSON in UTF-8; raises TypeError, ValueError or RecursionError for what JSON can't hold."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def base64url(data: bytes) -> str:
    """Return base64url without padding (RFC 7515 section 2)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Return the bytes of base64url without padding."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def flipped(text: str) -> str:
    """Return base64url whose bytes differ in the last bit."""
    data = decoded(text)
    return base64url(data[:-1] + bytes([data[-1] ^ 1]))


def _big_endian(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
