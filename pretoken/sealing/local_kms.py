"""A KMS in this process, for previews, local runs and tests: no AWS, no network, no credentials.

Wrapped data keys have KMS's real length (184 bytes for a data key of 32), so that the sizes of messages are true.
"""

from __future__ import annotations

import hmac
import json
import os
from base64 import b64decode
from functools import cache, partial

import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import EndpointConnectionError, NoCredentialsError, ReadTimeoutError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pretoken.sealing.key_arn import region_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from botocore.model import OperationModel

    from pretoken.sealing.kms import KMSClient

_PROCESS_SECRET = os.urandom(32)

# A wrapped data key is the key's ARN padded with zeros, a nonce, the encrypted data key and its tag: as with KMS, 152
# bytes more than the data key.
_NONCE = 12
_ARN = 152 - _NONCE - 16
_URL = "https://kms.invalid/"


class _RequestError(Exception):
    """Say that a request is answered with an error code."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


_FAULTS: dict[str, Callable[[], Exception]] = {
    "kms-timeout": partial(ReadTimeoutError, endpoint_url=_URL),
    "kms-unreachable": partial(EndpointConnectionError, endpoint_url=_URL),
    "kms-throttled": partial(_RequestError, "ThrottlingException"),
    "kms-access-denied": partial(_RequestError, "AccessDeniedException"),
    "kms-key-disabled": partial(_RequestError, "DisabledException"),
    "kms-key-not-found": partial(_RequestError, "NotFoundException"),
    "no-credentials": NoCredentialsError,
    "kms-failed": partial(_RequestError, "KMSInternalException", 500),
}


def local_kms_client(
    region: str = "eu-west-1", *, faults: Mapping[str, str] | None = None, secret: bytes | None = None
) -> KMSClient:
    """Return a boto3 KMS client that answers GenerateDataKey, Encrypt and Decrypt in this process.

    Every key ARN of the region is a key that exists. As with KMS, a data key opens only with the key and the
    encryption context that it was wrapped with.

    Args:
        region: the region of the client; keys of another one do not exist for it.
        faults: what fails, looked up anew at each call: the name of an operation or the ARN of a key, and the cause
            as in `SealingError.cause` (all but `sealing-failed`), such as `{"Decrypt": "kms-throttled"}`.
        secret: from which the keys are derived; clients with equal ones open each other's data keys. Default: one
            that lasts as long as this process.
    """
    client = _session().create_client(
        "kms", region_name=region, aws_access_key_id="local", aws_secret_access_key="local"
    )
    service = _LocalKMS(region, {} if faults is None else faults, secret or _PROCESS_SECRET)
    client.meta.events.register("before-call.kms", service.answer)  # type: ignore[arg-type]  # botocore takes answers
    return client


@cache
def _session() -> botocore.session.Session:
    # One for all clients, as it takes 40 ms to load the service's model. The user's profiles and files are not looked
    # at: they may be broken, or tell botocore to ask for credentials.
    return botocore.session.Session(
        session_vars={
            "profile": (None, None, None, None),
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
        }
    )


class _LocalKMS:
    def __init__(self, region: str, faults: Mapping[str, str], secret: bytes) -> None:
        self._region = region
        self._faults = faults
        self._secret = secret

    def answer(
        self, *, model: OperationModel, params: dict[str, Any], **_: object
    ) -> tuple[AWSResponse, dict[str, Any]]:
        """Answer a request in place of the network, as a handler of botocore's `before-call` event."""
        request = json.loads(params["body"])
        fault = self._faults.get(model.name) or self._faults.get(request.get("KeyId", ""))
        status = 200
        try:
            if fault:
                raise _FAULTS[fault]()  # noqa: RSE102 - it is a factory
            body = self._result(model.name, request)
        except _RequestError as error:
            status = error.status
            body = {"Error": {"Code": error.code, "Message": "answered by the local KMS"}}
        body["ResponseMetadata"] = {"HTTPStatusCode": status, "RequestId": "local", "RetryAttempts": 0}
        return AWSResponse(_URL, status, HTTPHeaders(), None), body

    def _result(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        if operation == "GenerateDataKey":
            data_key = os.urandom(request.get("NumberOfBytes") or (16 if request["KeySpec"] == "AES_128" else 32))
            return {"Plaintext": data_key, **self._wrap(data_key, request)}
        if operation == "Encrypt":
            return self._wrap(b64decode(request["Plaintext"]), request)
        if operation == "Decrypt":
            return self._unwrap(b64decode(request["CiphertextBlob"]), request)
        raise _RequestError("UnsupportedOperationException")

    def _wrap(self, data_key: bytes, request: dict[str, Any]) -> dict[str, Any]:
        key = request["KeyId"]
        if not self._exists(key):
            raise _RequestError("NotFoundException")
        arn = key.encode().ljust(_ARN, b"\0")
        nonce = os.urandom(_NONCE)
        sealed = self._cipher(key).encrypt(nonce, data_key, arn + _context(request))
        return {"CiphertextBlob": arn + nonce + sealed, "KeyId": key}

    def _unwrap(self, blob: bytes, request: dict[str, Any]) -> dict[str, Any]:
        arn, nonce, sealed = blob[:_ARN], blob[_ARN : _ARN + _NONCE], blob[_ARN + _NONCE :]
        key = arn.rstrip(b"\0").decode("utf-8", "replace")
        if not self._exists(key):
            raise _RequestError("InvalidCiphertextException")
        if request.get("KeyId", key) != key:
            raise _RequestError("IncorrectKeyException")
        try:
            data_key = self._cipher(key).decrypt(nonce, sealed, arn + _context(request))
        except (InvalidTag, ValueError):
            raise _RequestError("InvalidCiphertextException") from None
        return {"Plaintext": data_key, "KeyId": key}

    def _exists(self, key: str) -> bool:
        try:
            return region_of(key) == self._region and len(key.encode()) <= _ARN
        except ValueError:
            return False

    def _cipher(self, key: str) -> AESGCM:
        return AESGCM(hmac.digest(self._secret, key.encode(), "sha256"))


def _context(request: dict[str, Any]) -> bytes:
    # JSON, because names and values put end to end let {"ab": "c"} open what {"a": "bc"} wrapped.
    return json.dumps(sorted(request.get("EncryptionContext", {}).items())).encode()
