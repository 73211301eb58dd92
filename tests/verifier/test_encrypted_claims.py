"""What is encrypted for this API is opened when asked for, for the token's own user, and never upsets the rest."""

from __future__ import annotations

import asyncio
import json
import traceback
from typing import TYPE_CHECKING, Any

import pytest

from pretoken.sealing import InvalidContentError, KMSRefusedError, OpeningError, Sealer, local_kms_client
from pretoken.verifier import EncryptedClaims, NoMessageError, NoRecipientError, Principal, Recipient
from tests.sealing.parts import (
    FAR_KEY,
    KEY,
    MEMBERS,
    OTHER_KEY,
    OTHER_SUB,
    SUB,
    UNCOMMITTED_SDK,
    count_calls,
    decode,
    encode,
    forge,
)
from tests.verifier.minting import ABSENT, make_verifier, mint
from tests.verifier.silence import chain

if TYPE_CHECKING:
    from botocore.client import BaseClient

CLAIM = "encrypted_for_billing_api"


@pytest.fixture
def faults() -> dict[str, str]:
    return {}


@pytest.fixture
def client(faults: dict[str, str]) -> BaseClient:
    return local_kms_client("eu-west-1", faults=faults)


@pytest.fixture
def message(client: BaseClient) -> str:
    return Sealer({"billing-api": KEY}, client_for=lambda _: client).seal("billing-api", MEMBERS, SUB)


@pytest.fixture
def recipient(client: BaseClient) -> Recipient:
    return Recipient("billing-api", key=KEY, client=client)


def principal_of(recipient: Recipient | None, message: Any, **changes: Any) -> Principal:
    return make_verifier(recipient=recipient).verify(mint(**{CLAIM: message}, **changes))


def assert_absent(principal: Principal) -> None:
    encrypted = principal.encrypted
    assert encrypted.problem is not None
    assert encrypted.problem.code == "no-message"
    assert not encrypted
    assert list(encrypted) == []
    assert "email" not in encrypted
    assert encrypted.get("email", "unknown") == "unknown"
    with pytest.raises(NoMessageError):
        encrypted["email"]


def assert_refused(principal: Principal, code: str) -> None:
    """Assert the reason, that nothing of the message is told, and that the rest of the principal is there."""
    claims = principal.encrypted
    for use in (
        lambda: claims["email"],
        lambda: list(claims),
        lambda: len(claims),
        lambda: dict(claims),
        lambda: claims == {},
    ):
        with pytest.raises(OpeningError) as caught:
            use()
        assert caught.value.code == code
        told = "".join(repr((str(error), error, error.args, vars(error))) for error in chain(caught.value))
        assert not [value for value in (*MEMBERS.values(), SUB) if value in told]
    assert claims.problem is not None
    assert claims.problem.code == code
    assert repr(claims) == f"<EncryptedClaims: {code}>"
    assert principal.claims["tenant_id"] == "acme"
    assert principal.scopes


"""Opening."""


def test_members_are_opened_at_the_first_use(message: str, recipient: Recipient, client: BaseClient) -> None:
    calls = count_calls(client)
    principal = principal_of(recipient, message)
    assert repr(principal.encrypted) == "<EncryptedClaims: not opened>"
    assert calls == []
    assert principal.encrypted["email"] == MEMBERS["email"]
    assert dict(principal.encrypted) == MEMBERS
    assert "email" in principal.encrypted
    assert "sub" not in principal.encrypted
    assert principal.encrypted.get("sub") is None
    assert principal.encrypted.problem is None
    assert repr(principal.encrypted) == "<EncryptedClaims: opened>"
    assert len(principal.encrypted) == 4
    with pytest.raises(KeyError):
        principal.encrypted["other"]
    assert calls == ["Decrypt"]


def test_one_data_key_is_asked_for_once_for_many_tokens(recipient: Recipient, client: BaseClient) -> None:
    sealer = Sealer({"billing-api": KEY}, client_for=lambda _: client)
    messages = {sub: sealer.seal("billing-api", {"email": sub}, sub) for sub in (f"user {n}" for n in range(50))}
    calls = count_calls(client)
    for sub, message in messages.items():
        assert principal_of(recipient, message, sub=sub).encrypted["email"] == sub
    assert calls == ["Decrypt"]


def test_members_are_opened_off_the_event_loop(message: str, recipient: Recipient, client: BaseClient) -> None:
    principal = principal_of(recipient, message)
    calls = count_calls(client)

    async def main() -> None:
        await principal.encrypted.open_async()
        await principal.encrypted.open_async()

    asyncio.run(main())
    assert calls == ["Decrypt"]
    assert repr(principal.encrypted) == "<EncryptedClaims: opened>"
    assert principal.encrypted["name"] == MEMBERS["name"]


def test_opened_members_cannot_be_changed(recipient: Recipient, client: BaseClient) -> None:
    sealer = Sealer({"billing-api": KEY}, client_for=lambda _: client)
    claims: Any = principal_of(recipient, sealer.seal("billing-api", {"address": {"city": "Graz"}}, SUB)).encrypted
    with pytest.raises(TypeError):
        claims["email"] = "x"
    with pytest.raises(TypeError):
        claims["address"]["city"] = "Wien"
    assert claims["address"] == {"city": "Graz"}


def test_an_api_that_opens_nothing_says_so(message: str) -> None:
    principal = principal_of(None, message)
    assert_refused(principal, "no-recipient")
    with pytest.raises(NoRecipientError):
        _ = "email" in principal.encrypted
    with pytest.raises(NoRecipientError):
        principal.encrypted.get("email")


@pytest.mark.parametrize("value", [ABSENT, None])
def test_a_token_without_a_message_says_so(value: object, recipient: Recipient) -> None:
    assert_absent(principal_of(recipient, value))


"""Attacks on the message of a well-signed token."""


def test_a_message_moved_from_another_user_is_refused(message: str, recipient: Recipient) -> None:
    assert_refused(principal_of(recipient, message, sub=OTHER_SUB), "wrong-subject")


def test_a_message_moved_to_another_recipient_is_refused(message: str, client: BaseClient) -> None:
    shipping = Recipient("shipping-api", key=KEY, client=client)
    token = mint(encrypted_for_shipping_api=message)
    assert_refused(make_verifier(recipient=shipping).verify(token), "wrong-recipient")
    renamed = Recipient("shipping-api", key=KEY, client=client, claim=CLAIM)
    assert_refused(principal_of(renamed, message), "wrong-recipient")


def test_a_recipient_reads_no_other_recipient_s_claim(message: str, client: BaseClient) -> None:
    shipping = Recipient("shipping-api", key=KEY, client=client)
    assert_absent(make_verifier(recipient=shipping).verify(mint(**{CLAIM: message})))


@pytest.mark.parametrize(
    ("name", "options", "code"),
    [
        ("two data keys", {"second_key": OTHER_KEY}, "too-many-data-keys"),
        ("more context", {"context": {"recipient": "billing-api", "x": "y"}}, "wrong-recipient"),
        ("another context", {"context": {"recipient": "Billing-Api"}}, "wrong-recipient"),
        ("no context", {"context": {}}, "wrong-recipient"),
        ("another key", {"key": OTHER_KEY}, "wrong-key"),
        ("no object", {"content": [SUB]}, "invalid-content"),
        ("no sub", {"content": {"email": "x"}}, "invalid-content"),
        ("a sub that is a number", {"content": {"sub": 5}}, "invalid-content"),
        ("two subs", {"content": b'{"sub":"%b","sub":"%b"}' % (OTHER_SUB.encode(), SUB.encode())}, "invalid-content"),
        ("two emails", {"content": b'{"sub":"%b","email":"a","email":"b"}' % SUB.encode()}, "invalid-content"),
        ("UTF-16", {"content": json.dumps({"sub": SUB}).encode("utf-16")}, "invalid-content"),
        ("NaN", {"content": b'{"sub":"%b","x":NaN}' % SUB.encode()}, "invalid-content"),
        ("33 levels", {"content": {"sub": SUB, "x": json.loads("[" * 32 + "]" * 32)}}, "invalid-content"),
        ("20,000 levels", {"content": b'{"sub":"x","x":' + b"[" * 20_000}, "invalid-content"),
    ],
)
def test_a_message_that_no_sealer_makes_is_refused(
    name: str, options: dict[str, Any], code: str, client: BaseClient, recipient: Recipient
) -> None:
    del name
    assert_refused(principal_of(recipient, forge(client, **options)), code)


def test_a_message_of_32_levels_is_opened(client: BaseClient, recipient: Recipient) -> None:
    deep = json.loads("[" * 31 + "]" * 31)
    assert principal_of(recipient, forge(client, content={"sub": SUB, "x": deep})).encrypted["x"] == deep


def test_a_message_of_another_suite_is_refused(client: BaseClient, recipient: Recipient) -> None:
    from aws_encryption_sdk.identifiers import Algorithm

    assert UNCOMMITTED_SDK
    suite = Algorithm.AES_256_GCM_IV12_TAG16_HKDF_SHA256
    assert_refused(principal_of(recipient, forge(client, algorithm=suite)), "wrong-suite")


def test_a_context_rewritten_to_this_recipient_s_is_refused_by_kms(client: BaseClient, recipient: Recipient) -> None:
    raw = decode(forge(client, context={"recipient": "leaking-api"}))
    assert_refused(principal_of(recipient, encode(raw.replace(b"leaking-api", b"billing-api"))), "tampered-message")


@pytest.mark.parametrize("value", ["", "A", "AA==", "é", " ", 5, True, ["x"], {"x": 1}, "A" * 100, "AgR4"])
def test_a_claim_that_is_no_message_is_refused(value: object, recipient: Recipient) -> None:
    assert_refused(principal_of(recipient, value), "malformed-message")


def test_a_message_that_is_too_long_is_refused(recipient: Recipient) -> None:
    claims = EncryptedClaims(recipient, {"sub": SUB, CLAIM: "A" * 65_537})
    assert claims.problem is not None
    assert claims.problem.code == "message-too-long"


def test_no_flipped_bit_leaves_a_message_good(message: str, recipient: Recipient) -> None:
    """Version, suite, id, context, data key, commitment, header's tag, frames: every byte of them."""
    raw = decode(message)
    codes = set()
    for place in range(len(raw)):
        changed = encode(raw[:place] + bytes((raw[place] ^ 1 << place % 8,)) + raw[place + 1 :])
        problem = EncryptedClaims(recipient, {"sub": SUB, CLAIM: changed}).problem
        assert problem is not None, place
        codes.add(problem.code)
    assert codes <= {
        "malformed-message", "wrong-suite", "wrong-recipient", "wrong-key", "too-many-data-keys", "tampered-message",
    }  # fmt: skip
    assert "tampered-message" in codes


def test_no_truncated_or_longer_message_is_good(message: str, recipient: Recipient) -> None:
    raw = decode(message)
    for changed in [raw[:length] for length in range(len(raw))] + [raw + b"\x00", raw + raw]:
        assert EncryptedClaims(recipient, {"sub": SUB, CLAIM: encode(changed)}).problem is not None


def test_no_other_spelling_of_a_message_is_good(message: str, recipient: Recipient) -> None:
    for changed in (message + "=", message + "==", message + "\n", " " + message, message[:9] + "\n" + message[9:]):
        assert_refused(principal_of(recipient, changed), "malformed-message")


"""What KMS does."""


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("kms-access-denied", "kms-refused"),
        ("kms-key-disabled", "kms-refused"),
        ("no-credentials", "kms-refused"),
        ("kms-timeout", "kms-unavailable"),
        ("kms-throttled", "kms-unavailable"),
    ],
)
def test_without_kms_the_rest_of_the_principal_is_there(
    fault: str, code: str, message: str, recipient: Recipient, faults: dict[str, str]
) -> None:
    faults["Decrypt"] = fault
    faults[KEY] = fault
    principal = principal_of(recipient, message)
    assert_refused(principal, code)
    asyncio.run(principal.encrypted.open_async())
    faults.clear()
    assert_refused(principal, code)  # the same answer to the end of the request
    assert principal_of(recipient, message).encrypted["email"] == MEMBERS["email"]


def test_an_error_raised_again_remembers_no_places_of_before(recipient: Recipient) -> None:
    claims = principal_of(recipient, "x").encrypted
    depths = set()
    for _ in range(20):
        with pytest.raises(OpeningError) as caught:
            claims["email"]
        depths.add(len(traceback.extract_tb(caught.value.__traceback__)))
    assert len(depths) == 1


"""Recipients."""


def test_several_keys_are_tried_during_a_change(client: BaseClient) -> None:
    both = Recipient("billing-api", key=[OTHER_KEY, KEY], client=client)
    for key in (KEY, OTHER_KEY):
        message = Sealer({"billing-api": key}, client_for=lambda _: client).seal("billing-api", MEMBERS, SUB)
        assert dict(principal_of(both, message).encrypted) == MEMBERS
    third = forge(client, key=KEY.replace("1234abcd", "00000000"))
    assert_refused(principal_of(both, third), "wrong-key")


@pytest.mark.parametrize(
    "options",
    [
        {"name": ""},
        {"name": None},
        {"name": "aws-crypto-x"},
        {"key": ()},
        {"key": ""},
        {"key": [KEY, "x"]},
        {"key": [None]},
        {"key": "arn:aws:s3:::bucket"},
        {"key": KEY.replace("key/", "alias/")},
    ],
    ids=repr,
)
def test_a_recipient_that_could_never_open_anything_is_refused_at_once(options: Any) -> None:
    with pytest.raises(ValueError, match=r"KMS key|recipient"):
        Recipient(**({"name": "billing-api", "key": KEY} | options))


def test_a_recipient_makes_its_own_client_if_none_is_given(message: str) -> None:
    recipient = Recipient("billing-api", key=FAR_KEY)
    assert_refused(principal_of(recipient, message), "wrong-key")
    assert repr(recipient) == "Recipient('billing-api')"
    assert recipient.claim == CLAIM


def test_content_that_freezes_too_deep_tells_nothing(client: BaseClient, recipient: Recipient) -> None:
    claims = principal_of(
        recipient, forge(client, content={"sub": SUB, "x": json.loads("[" * 90 + "]" * 90)})
    ).encrypted
    with pytest.raises(InvalidContentError) as caught:
        claims["x"]
    assert caught.value.__context__ is caught.value.__cause__ is None


def test_a_client_that_can_not_be_made_is_a_reason(monkeypatch: pytest.MonkeyPatch, message: str) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody-has-this-one")
    problem = principal_of(Recipient("billing-api", key=KEY), message).encrypted.problem
    assert isinstance(problem, KMSRefusedError)
    assert problem.cause == "no-credentials"


def test_an_error_that_is_not_aws_s_is_a_bug(monkeypatch: pytest.MonkeyPatch, message: str) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("pretoken.sealing.opener.kms_clients", fail)
    with pytest.raises(ZeroDivisionError):
        principal_of(Recipient("billing-api", key=KEY), message).encrypted["email"]
