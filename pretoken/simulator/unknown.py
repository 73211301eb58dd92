"""Say that a name isn't declared, and which one was probably meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pretoken.policy.errors import quoted
from pretoken.policy.suggestions import closest
from pretoken.policy.translation import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pretoken.policy.report import At


def unknown(at: At, sort: str, name: str, known: Iterable[str], cure: str) -> Problem:
    """Make the error for a name that doesn't exist.

    Args:
        at: where it stands, at a key if `name` is the last part.
        sort: what it should name, such as `a client`.
        name: the name.
        known: the names that exist.
        cure: what to type if it is no typo.
    """
    near = closest(name, known)
    names = ", ".join(f"`{other}`" for other in sorted(known))
    hint = f"did you mean `{near}`?" if near else f"there are {names}" if 0 < len(names) <= 120 else cure  # noqa: PLR2004
    return Problem("unknown-name", at, f"{quoted(name)} isn't {sort} that is declared; {hint}", key=at[-1:] == (name,))
