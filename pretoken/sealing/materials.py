"""The Encryption SDK as both sides use it: one suite, one policy, one key, one bounded cache of data keys."""

from __future__ import annotations

from contextlib import suppress

from aws_encryption_sdk import (
    CachingCryptoMaterialsManager,
    CommitmentPolicy,
    EncryptionSDKClient,
    LocalCryptoMaterialsCache,
)
from aws_encryption_sdk.exceptions import CacheKeyError
from aws_encryption_sdk.identifiers import Algorithm
from aws_encryption_sdk.key_providers.kms import KMSMasterKey

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_encryption_sdk.caches import CryptoMaterialsCacheEntry
    from aws_encryption_sdk.structures import DataKey, EncryptedDataKey

    from pretoken.sealing.kms import KMSClient

# AES-256-GCM with HKDF and key commitment, unsigned: Cognito signs the token that carries the message.
# The SDK's default is the signed 0x0578, so this is given on every call.
SUITE = Algorithm.AES_256_GCM_HKDF_SHA512_COMMIT_KEY

SDK = EncryptionSDKClient(commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT, max_encrypted_data_keys=1)

LONGEST_MESSAGE = 65_536  # characters of base64url

_MAX_AGE = 300.0  # seconds
_MAX_MESSAGES = 10_000  # per data key
_MAX_BYTES = 16 * 1024 * 1024  # per data key
_CAPACITY = 1_000  # data keys: an opener meets one per environment of the trigger and 300 s


class _MasterKey(KMSMasterKey):  # type: ignore[misc]
    """A KMS key with a client of its own.

    Chosen over `StrictAwsKmsMasterKeyProvider` for its failure path: the provider drops its regional client after a
    network error and then fails over that in the next call, whereas this key simply asks again. Nor is this key one
    of the providers that the SDK's README forbids to share between threads: it never makes clients.
    """

    def decrypt_data_key_from_list(
        self, encrypted_data_keys: set[EncryptedDataKey], algorithm: Algorithm, encryption_context: Mapping[str, str]
    ) -> DataKey:
        # The SDK's own loop over the keys forgets what KMS answered. There is one key: let its error through.
        (encrypted_data_key,) = encrypted_data_keys
        return self.decrypt_data_key(encrypted_data_key, algorithm, encryption_context)


class _Cache(LocalCryptoMaterialsCache):  # type: ignore[misc]
    """The SDK's cache, for a second thread that removes the same expired entry.

    Without this the slower of two threads fails, although all it wanted was to have the entry gone.
    """

    def remove(self, value: CryptoMaterialsCacheEntry) -> None:
        with suppress(CacheKeyError):
            super().remove(value)


def cached_materials(key: str, client: KMSClient) -> CachingCryptoMaterialsManager:
    """Return a materials manager for one KMS key with a cache of its own; nothing is asked of KMS before its use.

    It may be shared between threads: the cache locks itself, the master key has no state, boto3's clients are made
    for it.
    """
    return CachingCryptoMaterialsManager(
        master_key_provider=_MasterKey(key_id=key, client=client),
        cache=_Cache(capacity=_CAPACITY),
        max_age=_MAX_AGE,
        max_messages_encrypted=_MAX_MESSAGES,
        max_bytes_encrypted=_MAX_BYTES,
    )
