"""Clients of AWS for lookups, and what their failures mean."""

from __future__ import annotations

import json
import logging
import os

import botocore.session
from botocore import exceptions
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from pretoken.trigger.fetching.call import MOST_UNDER_WAY
from pretoken.trigger.fetching.causes import FetchError
from pretoken.trigger.outcomes import FAILED
from pretoken.trigger.reading import read_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from botocore.session import Session

    Given = TypeVar("Given")

# Below these levels they log keys and answers, whatever the level of the root logger; urllib3 even lines that are no
# headers.
logging.getLogger("botocore").setLevel(logging.WARNING)
logging.getLogger("botocore.parsers").setLevel(logging.WARNING)
logging.getLogger("urllib3").setLevel(logging.ERROR)

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
    ((ResponseParserError, exceptions.IncompleteReadError), "unreadable"),
    ((exceptions.ConnectionError, exceptions.HTTPClientError, exceptions.ResponseStreamingError), "unreachable"),
    (
        (
            exceptions.ConfigNotFound,
            exceptions.ConfigParseError,
            exceptions.NoCredentialsError,
            exceptions.PartialCredentialsError,
            exceptions.ProfileNotFound,
            exceptions.CredentialRetrievalError,
            exceptions.MetadataRetrievalError,
            exceptions.SSOError,
            exceptions.TokenRetrievalError,
        ),
        "no-credentials",
    ),
    ((exceptions.ParamValidationError,), "refused"),
)
LARGEST_ERROR = 64 * 1024
"""Bytes of an error that is read for its code: reading much of it would hold all threads up."""
_SUCCESS, _NO_SUCCESS, _SERVER_ERROR = 200, 300, 500


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
            max_pool_connections=MOST_UNDER_WAY,
            tcp_keepalive=True,
        )
        client: Any = self.session.create_client(service, os.environ.get("AWS_REGION"), config=config)
        client.meta.events.register(f"before-parse.{service}", _keep_code)
        return client


def ask(request: Callable[[], Given]) -> Given:
    """Ask AWS.

    Raises:
        FetchError: nothing of what was raised is left in it but the cause.
    """
    try:
        return request()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told by its cause alone
        failure = fetch_error(error)
    raise failure  # out here, where Python doesn't attach the error that led to it


def document_of(answer: dict[str, Any], content: bytes, largest: int) -> Any:
    """Read an answer's JSON, if it is here as a whole.

    Args:
        answer: as botocore gives it.
        content: what was sent; of what is too long more than `largest` suffices.
        largest: bytes.

    Raises:
        FetchError: it is too large, or isn't what a service answers when all is well.
    """
    if len(content) > largest:
        raise FetchError("too-large")
    status, headers = answer["ResponseMetadata"]["HTTPStatusCode"], answer["ResponseMetadata"]["HTTPHeaders"]
    # botocore tells urllib3 not to compare the length.
    if status != _SUCCESS or headers.get("content-length", str(len(content))) != str(len(content)):
        raise FetchError("unreadable")
    document = _read(content)
    if document is FAILED:
        raise FetchError("unreadable")
    return document


def _read(content: bytes) -> Any:
    try:
        return read_json(content.decode())
    except UnicodeDecodeError:
        return FAILED


def _keep_code(response_dict: dict[str, Any], **_: Any) -> None:
    """Leave nothing of an error but its code: botocore stumbles over what isn't an object, and texts may hold keys."""
    if response_dict["status_code"] >= _NO_SUCCESS:
        body = response_dict["body"]
        document = _read(body) if len(body) <= LARGEST_ERROR else None
        texts = document.items() if isinstance(document, dict) else ()
        kept = {name: text for name, text in texts if name in ("__type", "code", "Code") and isinstance(text, str)}
        response_dict["body"] = json.dumps(kept).encode()


def fetch_error(error: Exception) -> FetchError:
    """Give the cause of a failure; nothing else of the error may be told."""
    if isinstance(error, FetchError):
        return error
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
