"""Text for a terminal."""

from __future__ import annotations


def printable(text: str) -> str:
    """Write control characters, which could play tricks on a terminal, as their escapes."""
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)
