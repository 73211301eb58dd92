"""The opening side, which runs in resource servers."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hmac import compare_digest
from io import BytesIO, IOBase

from aws_encryption_sdk.exceptions import MaxEncryptedDataKeysExceeded
from aws_encryption_sdk.materials_managers.base import CryptoMaterialsManager
from botocore.exceptions import ClientError

from pretoken.sealing.context import encryption_context
from pretoken.sealing.errors import (
    InvalidContentError,
    KMSRefusedError,
    KMSUnavailableError,
    MalformedMessageError,
    MessageTooLongError,
    OpeningError,
    TamperedMessageError,
    TooManyDataKeysError,
    WrongKeyError,
    WrongRecipientError,
    WrongSubjectError,
    WrongSuiteError,
)
from pretoken.sealing.key_arn import region_of
from pretoken.sealing.kms import aws_error, cause_of, error_code, kms_clients
from pretoken.sealing.materials import LONGEST_MESSAGE, SDK, cached_materials
from pretoken.sealing.strict_json import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from aws_encryption_sdk.materials_managers import DecryptionMaterials, DecryptionMaterialsRequest

    from pretoken.sealing.kms import KMSClient

# Message format version 2 and suite 0x0478. Source: AWS Encryption SDK developer guide, "message format reference".
_OPENING_BYTES = b"\x02\x04\x78"

# What KMS answers if the wrapped data key or the context beside it was changed.
_CHANGED = ("InvalidCiphertextException", "IncorrectKeyException")
_REFUSED = ("kms-access-denied", "kms-key-disabled", "kms-key-not-found", "no-credentials")


class Opener:
    """Open the messages that are encrypted for one recipient.

    Make one and keep it: it caches data keys for at most 300 s, so that KMS is asked once per data key and not once
    per message. Threads may share it.

    Args:
        recipient: this resource server's name in the rule files.
        key: the ARN of the KMS key that the rule files name for it.
        client: a KMS client for the key's region; default: one with the usual credentials, 1 s of patience and two
            attempts.

    Raises:
        ValueError: the recipient's name or the key's ARN cannot be used.
    """

    __slots__ = ("_context", "_key", "_materials")

    def __init__(self, recipient: str, key: str, *, client: KMSClient | None = None) -> None:
        self._context = encryption_context(recipient)
        region = region_of(key)
        self._key = key
        self._materials = cached_materials(key, kms_clients()(region) if client is None else client)

    def open(self, message: str, *, sub: str) -> dict[str, Any]:
        """Return the members of a message, without its `sub`.

        What the message shows in the clear (suite, recipient, number of data keys, key) is checked before KMS is
        asked.

        Args:
            message: the claim as it stands in the token: base64url without padding, at most 65536 characters.
            sub: the `sub` of the token that carried the message; verify the token first.

        Raises:
            OpeningError: one of its subclasses, by reason.
        """
        if not isinstance(sub, str) or not sub:
            raise WrongSubjectError
        members = _members(self._plaintext(_decoded(message)))
        if not compare_digest(_bytes(members.pop("sub")), _bytes(sub)):
            raise WrongSubjectError
        return members

    def _plaintext(self, raw: bytes) -> bytes:
        source = BytesIO(raw)
        gate = _Gate(self._materials, self._context, self._key)
        stream = SDK.stream(mode="decrypt-unsigned", source=source, materials_manager=gate)
        failure: OpeningError
        try:
            plaintext: bytes = stream.read()
            if source.tell() == len(raw):
                return plaintext
            failure = MalformedMessageError()
        except OpeningError:
            raise
        except MaxEncryptedDataKeysExceeded:
            failure = TooManyDataKeysError()
        except Exception as error:  # noqa: BLE001 - a hostile message may upset any layer
            failure = _failure(error) if gate.passed else MalformedMessageError()
        finally:
            # Not the stream's own `close` (nor `SDK.decrypt`, which calls it): it reports every refusal as an error.
            IOBase.close(stream)
        # Raised here, not above, so that the error's context does not lead to values of a message.
        raise failure


class _Gate(CryptoMaterialsManager):  # type: ignore[misc]
    """Refuse foreign messages by their header, before their data key costs a call of KMS."""

    get_encryption_materials = None  # nothing is encrypted here

    def __init__(self, materials: CryptoMaterialsManager, context: dict[str, str], key: str) -> None:
        self.passed = False
        self._materials = materials
        self._context = context
        self._wrapped_by = ("aws-kms", key.encode())

    def decrypt_materials(self, request: DecryptionMaterialsRequest) -> DecryptionMaterials:
        # The whole context must be equal: an unsigned suite has no entries of the SDK's own in it.
        if request.encryption_context != self._context:
            raise WrongRecipientError
        for data_key in request.encrypted_data_keys:
            if (data_key.key_provider.provider_id, data_key.key_provider.key_info) != self._wrapped_by:
                raise WrongKeyError
        self.passed = True
        return self._materials.decrypt_materials(request)


def _failure(error: Exception) -> OpeningError:
    known = aws_error(error)
    if isinstance(known, ClientError) and error_code(known) in _CHANGED:
        return TamperedMessageError()
    return opener_failure(error) or TamperedMessageError()


def opener_failure(error: Exception) -> OpeningError | None:
    """Return what an error of AWS's client means for an opener, made or used; None if it is none."""
    known = aws_error(error)
    if known is None:
        return None
    cause = cause_of(known)
    return KMSRefusedError(cause) if cause in _REFUSED else KMSUnavailableError(cause)


def _decoded(message: str) -> bytes:
    if not isinstance(message, str):
        raise MalformedMessageError
    if len(message) > LONGEST_MESSAGE:
        raise MessageTooLongError
    try:
        raw = urlsafe_b64decode(message + "=" * (-len(message) % 4))
    except ValueError:
        raw = b""
    # Equal again only without padding, foreign characters and stray bits, all of which the decoder lets pass.
    if urlsafe_b64encode(raw).rstrip(b"=") != _bytes(message):
        raise MalformedMessageError
    if not raw.startswith(_OPENING_BYTES):
        raise WrongSuiteError if raw[:1] in (b"\x01", b"\x02") else MalformedMessageError
    return raw


def _bytes(text: str) -> bytes:
    # JSON can hold lone surrogates, which must differ rather than fail.
    return text.encode("utf-8", "surrogatepass")


def _members(plaintext: bytes) -> dict[str, Any]:
    try:
        members = parse(plaintext)
    except (ValueError, RecursionError):
        members = None
    if not isinstance(members, dict) or not isinstance(members.get("sub"), str):
        # Raised here, not above: a JSON error holds the whole text.
        raise InvalidContentError
    return members
