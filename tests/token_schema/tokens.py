"""Schemas of small policies, and tokens that are held against them by two validators."""

from __future__ import annotations

import json
from typing import Any

import fastjsonschema
import jsonschema

from pretoken.policy.policy import Policy
from pretoken.token_schema import tokens_schema

POOL: dict[str, Any] = {
    "language": 1,
    "trigger": ["V3_0"],
    "other_clients": "deny",
    "clients": {"web": ["web-id"], "worker": ["worker-id"]},
    "variables": {"STAGE": ["test", "live"], "ANY": "any"},
    "attributes": {
        "custom:text": {"max_length": 8},
        "custom:number": {"type": "number"},
        "custom:flag": {"type": "boolean"},
        "custom:since": {"type": "time"},
        "custom:tags": {"type": "strings", "max_length": 4, "max_items": 3},
        "custom:doc": {"type": "object"},
    },
    "metadata": {"text": {"max_length": 4}},
    "lookups": {
        "user": {
            "dynamodb": {"table": "users", "key": {"pk": "{attribute.sub}"}},
            "data": "none",
            "fields": {"plan": {"max_length": 16}, "tags": {"type": "strings"}},
        },
        "vp": {
            "verified_permissions": {
                "policy_store": "s",
                "principal": "U::{attribute.sub}",
                "resource": "R::r",
                "actions": ["read", "write"],
            },
            "data": "none",
            "fields": {"allowed": "strings"},
        },
    },
    "recipients": {
        "billing-api": {"key": "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"}
    },
    "pseudonyms": {"p": {"secret": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:p"}},
}


class Tokens:
    """A schema, asked for tokens of its clients."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema: dict[str, Any] = json.loads(json.dumps(schema))
        jsonschema.Draft7Validator.check_schema(self.schema)
        self._fast = fastjsonschema.compile(self.schema)
        self._other = jsonschema.Draft7Validator(self.schema)

    def definition(self, kind: str) -> dict[str, Any]:
        """Give the part for one kind of token."""
        found: dict[str, Any] = self.schema["definitions"][kind]
        return found

    def claim(self, name: str, kind: str = "web.user") -> Any:
        """Give the schema of a claim."""
        return self.definition(kind)["properties"][name]

    def take(self, client_id: str = "web-id", /, **claims: Any) -> bool:
        """Tell whether a token with these claims passes, `machine` a machine's; both validators must say the same."""
        token = token_of(client_id, machine=claims.pop("machine", False)) | claims
        try:
            self._fast(token)
        except fastjsonschema.JsonSchemaValueException:
            passes = False
        else:
            passes = True
        assert self._other.is_valid(token) is passes
        return passes


def token_of(client_id: str, *, machine: bool = False) -> dict[str, Any]:
    """Give the claims that Cognito itself writes."""
    return {
        "sub": client_id if machine else "5f0c1e2a",
        "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34",
        "client_id": client_id,
        "token_use": "access",
        "exp": 1767229200,
        "iat": 1767225600,
        "jti": "c1",
    } | ({} if machine else {"username": "anna"})


def tokens_of(
    rules: dict[str, Any], variables: dict[str, str] | None = None, /, *, derived: Any = None, **pool: Any
) -> Tokens:
    """Derive the schema of some rules, in a pool with other parts than usual."""
    plan = {"pool": POOL | pool, "derived": derived or {}, "rules": rules}
    return Tokens(tokens_schema(Policy.model_validate(plan), variables))
