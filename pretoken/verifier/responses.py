"""What an API answers if it takes no token, or can't open what is encrypted for it; the same in every framework."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import NamedTuple

from pretoken.sealing.errors import (
    InvalidContentError,
    KMSUnavailableError,
    MalformedMessageError,
    MessageTooLongError,
    OpeningError,
    TamperedMessageError,
    TooManyDataKeysError,
    WrongRecipientError,
    WrongSubjectError,
    WrongSuiteError,
)
from pretoken.verifier.encrypted_claims import NoMessageError
from pretoken.verifier.refusals import KeysUnavailableError, Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Answerable: TypeAlias = Refused | KeysUnavailableError | OpeningError

ANSWERABLE = (Refused, KeysUnavailableError, OpeningError)
"""What `error_response` takes; for `except`."""

RETRY_AFTER = KeysUnavailableError.retry_after
"""Seconds: keys can't be had sooner, and KMS may be asked then, too."""

_log = logging.getLogger("pretoken.verifier")

# The trigger wrote something else than what is in the token: a new token has a new message.
_UNFIT = (
    InvalidContentError,
    MalformedMessageError,
    MessageTooLongError,
    TamperedMessageError,
    TooManyDataKeysError,
    WrongRecipientError,
    WrongSubjectError,
    WrongSuiteError,
)

# OpeningErrors tell the API's team what to do; these tell the client.
_UNFIT_TEXT = "what the token holds for this API can't be opened; get a new token"
_NOTHING_TEXT = "the token holds nothing that is encrypted for this API"
_CANNOT_TEXT = "this API can't open what is encrypted for it"
_LATER_TEXT = "this API can't answer now; try again later"


class ErrorResponse(NamedTuple):
    """A response: the HTTP status, the headers by name, and the body, which is JSON text."""

    status: int
    headers: dict[str, str]
    body: str


def error_response(error: Answerable) -> ErrorResponse:
    """Return the response for an error, and log its code: what the API's team must mend at level ERROR.

    The body is `{"error": code, "message": text}`. All of it is constant: it holds nothing of the token.

    Args:
        error: a refusal (401 or 403), a KeysUnavailableError (503), or an OpeningError: 401 if the message isn't what
            was sealed for this token and this API, 403 if there is none, 503 if KMS doesn't answer, 500 if this API
            may not open it or is set up wrongly.

    Source: RFC 6750 section 3; RFC 9110 sections 10.2.3 (`Retry-After`) and 11.6.1 (`WWW-Authenticate`).
    """
    status, text, challenge = _answer(error)
    cause = getattr(error, "cause", None)
    _log.log(
        logging.ERROR if status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.INFO,
        "%s: %s%s",
        error.code,
        error,
        f" ({cause})" if cause else "",
    )
    headers = {"Content-Type": "application/json"}
    if challenge is not None:
        headers["WWW-Authenticate"] = challenge
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_AFTER)
    return ErrorResponse(int(status), headers, json.dumps({"error": error.code, "message": text}))


def _answer(error: Answerable) -> tuple[int, str, str | None]:
    if isinstance(error, Refused):
        return error.status, error.text, error.www_authenticate
    if isinstance(error, _UNFIT):
        return HTTPStatus.UNAUTHORIZED, _UNFIT_TEXT, _challenge("invalid_token", _UNFIT_TEXT)
    if isinstance(error, NoMessageError):
        return HTTPStatus.FORBIDDEN, _NOTHING_TEXT, _challenge("insufficient_scope", _NOTHING_TEXT)
    if isinstance(error, (KeysUnavailableError, KMSUnavailableError)):
        return HTTPStatus.SERVICE_UNAVAILABLE, _LATER_TEXT, None
    return HTTPStatus.INTERNAL_SERVER_ERROR, _CANNOT_TEXT, None


def _challenge(code: str, text: str) -> str:
    return f'Bearer error="{code}", error_description="{text}"'
