"""The events in which gateways hand a token's claims to a function, written down a second time."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any


def rest_api(claims: Mapping[str, Any]) -> dict[str, Any]:
    """Give the event of a REST API with a Cognito authorizer."""
    flat = {name: _text(value, ",", "", "") for name, value in claims.items()}
    for name in {"exp", "iat"} & set(flat):
        flat[name] = time.strftime("%a %b %d %H:%M:%S UTC %Y", time.gmtime(claims[name]))
    return {"resource": "/", "requestContext": {"authorizer": {"claims": flat}}}


def http_api(claims: Mapping[str, Any]) -> dict[str, Any]:
    """Give the event of an HTTP API with a JWT authorizer, in payload format 2.0."""
    return {
        "version": "2.0",
        "requestContext": {"authorizer": {"jwt": {"claims": _bracketed(claims), "scopes": _scopes(claims)}}},
    }


def http_api_1(claims: Mapping[str, Any]) -> dict[str, Any]:
    """Give the event of an HTTP API with a JWT authorizer, in payload format 1.0."""
    return {
        "version": "1.0",
        "requestContext": {"authorizer": {"claims": _bracketed(claims), "scopes": _scopes(claims)}},
    }


def appsync(claims: Mapping[str, Any]) -> dict[str, Any]:
    """Give the event of a direct Lambda resolver of AppSync."""
    identity = {
        "claims": dict(claims),
        "defaultAuthStrategy": "ALLOW",
        "groups": claims.get("cognito:groups"),
        "issuer": claims.get("iss"),
        "sourceIp": ["192.0.2.7"],
        "sub": claims.get("sub"),
        "username": claims.get("username", claims.get("cognito:username")),
    }
    return {"arguments": {}, "identity": identity}


GATEWAYS = [rest_api, http_api, http_api_1, appsync]


def _bracketed(claims: Mapping[str, Any]) -> dict[str, str]:
    return {name: _text(value, " ", "[", "]") for name, value in claims.items() if value is not None}


def _scopes(claims: Mapping[str, Any]) -> list[str] | None:
    return claims["scope"].split() if "scope" in claims else None


def _text(value: Any, separator: str, opening: str, closing: str) -> str:
    if isinstance(value, list):
        return opening + separator.join(_text(item, separator, opening, closing) for item in value) + closing
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
