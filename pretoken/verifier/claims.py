"""The claims that every access token has, read with their types."""

from __future__ import annotations

from typing import NamedTuple

from pretoken.verifier.refusals import ClaimRefused, IdTokenRefused, TokenUseRefused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, TypeAlias

    Time: TypeAlias = int | float


_LATEST = 253_402_300_799  # the last second of the year 9999, and of `datetime`


class AccessTokenClaims(NamedTuple):
    """The claims that Cognito itself writes; times are seconds since 1970."""

    sub: str
    client_id: str
    audiences: frozenset[str | None]
    """What the token is bound to; None alone: to nothing."""
    scopes: frozenset[str]
    groups: frozenset[str]
    username: str | None
    issued_at: Time | None
    auth_time: Time | None
    not_before: Time | None
    expires_at: Time


def read_claims(claims: Mapping[str, Any]) -> AccessTokenClaims:
    """Read the claims of an access token.

    Raises:
        IdTokenRefused: they are an ID token's.
        TokenUseRefused: they are neither an access token's nor an ID token's.
        ClaimRefused: one is missing or has another type.

    Source: Amazon Cognito Developer Guide, "Understanding the access token"; RFC 7519 section 4.1.
    """
    use = claims.get("token_use")
    if use != "access":
        raise IdTokenRefused if use == "id" else TokenUseRefused
    expires_at = _time(claims, "exp")
    if expires_at is None:
        raise ClaimRefused
    return AccessTokenClaims(
        _name(claims, "sub"),
        _name(claims, "client_id"),
        _audiences(claims.get("aud")),
        frozenset(_text(claims, "scope", "").split(" ")) - {""},
        frozenset(_texts(claims.get("cognito:groups", []))),
        _text(claims, "username", None),
        _time(claims, "iat"),
        _time(claims, "auth_time"),
        _time(claims, "nbf"),
        expires_at,
    )


def _text(claims: Mapping[str, Any], name: str, default: Any) -> Any:
    value = claims.get(name, default)
    if value is not default and not isinstance(value, str):
        raise ClaimRefused
    return value


def _name(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise ClaimRefused
    return value


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ClaimRefused
    return value


def _audiences(value: Any) -> frozenset[str | None]:
    if value is None or isinstance(value, str):
        return frozenset((value,))
    return frozenset(_texts(value))


def _time(claims: Mapping[str, Any], name: str) -> Time | None:
    value = claims.get(name)
    # A bool is an int in Python; with `1e999`, or a number of a thousand digits, a token would never expire.
    if value is None or (type(value) in (int, float) and 0 <= value <= _LATEST):
        return value
    raise ClaimRefused
