"""What the tests of sealing share: keys, a user, and messages as a stranger would make them."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING

from aws_encryption_sdk import CommitmentPolicy, EncryptionSDKClient
from aws_encryption_sdk.identifiers import Algorithm
from aws_encryption_sdk.key_providers.kms import KMSMasterKey

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from botocore.model import OperationModel

KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OTHER_KEY = "arn:aws:kms:eu-west-1:123456789012:key/99999999-12ab-34cd-56ef-1234567890ab"
FAR_KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SUB = "3f8c9a52-6b1e-4d7a-9c0d-5e2f7a8b9c10"
OTHER_SUB = "3f8c9a52-6b1e-4d7a-9c0d-5e2f7a8b9c11"
CONTEXT = {"recipient": "billing-api"}
MEMBERS = {
    "email": "maria.gonzalez@example.com",
    "name": "María González",
    "phone_number": "+34600123456",
    "birthdate": "1987-04-23",
}
SUITE = Algorithm.AES_256_GCM_HKDF_SHA512_COMMIT_KEY
SDK = EncryptionSDKClient(commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT)
UNCOMMITTED_SDK = EncryptionSDKClient(commitment_policy=CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT)


def encode(raw: bytes) -> str:
    """Return bytes as base64url without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Return the bytes of base64url without padding."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def count_calls(client: BaseClient) -> list[str]:
    """Return a list that grows by the name of each operation that the client is asked for."""
    calls: list[str] = []

    def note(model: OperationModel, **_: object) -> None:
        calls.append(model.name)

    client.meta.events.register_first("before-call.kms", note)
    return calls


def forge(
    client: BaseClient,
    *,
    content: object = None,
    context: dict[str, str] | None = None,
    key: str = KEY,
    second_key: str | None = None,
    algorithm: Algorithm = SUITE,
    frame_length: int = 4096,
) -> str:
    """Return a message made by the Encryption SDK alone, with what a sealer would never put into it."""
    content = {"sub": SUB, **MEMBERS} if content is None else content
    provider = KMSMasterKey(key_id=key, client=client)
    if second_key:
        provider.add_master_key_provider(KMSMasterKey(key_id=second_key, client=client))
        provider.master_keys_for_encryption = lambda *_, **__: (provider, provider._members)
    sdk = SDK if algorithm.is_committing() else UNCOMMITTED_SDK
    message, _ = sdk.encrypt(
        source=content if isinstance(content, bytes) else json.dumps(content).encode(),
        key_provider=provider,
        encryption_context=CONTEXT if context is None else context,
        algorithm=algorithm,
        frame_length=frame_length,
    )
    return encode(message)
