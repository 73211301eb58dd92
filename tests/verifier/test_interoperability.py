"""Tokens that other libraries mint are accepted here, and they accept what is accepted here."""

from __future__ import annotations

from typing import Any

import jwt as pyjwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import KeySet, RSAKey

from pretoken.verifier import SignatureRefused
from tests.verifier.minting import KID, access_claims, jwks, make_verifier, mint, rsa_key


def minted_by_pyjwt(name: str, claims: dict[str, Any]) -> str:
    return pyjwt.encode(claims, rsa_key(name), algorithm="RS256", headers={"kid": KID})


def minted_by_joserfc(name: str, claims: dict[str, Any]) -> str:
    pem = rsa_key(name).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return joserfc_jwt.encode({"alg": "RS256", "kid": KID}, claims, RSAKey.import_key(pem))


MINTS = pytest.mark.parametrize("minted", [minted_by_pyjwt, minted_by_joserfc])
CLAIMS = [access_claims(), access_claims(name="María ☕", nested={"a": [1, 2.5, None, True]})]


@MINTS
@pytest.mark.parametrize("claims", CLAIMS, ids=["ASCII", "more"])
def test_a_token_of_another_library_is_accepted(minted: Any, claims: dict[str, Any]) -> None:
    assert make_verifier().verify(minted("pool", claims), scopes="invoices/read").claims == claims


@MINTS
def test_a_token_of_another_library_s_stranger_is_refused(minted: Any) -> None:
    with pytest.raises(SignatureRefused):
        make_verifier().verify(minted("attacker", access_claims()))


def test_other_libraries_accept_what_these_tests_mint() -> None:
    """So that the attacks are made of a token that is good to everybody."""
    options: Any = {"verify_exp": False, "verify_iat": False}
    key = next(key for key in pyjwt.PyJWKSet.from_dict(jwks()).keys if key.key_id == KID)
    assert pyjwt.decode(mint(), key, algorithms=["RS256"], options=options) == access_claims()
    keys = KeySet.import_key_set(jwks())  # type: ignore[arg-type]
    assert joserfc_jwt.decode(mint(), keys, algorithms=["RS256"]).claims == access_claims()
