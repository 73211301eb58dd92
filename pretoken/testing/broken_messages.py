"""Good access tokens whose messages can't be opened, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pretoken.testing.keys import base64url, decoded, flipped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pretoken.testing.good_token import GoodToken


def _of_another_user(good: GoodToken, recipient: str, members: Mapping[str, Any]) -> str:
    return good.messages.seal(recipient, members, f"another-{good.claims['sub']}")


def _for_another_recipient(good: GoodToken, recipient: str, members: Mapping[str, Any]) -> str:
    return good.messages.seal(f"another-{recipient}", members, good.claims["sub"])


def _under_another_key(good: GoodToken, recipient: str, members: Mapping[str, Any]) -> str:
    return good.messages.seal(recipient, members, good.claims["sub"], key_of=f"another-{recipient}")


def _changed(good: GoodToken, recipient: str, members: Mapping[str, Any]) -> str:
    return flipped(good.messages.seal(recipient, members, good.claims["sub"]))


def _cut(good: GoodToken, recipient: str, members: Mapping[str, Any]) -> str:
    return base64url(decoded(good.messages.seal(recipient, members, good.claims["sub"]))[:-8])


MESSAGES: dict[str, tuple[str, Callable[[GoodToken, str, Mapping[str, Any]], str]]] = {
    "message_of_another_user": ("wrong-subject", _of_another_user),
    "message_for_another_recipient": ("wrong-recipient", _for_another_recipient),
    "message_under_another_key": ("wrong-key", _under_another_key),
    "changed_message": ("tampered-message", _changed),
    "cut_message": ("tampered-message", _cut),
}
"""The code of the OpeningError, and what seals such a message."""


def with_broken_messages(name: str, good: GoodToken) -> str:
    """Return the token of a name, all of whose messages are broken."""
    _, message = MESSAGES[name]
    return good.with_claims(**{claim: message(good, *asked) for claim, asked in good.encrypted.items()})
