"""Read texts and JSON values as the language's types; what can't be read is *failed*."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime

from pretoken.trigger.outcomes import ABSENT, FAILED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pretoken.trigger.outcomes import Value

LONGEST = 2048
"""Characters of a text, or of an item, where pool.yaml doesn't say `max_length`."""
MAX_INTEGER = 2**53 - 1
"""The largest integer that every JSON reader keeps exactly (RFC 8259 section 6)."""
BLANKS = " \t\n\r\x0b\x0c"
"""What is trimmed: ASCII only, since names that differ in other blanks are different."""
_MILLISECONDS = 10**11
_MAX_DEPTH = 16

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(_DATE.pattern + r"T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})")
_SECONDS = re.compile(r"[0-9]{1,16}")


def text_reader(declaration: dict[str, Any]) -> Callable[[str], Value] | None:
    """Give the function that reads text as the declared type; None where the text itself is the value.

    Args:
        declaration: an attribute or field of pool.yaml: `type` (default `string`), `encoded_as` (default `comma_list`).
    """
    kind = declaration.get("type", "string")
    if kind == "strings":
        return _LIST_READERS[declaration.get("encoded_as", "comma_list")]
    return _TEXT_READERS[kind]


def value_reader(declaration: dict[str, Any]) -> Callable[[Any], Value]:
    """Give the function that reads a JSON value, such as a field of a lookup's answer, as the declared type."""
    return _VALUE_READERS[declaration.get("type", "string")]


def bounded(read: Callable[[Any], Value], declaration: dict[str, Any]) -> Callable[[Any], Value]:
    """Let what is longer than declared be failed, since the sizes of tokens are computed from that."""
    longest, most = declaration.get("max_length", LONGEST), declaration.get("max_items")

    def read_bounded(found: Any) -> Value:
        value = read(found)
        if isinstance(value, str):
            return value if len(value) <= longest else FAILED
        if isinstance(value, list) and (
            (most is not None and len(value) > most) or any(len(item) > longest for item in value)
        ):
            return FAILED
        return value

    return read_bounded


def read_json(text: Any) -> Any:
    """Read a JSON text; anything unreadable is `FAILED`."""
    try:
        value = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_without_doubles)
        if "\\u" in text:
            json_text(value).encode()  # fails for half a surrogate pair, which couldn't leave as UTF-8
    except (ValueError, TypeError, RecursionError):
        return FAILED
    return value


def json_text(value: Any) -> str:
    """Spell a value as compact JSON with sorted keys."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs) or "" in members:
        raise ValueError
    return members


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def read_number(text: str) -> Value:
    """Read a number by JSON's grammar: an integer within ±(2⁵³-1), else finite."""
    if len(text) > 64 or not NUMBER.fullmatch(text):  # noqa: PLR2004 - no number of this range is longer
        return FAILED
    return _number(int(text) if text.lstrip("-").isdigit() else float(text))


def _number(value: Any) -> Value:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return FAILED
    if isinstance(value, int):
        return value if -MAX_INTEGER <= value <= MAX_INTEGER else FAILED
    return value if value - value == 0 else FAILED


def _read_boolean(text: str) -> Value:
    word = text.lower()
    return word == "true" if word in ("true", "false") else FAILED


def read_date(text: Any) -> Value:
    """Read a real day, `YYYY-MM-DD`."""
    if not isinstance(text, str) or not _DATE.fullmatch(text):
        return FAILED
    try:
        date.fromisoformat(text)
    except ValueError:
        return FAILED
    return text


def read_time(text: str) -> Value:
    """Read an instant as seconds since 1970: ISO 8601 with a zone, or whole seconds below 10¹¹."""
    if _SECONDS.fullmatch(text):
        return _seconds(int(text))
    if not _TIME.fullmatch(text):
        return FAILED
    try:
        return _seconds(int(datetime.fromisoformat(text).astimezone(UTC).timestamp() // 1))
    except (ValueError, OverflowError):
        return FAILED


def _seconds(value: Any) -> Value:
    if isinstance(value, bool) or not isinstance(value, int):
        return FAILED
    return value if 0 <= value < _MILLISECONDS else FAILED


def _object(value: Any) -> Value:
    return value if isinstance(value, dict) and _is_claim_value(value, 0) else FAILED


def _is_claim_value(value: Any, depth: int) -> bool:
    """Tell whether Cognito accepts this inside a claim: no null, no list of objects, no endless nesting."""
    if isinstance(value, dict):
        return depth < _MAX_DEPTH and all(_is_claim_value(member, depth + 1) for member in value.values())
    if isinstance(value, list):
        return all(_is_scalar(item) for item in value)
    return _is_scalar(value)


def _is_scalar(value: Any) -> bool:
    return isinstance(value, (str, bool)) or _number(value) is not FAILED


def _read_items(items: Any) -> Value:
    if not isinstance(items, list):
        return FAILED
    for item in items:
        if not isinstance(item, str):
            return FAILED
    return list(dict.fromkeys([item for item in items if item]))


def _split(text: str, separator: str) -> Value:
    return _read_items([item.strip(BLANKS) for item in text.split(separator)])


def _provider_list(text: str) -> Value:
    """Read a list as Cognito flattens a provider's multi-valued attribute: `[a, b]`, its items URL-encoded."""
    from urllib.parse import unquote

    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    try:
        return _read_items([unquote(item.strip(BLANKS), errors="strict") for item in text.split(",")])
    except UnicodeDecodeError:
        return FAILED


_TEXT_READERS: dict[str, Callable[[str], Value] | None] = {
    "string": None,
    "number": read_number,
    "boolean": _read_boolean,
    "date": read_date,
    "time": read_time,
    "object": lambda text: _object(read_json(text)),
}

_LIST_READERS: dict[str, Callable[[str], Value]] = {
    "comma_list": lambda text: _split(text, ","),
    "space_list": lambda text: _split(text, " "),
    "json": lambda text: _read_items(read_json(text)),
    "provider_list": _provider_list,
}

ENCODINGS = tuple(_LIST_READERS)


def _text(value: Any) -> Value:
    if isinstance(value, str):
        return value or ABSENT
    return ABSENT if value is None else FAILED


def _value(read: Callable[[Any], Value]) -> Callable[[Any], Value]:
    return lambda value: ABSENT if value is None or value == "" else read(value)


_VALUE_READERS: dict[str, Callable[[Any], Value]] = {
    "string": _text,
    "number": _value(_number),
    "boolean": _value(lambda value: value if isinstance(value, bool) else FAILED),
    "date": _value(read_date),
    "time": _value(lambda value: read_time(value) if isinstance(value, str) else _seconds(value)),
    "strings": _value(_read_items),
    "object": _value(_object),
}
