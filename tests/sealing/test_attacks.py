"""What an attacker, or a confused sender, can hand to an opener."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aws_encryption_sdk.identifiers import Algorithm
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pretoken.sealing import (
    InvalidContentError,
    MalformedMessageError,
    MessageTooLongError,
    Opener,
    OpeningError,
    Sealer,
    TamperedMessageError,
    TooManyDataKeysError,
    WrongKeyError,
    WrongRecipientError,
    WrongSubjectError,
    WrongSuiteError,
)
from tests.sealing.parts import CONTEXT, FAR_KEY, KEY, MEMBERS, OTHER_KEY, OTHER_SUB, SUB, SUITE, decode, encode, forge

if TYPE_CHECKING:
    from botocore.client import BaseClient

ROOT = Path(__file__).parents[2]
OTHER_SUITES = [suite for suite in Algorithm if suite.allowed and suite is not SUITE]
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def refuse(opener: Opener, message: object, error: type[OpeningError], sub: object = SUB) -> None:
    with pytest.raises(OpeningError) as caught:
        opener.open(message, sub=sub)  # type: ignore[arg-type]
    assert type(caught.value) is error
    assert caught.value.__cause__ is caught.value.__context__ is None  # where values of the message might be


"""What the header shows is refused before KMS is asked."""


@pytest.mark.parametrize("suite", OTHER_SUITES, ids=lambda suite: hex(suite.algorithm_id))
def test_any_other_suite_is_refused_without_a_call(
    suite: Algorithm, client: BaseClient, opener: Opener, calls: list[str]
) -> None:
    message = forge(client, algorithm=suite)
    calls.clear()
    refuse(opener, message, WrongSuiteError)
    assert calls == []


def test_an_unknown_suite_is_refused(sealer: Sealer, opener: Opener) -> None:
    raw = decode(sealer.seal("billing-api", MEMBERS, SUB))
    refuse(opener, encode(raw[:1] + b"\x77\x77" + raw[3:]), WrongSuiteError)


def test_two_data_keys_are_refused_without_a_call(client: BaseClient, opener: Opener, calls: list[str]) -> None:
    """A second data key would let a stranger open the message too."""
    message = forge(client, second_key=OTHER_KEY)
    assert calls == ["GenerateDataKey", "Encrypt"]
    calls.clear()
    refuse(opener, message, TooManyDataKeysError)
    assert calls == []


def test_no_data_key_is_refused_without_a_call(sealer: Sealer, opener: Opener, calls: list[str]) -> None:
    raw = decode(sealer.seal("billing-api", MEMBERS, SUB))
    calls.clear()
    start = raw.index(b"\x00\x01\x00\x07aws-kms")
    end = start + 2 + (2 + 7) + (2 + len(KEY)) + (2 + 184)
    refuse(opener, encode(raw[:start] + b"\x00\x00" + raw[end:]), TamperedMessageError)
    assert calls == []


@pytest.mark.parametrize(
    "context",
    [
        {"recipient": "shipping-api"},
        {"recipient": "billing-api", "more": "x"},
        {"recipient": "billing-api", "aws-crypto-more": "x"},
        {"Recipient": "billing-api"},
        {"recipient": "billing-ap", "i": ""},
        {},
    ],
    ids=str,
)
def test_any_other_context_is_refused_without_a_call(
    context: dict[str, str], client: BaseClient, opener: Opener, calls: list[str]
) -> None:
    message = forge(client, context=context)
    calls.clear()
    refuse(opener, message, WrongRecipientError)
    assert calls == []


def test_a_context_rewritten_to_the_right_one_is_refused_by_kms(client: BaseClient, opener: Opener) -> None:
    """Two recipients may share a key; the message of one stays closed to the other."""
    raw = decode(forge(client, context={"recipient": "leaking-api"}))
    refuse(opener, encode(raw.replace(b"leaking-api", b"billing-api")), TamperedMessageError)


@pytest.mark.parametrize("key", [OTHER_KEY, KEY.replace("1234abcd", "1234ABCD")])
def test_another_key_is_refused_without_a_call(key: str, client: BaseClient, opener: Opener, calls: list[str]) -> None:
    message = forge(client, key=key)
    calls.clear()
    refuse(opener, message, WrongKeyError)
    assert calls == []


def test_another_key_provider_is_refused_without_a_call(sealer: Sealer, opener: Opener, calls: list[str]) -> None:
    raw = decode(sealer.seal("billing-api", MEMBERS, SUB))
    calls.clear()
    refuse(opener, encode(raw.replace(b"aws-kms", b"aws-raw")), WrongKeyError)
    assert calls == []


def test_a_key_rewritten_to_the_right_one_is_refused_by_kms(client: BaseClient, opener: Opener) -> None:
    raw = decode(forge(client, key=OTHER_KEY))
    start = raw.index(OTHER_KEY.encode())
    rewritten = raw[:start] + KEY.encode() + raw[start + len(KEY) :]
    refuse(opener, encode(rewritten), TamperedMessageError)


def test_an_opener_of_another_region_refuses_the_key(sealer: Sealer) -> None:
    message = sealer.seal("billing-api", MEMBERS, SUB)
    refuse(Opener("billing-api", FAR_KEY), message, WrongKeyError)


@pytest.mark.parametrize("sub", [OTHER_SUB, SUB.upper(), SUB[:-1], SUB + "0", "", None, 5, "\ud800", "é"])
def test_the_message_of_another_user_is_refused(sub: object, sealer: Sealer, opener: Opener) -> None:
    refuse(opener, sealer.seal("billing-api", MEMBERS, SUB), WrongSubjectError, sub)


def test_an_empty_subject_never_matches(client: BaseClient, opener: Opener) -> None:
    """A machine's token has no `sub`; nothing must open for it."""
    refuse(opener, forge(client, content={"sub": "", "email": "x"}), WrongSubjectError, "")


@pytest.mark.parametrize("content", [{"email": "x"}, {"sub": None}, {"sub": 5}, {"sub": [SUB]}])
def test_content_without_a_subject_is_refused(content: object, client: BaseClient, opener: Opener) -> None:
    refuse(opener, forge(client, content=content), InvalidContentError)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"maria",
        b"null",
        b'"text"',
        b"[]",
        b'\xef\xbb\xbf{"sub": "%s"}',
        b'{"sub": "%s"} x',
        b'{"sub": "%s", "sub": "%s"}',
        b'{"sub": "%s", "a": 1, "a": 2}',
        b'{"sub": "%s", "a": {"b": 1, "b": 1}}',
        b'{"sub": "%s", "a": NaN}',
        b'{"sub": "%s", "a": -Infinity}',
        b'{"sub": "%s", "a": ' + b"9" * 5000 + b"}",
        b'{"sub": "%s", "a": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    ],
    ids=range(15),
)
def test_content_that_is_not_one_plain_object_is_refused(content: bytes, client: BaseClient, opener: Opener) -> None:
    refuse(opener, forge(client, content=content.replace(b"%s", SUB.encode())), InvalidContentError)


def test_the_body_of_another_message_is_refused(sealer: Sealer, opener: Opener) -> None:
    """Two messages of one data key do not lend each other their bodies."""
    one, two = (decode(sealer.seal("billing-api", MEMBERS, sub)) for sub in (SUB, OTHER_SUB))
    content = json.dumps({"sub": SUB, **MEMBERS}, ensure_ascii=False, separators=(",", ":")).encode()
    body = 4 + 4 + 12 + 4 + len(content) + 16
    refuse(opener, encode(one[:-body] + two[-body:]), TamperedMessageError)


def test_frames_out_of_order_are_refused(client: BaseClient, opener: Opener) -> None:
    members = {"email": "maria@example.com", "about": "x" * 300}
    message = forge(client, content={"sub": SUB, **members}, frame_length=128)
    assert opener.open(message, sub=SUB) == members
    raw = decode(message)
    frame = 4 + 12 + 128 + 16
    start = raw.index(b"\x00\x00\x00\x01" + b"\x00" * 11 + b"\x01")
    first, second = raw[start : start + frame], raw[start + frame : start + 2 * frame]
    refuse(opener, encode(raw[:start] + second + first + raw[start + 2 * frame :]), TamperedMessageError)


def test_trailing_bytes_are_refused(sealer: Sealer, opener: Opener) -> None:
    raw = decode(sealer.seal("billing-api", MEMBERS, SUB))
    refuse(opener, encode(raw + b"\x00"), MalformedMessageError)
    refuse(opener, encode(raw + raw), MalformedMessageError)


def test_every_single_bit_counts(sealer: Sealer, opener: Opener) -> None:
    raw = decode(sealer.seal("billing-api", {"email": "maria@example.com"}, SUB))
    for bit in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(OpeningError):
            opener.open(encode(bytes(changed)), sub=SUB)


def test_every_single_byte_is_needed(sealer: Sealer, opener: Opener) -> None:
    raw = decode(sealer.seal("billing-api", {"email": "maria@example.com"}, SUB))
    for length in range(len(raw)):
        with pytest.raises(OpeningError):
            opener.open(encode(raw[:length]), sub=SUB)


@SHARED
@given(data=st.data())
def test_no_edited_text_opens(data: st.DataObject, sealer: Sealer, opener: Opener) -> None:
    """Cut, insert and replace anywhere in the claim: it opens as it was, or not at all."""
    message = sealer.seal("billing-api", MEMBERS, SUB)
    start = data.draw(st.integers(0, len(message)))
    end = data.draw(st.integers(start, min(len(message), start + 40)))
    edited = message[:start] + data.draw(st.text(max_size=40)) + message[end:]
    if edited != message:
        with pytest.raises(OpeningError):
            opener.open(edited, sub=SUB)


@pytest.mark.parametrize("message", [None, 5, b"AgR4", ["AgR4"], "", "A", "AgR4", "é", "\ud800", "AAAA", "AwR4"])
def test_what_is_no_message_is_malformed(message: object, opener: Opener, calls: list[str]) -> None:
    refuse(opener, message, MalformedMessageError)
    assert calls == []


@SHARED
@given(message=st.text() | st.binary().map(encode) | st.binary().map(lambda raw: encode(b"\x02\x04\x78" + raw)))
def test_no_made_up_text_opens(opener: Opener, message: str) -> None:
    with pytest.raises(OpeningError):
        opener.open(message, sub=SUB)


def test_only_one_spelling_of_a_message_opens(sealer: Sealer, opener: Opener) -> None:
    """Padding, line ends, the other alphabet and stray bits are refused, or one message would have many names."""
    members = {"email": "maria1@example.com"}
    message = next(
        text for text in (sealer.seal("billing-api", members, SUB) for _ in range(100)) if "-" in text and "_" in text
    )
    assert len(message) % 4
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    stray = message[:-1] + alphabet[alphabet.index(message[-1]) ^ 1]
    assert decode(stray) == decode(message)
    standard = message.replace("-", "+").replace("_", "/")
    for other in (message + "=" * (-len(message) % 4), message + "\n", " " + message, standard, stray):
        refuse(opener, other, MalformedMessageError)
    assert opener.open(message, sub=SUB) == members


def test_an_endless_text_is_refused_by_its_length(
    client: BaseClient, opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    longest = forge(client, content={"sub": SUB, "a": "x" * 48_300})
    assert 65_000 < len(longest) <= 65_536
    assert len(opener.open(longest, sub=SUB)["a"]) == 48_300
    monkeypatch.setattr("pretoken.sealing.opener.urlsafe_b64decode", None)
    refuse(opener, "A" * 65_537, MessageTooLongError)


def test_a_forged_message_of_the_right_kind_opens(client: BaseClient, opener: Opener) -> None:
    """The forger's defaults are right, so the refusals above are for what each test made wrong."""
    assert opener.open(forge(client, context=CONTEXT), sub=SUB) == MEMBERS


def test_a_refusal_makes_no_noise() -> None:
    """Strangers must not be able to fill the log, nor to upset a server in development mode."""
    code = """
from pretoken.sealing import Opener, OpeningError, local_kms_client
from tests.sealing.parts import KEY, SUB, decode, encode, forge
client = local_kms_client()
opener = Opener("billing-api", KEY, client=client)
for message in (forge(client, context={"recipient": "shipping-api"}), encode(decode(forge(client))[:-8])):
    try:
        opener.open(message, sub=SUB)
    except OpeningError as error:
        print(error.code)
"""
    run = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-X", "dev", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert run.stdout.split() == ["wrong-recipient", "tampered-message"]
    assert "Footer" not in run.stderr
