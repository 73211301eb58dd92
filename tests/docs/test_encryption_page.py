"""The page about encryption tells the truth about sizes, keys, causes and codes, and its code opens a message."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pretoken.sealing import Opener, Sealer, errors, kms, local_kms_client, materials, opener
from pretoken.sealing.context import encryption_context
from tests.docs.pages import block, blocks_of, names, prose_of, section

PAGE = "encryption.md"
RECIPIENT = "billing-api"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SUB = "c0ffee00-0000-4000-8000-000000000000"
PERSON = {
    "email": "anna@example.com",
    "name": "Anna Example",
    "phone_number": "+15555550100",
    "employee_number": "E-00042",
}


def seal(members: dict[str, Any], client: kms.KMSClient | None = None) -> str:
    kms_client = client or local_kms_client()
    return Sealer({RECIPIENT: KEY}, client_for=lambda _region: kms_client).seal(RECIPIENT, members, SUB)


def test_sizes_are_those_of_real_messages() -> None:
    text = section(PAGE, "The message")
    for members in ({"email": "anna@example.com"}, {"email": "anna.example@example.com", "name": "Anna Example"}):
        size = len(json.dumps({"sub": SUB, **members}, separators=(",", ":")))
        assert len(seal(members)) == pytest.approx(574 + 4 * size / 3, abs=1)
        assert f" {len(seal(members))}" in text
    assert f" {len(seal({**PERSON, 'email': 'anna.example@example.com'}))} " in text
    assert "about 574 characters" in text
    assert f"{materials.LONGEST_MESSAGE:,}" in text


def test_the_limits_of_the_cache_and_the_patience_are_those_of_the_code() -> None:
    text = section(PAGE, "The cache of data keys")
    assert f"{materials._MAX_AGE:.0f} seconds, {materials._MAX_MESSAGES:,} messages" in text
    assert materials._MAX_BYTES == 16 * 2**20
    patience: Any = kms.CONFIG
    assert (patience.connect_timeout, patience.read_timeout) == (1, 1)
    assert patience.retries["total_max_attempts"] == 2


def test_the_key_policy_grants_under_the_context_of_the_messages() -> None:
    (policy,) = (json.loads(block.text) for block in blocks_of(PAGE) if block.language == "json")
    context = {f"kms:EncryptionContext:{name}": value for name, value in encryption_context(RECIPIENT).items()}
    seals, opens, manages = policy["Statement"]
    assert (seals["Action"], opens["Action"]) == ("kms:GenerateDataKey", "kms:Decrypt")
    assert seals["Condition"] == opens["Condition"] == {"StringEquals": context}
    assert not {"kms:Decrypt", "kms:*", "kms:CreateGrant"} & {*manages["Action"]}
    assert json.dumps(encryption_context(RECIPIENT)) in prose_of(PAGE)


def test_every_cause_and_every_code_stands_there() -> None:
    assert names(section(PAGE, "When it fails"), "cause") == set(errors.CAUSES)
    codes = {error.code for error in vars(errors).values() if isinstance(error, type) and hasattr(error, "code")}
    assert names(section(PAGE, "How an API opens a message"), "code") == codes - {errors.OpeningError.code}


def test_the_code_of_an_api_opens_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    client = local_kms_client()
    monkeypatch.setattr(opener, "kms_clients", lambda: lambda _region: client)
    module: dict[str, Any] = {}
    exec(block(PAGE, "billing/personal.py").text, module)  # noqa: S102 - it is our own page
    assert isinstance(module["opener"], Opener)
    claims = {"sub": SUB, "encrypted_for_billing_api": seal(PERSON, client)}
    assert module["personal_data"](claims) == PERSON
    assert module["personal_data"]({"sub": SUB}) == {}
    with pytest.raises(errors.WrongSubjectError):
        module["personal_data"]({**claims, "sub": "somebody-else"})
