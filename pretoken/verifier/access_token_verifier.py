"""The verifier of access tokens."""

from __future__ import annotations

import time
from inspect import isawaitable

from pretoken.verifier import https
from pretoken.verifier.claims import is_machine, read_claims
from pretoken.verifier.encrypted_claims import EncryptedClaims, Recipient
from pretoken.verifier.frozen import frozen_claims
from pretoken.verifier.keys import FetchedKeys, GivenKeys, KeysMissingError, wait_for, wait_for_async
from pretoken.verifier.principal import Principal
from pretoken.verifier.refusals import (
    CheckRefused,
    ExpiredRefused,
    MalformedTokenRefused,
    NotYetValidRefused,
    OtherAudienceRefused,
    OtherClientRefused,
    OtherIssuerRefused,
)
from pretoken.verifier.requirements import Requirements, some_names
from pretoken.verifier.unverified_token import UnverifiedToken
from pretoken.verifier.user_pool import user_pool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
    from typing import Any, TypeAlias

    from pretoken.verifier.claims import AccessTokenClaims
    from pretoken.verifier.enricher import Enricher
    from pretoken.verifier.keys import Fetch
    from pretoken.verifier.requirements import Names
    from pretoken.verifier.user_pool import UserPool

    Check: TypeAlias = Callable[[Principal], bool] | Callable[[Principal], Awaitable[bool]]
    Keys: TypeAlias = FetchedKeys | GivenKeys

_LARGEST_SKEW = 300  # seconds


class AccessTokenVerifier:
    """Verify access tokens of Amazon Cognito user pools, and refuse everything else, ID tokens above all.

    Make one and keep it: it caches keys. Threads and event loops may share it.

    Args:
        user_pool_id: the id of the user pool, such as `eu-west-1_Ab12Cd34`, or several.
        client_ids: the app clients whose tokens are accepted; None: those of any client of the pool.
        recipient: the API that opens what is encrypted for it; None: this API opens nothing.
        audiences: what a token may be bound to (RFC 8707), as its claim `aud`; None among them: tokens that are bound
            to nothing too. Default: a token that is bound to anything but its own client is refused. None: `aud` is not
            looked at.
        clock_skew: seconds that this machine's clock may differ from Cognito's.
        schema: the JSON Schema that `pretoken schema tokens` prints; tokens that break it are refused.
        check: a check of the API's own, the last of all; True lets the principal through. May be a coroutine function,
            for `verify_async` alone, where a plain one runs on the event loop.
        enrich: adds the API's own facts to the principal, before `check`.
        jwks: the pool's JSON Web Key Set, if nothing is to be fetched; of several pools a set by pool id.
        fetch: takes an HTTPS URL and the most bytes, and returns the body. Default: Python's own client, with 2 s of
            patience.
        clock: gives the time, in seconds since 1970.

    Raises:
        ValueError: an argument can't be used.

    Source: Amazon Cognito Developer Guide, "Verifying JSON web tokens".
    """

    def __init__(
        self,
        *,
        user_pool_id: str | Sequence[str],
        client_ids: Collection[str] | None,
        recipient: Recipient | None,
        audiences: Collection[str | None] | None = (),
        clock_skew: float = 0,
        schema: Mapping[str, Any] | None = None,
        check: Check | None = None,
        enrich: Enricher | None = None,
        jwks: Mapping[str, Any] | None = None,
        fetch: Fetch | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        pool_ids = (user_pool_id,) if isinstance(user_pool_id, str) else tuple(user_pool_id)
        if not pool_ids:
            raise ValueError("`user_pool_id` is empty; give the id of the user pool, or several")
        if not 0 <= clock_skew <= _LARGEST_SKEW:
            raise ValueError(f"`clock_skew` is {clock_skew}; give seconds, from 0 to {_LARGEST_SKEW}")
        if not (recipient is None or isinstance(recipient, Recipient)):
            raise ValueError('`recipient` is no Recipient; give `Recipient("billing-api", key=…)`, or None')
        self._clients = None if client_ids is None else some_names("client_ids", client_ids)
        self._audiences = None if audiences is None else _audience_set(audiences)
        self._recipient = recipient
        self._skew = clock_skew
        self._check = check
        self._enricher = enrich
        self._clock = clock
        self._validate: Callable[[Mapping[str, Any]], None] | None = None
        if schema is not None:
            from pretoken.verifier.schema_validator import validator

            self._validate = validator(schema)
        self._issuers: dict[str, tuple[str, Keys]] = {}
        for pool in map(user_pool, pool_ids):
            keys = _keys(pool, len(pool_ids), jwks, fetch or https.get)
            self._issuers |= dict.fromkeys(pool.issuers, (pool.id, keys))

    def prepare(self) -> None:
        """Fetch the keys now, so that the first request needn't wait; raises KeysUnavailableError."""
        for _, keys in set(self._issuers.values()):
            keys.prepare()

    async def prepare_async(self) -> None:
        """Do as `prepare`, and let the event loop go on."""
        from asyncio import to_thread

        await to_thread(self.prepare)

    def verify(
        self,
        token: str,
        *,
        scopes: Names = (),
        any_scope: Names | None = None,
        groups: Names = (),
        any_group: Names | None = None,
    ) -> Principal:
        """Return who calls, if this is a good access token.

        Args:
            token: the access token, as it was issued.
            scopes: scopes that the token must have, all of them.
            any_scope: scopes of which it must have one.
            groups: groups that the user must be in, all of them.
            any_group: groups of which the user must be in one.

        Raises:
            Refused: one of its subclasses, by reason.
            KeysUnavailableError: the pool's keys can't be fetched.
        """
        requirements = Requirements.of(scopes, any_scope, groups, any_group)
        try:
            principal = self._verified(token, requirements)
        except KeysMissingError as missing:
            wait_for(missing.keys.refresh())
            principal = self._verified(token, requirements, waited=True)
        if self._enricher is not None:
            principal = self._enricher.enrich(principal)
        if self._check is not None and self._check(principal) is not True:
            raise CheckRefused
        return principal

    async def verify_async(
        self,
        token: str,
        *,
        scopes: Names = (),
        any_scope: Names | None = None,
        groups: Names = (),
        any_group: Names | None = None,
    ) -> Principal:
        """Do as `verify`, and let the event loop go on while keys are fetched and facts are looked up."""
        requirements = Requirements.of(scopes, any_scope, groups, any_group)
        try:
            principal = self._verified(token, requirements)
        except KeysMissingError as missing:
            await wait_for_async(missing.keys.refresh())
            principal = self._verified(token, requirements, waited=True)
        if self._enricher is not None:
            principal = await self._enricher.enrich_async(principal)
        if self._check is not None:
            passed = self._check(principal)
            if (await passed if isawaitable(passed) else passed) is not True:
                raise CheckRefused
        return principal

    def _verified(self, text: str, requirements: Requirements, *, waited: bool = False) -> Principal:
        token = UnverifiedToken(text)
        claims = token.claims
        issuer = claims.get("iss")
        found = self._issuers.get(issuer) if isinstance(issuer, str) else None
        if found is None:
            raise OtherIssuerRefused
        pool_id, keys = found
        token.verify(keys.key(token.kid, waited=waited))
        read = read_claims(claims)
        self._check_party(read)
        self._check_time(read)
        kept = frozen_claims(claims)
        if kept is None:
            raise MalformedTokenRefused
        if self._validate is not None:
            self._validate(claims)
        requirements.check(read.scopes, read.groups)
        return Principal(
            sub=read.sub,
            client_id=read.client_id,
            user_pool_id=pool_id,
            scopes=read.scopes,
            groups=read.groups,
            is_machine=is_machine(read.sub, read.client_id),
            username=read.username,
            issued_at=read.issued_at,
            expires_at=read.expires_at,
            auth_time=read.auth_time,
            claims=kept,
            encrypted=EncryptedClaims(self._recipient, claims),
        )

    def _check_party(self, read: AccessTokenClaims) -> None:
        if self._clients is not None and read.client_id not in self._clients:
            raise OtherClientRefused
        if self._audiences is not None:
            accepted = self._audiences or {None, read.client_id}
            if accepted.isdisjoint(read.audiences):
                raise OtherAudienceRefused

    def _check_time(self, read: AccessTokenClaims) -> None:
        now = self._clock()
        if read.expires_at <= now - self._skew:  # RFC 7519 section 4.1.4: on that instant, too
            raise ExpiredRefused
        if read.not_before is not None and read.not_before > now + self._skew:
            raise NotYetValidRefused


def _keys(pool: UserPool, pools: int, jwks: Mapping[str, Any] | None, fetch: Fetch) -> Keys:
    if jwks is None:
        return FetchedKeys([f"{issuer}/.well-known/jwks.json" for issuer in pool.issuers], fetch)
    several = isinstance(jwks, dict) and (pools > 1 or "keys" not in jwks)
    given = jwks.get(pool.id) if several else jwks
    if not isinstance(given, dict):
        raise ValueError(  # noqa: TRY004 - as for all arguments
            f"`jwks` has no key set for `{pool.id}`; give the pool's `jwks.json` as a dict, "
            "and for several pools a dict of them by pool id"
        )
    return GivenKeys(given)


def _audience_set(given: Collection[str | None]) -> frozenset[str | None]:
    if isinstance(given, str) or (not given and given != ()):
        raise ValueError("`audiences` is one text, or empty; give a list of them, or leave it out")
    return frozenset(given)
