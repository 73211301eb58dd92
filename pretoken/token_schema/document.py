"""The whole schema: Cognito's own claims, and for each kind of access token those that rules write."""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pretoken.checks.sizes.tokens import Tokens
from pretoken.policy.policy import Policy
from pretoken.policy.writers import writers_of
from pretoken.token_schema.claims import Claims
from pretoken.token_schema.kinds import Client, Kind, clients_of, kinds_of
from pretoken.token_schema.lists import Edited, groups_schema, scope_schema
from pretoken.token_schema.rules import Rules
from pretoken.token_schema.texts import Texts
from pretoken.token_schema.values import Values

DIALECT = "http://json-schema.org/draft-07/schema#"
ANNOTATION = "x-pretoken"
"""The member that tells what JSON Schema has no word for; validators ignore it."""

_TEXT, _TIME = {"type": "string"}, {"type": "integer"}
_ALWAYS: dict[str, Any] = {
    "sub": _TEXT,
    "iss": _TEXT,
    "client_id": _TEXT,
    "token_use": {"type": "string", "enum": ["access"]},
    "exp": _TIME,
    "iat": _TIME,
}
_SOMETIMES: dict[str, Any] = {
    "jti": _TEXT,  # with token revocation, which an app client can do without
    "username": _TEXT,
    "auth_time": _TIME,
    "nbf": _TIME,
    "version": _TIME,
    "origin_jti": _TEXT,
    "event_id": _TEXT,
    "device_key": _TEXT,
    "aud": {"type": ["string", "array"], "items": _TEXT},
}
_OF_USERS = {"required": ["username"]}
"""What tells a user's access token from a machine's: the user name, which no rule can write or suppress."""


def tokens_schema(policy: Policy, variables: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Derive from a policy what resource servers may rely on: JSON Schema (draft-07) of the access token's claims.

    Every access token that the trigger makes passes it, as long as what pool.yaml declares is true.
    Claims that no rule names are welcome, since Cognito adds new ones over time.

    Args:
        policy: a sound policy.
        variables: values of declared variables, which only those are given whose value is known.

    Raises:
        SameClientIdError: two app clients have one id.

    Source: Amazon Cognito Developer Guide, "Understanding the access token" and "Parse user pool tokens safely".
    """
    policy = _with_values(policy, variables or {})
    pool = policy.pool
    clients = clients_of(pool)
    kinds = {kind: _definition(kind, policy) for kind in kinds_of(pool, clients)}
    possible = {kind: definition for kind, definition in kinds.items() if definition is not None}
    sizes = [definition[ANNOTATION]["bytes"] for definition in possible.values()]
    return {
        "$schema": DIALECT,
        "title": "Access tokens",
        "description": f"What resource servers may rely on. `{ANNOTATION}` tells what JSON Schema has no word for.",
        ANNOTATION: {
            "clients": {client.name: {"ids": [*client.ids], "unknown": [*client.unknown]} for client in clients},
            "other_clients": pool.other_clients,
            "bytes": None if None in sizes else max(sizes, default=0),
        },
        "type": "object",
        "required": [*_ALWAYS],
        "properties": _ALWAYS | _SOMETIMES,
        "if": _OF_USERS,
        "then": _choice([kind for kind in possible if kind.principal == "user"], clients),
        "else": _choice([kind for kind in possible if kind.principal == "machine"], clients),
        "definitions": {kind.name: definition for kind, definition in possible.items()},
    }


def _with_values(policy: Policy, variables: Mapping[str, str]) -> Policy:
    """Let the variables that are given have no other value."""
    given = {name: (variables[name],) for name in policy.pool.variables if name in variables}
    pool = policy.pool.model_copy(update={"variables": {**policy.pool.variables, **given}})
    return policy.model_copy(update={"pool": pool})


def _choice(kinds: Iterable[Kind], clients: Iterable[Client]) -> dict[str, Any]:
    """Choose by the app client's id; one that isn't known is of an unnamed client, or of one with an unknown id."""
    by_client = {kind.client: {"$ref": f"#/definitions/{kind.name}"} for kind in kinds}
    rows = [
        {"if": _has_id({"enum": [*client.ids]}), "then": by_client.get(client.name, False)}
        for client in clients
        if client.ids
    ]
    known = sorted(client_id for client in clients for client_id in client.ids)
    unknown = [by_client[client.name] for client in clients if client.unknown and client.name in by_client]
    unknown += [by_client[None]] if None in by_client else []
    others = {"anyOf": unknown} if unknown else False
    return {"allOf": [*rows, {"if": _has_id({"not": {"enum": known}}), "then": others} if known else others]}


def _has_id(test: dict[str, Any]) -> dict[str, Any]:
    return {"properties": {"client_id": test}}


def _definition(kind: Kind, policy: Policy) -> dict[str, Any] | None:
    """Give the JSON Schema of one kind of access token; None if rules refuse every such sign-in."""
    values = Values(policy, kind)
    rules = Rules(policy, kind, values)
    if rules.deny:
        return None
    claims, lists = Claims(rules, values), Edited(kind, rules, values)
    scopes, groups = lists.scopes(), lists.groups()
    schemas = {name: claims.schema(name) for name in _written(policy)}
    schemas |= {"scope": scope_schema(scopes), "cognito:groups": groups_schema(groups)}
    schemas |= dict.fromkeys(rules.suppressed, False)
    bound = Tokens(rules.alone()).bound("access_token", is_machine=kind.principal == "machine")
    messages = claims.messages()
    for message in messages.values():
        message["characters"] = _whole(bound.claims[message["claim"]].size - len('""'))
    definition: dict[str, Any] = {
        ANNOTATION: {
            "client": kind.client,
            "principal": kind.principal,
            "scopes": _listed(scopes),
            "groups": _listed(groups),
            "encrypted_for": messages,
            "bytes": _whole(bound.size),
        },
        "properties": {name: schema for name, schema in sorted(schemas.items()) if name not in _SOMETIMES},
    }
    required = [name for name in sorted(schemas) if schemas[name] is not False and rules.always_write(name)]
    return definition | {"required": required} if required else definition


def _written(policy: Policy) -> Iterator[str]:
    """Give the claims that rules write into access tokens of any kind."""
    for name, rule in policy.rules.items():
        yield from (writer.claim for writer in writers_of(name, rule, policy) if writer.token == "access_token")


def _listed(texts: Texts) -> dict[str, Any]:
    """Name scopes or groups, and say whether there can be others."""
    return {"names": sorted(texts.known), "others": bool(texts.others)}


def _whole(size: float) -> int | None:
    return None if math.isinf(size) else math.ceil(size)
