"""The small world of the generated policies: a pool, its inputs by type, and two or three values of each type.

The values are few so that members, keys and thresholds collide: what is looked up is often what is asked for.
"""

from __future__ import annotations

from typing import Any

NOW = 1_767_225_600
"""2026-01-01T00:00:00Z."""

TEXTS = ("a", "b", "ab")
ADDRESSES = ("x@a", "y@b")
NUMBERS = (1, 2, 3)
DAYS = ("2008-01-01", "2008-01-02", "2000-02-29")
AGES = (18, 25, 26)
INSTANTS = (NOW - 90, NOW - 30, NOW + 30)
DURATIONS = ("1m", "2m")
POOL_ID = "p_1"
GROUPS = ("a", "b", "ab", "p_1_a")
SCOPES = ("a", "b", "ab", "aws.cognito.signin.user.admin")
ROLES = ("a", "b", "ab")
DOCUMENTS: tuple[dict[str, Any], ...] = ({"k": "a"}, {"k": "b", "l": ["a", 1]})

KINDS = ("string", "number", "boolean", "date", "time", "strings", "object")
SCALARS = ("string", "number", "boolean", "date", "time")

_SHAPES: dict[str, dict[str, str]] = {
    "text": {},
    "mail": {},
    "number": {"type": "number"},
    "flag": {"type": "boolean"},
    "day": {"type": "date"},
    "since": {"type": "time"},
    "tags": {"type": "strings"},
    "doc": {"type": "object"},
}


def _fields(*names: str) -> dict[str, dict[str, str]]:
    return {name: dict(_SHAPES[name]) for name in names}


LOOKUPS: dict[str, dict[str, Any]] = {
    "user": {
        "dynamodb": {"table": "users", "key": {"pk": "USER#{attribute.sub}"}},
        "fields": _fields(*_SHAPES),
        "data": "none",
    },
    "conf": {
        "appconfig": {"application": "a", "environment": "e", "profile": "p"},
        "fields": _fields("text", "flag", "tags", "doc"),
        "data": "none",
    },
    "role": {
        "parameter": {"name": "/{lookup.user.text}"},
        "fields": _fields("text", "number", "flag", "tags"),
        "data": "none",
    },
    "fact": {
        "lambda": {"function": "f", "input": {"who": "{attribute.sub}", "key": "{derived.key}"}},
        "fields": _fields("text", "number", "flag", "tags"),
        "data": "none",
        "must_match": {"text": "lookup.user.text"},
    },
    "vp": {
        "verified_permissions": {
            "policy_store": "s",
            "principal": "User::{attribute.sub}",
            "resource": "{lookup.role.text}",
            "actions": list(TEXTS),
        },
        "fields": {"allowed": {"type": "strings"}},
        "data": "none",
    },
}

ATTRIBUTES: dict[str, dict[str, str]] = {
    "custom:text": {},
    "custom:number": {"type": "number"},
    "custom:flag": {"type": "boolean"},
    "custom:day": {"type": "date"},
    "custom:since": {"type": "time"},
    "custom:tags": {"type": "strings"},
    "custom:spaced": {"type": "strings", "encoded_as": "space_list"},
    "custom:listed": {"type": "strings", "encoded_as": "json"},
    "custom:sent": {"type": "strings", "encoded_as": "provider_list"},
    "dev:doc": {"type": "object"},
}
METADATA: dict[str, dict[str, str]] = {"text": {}, "number": {"type": "number"}, "tags": {"type": "strings"}}

POOL: dict[str, Any] = {
    "language": 1,
    "clients": {"a": ["a-id"], "b": ["${WORKER}", "b-id"], "ab": ["ab-id"]},
    "variables": {"WORKER": "any", "STAGE": ["a", "b"]},
    "identity_providers": list(TEXTS),
    "attributes": ATTRIBUTES,
    "metadata": METADATA,
    "lookups": LOOKUPS,
    "recipients": {
        "api-one": {"key": "arn:aws:kms:eu-west-1:123456789012:key/1"},
        "api-two": {"key": "arn:aws:kms:eu-west-1:123456789012:key/${STAGE}", "claim": "encrypted_for_both"},
        "api-three": {"key": "arn:aws:kms:eu-west-1:123456789012:key/3", "claim": "encrypted_for_both"},
    },
    "pseudonyms": {"p": {"secret": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:p"}},
}
VARIABLES = {"WORKER": "worker-id", "STAGE": "a"}
SECRETS = {"p": b"0123456789abcdef0123456789abcdef"}

EVENT_INPUTS: dict[str, str] = {
    "principal": "string",
    "client": "string",
    "client.id": "string",
    "pool.id": "string",
    "username": "string",
    "groups": "strings",
    "iam_roles": "strings",
    "identity_providers": "strings",
    "scopes": "strings",
    "attribute.sub": "string",
    "attribute.email_verified": "boolean",
    "attribute.phone_number_verified": "boolean",
    "attribute.cognito:user_status": "string",
    "attribute.email": "string",
    "attribute.given_name": "string",
    "attribute.birthdate": "date",
    "attribute.updated_at": "number",
    "variable.STAGE": "string",
} | {
    f"{root}.{name}": shape.get("type", "string")
    for root, shapes in (("attribute", ATTRIBUTES), ("metadata", METADATA))
    for name, shape in shapes.items()
}
LOOKUP_INPUTS: dict[str, str] = {
    f"lookup.{name}.{field}": shape.get("type", "string")
    for name, lookup in LOOKUPS.items()
    for field, shape in lookup["fields"].items()
}
MAIL_INPUTS = ("attribute.email", "lookup.user.mail")
CONSTANTS_OF_PATHS: dict[str, tuple[str, ...]] = {
    "principal": ("user", "machine"),
    "client.id": ("a-id", "${WORKER}"),
    "pool.id": (POOL_ID,),
    "attribute.sub": ("s1", "s2"),
    "attribute.cognito:user_status": ("CONFIRMED", "EXTERNAL_PROVIDER"),
}
"""What is worth asking of the inputs that have their own values; of all others it is `TEXTS`."""
