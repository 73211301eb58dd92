"""Suggest the name that was probably meant."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches

from pretoken.policy.errors import is_personal

_SHORTEST_FORM = 3


def closest(name: str, candidates: Iterable[str]) -> str | None:
    """Find the candidate that `name` is most likely a typo or a longer or shorter form of, or None if none is near."""
    meant = name.lower()
    by_lower_case = {candidate.lower(): candidate for candidate in sorted(candidates)}
    near = get_close_matches(meant, by_lower_case, n=1, cutoff=0.75)
    forms = [
        known
        for known in by_lower_case
        if min(len(known), len(meant)) >= _SHORTEST_FORM and _one_begins_the_other(known, meant)
    ]
    return by_lower_case[(near + forms)[0]] if near or forms else None


def suggested(name: str, known: Iterable[str], otherwise: str, spelt: Callable[[str], str] = str) -> str:
    """Ask whether the closest name was meant, or give another cure.

    Args:
        name: what is written.
        known: the names that exist.
        otherwise: the cure if none is near.
        spelt: how the closest name is to be typed.

    """
    near = closest(name, known)
    return otherwise if near is None or is_personal(near) else f"did you mean `{spelt(near)}`?"


def _one_begins_the_other(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
