"""A good access token, to be broken in one place."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pretoken.testing.keys import SigningKey, decoded, signed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pretoken.testing.messages import Messages


@dataclass(frozen=True, slots=True, repr=False)
class GoodToken:
    """A good access token, and what else its issuer has.

    Attributes:
        text: the token.
        key: the pool's key for access tokens.
        id_token: gives the ID token beside it.
        other_pools: gives another pool's access token of the same claims.
        encrypted: what is encrypted, by the claim that carries it: the recipient and the members.
        messages: seals.
    """

    text: str
    key: SigningKey
    id_token: Callable[[], str]
    other_pools: Callable[[], str]
    encrypted: Mapping[str, tuple[str, Mapping[str, Any]]]
    messages: Messages

    @property
    def header(self) -> dict[str, Any]:
        """The header."""
        return self._part(0)

    @property
    def claims(self) -> dict[str, Any]:
        """The claims."""
        return self._part(1)

    def _part(self, index: int) -> dict[str, Any]:
        part: dict[str, Any] = json.loads(decoded(self.text.split(".")[index]))
        return part

    def with_header(self, **parameters: object) -> str:
        """Sign the token with other header parameters."""
        return signed(self.key, {**self.header, **parameters}, self.claims)

    def with_claims(self, **claims: object) -> str:
        """Sign the token with other claims."""
        return signed(self.key, self.header, {**self.claims, **claims})

    def without(self, claim: str) -> str:
        """Sign the token without a claim."""
        return signed(self.key, self.header, {name: value for name, value in self.claims.items() if name != claim})
