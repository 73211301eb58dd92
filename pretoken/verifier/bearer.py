"""The token of a request."""

from __future__ import annotations

from pretoken.verifier.refusals import NoTokenRefused


def bearer_token(authorization: str | None) -> str:
    """Return the token in the value of an `Authorization` header.

    Args:
        authorization: the header's value, such as `Bearer eyJraWQi…`; None if there is no such header.

    Raises:
        NoTokenRefused: there is no header, or it has another scheme.

    Source: RFC 6750 section 2.1; RFC 9110 section 11.1, by which a scheme's case means nothing.
    """
    scheme, _, token = (authorization or "").partition(" ")
    token = token.strip(" ")
    if scheme.lower() != "bearer" or not token:
        raise NoTokenRefused
    return token
