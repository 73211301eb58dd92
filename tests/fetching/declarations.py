"""Lookups as pool.yaml declares them, in short."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pretoken.trigger.fetching.kinds import Declared

if TYPE_CHECKING:
    from collections.abc import Mapping

PATIENT = "20s"
"""So long that a busy machine is no outage."""


def declared(source: dict[str, Any], fields: Mapping[str, Any] | None = None, **parts: Any) -> Declared:
    """Declare a lookup; its name is `lookup`, and its field `plan`."""
    name = parts.pop("name", "lookup")
    return Declared(name, source, {"fields": fields or {"plan": {}}, "timeout": PATIENT, **parts})


def in_table(fields: Mapping[str, Any] | None = None, **parts: Any) -> Declared:
    """Declare a lookup in the table `memberships`; `consistent` and `key` belong to the table."""
    source = {"table": "memberships", "key": parts.pop("key", {"pk": "…"})}
    if "consistent" in parts:
        source["consistent"] = parts.pop("consistent")
    return declared(source, fields, **parts)
