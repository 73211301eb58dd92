"""Who calls, as a verified access token says it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pretoken.verifier.encrypted_claims import EncryptedClaims


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Principal:
    """A caller.

    Attributes:
        sub: the user's unchangeable id; a machine's is its client id. Key data by it, never by `username`.
        client_id: the app client that the token was issued to.
        user_pool_id: the user pool that issued it.
        scopes: what the client may do.
        groups: the user's groups, `cognito:groups`.
        is_machine: whether a machine calls for itself (client credentials).
        username: the user name, which may be personal data; a machine has none.
        issued_at: when the token was issued, in seconds since 1970; None if it doesn't say.
        expires_at: when it expires, in seconds since 1970.
        auth_time: when the user signed in, in seconds since 1970; None if the token doesn't say.
        claims: all claims, which can't be changed.
        encrypted: the members of what is encrypted for this API, opened at the first use.
        facts: what the API itself knows about the caller, from its `Enricher`.

    Source: Amazon Cognito Developer Guide, "Understanding the access token".
    """

    sub: str
    client_id: str
    user_pool_id: str
    scopes: frozenset[str]
    groups: frozenset[str]
    is_machine: bool
    username: str | None
    issued_at: int | float | None
    expires_at: int | float
    auth_time: int | float | None
    claims: Mapping[str, Any]
    encrypted: EncryptedClaims
    facts: Any = field(default=None)

    def __repr__(self) -> str:
        return f"<Principal: {'machine' if self.is_machine else 'user'}, {len(self.claims)} claims>"

    def with_facts(self, facts: Any) -> Principal:
        """Return the same principal with facts of the API's own."""
        return replace(self, facts=facts)
