"""Fetch a small document over HTTPS."""

from __future__ import annotations

import time
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

TYPE_CHECKING = False
if TYPE_CHECKING:
    from http.client import HTTPResponse
    from typing import Any

_SECONDS = 2.0  # for the connection, for each piece of the answer, and for its whole body


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
        OSError: no answer, no good one, or one that is too long.
    """
    if not url.startswith("https://"):
        raise OSError("keys are fetched over HTTPS alone")
    try:
        request = Request(url, headers={"Accept": "application/json"})  # noqa: S310 - HTTPS, see above
        with build_opener(_NoRedirects).open(request, timeout=_SECONDS) as response:
            return _body(response, longest)
    except HTTPError as error:
        error.close()
        raise OSError("the answer is an error or a redirect") from None
    except HTTPException:
        raise OSError("the answer breaks HTTP") from None


def _body(response: HTTPResponse, longest: int) -> bytes:
    until = time.monotonic() + _SECONDS
    body = b""
    while piece := response.read1(longest + 1):
        body += piece
        if len(body) > longest:
            raise OSError("the answer is too long")
        if time.monotonic() > until:
            raise OSError("the answer is too slow")
    return body
