"""What an attacker, or a confused client, can send in place of an access token: a row each."""

from __future__ import annotations

import hmac
import json
import tracemalloc
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from pretoken.verifier import (
    AlgorithmRefused,
    ClaimRefused,
    CriticalHeaderRefused,
    ExpiredRefused,
    IdTokenRefused,
    MalformedTokenRefused,
    NotYetValidRefused,
    OtherAudienceRefused,
    OtherClientRefused,
    OtherIssuerRefused,
    Refused,
    SignatureRefused,
    TokenTooLongRefused,
    TokenUseRefused,
    UnknownKeyRefused,
)
from pretoken.verifier import unverified_token as token_module
from tests.verifier.minting import (
    ABSENT,
    CLIENT,
    ISSUER,
    KID,
    NOW,
    OTHER_CLIENT,
    OTHER_POOL,
    POOL,
    access_claims,
    b64,
    compact,
    jwk,
    make_verifier,
    mint,
    number,
    rsa_key,
    sign,
)
from tests.verifier.silence import assert_tells_nothing

if TYPE_CHECKING:
    from collections.abc import Iterable

GOOD = mint()
HEADER, PAYLOAD, SIGNATURE = GOOD.split(".")
CLAIMS = compact(access_claims())
HEAD = compact({"kid": KID, "alg": "RS256"})
ATTACKER = rsa_key("attacker")
PUBLIC = rsa_key("pool").public_key()
PEM = PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
DER = PUBLIC.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


class Attack(NamedTuple):
    """What is sent, and how it is refused."""

    name: str
    token: Any
    refused: type[Refused]


def hmac_token(secret: bytes, algorithm: str = "HS256") -> str:
    """Return a token "signed" with what everybody knows."""
    signed = f"{b64(compact({'kid': KID, 'alg': algorithm}))}.{PAYLOAD}"
    return f"{signed}.{b64(hmac.digest(secret, signed.encode(), sha256))}"


def with_header(text: bytes, key: Any = None) -> str:
    return sign(text, CLAIMS, key)


def with_payload(text: bytes) -> str:
    return sign(HEAD, text)


def extended(member: bytes) -> bytes:
    """Return the claims with one more member, which may stand there already."""
    return CLAIMS[:-1] + b"," + member + b"}"


def flipped(token: str, segment: int) -> str:
    """Return a token with one character of a segment changed, in the middle of it."""
    parts = token.split(".")
    middle = len(parts[segment]) // 2
    other = "A" if parts[segment][middle] != "A" else "B"
    parts[segment] = parts[segment][:middle] + other + parts[segment][middle + 1 :]
    return ".".join(parts)


def stray_bit(segment: str) -> str:
    """Return another text for the same bytes: the last character's unused bits are set."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return segment[:-1] + alphabet[alphabet.index(segment[-1]) + 1]


def tokens_of_another_kind() -> Iterable[Attack]:
    id_claims: dict[str, Any] = {"token_use": "id", "aud": CLIENT, "client_id": ABSENT, "scope": ABSENT}
    yield Attack("an ID token", mint(**id_claims), IdTokenRefused)
    yield Attack("an ID token with an access token's claims", mint(token_use="id"), IdTokenRefused)
    for use in ("refresh", "Access", "access ", "", None, True, 1, ["access"], {"access": 1}, ABSENT):
        shown = "missing" if use is ABSENT else json.dumps(use)
        yield Attack(f"token_use {shown}", mint(token_use=use), TokenUseRefused)
    for issuer in (
        ISSUER.replace(POOL, OTHER_POOL),
        ISSUER + "/",
        ISSUER.upper(),
        ISSUER.replace("https", "http"),
        ISSUER.replace("eu-west-1.", "us-east-1."),
        f"https://cognito-idp.eu-west-1.amazonaws.com.evil.example/{POOL}",
        f"https://evil.example/{ISSUER}",
        POOL,
        "",
        None,
        [ISSUER],
        {ISSUER: 1},
        7,
        ABSENT,
    ):
        shown = "missing" if issuer is ABSENT else json.dumps(issuer)
        yield Attack(f"issuer {shown}", mint(iss=issuer), OtherIssuerRefused)
    for client in (OTHER_CLIENT, CLIENT.upper(), CLIENT + " "):
        yield Attack(f"client {client!r}", mint(client_id=client), OtherClientRefused)


def tokens_of_another_time() -> Iterable[Attack]:
    yield Attack("expired", mint(exp=NOW - 1), ExpiredRefused)
    yield Attack("expiring at this instant", mint(exp=NOW), ExpiredRefused)
    yield Attack("expired in 1970", mint(exp=0), ExpiredRefused)
    yield Attack("not yet valid", mint(nbf=NOW + 1), NotYetValidRefused)
    for name in ("exp", "nbf", "iat", "auth_time"):
        for text in (b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999", b"1" * 5000):
            payload = compact(access_claims(**{name: ABSENT}))[:-1] + f',"{name}":'.encode() + text + b"}"
            yield Attack(f"{name} {text[:9].decode()}", with_payload(payload), MalformedTokenRefused)
        for text in (
            b"1e300",
            b"1" * 4000,
            b"-1",
            b"253402300800",
            b"true",
            b'"2000000000"',
            b"[]",
        ):
            payload = compact(access_claims(**{name: ABSENT}))[:-1] + f',"{name}":'.encode() + text + b"}"
            yield Attack(f"{name} {text[:14].decode()}", with_payload(payload), ClaimRefused)
    yield Attack("exp missing", mint(exp=ABSENT), ClaimRefused)
    yield Attack("exp null", mint(exp=None), ClaimRefused)


def wrong_algorithms() -> Iterable[Attack]:
    crit: Any
    for algorithm in ("none", "None", "NONE", "nOnE", ""):
        head = b64(compact({"kid": KID, "alg": algorithm}))
        yield Attack(f"alg {algorithm!r}, unsigned", f"{head}.{PAYLOAD}.", AlgorithmRefused)
        yield Attack(f"alg {algorithm!r}, signed", mint(header={"alg": algorithm}), AlgorithmRefused)
    secrets = {
        "PEM": PEM,
        "PEM without its last line end": PEM.strip(),
        "DER": DER,
        "JWK": compact(jwk()),
        "modulus": jwk()["n"].encode(),
        "empty text": b"",
    }
    for name, secret in secrets.items():
        yield Attack(f"HS256 with the public key as {name}", hmac_token(secret), AlgorithmRefused)
        yield Attack(
            f"an HMAC with the public key as {name}, said to be RS256", hmac_token(secret, "RS256"), SignatureRefused
        )
    for other in (
        "RS512",
        "PS256",
        "ES256",
        "EdDSA",
        "rs256",
        "RS256 ",
        ["RS256"],
        {"RS256": 1},
        None,
        256,
        True,
        ABSENT,
    ):
        shown = "missing" if other is ABSENT else json.dumps(other)
        yield Attack(f"alg {shown}", mint(header={"alg": other}), AlgorithmRefused)
    for crit in (["exp"], ["b64"], ["alg"], [], 5, None, "b64", {}, False):
        header = compact({"alg": "RS256", "kid": KID, "crit": crit, "b64": False})
        yield Attack(f"crit {json.dumps(crit)}", with_header(header), CriticalHeaderRefused)
    yield Attack("an encrypted token", f"{HEADER}.{PAYLOAD}.{SIGNATURE}.{PAYLOAD}.{SIGNATURE}", MalformedTokenRefused)


def wrong_keys() -> Iterable[Attack]:
    yield Attack("signed by another key", mint(ATTACKER), SignatureRefused)
    yield Attack("signed by the pool's other key", mint(rsa_key("next")), SignatureRefused)
    for kid in (
        "another-key",
        "",
        KID.lower(),
        KID.strip("="),
        f"../{KID}",
        "kid\u0000",
        None,
        1,
        True,
        [KID],
        {KID: 1},
        ABSENT,
    ):
        shown = "missing" if kid is ABSENT else json.dumps(kid)
        yield Attack(f"kid {shown}", mint(ATTACKER, {"kid": kid}), UnknownKeyRefused)
    for name in ("jku", "x5u"):
        for kid, refused in ((KID, SignatureRefused), ("attacker", UnknownKeyRefused)):
            header = {name: "https://evil.example/jwks.json", "kid": kid}
            yield Attack(f"{name} of the attacker, kid {kid[:8]}", mint(ATTACKER, header), refused)
    small = {"kty": "oct", "k": "AAAA"}
    for kid, refused in ((KID, SignatureRefused), ("attacker", UnknownKeyRefused)):
        yield Attack(f"jwk of the attacker, kid {kid[:8]}", mint(ATTACKER, {"jwk": small, "kid": kid}), refused)
        yield Attack(f"x5c of the attacker, kid {kid[:8]}", mint(ATTACKER, {"x5c": ["MIIB"], "kid": kid}), refused)
    whole = {"jwk": jwk("attacker", "attacker"), "kid": "attacker"}
    yield Attack("jwk of the attacker, a whole RSA key", mint(ATTACKER, whole), MalformedTokenRefused)
    whole = {"x5c": [b64encode(DER * 3).decode()], "kid": "attacker"}
    yield Attack("x5c of the attacker, a whole chain", mint(ATTACKER, whole), MalformedTokenRefused)


def changed_tokens() -> Iterable[Attack]:
    other_header = b64(compact({"kid": KID, "alg": "RS256", "typ": "at+jwt"}))
    yield Attack("header changed", f"{other_header}.{PAYLOAD}.{SIGNATURE}", SignatureRefused)
    yield Attack(
        "claims changed", f"{HEADER}.{b64(compact(access_claims(tenant_id='evil')))}.{SIGNATURE}", SignatureRefused
    )
    yield Attack("signature changed", flipped(GOOD, 2), SignatureRefused)
    yield Attack("signature of another token", f"{HEADER}.{PAYLOAD}.{mint(scope='x').split('.')[2]}", SignatureRefused)
    yield Attack("signature missing", f"{HEADER}.{PAYLOAD}.", SignatureRefused)
    yield Attack("signature cut", GOOD[:-4], SignatureRefused)
    yield Attack("signature longer by a zero", f"{HEADER}.{PAYLOAD}.{SIGNATURE}AAAA", SignatureRefused)
    modulus = PUBLIC.public_numbers().n
    for name, value in (("zero", 0), ("one", 1), ("the modulus", modulus), ("the modulus less one", modulus - 1)):
        yield Attack(f"signature {name}", f"{HEADER}.{PAYLOAD}.{b64(value.to_bytes(256, 'big'))}", SignatureRefused)
    yield Attack("signature with a stray bit", f"{HEADER}.{PAYLOAD}.{stray_bit(SIGNATURE)}", SignatureRefused)
    yield Attack("signature with padding", f"{GOOD}==", SignatureRefused)
    yield Attack("signature in plain base64", f"{HEADER}.{PAYLOAD}.{'+/' * 171}", SignatureRefused)
    for space in (" ", "\n", "\r\n", "\t", "\x00", "\x0b"):
        yield Attack(f"{space!r} in front", space + GOOD, MalformedTokenRefused)
        yield Attack(f"{space!r} behind", GOOD + space, SignatureRefused)
        yield Attack(
            f"{space!r} in the claims", f"{HEADER}.{PAYLOAD[:8]}{space}{PAYLOAD[8:]}.{SIGNATURE}", MalformedTokenRefused
        )
        yield Attack(
            f"{space!r} in the signature", f"{HEADER}.{PAYLOAD}.{SIGNATURE[:8]}{space}{SIGNATURE[8:]}", SignatureRefused
        )
    for name, text in {
        "nothing": "",
        "a dot": ".",
        "two dots": "..",
        "one segment": HEADER,
        "two segments": f"{HEADER}.{PAYLOAD}",
        "four segments": f"{GOOD}.",
        "an empty header": f".{PAYLOAD}.{SIGNATURE}",
        "no claims": f"{HEADER}..{SIGNATURE}",
        "the scheme, too": f"Bearer {GOOD}",
        "two tokens": f"{GOOD},{GOOD}",
        "a token of letters that look alike": GOOD.replace("e", "е"),
        "a fullwidth dot": GOOD.replace(".", "．"),
        "a lone surrogate": GOOD + "\ud800",
        "a padded header": f"{HEADER}=.{PAYLOAD}.{SIGNATURE}",
        "plain base64 in the header": f"+/{HEADER}.{PAYLOAD}.{SIGNATURE}",
        "bytes": GOOD.encode(),
        "None": None,
        "a number": 5,
        "JSON serialization": json.dumps({"protected": HEADER, "payload": PAYLOAD, "signature": SIGNATURE}),
    }.items():
        yield Attack(name, text, MalformedTokenRefused)


def ambiguous_tokens() -> Iterable[Attack]:
    for member in (
        b'"sub":"admin"',
        b'"exp":9999999999',
        b'"token_use":"access"',
        b'"tenant_id":"evil"',
        b'"s\\u0075b":"admin"',
    ):
        yield Attack(f"a second {member.decode()}", with_payload(extended(member)), MalformedTokenRefused)
    yield Attack(
        "a second member, deep inside", with_payload(extended(b'"x":[{"y":{"a":1,"a":2}}]')), MalformedTokenRefused
    )
    for head in (
        b'{"alg":"none","alg":"RS256","kid":"%b"}' % KID.encode(),
        b'{"alg":"RS256","kid":"%b","kid":"x"}' % KID.encode(),
        b'{"alg":"RS256","kid":"%b","\\u0061lg":"none"}' % KID.encode(),
        b'{"alg":"RS256","kid":"%b","x":NaN}' % KID.encode(),
        b'["alg","RS256"]',
        b'"RS256"',
        b"null",
        b"{}x",
        b"",
        b"\xff",
        '{"alg":"RS256"}'.encode("utf-16"),
    ):
        yield Attack(f"header {head!r}", with_header(head), MalformedTokenRefused)
    for name, text in {
        "UTF-16 with its mark": CLAIMS.decode().encode("utf-16"),
        "UTF-16": CLAIMS.decode().encode("utf-16-be"),
        "UTF-32": CLAIMS.decode().encode("utf-32-le"),
        "UTF-8 with a mark": b"\xef\xbb\xbf" + CLAIMS,
        "overlong UTF-8": CLAIMS.replace(b"acme", b"\xc0\xaf"),
        "a surrogate in UTF-8": CLAIMS.replace(b"acme", b"\xed\xa0\x80"),
        "Latin-1": CLAIMS.replace(b"acme", b"\xe9"),
        "a list": b"[" + CLAIMS + b"]",
        "a text": compact(CLAIMS.decode()),
        "null": b"null",
        "two objects": CLAIMS + CLAIMS,
        "a comma too many": CLAIMS[:-1] + b",}",
        "a comment": CLAIMS + b"//",
        "a raw line end": CLAIMS.replace(b"acme", b"a\ncme"),
        "single quotes": CLAIMS.replace(b'"', b"'"),
    }.items():
        yield Attack(f"claims as {name}", with_payload(text), MalformedTokenRefused)


def wrong_claims() -> Iterable[Attack]:
    value: Any
    for name in ("sub", "client_id"):
        for value in ("", None, 5, True, ["x"], {"x": 1}, ABSENT):
            shown = "missing" if value is ABSENT else json.dumps(value)
            yield Attack(f"{name} {shown}", mint(**{name: value}), ClaimRefused)
    for value in (None, 5, True, ["invoices/read"], {"invoices/read": 1}):
        yield Attack(f"scope {json.dumps(value)}", mint(scope=value), ClaimRefused)
    for value in (None, "admins", "[admins auditors]", 5, {"admins": 1}, ["admins", 5], [["admins"]], [None]):
        yield Attack(f"groups {json.dumps(value)}", mint(**{"cognito:groups": value}), ClaimRefused)
    for value in (5, True, ["x"], {}):
        yield Attack(f"username {json.dumps(value)}", mint(username=value), ClaimRefused)
    for value in (5, True, {}, {CLIENT: 1}, [5], [CLIENT, 5], [None], [[CLIENT]]):
        yield Attack(f"aud {json.dumps(value)}", mint(aud=value), ClaimRefused)
    for value in (
        "another-api",
        "",
        [],
        [""],
        ["another-api"],
        ["another-api", "a-third"],
        [CLIENT + "x"],
        f"{CLIENT} x",
    ):
        yield Attack(f"aud {json.dumps(value)}", mint(aud=value), OtherAudienceRefused)


def large_tokens() -> Iterable[Attack]:
    yield Attack("64 KiB and a character", GOOD + "A" * (65_537 - len(GOOD)), TokenTooLongRefused)
    yield Attack("64 MiB", "A" * (1 << 26), TokenTooLongRefused)
    yield Attack("64 KiB of dots", "." * 65_536, MalformedTokenRefused)
    yield Attack("a header of 513 characters", f"{'A' * 513}.{PAYLOAD}.{SIGNATURE}", MalformedTokenRefused)
    for opening in (b"[", b'{"a":', b'[{"a":'):
        deep = opening * (45_000 // len(opening))
        yield Attack(
            f"45,000 characters of {opening.decode()}", f"{HEADER}.{b64(deep)}.{SIGNATURE}", MalformedTokenRefused
        )
    for depth in (32, 100, 900):
        member = b'"x":' + b"[" * depth + b"]" * depth
        yield Attack(f"{depth} levels, well signed", with_payload(extended(member)), MalformedTokenRefused)
    yield Attack("a number of 40,000 digits", with_payload(extended(b'"x":' + b"9" * 40_000)), MalformedTokenRefused)


ATTACKS = [
    attack
    for made in (
        tokens_of_another_kind(),
        tokens_of_another_time(),
        wrong_algorithms(),
        wrong_keys(),
        changed_tokens(),
        ambiguous_tokens(),
        wrong_claims(),
        large_tokens(),
    )
    for attack in made
]


@pytest.mark.parametrize("attack", ATTACKS, ids=[ascii(attack.name) for attack in ATTACKS])
def test_an_attack_is_refused_by_its_reason_and_nothing_of_it_is_told(attack: Attack) -> None:
    with pytest.raises(Refused) as caught:
        make_verifier().verify(attack.token)
    assert type(caught.value) is attack.refused
    if isinstance(attack.token, str):
        assert_tells_nothing(caught.value, attack.token[:100_000])


def test_the_token_that_the_attacks_are_made_of_is_accepted() -> None:
    assert make_verifier().verify(GOOD).claims == access_claims()


def test_what_an_attacker_embeds_beside_a_good_signature_means_nothing() -> None:
    header = {"jku": "https://evil.example", "jwk": {"kty": "oct", "k": "AA"}, "x5c": ["AA"], "b64": False, "typ": "x"}
    assert make_verifier().verify(mint(header=header)).claims == access_claims()


def test_a_signature_that_a_key_of_exponent_one_would_take_is_refused() -> None:
    """With that exponent a signature is the padded hash itself, which anybody can write."""
    signed = f"{HEADER}.{PAYLOAD}".encode()
    prefix = bytes.fromhex("3031300d060960864801650304020105000420")
    padded = b"\x00\x01" + b"\xff" * (256 - 3 - 51) + b"\x00" + prefix + sha256(signed).digest()
    forged = f"{HEADER}.{PAYLOAD}.{b64(padded)}"
    for exponent in (1, 3):
        keys = {"keys": [jwk(e=number(exponent)), jwk("next", "the-next-key")]}
        with pytest.raises(UnknownKeyRefused):
            make_verifier(jwks=keys).verify(forged)


@settings(max_examples=400)
@given(st.integers(0, len(GOOD) - 1), st.characters(max_codepoint=0x17F))
def test_no_changed_character_leaves_a_token_good(place: int, character: str) -> None:
    """So a token has one spelling, by which an API may deny it."""
    changed = GOOD[:place] + character + GOOD[place + 1 :]
    if changed != GOOD:
        with pytest.raises(Refused) as caught:
            make_verifier().verify(changed)
        assert_tells_nothing(caught.value, changed)


@settings(max_examples=200)
@given(st.text() | st.from_regex(r"[\w-]{0,40}\.[\w-]{0,40}\.[\w-]{0,40}", fullmatch=True))
def test_any_text_is_refused_and_upsets_nothing(text: str) -> None:
    with pytest.raises(Refused):
        make_verifier().verify(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(sorted({**access_claims(), "aud": 0, "nbf": 0})), JSON, max_size=3))
def test_claims_of_any_type_are_accepted_or_refused_and_upset_nothing(changes: dict[str, Any]) -> None:
    try:
        principal = make_verifier().verify(mint(**changes))
    except Refused:
        return
    assert principal.claims == access_claims(**changes)
    assert type(principal.sub) is type(principal.client_id) is str


@pytest.mark.parametrize("length", [65_537, 1 << 24])
def test_a_token_that_is_too_long_is_not_read_at_all(length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_module, "parse", None)
    monkeypatch.setattr(token_module, "urlsafe_b64decode", None)
    verifier = make_verifier()
    text = "A" * length
    tracemalloc.start()
    try:
        with pytest.raises(TokenTooLongRefused):
            verifier.verify(text)
        assert tracemalloc.get_traced_memory()[1] < 60_000  # bytes
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "content", [b"[" * 49_000, b'{"":' * 12_000, b"0," * 24_000, b'"\\u0000' * 7_000, b"1" * 49_000]
)
def test_the_longest_token_costs_little_memory(content: bytes) -> None:
    verifier = make_verifier()
    token = f"{HEADER}.{b64(content)[:64_000]}.AA"
    tracemalloc.start()
    try:
        with pytest.raises(MalformedTokenRefused):
            verifier.verify(token)
        assert tracemalloc.get_traced_memory()[1] < 4_000_000  # bytes
    finally:
        tracemalloc.stop()


def test_a_token_of_the_greatest_length_is_accepted() -> None:
    filler = "x" * (48_500 - len(CLAIMS))
    assert make_verifier().verify(mint(filler=filler)).claims["filler"] == filler


def test_a_token_of_the_deepest_claims_is_accepted() -> None:
    token = with_payload(extended(b'"x":' + b"[" * 31 + b"]" * 31))
    assert make_verifier().verify(token).claims["tenant_id"] == "acme"
