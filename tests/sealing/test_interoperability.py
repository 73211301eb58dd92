"""Messages are plain messages of the AWS Encryption SDK, in both directions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import boto3
import botocore.session
import pytest
from aws_encryption_sdk import StrictAwsKmsMasterKeyProvider
from aws_encryption_sdk.key_providers.kms import KMSMasterKey
from moto import mock_aws

from pretoken.sealing import Opener, Sealer
from tests.sealing.parts import CONTEXT, KEY, MEMBERS, SDK, SUB, SUITE, decode, encode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.client import BaseClient


@pytest.fixture
def moto_key(aws_environment: None) -> Iterator[str]:
    """Make a key in a whole KMS."""
    del aws_environment
    with mock_aws():
        yield boto3.client("kms", "eu-west-1").create_key()["KeyMetadata"]["Arn"]


def test_the_sdk_opens_what_a_sealer_sealed(moto_key: str) -> None:
    message = decode(Sealer({"billing-api": moto_key}).seal("billing-api", MEMBERS, SUB))
    provider = StrictAwsKmsMasterKeyProvider(key_ids=[moto_key], botocore_session=botocore.session.get_session())
    plaintext, header = SDK.decrypt(source=message, key_provider=provider)
    assert json.loads(plaintext) == {"sub": SUB, **MEMBERS}
    assert header.algorithm is SUITE
    assert header.encryption_context == CONTEXT
    assert len(header.encrypted_data_keys) == 1


@pytest.mark.parametrize("frame_length", [0, 128, 4096], ids=["no frames", "many frames", "one frame"])
def test_an_opener_opens_what_the_sdk_encrypted(frame_length: int, moto_key: str) -> None:
    provider = StrictAwsKmsMasterKeyProvider(key_ids=[moto_key], botocore_session=botocore.session.get_session())
    message, _ = SDK.encrypt(
        source=json.dumps({"sub": SUB, **MEMBERS}, indent=1).encode(),
        key_provider=provider,
        encryption_context=CONTEXT,
        algorithm=SUITE,
        frame_length=frame_length,
    )
    assert Opener("billing-api", moto_key).open(encode(message), sub=SUB) == MEMBERS


def test_the_sdk_opens_what_the_local_kms_helped_to_seal(sealer: Sealer, client: BaseClient) -> None:
    message = decode(sealer.seal("billing-api", MEMBERS, SUB))
    plaintext, _ = SDK.decrypt(source=message, key_provider=KMSMasterKey(key_id=KEY, client=client))
    assert plaintext == json.dumps({"sub": SUB, **MEMBERS}, ensure_ascii=False, separators=(",", ":")).encode()
