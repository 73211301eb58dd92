"""Say that a name isn't declared, and which one was probably meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pretoken.policy.errors import is_personal, quoted
from pretoken.policy.report import Problem
from pretoken.policy.suggestions import suggested

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pretoken.policy.report import At

_MOST_NAMES = 120
"""How many characters of names a message may list."""


def unknown(at: At, sort: str, name: str, known: Iterable[str], cure: str) -> Problem:
    """Make the error for a name that doesn't exist.

    Args:
        at: where it stands, at a key if `name` is the last part.
        sort: what it should name, such as `a client`.
        name: the name.
        known: the names that exist.
        cure: what to type if it is no typo.
    """
    names = ", ".join(f"`{other}`" for other in sorted(known))
    otherwise = f"there are {names}" if 0 < len(names) <= _MOST_NAMES and not is_personal(names) else cure
    message = f"{quoted(name)} isn't {sort} that is declared; {suggested(name, known, otherwise)}"
    return Problem("unknown-name", at, message, key=at[-1:] == (name,))
