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
    check_token_use(claims)
    expires_at = _time(claims, "exp")
    if expires_at is None:
        raise ClaimRefused
    return AccessTokenClaims(
        required_text(claims, "sub"),
        required_text(claims, "client_id"),
        _audiences(claims.get("aud")),
        scopes_of(claims),
        frozenset(_texts(claims.get("cognito:groups", []))),
        optional_text(claims, "username"),
        _time(claims, "iat"),
        _time(claims, "auth_time"),
        _time(claims, "nbf"),
        expires_at,
    )


def check_token_use(claims: Mapping[str, Any]) -> None:
    """Refuse the claims of everything but an access token; raises IdTokenRefused or TokenUseRefused."""
    use = claims.get("token_use")
    if use != "access":
        raise IdTokenRefused if use == "id" else TokenUseRefused


def is_machine(sub: str, client_id: str) -> bool:
    """Say whether a machine calls for itself (client credentials): Cognito makes its client id the `sub`."""
    return sub == client_id


def scopes_of(claims: Mapping[str, Any]) -> frozenset[str]:
    """Return the scopes, which are one text (RFC 8693 section 4.2); raises ClaimRefused."""
    value = claims.get("scope", "")
    if not isinstance(value, str):
        raise ClaimRefused
    return frozenset(value.split(" ")) - {""}


def optional_text(claims: Mapping[str, Any], name: str) -> str | None:
    """Return a claim that is text, or None without it; raises ClaimRefused."""
    value = claims.get(name)
    if value is None or isinstance(value, str):
        return value
    raise ClaimRefused


def required_text(claims: Mapping[str, Any], name: str) -> str:
    """Return a claim that is text, and not empty; raises ClaimRefused."""
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
