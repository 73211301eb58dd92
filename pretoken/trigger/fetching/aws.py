"""Clients of AWS for lookups, and what their failures mean."""

from __future__ import annotations

import logging
import os

import botocore.session
from botocore import exceptions
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from pretoken.trigger.fetching.causes import FetchError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from botocore.session import Session

# Below WARNING botocore logs keys and answers, whatever the level of the root logger.
logging.getLogger("botocore").setLevel(logging.WARNING)
logging.getLogger("botocore.parsers").setLevel(logging.WARNING)

MOST_CONNECTIONS = 64

# Sources: "Common Error Types", and the errors of GetItem and BatchGetItem (DynamoDB API reference) and of Invoke
# (Lambda API reference).
_BY_CODE = {
    "AccessDenied": "access-denied",
    "AccessDeniedException": "access-denied",
    "NotAuthorized": "access-denied",
    "ExpiredToken": "no-credentials",
    "ExpiredTokenException": "no-credentials",
    "IncompleteSignature": "no-credentials",
    "InvalidClientTokenId": "no-credentials",
    "InvalidSignatureException": "no-credentials",
    "MissingAuthenticationToken": "no-credentials",
    "MissingAuthenticationTokenException": "no-credentials",
    "UnrecognizedClientException": "no-credentials",
    "CodeArtifactUserPendingException": "server-error",
    "EC2ThrottledException": "throttled",
    "LimitExceededException": "throttled",
    "ProvisionedThroughputExceededException": "throttled",
    "RequestLimitExceeded": "throttled",
    "SlowDown": "throttled",
    "Throttling": "throttled",
    "ThrottlingException": "throttled",
    "TooManyRequestsException": "throttled",
    "InvalidEndpointException": "unreachable",
    "ResourceNotFoundException": "not-found",
    "InvalidParameterValueException": "refused",
    "InvalidRequestContentException": "refused",
    "RequestTooLargeException": "refused",
    "SerializationException": "refused",
    "UnsupportedMediaTypeException": "refused",
    "ValidationException": "refused",
}

# The first match counts: the timeouts are HTTP and connection errors too.
_BY_CLASS: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((exceptions.ConnectTimeoutError, exceptions.ReadTimeoutError), "timeout"),
    ((ResponseParserError,), "unreadable"),
    ((exceptions.ConnectionError, exceptions.HTTPClientError, exceptions.ResponseStreamingError), "unreachable"),
    (
        (
            exceptions.NoCredentialsError,
            exceptions.PartialCredentialsError,
            exceptions.CredentialRetrievalError,
            exceptions.SSOError,
            exceptions.TokenRetrievalError,
        ),
        "no-credentials",
    ),
    ((exceptions.ParamValidationError,), "refused"),
)
_SERVER_ERROR = 500


class AWS:
    """Makes clients that share one session; no request is sent by making one.

    Args:
        session: default: one with the usual chain of credentials and settings.
    """

    __slots__ = ("session",)

    def __init__(self, session: Session | None = None) -> None:
        self.session = session or botocore.session.get_session()

    def client(self, service: str, *, connect_timeout: float, read_timeout: float) -> Any:
        """Make a client whose requests are attempted once: who asks knows how much time is left, and botocore doesn't.

        Args:
            service: `dynamodb` or `lambda`.
            connect_timeout: seconds.
            read_timeout: seconds between two pieces of an answer.

        Source: Lambda developer guide, "Defined runtime environment variables": `AWS_REGION` goes before what botocore
        looks at.
        """
        config = Config(
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            retries={"total_max_attempts": 1, "mode": "standard"},
            max_pool_connections=MOST_CONNECTIONS,
            tcp_keepalive=True,
        )
        return self.session.create_client(service, os.environ.get("AWS_REGION"), config=config)


def fetch_error(error: Exception) -> FetchError:
    """Give the cause of a failure; nothing else of the error may be told."""
    if isinstance(error, ClientError):
        return FetchError(_cause_of_answer(error))
    if isinstance(error, (BotoCoreError, ResponseParserError)):
        for classes, cause in _BY_CLASS:
            if isinstance(error, classes):
                return FetchError(cause)
    return FetchError("failed")


def _cause_of_answer(error: ClientError) -> str:
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return _BY_CODE.get(code) or ("server-error" if status >= _SERVER_ERROR else "failed")
