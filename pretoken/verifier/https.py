"""Fetch a small document over HTTPS."""

from __future__ import annotations

import time
from http.client import HTTPException
from ssl import SSLCertVerificationError
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

TYPE_CHECKING = False
if TYPE_CHECKING:
    from http.client import HTTPResponse
    from typing import Any

_SECONDS = 2.0  # for the connection, for each piece of the answer, and for its whole body


class FetchError(Exception):
    """Say that a document wasn't fetched; `cause` is a key of `refusals.CAUSES`."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def get(url: str, longest: int) -> bytes:
    """Return the body of the answer to a GET request.

    The server's certificate is verified, redirects aren't followed, proxies are those of the environment.

    Args:
        url: begins with `https://`.
        longest: how many bytes the body may have.

    Raises:
        FetchError: no answer, no good one, or one that is too long.
        ValueError: the URL doesn't begin so.
    """
    if not url.startswith("https://"):
        raise ValueError("keys are fetched over HTTPS alone")
    try:
        request = Request(url, headers={"Accept": "application/json"})  # noqa: S310 - HTTPS, see above
        with build_opener(_NoRedirects).open(request, timeout=_SECONDS) as response:
            return _body(response, longest)
    except HTTPError as error:
        error.close()
        cause = "bad-answer"
    except (HTTPException, OSError) as error:
        cause = _cause(error)
    raise FetchError(cause)


def _cause(error: Exception) -> str:
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, SSLCertVerificationError):
        return "wrong-certificate"
    if isinstance(reason, TimeoutError):
        return "timeout"
    return "bad-answer" if isinstance(reason, HTTPException) else "unreachable"


def _body(response: HTTPResponse, longest: int) -> bytes:
    until = time.monotonic() + _SECONDS
    body = b""
    while piece := response.read1(longest + 1):
        body += piece
        if len(body) > longest:
            raise FetchError("bad-answer")
        if time.monotonic() > until:
            raise FetchError("timeout")
    return body
