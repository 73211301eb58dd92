"""Improbable marks that stand for personal values, and every form in which one might come out again."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.properties.choices import Choices

MARKS = ("Zqx7vKwpfJyhB", "Ξψφζωδλπθγξσ", "ЖщъэюыФйцгшЯ", "龘靐齉爩麤灪籲龗", "Ñandú😀Þórðarß", "זקןחטףץםעגשצ")
_PIECE = 6


def marked(choices: Choices, value: Any) -> Any:
    """Put marks in the place of most texts, at any depth."""
    if isinstance(value, dict):
        return {key: marked(choices, member) for key, member in value.items()}
    if isinstance(value, list):
        return [marked(choices, item) for item in value]
    if not isinstance(value, str) or choices.chance(35):
        return value
    mark = choices.pick(MARKS)
    return choices.pick((mark, f"{mark}@a", f"a, {mark}", f"[{mark}]", json.dumps({"k": mark}), json.dumps([mark])))


def marked_event(choices: Choices, raw: dict[str, Any]) -> dict[str, Any]:
    """Put marks where an event holds personal values, and in members that nobody knows."""
    request = dict(raw["request"])
    attributes = request.get("userAttributes") or {}
    request["userAttributes"] = {
        name: value if name == "sub" else marked(choices, value) for name, value in attributes.items()
    }
    if request.get("clientMetadata") is not None:
        request["clientMetadata"] = marked(choices, request["clientMetadata"]) | {MARKS[0]: MARKS[0]}
    if attributes.get("identities") and choices.chance(60):
        identities = [{"userId": choices.pick(MARKS), "providerName": choices.pick(("a", MARKS[0]))}]
        request["userAttributes"]["identities"] = json.dumps(identities)
    changed = {**raw, "request": request, "newMember": {MARKS[1]: MARKS[2]}}
    for name in ("userName", "triggerSource", "region", "version"):
        if name in raw and choices.chance(60 if name == "userName" else 8):
            changed[name] = choices.pick(MARKS)
    return changed


def _pieces(mark: str) -> Iterator[str]:
    middle = len(mark) // 2
    for text in (mark, mark[::-1]):
        yield from (text, text[:middle], text[middle:])


def _forms() -> frozenset[str]:
    found: set[str] = set()
    for mark in MARKS:
        for piece in _pieces(mark):
            for text in (piece, piece.lower(), piece.upper(), piece.casefold()):
                data = text.encode()
                found |= {text, quote(text), quote_plus(text), data.hex(), json.dumps(text)[1:-1]}
                for offset in range(3):
                    # Without the ends, that depend on what stands before and after.
                    encoded = base64.b64encode(b"\0" * offset + data).decode().rstrip("=")[4 if offset else 0 : -2]
                    found |= {encoded, encoded.replace("+", "-").replace("/", "_")}
        data = mark.encode()
        for hashed in (hashlib.md5, hashlib.sha1, hashlib.sha256):
            found.add(hashed(data).hexdigest())
    return frozenset(form for form in found if len(form) >= _PIECE or not form.isascii())


FORMS = _forms()


def leak(text: str) -> str | None:
    """Give a form of a mark that is in a text, or None."""
    return next((form for form in FORMS if form in text), None)
