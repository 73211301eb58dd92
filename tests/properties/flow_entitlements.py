"""What is the principal's own, so that a claim may become it by choice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.properties.flow_world import (
    ENDORSING,
    ROWS_OF_CHOICE,
    USERS_WRITE,
)
from tests.properties.vocabulary import TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.properties.flow_people import Situation

_ANYBODYS = {"client", "client.id", "principal", "attribute.cognito:user_status"}
_STEERED = ("metadata.", *USERS_WRITE, *(f"lookup.{name}." for name in (*ROWS_OF_CHOICE, "mine", "open")))


def plain_paths(value: Any, plan: dict[str, Any]) -> set[str] | None:
    """Name the paths of which a value gives items as they are; None if it makes something else of them."""
    if isinstance(value, dict) and "add" in value:
        value = value["add"]
    if not isinstance(value, dict):
        return None
    if set(value) & {"template", "test", "object", "choose"} or "then" in value:
        return None
    if "from" in value:
        path = value["from"]
        if "default" in value and not path.startswith(_STEERED):
            return None  # a default of what nobody can take away is the principal's own
        inside = plain_paths(plan["derived"][path[8:]], plan) if path.startswith("derived.") else {path}
        return _within(inside, value)
    found: set[str] = set()
    for number, member in enumerate((*value.get("first_of", ()), *value.get("union", ()))):
        inside = plain_paths(member, plan)
        if (
            number
            and "first_of" in value
            and (not isinstance(member, dict) or inside == {member.get("from")} & _ANYBODYS)
        ):
            inside = set()  # after others, it is nobody's own
        if inside is None or ("union" in value and inside - ENDORSING):
            return None  # what stands in a union whatever people choose is nobody's own either
        found |= inside
    return _within(found, value)


def _within(paths: set[str] | None, value: dict[str, Any]) -> set[str] | None:
    return {value["one_of"]} if paths is not None and value.get("one_of") in ENDORSING else paths


def entitled(paths: Iterable[str], situation: Situation, read: Callable[[str], Any]) -> set[str]:
    """Give the items that are the principal's own in these inputs, whatever he chooses."""
    found: set[str] = set()
    for path in paths:
        root, _, name = path.partition(".")
        lookup, _, field = name.partition(".")
        if root != "lookup" or lookup == "user":
            if path in ENDORSING or root in ("attribute", "lookup"):
                found |= _items(read(path))
        elif lookup in (*ROWS_OF_CHOICE, "app"):
            found |= _own_items(lookup, field, situation)
        elif lookup in ("post", "dial"):
            proof = "attribute.email_verified" if lookup == "post" else "attribute.phone_number_verified"
            if situation.verified(proof):
                found |= _items(read(path))
    return found


def _own_items(lookup: str, field: str, situation: Situation) -> set[str]:
    """Give the items of all rows that a principal may choose."""
    sub, keys = situation.inputs.get("attribute.sub"), TEXTS
    home = situation.row("user", f"USER#{sub}") or {}
    if lookup == "app":
        client = situation.inputs["client.id"]
        rows = [situation.row("app", f"{client}#{text}") for text in keys if situation.is_machine]
    elif lookup == "owned":
        rows = [row for text in keys if (row := situation.row("owned", text)) and row.get("owner") == sub]
    elif lookup == "checked":
        rows = [situation.row("checked", str(sub))]
    elif lookup == "tenant":
        rows = [situation.row("tenant", f"/{text}") for text in home.get("tenants", ())]
    elif lookup == "vp":
        rows = [situation.row("vp", f"User::{sub}", text) for text in keys]
    else:
        rows = [situation.row(lookup, str(sub), text) for text in keys]
    return {item for row in rows if row for item in _items(row.get(field))}


def _items(value: Any) -> set[str]:
    if value is None:
        return set()
    return {json.dumps(item) for item in (value if isinstance(value, list) else [value])}


def items(value: Any) -> set[str]:
    """Give the items of a claim, each as its text."""
    return _items(value)
