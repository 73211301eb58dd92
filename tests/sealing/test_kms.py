"""KMS clients, and what their failures mean."""

from __future__ import annotations

import base64
import logging
import socket
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore import exceptions
from moto import mock_aws

from pretoken.sealing import Opener, Sealer
from pretoken.sealing.errors import CAUSES
from pretoken.sealing.key_arn import region_of
from pretoken.sealing.kms import aws_error, cause_of, kms_clients
from tests.sealing.parts import KEY, MEMBERS, SUB

if TYPE_CHECKING:
    from botocore.awsrequest import AWSResponse


def client_error(code: str) -> exceptions.ClientError:
    return exceptions.ClientError({"Error": {"Code": code, "Message": "maria@example.com"}}, "GenerateDataKey")


@pytest.mark.parametrize(
    ("key", "region"),
    [
        (KEY, "eu-west-1"),
        ("arn:aws-cn:kms:cn-north-1:123456789012:key/1234", "cn-north-1"),
        ("arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/mrk-1234", "us-gov-west-1"),
    ],
)
def test_the_region_stands_in_the_arn(key: str, region: str) -> None:
    assert region_of(key) == region


@pytest.mark.parametrize(
    "key",
    [
        "",
        None,
        "1234abcd-12ab-34cd-56ef-1234567890ab",
        "alias/billing",
        "arn:aws:kms:eu-west-1:123456789012:alias/billing",
        "arn:aws:kms:eu-west-1:123456789012:key/",
        "arn:aws:kms:eu-west-1:123456789012:key",
        "arn:aws:kms::123456789012:key/1234",
        "arn:aws:kms:eu-west-1::key/1234",
        "arn::kms:eu-west-1:123456789012:key/1234",
        "arn:aws:s3:eu-west-1:123456789012:key/1234",
        KEY + ":more",
    ],
)
def test_anything_but_the_arn_of_a_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="is not the ARN of a KMS key; give one like"):
        region_of(key)


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (exceptions.ReadTimeoutError(endpoint_url="x"), "kms-timeout"),
        (exceptions.ConnectTimeoutError(endpoint_url="x"), "kms-timeout"),
        (client_error("DependencyTimeoutException"), "kms-timeout"),
        (exceptions.EndpointConnectionError(endpoint_url="x"), "kms-unreachable"),
        (exceptions.ConnectionClosedError(endpoint_url="x"), "kms-unreachable"),
        (exceptions.SSLError(endpoint_url="x", error=OSError()), "kms-unreachable"),
        (exceptions.ProxyConnectionError(proxy_url="x"), "kms-unreachable"),
        (exceptions.HTTPClientError(error="x"), "kms-unreachable"),
        (client_error("ThrottlingException"), "kms-throttled"),
        (client_error("LimitExceededException"), "kms-throttled"),
        (client_error("AccessDeniedException"), "kms-access-denied"),
        (client_error("DisabledException"), "kms-key-disabled"),
        (client_error("KMSInvalidStateException"), "kms-key-disabled"),
        (client_error("NotFoundException"), "kms-key-not-found"),
        (exceptions.NoCredentialsError(), "no-credentials"),
        (exceptions.PartialCredentialsError(provider="x", cred_var="x"), "no-credentials"),
        (exceptions.CredentialRetrievalError(provider="x", error_msg="x"), "no-credentials"),
        (exceptions.SSOTokenLoadError(error_msg="x"), "no-credentials"),
        (client_error("ExpiredTokenException"), "no-credentials"),
        (client_error("UnrecognizedClientException"), "no-credentials"),
        (client_error("KMSInternalException"), "kms-failed"),
        (client_error("InvalidKeyUsageException"), "kms-failed"),
        (exceptions.ClientError({}, "Decrypt"), "kms-failed"),
        (exceptions.ParamValidationError(report="x"), "kms-failed"),
    ],
    ids=str,
)
def test_every_error_of_botocore_has_one_cause(
    error: exceptions.ClientError | exceptions.BotoCoreError, cause: str
) -> None:
    assert cause_of(error) == cause
    assert cause in CAUSES


def test_a_wrapped_error_is_found() -> None:
    """The Encryption SDK raises its own error `from` that of KMS, or while that is handled."""
    inner = client_error("ThrottlingException")
    by_cause, by_context = ValueError(), ValueError()
    by_cause.__cause__ = inner
    by_context.__context__ = by_cause
    assert aws_error(inner) is aws_error(by_cause) is aws_error(by_context) is inner
    assert aws_error(ValueError()) is None


def test_a_chain_of_errors_without_end_is_given_up() -> None:
    error = ValueError()
    error.__cause__ = error
    assert aws_error(error) is None


@pytest.mark.usefixtures("aws_environment")
def test_clients_are_made_without_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked of anybody before a snapshot is taken; patience fits into Cognito's 5 s."""

    def no_network(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    monkeypatch.setattr(socket.socket, "connect", no_network)
    client_for = kms_clients()
    for region in ("eu-west-1", "us-east-1"):
        client = client_for(region)
        assert client.meta.region_name == region
        config = vars(client.meta.config)["_user_provided_options"]
        assert config["connect_timeout"] == config["read_timeout"] == 1
        assert config["retries"] == {"total_max_attempts": 2, "mode": "standard"}
    Sealer({"billing-api": KEY})
    Opener("billing-api", KEY)


@pytest.mark.usefixtures("aws_environment")
def test_no_log_level_writes_data_keys_or_members(caplog: pytest.LogCaptureFixture) -> None:
    """At DEBUG botocore would log the bodies of answers, where KMS sends the plaintext data key."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "botocore")  # whatever a handler of this process made of it
    data_keys: list[bytes] = []

    def remember(parsed: dict[str, bytes], **_: AWSResponse) -> None:
        data_keys.append(parsed["Plaintext"])

    with mock_aws():
        client = boto3.client("kms", "eu-west-1")
        client.meta.events.register("after-call.kms.GenerateDataKey", remember)
        client.meta.events.register("after-call.kms.Decrypt", remember)
        key = client.create_key()["KeyMetadata"]["Arn"]
        message = Sealer({"billing-api": key}, client_for=lambda _: client).seal("billing-api", MEMBERS, SUB)
        assert Opener("billing-api", key, client=client).open(message, sub=SUB) == MEMBERS
    assert len(data_keys) == 2
    assert caplog.text
    for secret in (base64.b64encode(data_keys[0]).decode(), SUB, *MEMBERS.values()):
        assert secret not in caplog.text
