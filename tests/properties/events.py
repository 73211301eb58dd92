"""Events, lookup answers and failures, made at random over the values of the generated policies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pretoken.trigger.outcomes import FAILED
from tests.properties.vocabulary import (
    ADDRESSES,
    ATTRIBUTES,
    DAYS,
    DOCUMENTS,
    GROUPS,
    INSTANTS,
    LOOKUPS,
    METADATA,
    NUMBERS,
    POOL_ID,
    ROLES,
    SCOPES,
    TEXTS,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from tests.properties.choices import Choices

    Rows = dict[str, dict[str, Any] | None]
    Failures = frozenset[str]

SOURCES = (
    "HostedAuth",
    "Authentication",
    "NewPasswordChallenge",
    "AuthenticateDevice",
    "RefreshTokens",
    "TokenExchange",
)
UNREADABLE: Any = [[]]
"""A JSON value that is none of any type of the language."""


def event(choices: Choices, trigger: Sequence[str]) -> dict[str, Any]:
    """Make an event that Cognito might send to a policy which declares these versions."""
    version = choices.pick(trigger)
    machine = version == "V3_0" and choices.chance(12)
    request: dict[str, Any] = {"userAttributes": {} if machine else _attributes(choices)}
    if not machine or choices.chance(50):
        request["groupConfiguration"] = None if machine or choices.chance(8) else _groups(choices)
    if version != "V1_0" and not choices.chance(3):
        request["scopes"] = choices.some(SCOPES, 0, 3)
    if choices.chance(50):
        request["clientMetadata"] = None if choices.chance(10) else _metadata(choices)
    source = "ClientCredentials" if machine else choices.pick(SOURCES)
    result: dict[str, Any] = {
        "version": "1" if choices.chance(10) and version == "V2_0" and "scopes" in request else version[1],
        "triggerSource": f"TokenGeneration_{source}",
        "region": "eu-west-1",
        "userPoolId": POOL_ID,
        "userName": "ClientCredentials" if machine else choices.pick(TEXTS),
        "callerContext": {
            "awsSdkVersion": "aws-sdk-unknown-unknown",
            "clientId": choices.pick(("a-id", "a-id", "b-id", "worker-id", "unknown-id")),
        },
        "request": request,
        "response": {"claimsOverrideDetails" if version == "V1_0" else "claimsAndScopeOverrideDetails": None},
    }
    if choices.chance(10):
        result["newMember"] = {"a": [1]}
    return result


def _text_of(choices: Choices, shape: dict[str, str]) -> str:
    """Write a value as Cognito sends it, now and then one that can't be read."""
    kind = shape.get("type", "string")
    if choices.chance(5):
        return "?" if kind != "string" else ""
    if kind == "string":
        return choices.pick((*TEXTS, *TEXTS, "A", " b"))
    if kind == "strings":
        items = choices.some((*TEXTS, "B"), 1, 3)
        encodings = {"json": json.dumps(items), "space_list": " ".join(items), "provider_list": f"[{','.join(items)}]"}
        return encodings.get(shape.get("encoded_as", ""), ", ".join(items))
    values: dict[str, tuple[str, ...]] = {
        "number": tuple(map(str, NUMBERS)),
        "boolean": ("true", "false", "True"),
        "date": DAYS,
        "time": (*map(str, INSTANTS), "2026-01-01T00:00:30Z"),
        "object": tuple(map(json.dumps, DOCUMENTS)),
    }
    return choices.pick(values[kind])


def _attributes(choices: Choices) -> dict[str, str]:
    optional = {
        "cognito:user_status": ("CONFIRMED", "EXTERNAL_PROVIDER"),
        "email_verified": ("true", "false"),
        "phone_number_verified": ("true", "false"),
        "email": ADDRESSES,
        "given_name": TEXTS,
        "birthdate": DAYS,
        "updated_at": ("1", "2", "3"),
        "address": TEXTS,
    }
    attributes = {"sub": choices.pick(("s1", "s2"))}
    attributes |= {name: choices.pick(texts) for name, texts in optional.items() if not choices.chance(12)}
    attributes |= {name: _text_of(choices, shape) for name, shape in ATTRIBUTES.items() if not choices.chance(12)}
    if choices.chance(50):
        providers = choices.some(TEXTS, 1, 2)
        attributes["identities"] = json.dumps([{"userId": "u", "providerName": name} for name in providers])
    return attributes


def _groups(choices: Choices) -> dict[str, Any]:
    roles = choices.some(ROLES, 0, 3)
    preferred = choices.pick(ROLES if choices.chance(5) else roles) if roles and choices.chance(60) else None
    groups: dict[str, Any] = {"groupsToOverride": choices.some(GROUPS, 0, 3), "iamRolesToOverride": roles}
    if preferred or choices.chance(50):
        groups["preferredRole"] = preferred
    return groups


def _metadata(choices: Choices) -> dict[str, str]:
    return {name: _text_of(choices, shape) for name, shape in METADATA.items() if not choices.chance(25)}


def rows(choices: Choices) -> Rows:
    """Make an answer for every lookup: a row, some of whose fields are missing or unreadable, or none."""
    answers = {name: None if choices.chance(8) else _row(choices, lookup["fields"]) for name, lookup in LOOKUPS.items()}
    user, fact = answers["user"], answers["fact"]
    if user and fact and "text" in user and choices.chance(70):
        fact["text"] = user["text"]  # what it must match
    return answers


def _row(choices: Choices, fields: dict[str, dict[str, str]]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for field, shape in fields.items():
        kind = shape.get("type", "string")
        if choices.chance(8):
            continue
        if choices.chance(2):
            row[field] = UNREADABLE
        elif kind == "strings":
            row[field] = choices.some(TEXTS, 0 if choices.chance(10) else 1, 3)
        else:
            values: dict[str, tuple[Any, ...]] = {
                "string": ADDRESSES if field == "mail" else TEXTS,
                "number": NUMBERS,
                "boolean": (True, False),
                "date": DAYS,
                "time": INSTANTS,
                "object": DOCUMENTS,
            }
            row[field] = choices.pick(values[kind])
    return row


def answering(rows: Rows, failures: Collection[str] = ()) -> Callable[[str, dict[str, str]], Any]:
    """Give who answers lookups.

    Args:
        rows: what each lookup answers, whatever it is asked.
        failures: `LOOKUP` for one that fails as a whole, `LOOKUP.FIELD` for a field that can't be read.
    """

    def answer(lookup: str, key: dict[str, str]) -> Any:
        assert all(isinstance(part, str) for part in key.values())
        if lookup in failures:
            return FAILED
        row = rows[lookup]
        if row is None:
            return None
        return {field: UNREADABLE if f"{lookup}.{field}" in failures else value for field, value in row.items()} | {
            failure.partition(".")[2]: UNREADABLE for failure in failures if failure.startswith(f"{lookup}.")
        }

    return answer
