"""Which keys of a JSON Web Key Set verify tokens, and that a poisoned set harms nobody."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pretoken.verifier.jwks import JWKSError, parse_jwks, signing_keys
from tests.verifier.minting import KID, b64, compact, jwk, jwks, number, rsa_key

GOOD = jwk()
PRIVATE = rsa_key("pool").private_numbers()
BAD_MODULI: dict[str, Any] = {
    "null": None,
    "5": 5,
    "a number of 2048 bits": 2**2047 + 1,
    "true": True,
    "an empty list": [],
    "a list of bytes": [65] * 256,
    "an object": {},
    "empty": "",
    "zero": "AA",
    "no base64": "é",
    "plain base64": "+/",
    "padded": GOOD["n"] + "==",
    "followed by a line end": GOOD["n"] + "\n",
}
BAD_KEYS: dict[str, Any] = {
    "a secret with the pool's key id": {"kty": "oct", "k": GOOD["n"], "alg": "HS256", "kid": KID, "use": "sig"},
    "a secret said to be RSA's": {
        "kty": "oct",
        "k": GOOD["n"],
        "alg": "RS256",
        "kid": KID,
        "n": GOOD["n"],
        "e": "AQAB",
    },
    "1024 bits": {**GOOD, "n": number(rsa_key("weak", 1024).public_key().public_numbers().n)},
    "2047 bits": {**GOOD, "n": number((1 << 2047) - 1)},
    "8193 bits": {**GOOD, "n": number((1 << 8193) - 1)},
    "300,000 bits": {**GOOD, "n": number((1 << 300_000) - 1)},
    "exponent 0": {**GOOD, "e": "AA"},
    "exponent 1": {**GOOD, "e": number(1)},
    "exponent 3": {**GOOD, "e": number(3)},
    "an even exponent": {**GOOD, "e": number(65536)},
    "an exponent in another spelling": {**GOOD, "e": "AAEAAQ"},
    "an exponent that is a number": {**GOOD, "e": 65537},
    "no exponent": {name: value for name, value in GOOD.items() if name != "e"},
    "no modulus": {name: value for name, value in GOOD.items() if name != "n"},
    "a private key": {**GOOD, "d": number(PRIVATE.d), "p": number(PRIVATE.p), "q": number(PRIVATE.q)},
    "a private exponent that is null": {**GOOD, "d": None},
    "a key for encryption": {**GOOD, "use": "enc"},
    "a key whose use is null": {**GOOD, "use": None},
    "a key of another algorithm": {**GOOD, "alg": "RS512"},
    "a key of PSS": {**GOOD, "alg": "PS256"},
    "a key of an elliptic curve": {"kty": "EC", "crv": "P-256", "x": b64(b"x" * 32), "y": b64(b"y" * 32), "kid": KID},
    "a key of no type": {name: value for name, value in GOOD.items() if name != "kty"},
    "no key id": {name: value for name, value in GOOD.items() if name != "kid"},
    "a key id that is a number": {**GOOD, "kid": 1},
    "a key id that is a list": {**GOOD, "kid": [KID]},
    "a text": "key",
    "a list": [GOOD],
    "null": None,
    **{f"a modulus that is {name}": {**GOOD, "n": modulus} for name, modulus in BAD_MODULI.items()},
}
BAD_SETS: dict[str, bytes] = {
    **{f"only {name}": compact({"keys": [key]}) for name, key in BAD_KEYS.items()},
    "one key id twice": compact(jwks(GOOD, jwk("attacker"))),
    "one key id twice, of which one is a secret": compact(jwks(GOOD, BAD_KEYS["a secret with the pool's key id"])),
    "one key twice": compact(jwks(GOOD, GOOD)),
    "nothing": b"",
    "no JSON": b"<html>Service Unavailable</html>",
    "JSON cut short": compact(jwks())[:-2],
    "JSON twice": compact(jwks()) * 2,
    "a member twice": compact(jwks())[:-1] + b',"keys":[]}',
    "a member of a key twice": compact(jwks()).replace(b'"use":"sig"', b'"use":"sig","use":"sig"'),
    "UTF-16": json.dumps(jwks()).encode("utf-16"),
    "a mark in front": b"\xef\xbb\xbf" + compact(jwks()),
    "no UTF-8": compact(jwks()).replace(b"sig", b"s\xffg"),
    "nested lists": b"[" * 60_000,
    "nested objects": b'{"keys":' * 8000,
    "nested keys": compact({"keys": [[[[GOOD]]]]}),
    "NaN": compact(jwks())[:-1] + b',"x":NaN}',
    "a number of 60,000 digits": b'{"keys":' + b"1" * 60_000 + b"}",
    "no keys": compact({"keys": []}),
    "keys that are null": compact({"keys": None}),
    "keys by id": compact({"keys": {KID: GOOD}}),
    "a key alone": compact(GOOD),
    "a list of keys": compact([GOOD]),
    "null": b"null",
    "an empty object": b"{}",
}


@pytest.mark.parametrize("data", BAD_SETS.values(), ids=BAD_SETS)
def test_a_set_without_a_usable_key_is_refused(data: bytes) -> None:
    with pytest.raises(JWKSError, match="no RSA key for RS256") as caught:
        parse_jwks(data)
    assert caught.value.args == ()


@pytest.mark.parametrize("key", BAD_KEYS.values(), ids=BAD_KEYS)
def test_a_bad_key_is_left_out_and_the_others_stay(key: Any) -> None:
    other = jwk("next", "the-next-key")
    assert list(signing_keys({"keys": [key, other]})) == ["the-next-key"]
    assert list(signing_keys({"keys": [other, key]})) == ["the-next-key"]


def test_keys_are_had_by_their_id_and_are_public() -> None:
    keys = parse_jwks(compact(jwks()))
    assert set(keys) == {KID, "the-next-key"}
    assert not any(key.is_private for key in keys.values())
    assert keys[KID].as_dict(private=False)["n"] == GOOD["n"]


@pytest.mark.parametrize("bits", [2048, 3072, 4096])
def test_keys_of_good_lengths_are_taken(bits: int) -> None:
    rsa_key(f"{bits} bits", bits)
    public = rsa_key(f"{bits} bits", bits).public_key().public_numbers()
    assert list(signing_keys({"keys": [{**GOOD, "n": number(public.n)}]})) == [KID]


def test_a_key_needs_no_use_and_no_algorithm() -> None:
    assert list(signing_keys({"keys": [{name: GOOD[name] for name in ("kty", "kid", "n", "e")}]})) == [KID]


def test_certificates_and_urls_beside_a_key_mean_nothing() -> None:
    entry = {**GOOD, "x5c": ["AAAA"], "x5u": "https://evil.example", "x5t": 5, "key_ops": ["sign"]}
    key = signing_keys({"keys": [entry]})[KID]
    assert set(key.as_dict(private=False)) <= {"kty", "n", "e", "kid"}
