"""The claim that carries a recipient's message."""

from __future__ import annotations

PREFIX = "encrypted_for_"
"""With which the claims of all messages begin, and no other claim."""


def message_claim(recipient: str) -> str:
    """Return the claim of a recipient's message where pool.yaml names none."""
    return PREFIX + recipient.replace("-", "_")
