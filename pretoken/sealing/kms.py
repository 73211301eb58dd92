"""KMS clients, and what their failures mean."""

from __future__ import annotations

import logging

import botocore.session
from botocore import exceptions
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from botocore.client import BaseClient
    from botocore.session import Session

    KMSClient: TypeAlias = BaseClient

# At DEBUG this logger writes the bodies of answers, and a KMS answer holds the plaintext data key. A root logger at
# DEBUG (which Lambda's log level setting makes) must not be enough to put data keys into the logs.
logging.getLogger("botocore.parsers").setLevel(logging.INFO)

# Cognito waits 5 s for the trigger, and botocore's own limit is 60 s per attempt.
CONFIG = Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 2, "mode": "standard"})

# Source: KMS API reference, errors of GenerateDataKey and Decrypt, and "Common Error Types".
_BY_CODE = {
    "AccessDenied": "kms-access-denied",
    "AccessDeniedException": "kms-access-denied",
    "NotAuthorized": "kms-access-denied",
    "DisabledException": "kms-key-disabled",
    "KMSInvalidStateException": "kms-key-disabled",
    "NotFoundException": "kms-key-not-found",
    "DependencyTimeoutException": "kms-timeout",
    "LimitExceededException": "kms-throttled",
    "RequestLimitExceeded": "kms-throttled",
    "Throttling": "kms-throttled",
    "ThrottlingException": "kms-throttled",
    "TooManyRequestsException": "kms-throttled",
    "ExpiredTokenException": "no-credentials",
    "IncompleteSignature": "no-credentials",
    "InvalidClientTokenId": "no-credentials",
    "InvalidSignatureException": "no-credentials",
    "MissingAuthenticationToken": "no-credentials",
    "UnrecognizedClientException": "no-credentials",
}

# The first match counts: the timeouts are HTTP and connection errors too.
_BY_CLASS: tuple[tuple[tuple[type[BotoCoreError], ...], str], ...] = (
    ((exceptions.ConnectTimeoutError, exceptions.ReadTimeoutError), "kms-timeout"),
    ((exceptions.ConnectionError, exceptions.HTTPClientError), "kms-unreachable"),
    (
        (
            exceptions.ConfigNotFound,
            exceptions.ConfigParseError,
            exceptions.CredentialRetrievalError,
            exceptions.MetadataRetrievalError,
            exceptions.NoCredentialsError,
            exceptions.PartialCredentialsError,
            exceptions.ProfileNotFound,
            exceptions.SSOError,
            exceptions.TokenRetrievalError,
        ),
        "no-credentials",
    ),
)

_LONGEST_CHAIN = 20


def kms_clients(session: Session | None = None) -> Callable[[str], KMSClient]:
    """Return a function that makes a KMS client for a region; the clients share one session.

    Credentials come from the usual chain, timeouts are short, and no request is sent.
    """
    session = session or botocore.session.get_session()

    def client_for(region: str) -> KMSClient:
        return session.create_client("kms", region_name=region, config=CONFIG)

    return client_for


def aws_error(error: BaseException | None) -> ClientError | BotoCoreError | None:
    """Return the botocore error that `error` is or wraps, or None.

    The Encryption SDK wraps the errors that KMS answers, but not those of the network.
    """
    for _ in range(_LONGEST_CHAIN):
        if error is None or isinstance(error, (ClientError, BotoCoreError)):
            return error
        error = error.__cause__ or error.__context__
    return None


def cause_of(error: ClientError | BotoCoreError) -> str:
    """Return the cause (a key of `errors.CAUSES`) that a botocore error stands for."""
    if isinstance(error, ClientError):
        return _BY_CODE.get(error_code(error), "kms-failed")
    for classes, cause in _BY_CLASS:
        if isinstance(error, classes):
            return cause
    return "kms-failed"


def error_code(error: ClientError) -> str:
    """Return the code that KMS gave its error."""
    return error.response.get("Error", {}).get("Code", "")
