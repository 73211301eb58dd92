"""The tokens that Cognito issues by itself, and what it makes of the trigger's answer.

Sources: Amazon Cognito Developer Guide, "Understanding the identity (ID) token", "Understanding the access token",
"Pre token generation Lambda trigger". What depends on settings that an event doesn't show is left out: `nonce`,
`at_hash`, `device_key`, and `aud` in the access token; an app client may also read fewer attributes than it has.
"""

from __future__ import annotations

import json

from pretoken.cognito.events import read_identities

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pretoken.cognito.events import Event

LIFETIME = 3600
"""Seconds that a token lives by default."""

# In real tokens a UUID each; fixed, so that two previews of one event are equal.
_EVENT_ID = "00000000-0000-4000-8000-000000000001"
_ORIGIN_JTI = "00000000-0000-4000-8000-000000000002"
_ID_JTI = "00000000-0000-4000-8000-000000000003"
_ACCESS_JTI = "00000000-0000-4000-8000-000000000004"

_LONGEST_NUMBER = 19  # digits in 64 bits

# A signed token is three base64url texts: a header with a 44-character key id, the claims, 2048 bits of RSA.
_HEADER_BYTES = len(json.dumps({"kid": "k" * 44, "alg": "RS256"}, separators=(",", ":")))
_SIGNATURE_BYTES = 256


class Tokens:
    """Hold the claims of both tokens; `id_token` is None for a machine."""

    __slots__ = ("access_token", "id_token")

    def __init__(self, id_token: dict[str, Any] | None, access_token: dict[str, Any]) -> None:
        self.id_token = id_token
        self.access_token = access_token


def default_tokens(event: Event, now: int) -> Tokens:
    """Make the tokens that Cognito would issue without a trigger, at `now` (seconds since 1970).

    A V1_0 event doesn't tell its scopes: the access token then has `aws.cognito.signin.user.admin`, as after a sign-in
    with an SDK.
    """
    issuer = f"https://cognito-idp.{event.pool_id.partition('_')[0]}.amazonaws.com/{event.pool_id}"
    times = {"auth_time": now, "exp": now + LIFETIME, "iat": now}
    scopes = ["aws.cognito.signin.user.admin"] if event.scopes is None else event.scopes
    scope = {"scope": " ".join(scopes)} if scopes else {}
    if event.is_machine:
        subject = {"sub": event.client_id, "client_id": event.client_id}
        access_token = {**subject, "token_use": "access", **scope, "iss": issuer, **times}
        return Tokens(None, {**access_token, "version": 2, "jti": _ACCESS_JTI})

    user = {"sub": event.attributes["sub"]}
    groups = {"cognito:groups": event.groups} if event.groups else {}
    roles: dict[str, Any] = {"cognito:roles": event.iam_roles} if event.iam_roles else {}
    if event.preferred_role is not None:
        roles["cognito:preferred_role"] = event.preferred_role
    origin = {"origin_jti": _ORIGIN_JTI, "event_id": _EVENT_ID}
    username = event.username or event.attributes["sub"]
    return Tokens(
        {
            **user,
            **groups,
            **_attribute_claims(event.attributes),
            **roles,
            "iss": issuer,
            "cognito:username": username,
            "aud": event.client_id,
            **origin,
            "token_use": "id",
            **times,
            "jti": _ID_JTI,
        },
        {
            **user,
            **groups,
            "iss": issuer,
            "version": 2,
            "client_id": event.client_id,
            **origin,
            "token_use": "access",
            **scope,
            **times,
            "jti": _ACCESS_JTI,
            "username": username,
        },
    )


def _attribute_claims(attributes: dict[str, object]) -> dict[str, Any]:
    claims = {}
    for name, value in attributes.items():
        # `cognito:user_status` and its like describe the account and aren't claims.
        if name == "sub" or name.startswith("cognito:"):
            continue
        claim = _identity_claims(attributes) if name == "identities" else _attribute_claim(name, value)
        if claim is not None:
            claims[name] = claim
    return claims


def _attribute_claim(name: str, value: object) -> object:
    if type(value) is str:
        if name in ("email_verified", "phone_number_verified"):
            return value.lower() == "true"
        if name == "updated_at" and value.isascii() and value.isdigit() and len(value) <= _LONGEST_NUMBER:
            return int(value)
        if name == "address":
            return {"formatted": value}
    return value


def _identity_claims(attributes: dict[str, object]) -> list[dict[str, object]] | None:
    identities = read_identities(attributes)
    if not identities:
        return None
    return [
        {
            key: json.dumps(value) if key in ("primary", "dateCreated") and type(value) is not str else value
            for key, value in identity.items()
        }
        for identity in identities
    ]


def apply_response(tokens: Tokens, event: Event, answer: dict[str, Any]) -> Tokens:
    """Make what Cognito makes of the trigger's answer, which `respond` has checked; `tokens` stay as they are.

    A claim that is both set and suppressed is suppressed. Group overrides reach both tokens; otherwise a V1_0 answer
    changes the ID token only. Without an answer in the shape of the event's version nothing changes.
    """
    response = _part(answer, "response")
    if event.version == "V1_0":
        details = id_section = _part(response, "claimsOverrideDetails")
        access_section: dict[str, Any] = {}
    else:
        details = _part(response, "claimsAndScopeOverrideDetails")
        id_section = _part(details, "idTokenGeneration")
        access_section = _part(details, "accessTokenGeneration")
    access_token = dict(tokens.access_token)
    id_token = None if tokens.id_token is None else dict(tokens.id_token)
    if id_token is not None and "groupOverrideDetails" in details:
        _override_groups(id_token, access_token, _part(details, "groupOverrideDetails"))
    if id_token is not None:
        _change_claims(id_token, id_section)
    _change_claims(access_token, access_section)
    scopes = dict.fromkeys(access_token.get("scope", "").split())
    scopes.update(dict.fromkeys(access_section.get("scopesToAdd") or ()))
    _set(access_token, "scope", " ".join(_without(scopes, access_section.get("scopesToSuppress") or ())))
    return Tokens(id_token, access_token)


def _part(whole: dict[str, Any], name: str) -> dict[str, Any]:
    """Give a part of an answer; one without changes is the event, in which anything may stand there."""
    part = whole.get(name)
    return part if type(part) is dict else {}


def _override_groups(id_token: dict[str, Any], access_token: dict[str, Any], override: dict[str, Any]) -> None:
    groups = override.get("groupsToOverride")
    _set(id_token, "cognito:groups", groups)
    _set(access_token, "cognito:groups", groups)
    _set(id_token, "cognito:roles", override.get("iamRolesToOverride"))
    _set(id_token, "cognito:preferred_role", override.get("preferredRole"))


def _change_claims(token: dict[str, Any], section: dict[str, Any]) -> None:
    token.update(section.get("claimsToAddOrOverride") or {})
    for name in section.get("claimsToSuppress") or ():
        token.pop(name, None)
        if name == "cognito:groups":
            token.pop("cognito:roles", None)
            token.pop("cognito:preferred_role", None)


def _set(token: dict[str, Any], name: str, value: object) -> None:
    if value:
        token[name] = value
    else:
        token.pop(name, None)


def _without(items: Iterable[str], removed: Iterable[str]) -> list[str]:
    return [item for item in items if item not in removed]


def token_bytes(claims: dict[str, Any]) -> int:
    """Count the bytes of the signed JWT that carries these claims."""
    # Text from an event may hold half a surrogate pair, which UTF-8 can't carry and Cognito can't issue.
    payload = json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
    return signed_bytes(len(payload))


def signed_bytes(payload: int) -> int:
    """Count the bytes of a signed JWT by those of its claims' JSON (RFC 7515: base64url without padding)."""
    return _base64url_length(_HEADER_BYTES) + _base64url_length(payload) + _base64url_length(_SIGNATURE_BYTES) + 2


def _base64url_length(size: int) -> int:
    return (size * 4 + 2) // 3
