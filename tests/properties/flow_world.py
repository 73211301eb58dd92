"""The small world in which the flow of data is attacked, with the oracle's own table of who writes what.

Nothing here comes from `pretoken.checks`: what is written below is what the analysis must agree with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.properties.vocabulary import POOL as OTHER_POOL
from tests.properties.vocabulary import TEXTS

if TYPE_CHECKING:
    from collections.abc import Sequence

ADMIN_SCOPE = "aws.cognito.signin.user.admin"
SAFE, SHARED, CHOSEN, UNTRUSTED, SCOPES, PROVIDER, VOUCHED, PERSONAL, SENSITIVE, SECRET = (
    "safe",  # trusted, public, about the principal, and never absent at somebody's will
    "shared",  # trusted and public, but about nobody
    "chosen",  # trusted, of a row that the caller picks among those of the principal
    "untrusted",  # written by users or callers, and public
    "scopes",
    "provider",  # written by providers, and by whoever is let
    "vouched",  # trusted while Cognito has proved it: the address
    "personal",  # the rest is trusted, and not public
    "sensitive",
    "secret",
)

_TYPES = {"number": "number", "flag": "boolean", "day": "date", "since": "time", "tags": "strings", "doc": "object"}


def _attributes(writable_by: str, data: str | None, **names: str) -> dict[str, dict[str, str]]:
    shape = {"writable_by": writable_by} | ({"data": data} if data else {})
    return {name.replace("_", ":"): {"type": kind, **shape} for name, kind in names.items()}


_ILL = "user.health_and_medical"
ATTRIBUTES: dict[str, dict[str, str]] = {
    **_attributes("admin", "none", custom_plan="string", custom_level="number", custom_flag="boolean"),
    **_attributes("admin", "none", custom_day="date", custom_since="time", custom_teams="strings", dev_doc="object"),
    **_attributes("admin", None, custom_staff="string", custom_weight="number", custom_married="boolean"),
    **_attributes("admin", None, birthdate="date", custom_joined="time", custom_skills="strings", dev_life="object"),
    **_attributes("admin", _ILL, custom_illness="string", custom_disabled="boolean", custom_cures="strings"),
    **_attributes("admin", "secret", custom_code="string", custom_salary="number", custom_codes="strings"),
    **_attributes("user", "none", custom_choice="string", custom_picks="strings", custom_size="number"),
    **_attributes("user", "none", custom_ready="boolean", custom_party="date", custom_doc="object"),
    **_attributes("user", None, custom_own="string"),
    **_attributes("provider", "none", custom_unit="string", custom_units="strings"),
}
METADATA: dict[str, dict[str, str]] = {
    "text": {"type": "string", "data": "none"},
    "tenant": {"type": "string", "data": "none"},
    "tags": {"type": "strings", "data": "none"},
    "number": {"type": "number", "data": "none"},
    "flag": {"type": "boolean", "data": "none"},
    "since": {"type": "time", "data": "none"},
    "note": {"type": "string"},
}


def _fields(*names: str) -> dict[str, dict[str, str]]:
    return {name: {"type": _TYPES.get(name, "string")} for name in names}


def _dynamodb(**key: str) -> dict[str, Any]:
    return {"dynamodb": {"table": "t", "key": key}, "data": "none"}


_USER = _fields("text", "number", "flag", "day", "since", "tags", "doc", "home") | {
    "tenants": {"type": "strings"},
    "roles": {"type": "strings"},
    "mail": {"type": "string", "data": "user.contact.email"},
    "names": {"type": "strings", "data": "user.name"},
    "ill": {"type": "string", "data": _ILL},
    "pin": {"type": "string", "data": "secret"},
}
_SOME = _fields("text", "flag", "tags")
LOOKUPS: dict[str, dict[str, Any]] = {
    "user": {**_dynamodb(pk="USER#{attribute.sub}"), "fields": _USER},
    "mine": {**_dynamodb(pk="{attribute.sub}"), "writable_by": "user", "fields": _SOME},
    "open": {"parameter": {"name": "/{metadata.text}"}, "data": "none", "fields": _SOME},
    "conf": {
        "appconfig": {"application": "a", "environment": "e", "profile": "p"},
        "data": "none",
        "fields": _SOME | _fields("number"),
    },
    "pair": {**_dynamodb(pk="{attribute.sub}", sk="{metadata.text}"), "fields": _SOME | _fields("number")},
    "app": {**_dynamodb(pk="{client.id}#{metadata.text}"), "fields": _SOME},
    "owned": {
        "lambda": {"function": "f", "input": {"key": "{metadata.text}"}},
        "data": "none",
        "fields": _SOME | _fields("owner"),
        "must_match": {"owner": "attribute.sub"},
    },
    "named": {
        "lambda": {"function": "f", "input": {"key": "{attribute.custom:choice}"}},
        "data": "none",
        "fields": _SOME | _fields("name"),
        "must_match": {"name": "client"},
    },
    "checked": {  # the row is the user's, but whether it counts is the caller's to say
        **_dynamodb(pk="{attribute.sub}"),
        "fields": _SOME,
        "must_match": {"text": "metadata.tenant"},
    },
    "post": {**_dynamodb(pk="{attribute.email}"), "fields": _SOME},
    "dial": {**_dynamodb(pk="{attribute.phone_number}"), "fields": _SOME},
    "domain": {**_dynamodb(pk="{derived.mail_domain}", sk="{metadata.text}"), "fields": _SOME},
    "few": {**_dynamodb(pk="{derived.sort}", sk="{metadata.text}"), "fields": _SOME},
    "member": {**_dynamodb(pk="{attribute.sub}", sk="{derived.tenant}"), "fields": _SOME | _fields("roles")},
    "tenant": {"parameter": {"name": "/{derived.tenant}"}, "data": "none", "fields": _SOME},
    "care": {**_dynamodb(pk="{attribute.custom:illness}"), "fields": _fields("text", "flag")},
    "vp": {
        "verified_permissions": {
            "policy_store": "s",
            "principal": "User::{attribute.sub}",
            "resource": "{metadata.text}",
            "actions": list(TEXTS),
        },
        "data": "none",
        "fields": {"allowed": {"type": "strings"}},
    },
}
LOOKUPS["member"]["fields"]["roles"] = {"type": "strings"}
for _name, _lookup in LOOKUPS.items():
    if "dynamodb" in _lookup:
        _lookup["dynamodb"]["table"] = _name
MERGING = {"a": "c", "b": "c"}
"""A table of which every result has two keys, and none is its own key."""

DERIVED: dict[str, Any] = {
    "tenant": {"from": "metadata.tenant", "one_of": "lookup.user.tenants"},
    "mail_domain": {"from": "lookup.user.mail", "then": ["email_domain"]},
    "sort": {"from": "attribute.custom:plan", "then": [{"table": {"a": "x", "b": "x", "ab": "y"}}], "default": "y"},
}
DERIVED_KINDS = {"tenant": "string", "mail_domain": "string", "sort": "string"}

POOL: dict[str, Any] = {
    **{name: OTHER_POOL[name] for name in ("language", "clients", "variables", "recipients", "pseudonyms")},
    "trigger": ["V3_0"],
    "other_clients": "apply_rules",
    "attributes": ATTRIBUTES,
    "metadata": METADATA,
    "lookups": LOOKUPS,
    "id_token_authorizes": ["tier", "custom:plan"],
}
"""Without `identity_providers`: some worlds have one, some two."""


def _words(text: str) -> list[str]:
    return text.split()


_EVENT_CLASSES: dict[str, Sequence[str]] = {
    SAFE: _words(
        "principal client client.id groups iam_roles attribute.sub attribute.email_verified "
        "attribute.phone_number_verified attribute.cognito:user_status attribute.custom:plan "
        "attribute.custom:level attribute.custom:flag attribute.custom:day attribute.custom:since "
        "attribute.custom:teams attribute.dev:doc"
    ),
    SHARED: ("pool.id", "variable.STAGE"),
    SCOPES: ("scopes",),
    UNTRUSTED: _words(
        "attribute.custom:choice attribute.custom:picks attribute.custom:size attribute.custom:ready "
        "attribute.custom:party attribute.custom:doc metadata.text metadata.tags metadata.number "
        "metadata.flag metadata.since"
    ),
    PROVIDER: ("attribute.custom:unit", "attribute.custom:units"),
    VOUCHED: ("attribute.email", "attribute.phone_number"),
    PERSONAL: _words(
        "username attribute.custom:staff attribute.custom:weight attribute.custom:married attribute.birthdate "
        "attribute.custom:joined attribute.custom:skills attribute.dev:life"
    ),
    SENSITIVE: ("attribute.custom:illness", "attribute.custom:disabled", "attribute.custom:cures"),
    SECRET: ("attribute.custom:code", "attribute.custom:salary", "attribute.custom:codes"),
}
"""What is generated of each class; personal data that users write too is left to `BOTH`."""

BOTH = ("attribute.given_name", "attribute.custom:own", "metadata.note", "attribute.email", "attribute.phone_number")
"""What is personal and untrusted."""

_LOOKUP_CLASSES = {
    "user": SAFE,
    "mine": UNTRUSTED,
    "open": UNTRUSTED,
    "conf": SHARED,
    "pair": CHOSEN,
    "app": UNTRUSTED,  # but for machines, whose own client id is the principal
    "owned": CHOSEN,
    "named": UNTRUSTED,
    "checked": CHOSEN,
    "post": VOUCHED,
    "dial": VOUCHED,
    "domain": UNTRUSTED,  # which others share
    "few": UNTRUSTED,
    "member": CHOSEN,
    "tenant": CHOSEN,
    "care": SENSITIVE,
    "vp": CHOSEN,
}
_FIELD_CLASSES = {"mail": PERSONAL, "names": PERSONAL, "ill": SENSITIVE, "pin": SECRET}

SECRECY: dict[str, str] = {
    **{path: sort for sort in (PERSONAL, SENSITIVE, SECRET) for path in _EVENT_CLASSES[sort]},
    **dict.fromkeys(BOTH, PERSONAL),
    **{f"lookup.user.{field}": sort for field, sort in _FIELD_CLASSES.items()},
}
"""What isn't public."""

USERS_WRITE = (*_EVENT_CLASSES[UNTRUSTED], "metadata.tenant", "metadata.note", "attribute.given_name")
USERS_WRITE += ("attribute.custom:own",)
"""What the user or the caller changes at will, the rows of `mine` besides."""

ROWS_OF_CHOICE = ("pair", "owned", "checked", "member", "tenant", "vp")
"""Lookups of which the caller picks the row, among rows that are all the principal's."""

ENDORSING = frozenset(
    [
        *("groups", "iam_roles", "identity_providers", "attribute.custom:teams", "attribute.custom:skills"),
        *("attribute.sub", "attribute.custom:plan", "attribute.custom:staff", "username"),
        "derived.tenant",
        *(f"lookup.user.{field}" for field in ("tenants", "roles", "tags", "names", "text", "home", "mail")),
        *(
            f"lookup.{name}.{field}"
            for name in ROWS_OF_CHOICE
            for field in ("tags", "text", "roles", "allowed", "owner")
        ),
        *(f"lookup.{name}.{field}" for name in ("post", "dial") for field in ("tags", "text")),
        *("attribute.custom:unit", "attribute.custom:units", "lookup.app.tags", "lookup.app.text"),
    ]
)
"""What is about the principal, so that who picks one of it picks one of his own; under conditions for the last lines,
which theorems look after: there, what isn't the principal's own changes with the adversary."""

_EVENT_KINDS = {
    **dict.fromkeys(("groups", "iam_roles", "identity_providers", "scopes"), "strings"),
    **dict.fromkeys(("attribute.email_verified", "attribute.phone_number_verified"), "boolean"),
    **{f"attribute.{name}": shape["type"] for name, shape in ATTRIBUTES.items()},
    **{f"metadata.{name}": shape["type"] for name, shape in METADATA.items()},
    "attribute.email": "mail",
}


def kind_of(path: str) -> str:
    """Give the kind of an input; addresses have one of their own."""
    root, _, name = path.partition(".")
    if root == "lookup":
        lookup, _, field = name.partition(".")
        return "mail" if field == "mail" else str(LOOKUPS[lookup]["fields"][field]["type"])
    if root == "derived":
        return DERIVED_KINDS[name]
    return _EVENT_KINDS.get(path, "string")


def class_of_field(lookup: str, field: str) -> str:
    """Give the class of a field."""
    return _FIELD_CLASSES.get(field, _LOOKUP_CLASSES[lookup])


PATHS: dict[str, dict[str, list[str]]] = {}
"""Paths by class and kind."""
for _sort, _paths in _EVENT_CLASSES.items():
    for _path in _paths:
        PATHS.setdefault(_sort, {}).setdefault(kind_of(_path), []).append(_path)
for _name, _lookup in LOOKUPS.items():
    for _field in _lookup["fields"]:
        _path = f"lookup.{_name}.{_field}"
        PATHS[class_of_field(_name, _field)] = PATHS.get(class_of_field(_name, _field), {})
        PATHS[class_of_field(_name, _field)].setdefault(kind_of(_path), []).append(_path)
PATHS[CHOSEN]["string"].append("derived.tenant")
