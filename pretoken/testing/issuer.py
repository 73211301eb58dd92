"""A user pool in this process, for the tests of an API."""

from __future__ import annotations

import time
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from pretoken.sealing.claim import PREFIX
from pretoken.testing.broken import CODES, break_token
from pretoken.testing.broken_messages import MESSAGES
from pretoken.testing.claims import check_encrypted, issued, machine_tokens, seconds, user_tokens
from pretoken.testing.errors import GivenError
from pretoken.testing.good_token import GoodToken
from pretoken.testing.keys import SigningKey, signed, signing_key
from pretoken.testing.messages import Messages, key_arn
from pretoken.verifier import Recipient
from pretoken.verifier.user_pool import user_pool

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from pretoken.cognito.tokens import Tokens
    from pretoken.sealing.kms import KMSClient
    from pretoken.verifier import AccessTokenVerifier

SUB = "c0ffee00-0000-4000-8000-000000000000"  # that of the users in case files
CLIENT = "7q3webexample1client0id"
MACHINE = "4w9workerexample1client0id"

_LIFETIME = 3600
_OF_ID_TOKENS = ("sub", "client_id", "groups", "username", "lifetime", "now")
_PERSON = {"billing-api": {"email": "anna@example.com"}}


class TokenIssuer:
    """Issue tokens as an Amazon Cognito user pool does, without AWS and network.

    Keys are made in this process and never leave it; two issuers of one pool have the same. Apart from ids (`jti`,
    `origin_jti`, `event_id`) and from what is encrypted, tokens of the same arguments and the same `now` are equal.

    Args:
        user_pool_id: the pool's id.
        recipient_claims: by recipient, the claim that carries its message, where pool.yaml gives it another name than
            `encrypted_for_<recipient>`.

    Raises:
        GivenError: this is no user pool id, or no claim for messages.

    Source: Amazon Cognito Developer Guide, "Understanding the access token", "Understanding the identity (ID) token",
    "Verifying JSON web tokens".
    """

    BROKEN: Final[Mapping[str, str]] = MappingProxyType(CODES)
    """What `broken` takes, and the code of the refusal; for a message, that of the OpeningError."""

    def __init__(
        self, user_pool_id: str = "eu-west-1_Example01", *, recipient_claims: Mapping[str, str] | None = None
    ) -> None:
        try:
            pool = user_pool(user_pool_id)
        except ValueError as error:
            raise GivenError(str(error)) from None
        self.user_pool_id = pool.id
        self.issuer = pool.issuers[0]
        self._region = pool.id.partition("_")[0]
        self._recipient_claims = dict(recipient_claims or {})
        if not all(str(claim).startswith(PREFIX) for claim in self._recipient_claims.values()):
            raise GivenError(f"a claim for messages begins with `{PREFIX}`; give the name that pool.yaml gives it")
        self._messages = Messages(self._region)

    def __repr__(self) -> str:
        return f"TokenIssuer({self.user_pool_id!r})"

    @property
    def jwks(self) -> dict[str, Any]:
        """The pool's JSON Web Key Set (RFC 7517): the key for ID tokens, and the one for access tokens."""
        return {"keys": [self._key("id").jwk, self._key("access").jwk]}

    def access_token(
        self,
        *,
        sub: str = SUB,
        client_id: str = CLIENT,
        scopes: Sequence[str] | None = None,
        groups: Sequence[str] = (),
        username: str | None = None,
        claims: Mapping[str, Any] | None = None,
        encrypted: Mapping[str, Mapping[str, Any]] | None = None,
        lifetime: int = _LIFETIME,
        now: int | None = None,
    ) -> str:
        """Issue a user's access token.

        Args:
            sub: the user's id.
            client_id: the app client.
            scopes: the scopes; default: `aws.cognito.signin.user.admin`, as after a sign-in with an SDK.
            groups: the user's groups.
            username: the user name; default: `sub`, as in pools whose users sign in with an address.
            claims: further claims, as the trigger adds them; `aud` for a resource, `auth_time` for an older sign-in.
            encrypted: by recipient, the members of its message.
            lifetime: seconds until it expires.
            now: when it is issued, in seconds since 1970; default: now.

        Raises:
            GivenError: Cognito issues no such token.
        """
        at = _now(now)
        tokens = user_tokens(self.user_pool_id, sub, client_id, scopes=scopes, groups=groups, username=username, now=at)
        return self._access_token(tokens, claims, encrypted, lifetime)

    def machine_token(
        self,
        *,
        client_id: str = MACHINE,
        scopes: Sequence[str] = (),
        claims: Mapping[str, Any] | None = None,
        encrypted: Mapping[str, Mapping[str, Any]] | None = None,
        lifetime: int = _LIFETIME,
        now: int | None = None,
    ) -> str:
        """Issue a machine's access token (client credentials): its `sub` is the client id, and it has no user name.

        The arguments and errors are those of `access_token`.
        """
        tokens = machine_tokens(self.user_pool_id, client_id, scopes=scopes, now=_now(now))
        return self._access_token(tokens, claims, encrypted, lifetime)

    def id_token(
        self,
        *,
        sub: str = SUB,
        client_id: str = CLIENT,
        groups: Sequence[str] = (),
        username: str | None = None,
        claims: Mapping[str, Any] | None = None,
        lifetime: int = _LIFETIME,
        now: int | None = None,
    ) -> str:
        """Issue a user's ID token, which is for the client application and which APIs must refuse.

        The arguments and errors are those of `access_token`; the user's attributes are `claims`.
        """
        at = _now(now)
        tokens = user_tokens(self.user_pool_id, sub, client_id, scopes=None, groups=groups, username=username, now=at)
        return self._signed("id", tokens.id_token or {}, lifetime, claims, {})

    def broken(self, name: str, **given: Any) -> str:
        """Issue an access token that is good but for one thing, for which an API must refuse it.

        Args:
            name: what is broken, one of `BROKEN`. Tokens named for a message verify; what is encrypted in them can't
                be opened.
            **given: what `access_token` takes; a token named for a message has one for `billing-api`, if no `encrypted`
                is given.

        Raises:
            GivenError: there is no such name, or Cognito issues no such token.
        """
        if name not in CODES:
            near = get_close_matches(str(name), CODES, n=1)
            cure = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(f'`{known}`' for known in CODES)}"
            raise GivenError(f"there is no broken token `{name}`; {cure}")
        if name in MESSAGES and not given.get("encrypted"):
            given["encrypted"] = _PERSON
        of_id_token = {argument: given[argument] for argument in given if argument in _OF_ID_TOKENS}
        good = GoodToken(
            text=self.access_token(**given),
            key=self._key("access"),
            id_token=lambda: self.id_token(**of_id_token),
            other_pools=lambda: TokenIssuer(_another(self.user_pool_id)).access_token(**given),
            encrypted={self._claim(asked[0]): asked for asked in (given.get("encrypted") or {}).items()},
            messages=self._messages,
        )
        return break_token(name, good)

    def recipient(self, name: str = "billing-api") -> Recipient:
        """Return the recipient that opens what is `encrypted` for `name` in this issuer's tokens; raises GivenError."""
        check_encrypted({name: {}})
        return self._recipient(name, self._messages.client)

    def verifier(
        self,
        *,
        client_ids: Collection[str] | None = (CLIENT, MACHINE),
        recipient: Recipient | None = None,
        **options: Any,
    ) -> AccessTokenVerifier:
        """Return a verifier that takes this issuer's tokens, and fetches nothing.

        Args:
            client_ids: as for `AccessTokenVerifier`; default: those that tokens have by default.
            recipient: as for `AccessTokenVerifier`, mostly `recipient(name)` of this issuer.
            **options: what else `AccessTokenVerifier` takes.
        """
        from pretoken.verifier import AccessTokenVerifier

        return AccessTokenVerifier(
            user_pool_id=self.user_pool_id, client_ids=client_ids, recipient=recipient, jwks=self.jwks, **options
        )

    def _access_token(
        self,
        tokens: Tokens,
        claims: Mapping[str, Any] | None,
        encrypted: Mapping[str, Mapping[str, Any]] | None,
        lifetime: int,
    ) -> str:
        asked = encrypted or {}
        check_encrypted(asked)
        sub = tokens.access_token["sub"]
        messages = {
            self._claim(recipient): self._messages.seal(recipient, members, sub) for recipient, members in asked.items()
        }
        return self._signed("access", tokens.access_token, lifetime, claims, messages)

    def _signed(
        self,
        use: str,
        default: Mapping[str, Any],
        lifetime: int,
        claims: Mapping[str, Any] | None,
        messages: Mapping[str, str],
    ) -> str:
        token = issued(
            default,
            issuer=self.issuer,
            lifetime=seconds("lifetime", lifetime, 1),
            claims={} if claims is None else claims,
            messages=messages,
        )
        key = self._key(use)
        # As Cognito's header: no `typ`, so that it doesn't tell an access token (RFC 9068) from an ID token.
        return signed(key, {"kid": key.id, "alg": "RS256"}, token)

    def _key(self, use: str) -> SigningKey:
        return signing_key(f"{self.user_pool_id} {use}")

    def _claim(self, recipient: str) -> str:
        return self._recipient(recipient).claim

    def _recipient(self, name: str, client: KMSClient | None = None) -> Recipient:
        arn = key_arn(name, self._region)
        return Recipient(name, key=arn, client=client, claim=self._recipient_claims.get(name))


def _another(pool_id: str) -> str:
    return pool_id[:-1] + ("A" if pool_id[-1] != "A" else "B")


def _now(given: int | None) -> int:
    return int(time.time()) if given is None else seconds("now", given)
