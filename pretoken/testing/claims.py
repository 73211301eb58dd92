"""What is asked of a token issuer, checked, and the claims of the tokens that Cognito would issue for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from pretoken.cognito.contract import group_problem, scope_problem, value_problem
from pretoken.cognito.events import Event
from pretoken.cognito.tokens import default_tokens
from pretoken.sealing import encryption_context
from pretoken.testing.errors import GivenError
from pretoken.testing.keys import json_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pretoken.cognito.tokens import Tokens

_ARGUMENTS = {
    "aud": "client_id",
    "client_id": "client_id",
    "cognito:groups": "groups",
    "cognito:username": "username",
    "exp": "lifetime",
    "iat": "now",
    "scope": "scopes",
    "sub": "sub",
    "username": "username",
}

# Cognito puts a URL into `aud` (resource binding) and objects into `identities`, as a trigger can't.
_COGNITOS_OWN = ("aud", "identities")


def user_tokens(
    pool_id: str,
    sub: str,
    client_id: str,
    *,
    scopes: Iterable[str] | None,
    groups: Iterable[str],
    username: str | None,
    now: int,
) -> Tokens:
    """Return the claims of a user's tokens; raises GivenError."""
    return _tokens(
        pool_id,
        _name("client_id", client_id),
        {"sub": _name("sub", sub)},
        scopes=None if scopes is None else _names("scopes", scopes, scope_problem),
        groups=_names("groups", groups, group_problem),
        username=None if username is None else _name("username", username),
        now=now,
    )


def machine_tokens(pool_id: str, client_id: str, *, scopes: Iterable[str], now: int) -> Tokens:
    """Return the claims of a machine's access token; raises GivenError."""
    given = _names("scopes", scopes, scope_problem)
    return _tokens(pool_id, _name("client_id", client_id), {}, scopes=given, groups=[], username=None, now=now)


def _tokens(
    pool_id: str,
    client_id: str,
    attributes: dict[str, object],
    *,
    scopes: list[str] | None,
    groups: list[str],
    username: str | None,
    now: int,
) -> Tokens:
    event = Event(
        raw={},
        version="V3_0",
        client_id=client_id,
        pool_id=pool_id,
        username=username,
        attributes=attributes,
        metadata={},
        groups=groups,
        iam_roles=[],
        preferred_role=None,
        scopes=scopes,
        is_machine=not attributes,
    )
    return default_tokens(event, now)


def issued(
    default: Mapping[str, Any], *, issuer: str, lifetime: int, claims: Mapping[str, Any], messages: Mapping[str, str]
) -> dict[str, Any]:
    """Return a token's claims with ids of its own, and with what is added; raises GivenError."""
    check_claims(claims, {*default, *messages} - {"auth_time"})
    token = {name: str(uuid4()) if name in ("jti", "origin_jti", "event_id") else default[name] for name in default}
    return {**token, "iss": issuer, "exp": default["iat"] + lifetime, **claims, **messages}


def check_claims(claims: Mapping[str, Any], taken: Iterable[str]) -> None:
    """Check claims that are to be added to those that the issuer writes; raises GivenError."""
    if not hasattr(claims, "items"):
        raise GivenError("`claims` must be a dict; write `claims={'tenant_id': 'acme'}`")
    for name, value in claims.items():
        if not isinstance(name, str) or not name:
            raise GivenError("`claims` has a name that isn't text, or is empty; write one like `tenant_id`")
        if name in taken or (name in _ARGUMENTS and name != "aud"):
            argument = _ARGUMENTS.get(name)
            cure = (
                f"give `{argument}`, where a token has it" if argument else "leave it out; `broken` changes such claims"
            )
            raise GivenError(f"the issuer writes `{name}` itself; {cure}")
        problem = None if name in _COGNITOS_OWN else value_problem(name, value, "access_token", "V3_0", "")
        if problem is None and not _is_json(value):
            problem = f"`{name}` holds something that isn't JSON"
        if problem:
            # The cures of the contract are those of rule files.
            raise GivenError(f"{problem.partition(';')[0]}; Cognito issues no such claim")


def check_encrypted(encrypted: Mapping[str, Mapping[str, Any]]) -> None:
    """Check what is to be encrypted, by recipient; raises GivenError."""
    if not hasattr(encrypted, "items") or not all(hasattr(members, "items") for members in encrypted.values()):
        raise GivenError("`encrypted` must be a dict of dicts; write `{'billing-api': {'email': 'anna@example.com'}}`")
    for recipient, members in encrypted.items():
        try:
            encryption_context(recipient)
        except ValueError as error:
            raise GivenError(str(error)) from None
        if not all(isinstance(name, str) and name for name in members):
            raise GivenError(f"what is encrypted for `{recipient}` has a name that isn't text; write one like `email`")
        if "sub" in members:
            raise GivenError(f"what is encrypted for `{recipient}` holds `sub`, which each message has; leave it out")
        if not _is_json(dict(members)):
            raise GivenError(f"what is encrypted for `{recipient}` holds something that isn't JSON; give JSON values")


def seconds(name: str, value: object, least: int = 0) -> int:
    """Return whole seconds; raises GivenError."""
    if type(value) is not int or value < least:
        raise GivenError(f"`{name}` must be whole seconds, at least {least}; for other tokens ask `broken`")
    return value


def _name(argument: str, value: object) -> str:
    if not isinstance(value, str) or not value or not _is_json(value):
        raise GivenError(f"`{argument}` must be text, and not empty")
    return value


def _names(argument: str, values: object, problem: Callable[[object], str | None]) -> list[str]:
    if isinstance(values, str) or not hasattr(values, "__iter__"):
        raise GivenError(f"`{argument}` must be a list; write `{argument}=[...]`")
    given = list(values)
    for value in given:
        why = problem(value)
        if why:
            raise GivenError(f"`{argument}`: {why}")
    return list(dict.fromkeys(given))


def _is_json(value: object) -> bool:
    try:
        json_bytes(value)
    except (TypeError, ValueError, RecursionError):  # half a surrogate pair among them, which UTF-8 can't carry
        return False
    return True
