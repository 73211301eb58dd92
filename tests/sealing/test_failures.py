"""KMS fails: the sealer and the opener say why, and work again as soon as KMS does."""

from __future__ import annotations

import pickle
import socket
import time
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from pretoken.sealing import KMSRefusedError, KMSUnavailableError, Opener, OpeningError, Sealer, SealingError
from pretoken.sealing import errors as all_errors
from pretoken.sealing.errors import CAUSES
from tests.sealing.parts import KEY, MEMBERS, OTHER_KEY, SUB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.client import BaseClient

KMS_CAUSES = [cause for cause in CAUSES if cause != "sealing-failed"]
REFUSED = {"kms-access-denied", "kms-key-disabled", "kms-key-not-found", "no-credentials"}


@pytest.mark.parametrize("cause", KMS_CAUSES)
def test_a_sealing_error_tells_the_cause_and_nothing_else(
    cause: str, sealer: Sealer, faults: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    faults["GenerateDataKey"] = cause
    with pytest.raises(SealingError) as caught:
        sealer.seal("billing-api", MEMBERS, SUB)
    assert caught.value.cause == cause
    assert str(caught.value) == CAUSES[cause]
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert caplog.text == ""


@pytest.mark.parametrize("cause", KMS_CAUSES)
def test_the_next_message_is_sealed_as_soon_as_kms_answers(
    cause: str, sealer: Sealer, opener: Opener, faults: dict[str, str]
) -> None:
    for _ in range(3):
        faults["GenerateDataKey"] = cause
        with pytest.raises(SealingError) as caught:
            sealer.seal("billing-api", MEMBERS, SUB)
        assert caught.value.cause == cause
    faults.clear()
    assert opener.open(sealer.seal("billing-api", MEMBERS, SUB), sub=SUB) == MEMBERS


def test_one_recipients_failure_is_not_anothers(client: BaseClient, faults: dict[str, str]) -> None:
    sealer = Sealer({"billing-api": KEY, "shipping-api": OTHER_KEY}, client_for=lambda _: client)
    faults[KEY] = "kms-key-disabled"
    with pytest.raises(SealingError):
        sealer.seal("billing-api", MEMBERS, SUB)
    assert sealer.seal("shipping-api", MEMBERS, SUB)


def test_a_data_key_in_the_cache_outlives_a_failure_of_kms(
    sealer: Sealer, opener: Opener, faults: dict[str, str]
) -> None:
    opener.open(sealer.seal("billing-api", MEMBERS, SUB), sub=SUB)
    faults |= {"GenerateDataKey": "kms-timeout", "Decrypt": "kms-timeout"}
    assert opener.open(sealer.seal("billing-api", MEMBERS, SUB), sub=SUB) == MEMBERS


@pytest.mark.parametrize("cause", KMS_CAUSES)
def test_an_opening_error_tells_a_refusal_from_an_outage(
    cause: str, sealer: Sealer, opener: Opener, faults: dict[str, str]
) -> None:
    message = sealer.seal("billing-api", MEMBERS, SUB)
    faults["Decrypt"] = cause
    for _ in range(2):
        with pytest.raises((KMSRefusedError, KMSUnavailableError)) as caught:
            opener.open(message, sub=SUB)
        assert type(caught.value) is (KMSRefusedError if cause in REFUSED else KMSUnavailableError)
        assert caught.value.cause == cause
        assert caught.value.__cause__ is caught.value.__context__ is None
    faults.clear()
    assert opener.open(message, sub=SUB) == MEMBERS


@pytest.mark.usefixtures("aws_environment")
def test_a_missing_key_of_a_whole_kms_is_told_from_one_that_exists() -> None:
    with mock_aws():
        client = boto3.client("kms", "eu-west-1")
        key = client.create_key()["KeyMetadata"]["Arn"]
        sealer = Sealer({"billing-api": key, "shipping-api": KEY}, client_for=lambda _: client)
        with pytest.raises(SealingError) as caught:
            sealer.seal("shipping-api", MEMBERS, SUB)
        assert caught.value.cause == "kms-key-not-found"
        assert sealer.seal("billing-api", MEMBERS, SUB)


@pytest.mark.usefixtures("aws_environment")
def test_without_credentials_the_cause_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(SealingError) as caught:
        Sealer({"billing-api": KEY}).seal("billing-api", MEMBERS, SUB)
    assert caught.value.cause == "no-credentials"


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Listen on a port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.usefixtures("aws_environment")
def test_a_kms_that_never_answers_costs_about_two_seconds(silent_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two attempts of 1 s and at most 1 s between them: what Cognito's 5 s leave room for."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", f"http://127.0.0.1:{silent_port}")
    sealer = Sealer({"billing-api": KEY})
    started = time.monotonic()
    with pytest.raises(SealingError) as caught:
        sealer.seal("billing-api", MEMBERS, SUB)
    assert caught.value.cause == "kms-timeout"
    assert 1.9 < time.monotonic() - started < 4.5


@pytest.mark.usefixtures("aws_environment")
def test_a_kms_that_is_not_there_is_unreachable_each_time(silent_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second call must fail for the same reason, not because of the first."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed_port = server.getsockname()[1]
    assert closed_port != silent_port
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", f"http://127.0.0.1:{closed_port}")
    sealer = Sealer({"billing-api": KEY})
    for _ in range(2):
        with pytest.raises(SealingError) as caught:
            sealer.seal("billing-api", MEMBERS, SUB)
        assert caught.value.cause == "kms-unreachable"


def test_errors_travel_between_processes() -> None:
    for error in (SealingError("kms-timeout"), KMSRefusedError("kms-access-denied")):
        copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - just made
        assert (type(copy), str(copy), copy.cause) == (type(error), str(error), error.cause)


def test_every_opening_error_has_its_own_code_and_a_constant_text() -> None:
    classes = [
        member
        for name, member in vars(all_errors).items()
        if isinstance(member, type) and issubclass(member, OpeningError) and not name.startswith("_")
    ]
    assert len(classes) == 12
    assert len({error.code for error in classes}) == 12
    assert len({error.text for error in classes}) == 12
    for text in (*(error.text for error in classes), *CAUSES.values()):
        assert text[0].islower()
        assert not text.endswith(".")
