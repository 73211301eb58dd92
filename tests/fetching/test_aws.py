"""Clients of AWS: what they may take, and what is told of their failures."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from pretoken.sealing import kms
from pretoken.trigger.fetching import aws as module
from pretoken.trigger.fetching.aws import AWS, ask, document_of, fetch_error
from pretoken.trigger.fetching.call import MOST_UNDER_WAY
from pretoken.trigger.fetching.causes import CAUSES, FetchError
from tests.fetching.stranger import MARK, Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.session import Session

    from tests.fetching.stranger import Stranger


def test_a_client_is_attempted_once_and_waits_as_long_as_it_is_told(aws: AWS, stranger: Stranger) -> None:
    client = aws.client("dynamodb", connect_timeout=0.2, read_timeout=0.3)
    config = client.meta.config
    assert (config.connect_timeout, config.read_timeout, config.max_pool_connections) == (0.2, 0.3, MOST_UNDER_WAY)
    stranger.manner = Answer(b"", 500)
    with pytest.raises(ClientError):
        client.list_tables()
    assert len(stranger.requests) == 1


def test_a_client_asks_in_the_region_that_lambda_tells(aws: AWS, environment: pytest.MonkeyPatch) -> None:
    """Botocore by itself looks at another variable."""
    environment.setenv("AWS_REGION", "ap-southeast-2")
    environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
    assert aws.client("lambda", connect_timeout=1, read_timeout=1).meta.region_name == "ap-southeast-2"
    environment.delenv("AWS_REGION")
    assert aws.client("lambda", connect_timeout=1, read_timeout=1).meta.region_name == "us-east-1"


def test_clients_share_the_session_of_the_process_unless_there_is_another(session: Session) -> None:
    assert AWS(session).session is session
    assert AWS().session is not session


def client_error(code: str, status: int = 400) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": MARK}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "GetItem")


CODES = {
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
    "ProvisionedThroughputExceededException": "throttled",
    "RequestLimitExceeded": "throttled",
    "ThrottlingException": "throttled",
    "Throttling": "throttled",
    "TooManyRequestsException": "throttled",
    "ResourceNotFoundException": "not-found",
    "ValidationException": "refused",
    "InvalidRequestContentException": "refused",
    "RequestTooLargeException": "refused",
    "Whatever": "failed",
    "": "failed",
}


@pytest.mark.parametrize(("code", "cause"), CODES.items())
def test_an_error_of_aws_is_told_by_its_code(code: str, cause: str) -> None:
    assert fetch_error(client_error(code)).cause == cause


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
def test_what_aws_calls_its_own_fault_is_one_whatever_the_code(status: int) -> None:
    for code in ("InternalServerError", "ServiceUnavailable", "ServiceException", "Whatever", "", "503"):
        assert fetch_error(client_error(code, status)).cause == "server-error"


def test_an_error_without_code_and_status_is_a_failure() -> None:
    assert fetch_error(ClientError({}, "GetItem")).cause == "failed"


@pytest.mark.parametrize(
    ("service", "operation"), [("dynamodb", "GetItem"), ("dynamodb", "BatchGetItem"), ("lambda", "Invoke")]
)
def test_each_error_that_an_operation_declares_has_a_cause(session: Session, service: str, operation: str) -> None:
    """Those that only the function's own set-up brings about aren't told apart."""
    model: Any = session.get_service_model(service).operation_model(operation)
    untold = set()
    for shape in model.error_shapes:
        status = shape.metadata.get("error", {}).get(
            "httpStatusCode", 500 if shape.name.startswith("Internal") else 400
        )
        if fetch_error(client_error(shape.name, status)).cause == "failed":
            untold.add(shape.name)
    assert not {name for name in untold if "Throttl" in name or "Throughput" in name or "NotFound" in name}
    assert service == "lambda" or not untold


ERRORS: dict[str, tuple[Exception, str]] = {
    "connect": (exceptions.ConnectTimeoutError(endpoint_url=MARK), "timeout"),
    "read": (exceptions.ReadTimeoutError(endpoint_url=MARK), "timeout"),
    "parser": (ResponseParserError(MARK), "unreadable"),
    "length": (exceptions.IncompleteReadError(actual_bytes=1, expected_bytes=2), "unreadable"),
    "refused": (exceptions.EndpointConnectionError(endpoint_url=MARK), "unreachable"),
    "closed": (exceptions.ConnectionClosedError(endpoint_url=MARK), "unreachable"),
    "TLS": (exceptions.SSLError(endpoint_url=MARK, error=OSError(MARK)), "unreachable"),
    "proxy": (exceptions.ProxyConnectionError(proxy_url=MARK), "unreachable"),
    "HTTP": (exceptions.HTTPClientError(error=MARK), "unreachable"),
    "stream": (exceptions.ResponseStreamingError(error=MARK), "unreachable"),
    "none": (exceptions.NoCredentialsError(), "no-credentials"),
    "part": (exceptions.PartialCredentialsError(provider="env", cred_var=MARK), "no-credentials"),
    "retrieval": (exceptions.CredentialRetrievalError(provider="x", error_msg=MARK), "no-credentials"),
    "SSO": (exceptions.UnauthorizedSSOTokenError(), "no-credentials"),
    "token": (exceptions.TokenRetrievalError(provider="x", error_msg=MARK), "no-credentials"),
    "parameter": (exceptions.ParamValidationError(report=MARK), "refused"),
    "other": (exceptions.DataNotFoundError(data_path=MARK), "failed"),
    "base": (BotoCoreError(), "failed"),
    "ours": (FetchError("busy"), "busy"),
    "Python": (KeyError(MARK), "failed"),
    "depth": (RecursionError(MARK), "failed"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_on_the_way_is_told_by_its_kind_and_nothing_of_it_is_left(
    name: str, tells_nothing: Callable[[BaseException], None]
) -> None:
    error, cause = ERRORS[name]

    def request() -> None:
        raise error

    with pytest.raises(FetchError) as raised:
        ask(request)
    assert raised.value.cause == cause
    assert cause in CAUSES
    tells_nothing(raised.value)


def test_what_is_asked_for_is_given() -> None:
    assert ask(lambda: MARK) == MARK


def test_a_request_without_credentials_says_so(environment: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        environment.delenv(name)
    client = AWS(botocore.session.Session()).client("lambda", connect_timeout=1, read_timeout=1)
    with pytest.raises(FetchError) as raised:
        ask(lambda: client.invoke(FunctionName="f"))
    assert raised.value.cause == "no-credentials"


def test_nothing_that_has_keys_or_answers_is_logged_whatever_the_root_logger_wants(
    aws: AWS, stranger: Stranger, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stranger.manner = Answer({"Item": {"pk": {"S": MARK}}}, head=f"X-Mark: {MARK}\r\n{MARK}\r\nX-More: {MARK}")
    client = aws.client("dynamodb", connect_timeout=20, read_timeout=20)
    client.get_item(TableName="t", Key={"pk": {"S": MARK}})
    assert MARK in str(stranger.requests)
    assert MARK not in caplog.text
    assert logging.getLogger("botocore.endpoint").getEffectiveLevel() == logging.WARNING
    assert not logging.getLogger("botocore.parsers").isEnabledFor(logging.DEBUG)  # sealing sets a level there too


ERROR_BODIES = {
    "object": (b'{"__type": "x#ThrottlingException", "message": "%s"}', "ThrottlingException"),
    "colon": (b'{"__type": "ThrottlingException:http://x/"}', "ThrottlingException"),
    "more": (b'{"__type": "ThrottlingException", "throttlingReasons": 5}', "ThrottlingException"),
    "code": (b'{"code": "ThrottlingException", "Message": {"a": 1}}', "400"),
    "no code": (b'{"message": "%s"}', "400"),
    "number": (b'{"__type": 5}', "400"),
    "null": (b'{"__type": null}', "400"),
    "list": (b'["%s"]', "400"),
    "text": (b"%s", "400"),
    "not UTF-8": (b"\xff%s", "400"),
    "empty": (b"", "400"),
}


@pytest.mark.parametrize("name", ERROR_BODIES)
def test_nothing_is_kept_of_an_error_but_its_code(aws: AWS, stranger: Stranger, name: str) -> None:
    """Botocore would stumble over some of these, and its error would say another thing."""
    content, code = ERROR_BODIES[name]
    stranger.manner = Answer(content.replace(b"%s", MARK.encode()), 400)
    with pytest.raises(ClientError) as raised:
        aws.client("dynamodb", connect_timeout=20, read_timeout=20).list_tables()
    assert raised.value.response["Error"]["Code"] == code
    assert MARK not in str(raised.value)
    assert MARK not in repr(raised.value.response)


def answered(status: int = 200, **headers: str) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": named}}


@pytest.mark.parametrize(
    "answer", [answered(), answered(content_length="8"), answered(content_type="text/html")], ids=repr
)
def test_the_json_of_an_answer_is_read(answer: dict[str, Any]) -> None:
    assert document_of(answer, b'{"a": 1}', 8) == {"a": 1}


@pytest.mark.parametrize(
    ("answer", "content", "cause"),
    [
        (answered(), b'{"a": 12}', "too-large"),
        (answered(500), b'{"a": 12}', "too-large"),
        (answered(201), b"{}", "unreadable"),
        (answered(204), b"", "unreadable"),
        (answered(206), b"{}", "unreadable"),
        (answered(content_length="3"), b"{}", "unreadable"),
        (answered(content_length="1"), b"{}", "unreadable"),
        (answered(content_length="2, 2"), b"{}", "unreadable"),
        (answered(content_length="x"), b"{}", "unreadable"),
        (answered(), b"", "unreadable"),
        (answered(), b"{", "unreadable"),
        (answered(), b"{}{}", "unreadable"),
        (answered(), b"\xff", "unreadable"),
        (answered(), b"\xef\xbb\xbf{}", "unreadable"),
        (answered(), b'"\xc3\xa4', "unreadable"),
        (answered(), b'"\xed\xa0\x80"', "unreadable"),
        (answered(), b'"\\ud800"', "unreadable"),
        (answered(), b"NaN", "unreadable"),
        (answered(), b"Infinity"[:8], "unreadable"),
        (answered(), b"[" * 8, "unreadable"),
    ],
    ids=repr,
)
def test_what_is_not_a_whole_answer_is_none(answer: dict[str, Any], content: bytes, cause: str) -> None:
    with pytest.raises(FetchError) as raised:
        document_of(answer, content, 8)
    assert raised.value.cause == cause


@pytest.mark.parametrize("content", [b'{"a":1,"a":2}', b'{"x":{"a":1,"a":1}}', b'{"":1}', b"[" * 60_000])
def test_what_other_readers_may_read_otherwise_is_unreadable(content: bytes) -> None:
    with pytest.raises(FetchError) as raised:
        document_of(answered(), content, 65536)
    assert raised.value.cause == "unreadable"


@pytest.mark.parametrize("value", [None, 0, "", [], {}, False, "ä 😀", {"a": [{"b": None}]}])
def test_any_json_is_read_as_it_is(value: Any) -> None:
    content = json.dumps(value, ensure_ascii=False).encode()
    assert document_of(answered(content_length=str(len(content))), content, 100) == value


def test_an_error_means_the_same_as_of_the_key_service() -> None:
    """Both have tables of their own, since a package has one without the other."""
    shared = kms._BY_CODE.keys() & module._BY_CODE.keys()
    assert len(shared) > 10
    assert {kms._BY_CODE[code].removeprefix("kms-") for code in shared} <= {*CAUSES}
    assert [code for code in shared if kms._BY_CODE[code].removeprefix("kms-") != module._BY_CODE[code]] == []
    for classes, cause in kms._BY_CLASS:
        for one in classes:
            found = next(ours for theirs, ours in module._BY_CLASS if issubclass(one, theirs))
            assert found == cause.removeprefix("kms-"), one
