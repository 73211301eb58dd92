"""JSON that has one meaning: what parsers read differently is refused (RFC 8725 section 2.4, RFC 8259 section 4)."""

from __future__ import annotations

import json
import math

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn


def parse(data: bytes) -> Any:
    """Return the value of a JSON text in UTF-8.

    Args:
        data: the text; bound its length before.

    Raises:
        ValueError: it isn't JSON, names a member twice, or holds a number that isn't finite. The error may hold
            parts of the text: raise another one outside of the `except`.
        RecursionError: it is nested too deeply.
    """
    # Decoded here, since `json` would also take UTF-16 and UTF-32.
    return json.loads(data.decode("utf-8"), object_pairs_hook=_object, parse_float=_finite, parse_constant=_refuse)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError
    return members


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):  # `1e999`
        raise ValueError
    return number


def _refuse(_: str) -> NoReturn:
    raise ValueError
