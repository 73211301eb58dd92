"""What API Gateway and AppSync hand to a Lambda function of the access token that they have verified."""

from __future__ import annotations

from pretoken.verifier.forwarded_claims import GatewayClaims
from pretoken.verifier.refusals import NoTokenRefused, OtherClientRefused, OtherIssuerRefused
from pretoken.verifier.requirements import Requirements
from pretoken.verifier.requirements import names as set_of
from pretoken.verifier.user_pool import user_pool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Any

    from pretoken.verifier.requirements import Names


def gateway_claims(
    event: Mapping[str, Any],
    *,
    user_pool_id: str | Sequence[str] | None,
    client_ids: Collection[str] | None,
    scopes: Names = (),
    any_scope: Names | None = None,
    groups: Names = (),
    any_group: Names | None = None,
    known_groups: Names = (),
) -> GatewayClaims:
    """Return what the access token behind a request says, after the gateway has verified it.

    The gateway checks the signature and the expiry, and this function the rest: it refuses ID tokens, which
    API Gateway lets through where a route has no scopes, and AppSync always. Only the gateway may be allowed to invoke
    the function, since whoever else may can write any event.

    Args:
        event: the function's event: of a REST API with a Cognito authorizer, of an HTTP API with a JWT authorizer (both
            payload formats), or of a direct Lambda resolver of AppSync.
        user_pool_id: the user pool that issued the token, or several; None: any that the gateway accepts. AppSync, and
            authorizers of several pools, accept more than one issuer.
        client_ids: the app clients whose tokens are accepted; None: those of any client that the gateway accepts.
        scopes: scopes that the token must have, all of them.
        any_scope: scopes of which it must have one.
        groups: groups that the user must be in, all of them.
        any_group: groups of which the user must be in one.
        known_groups: all groups that a user can be in, `known` of `GatewayClaims.names`; needed to ask for groups.

    Raises:
        NoTokenRefused: there are no claims: the route has no authorizer, or one of another kind.
        IdTokenRefused, TokenUseRefused, ClaimRefused: they aren't an access token's, or groups are asked for and the
            user is in one that isn't known.
        OtherIssuerRefused: another user pool issued it.
        OtherClientRefused: it was issued to another app client.
        ScopeRefused, GroupRefused: it lacks a scope, or the user isn't in a group.
        ValueError: a name or user pool id can't be one, or a group that is asked for isn't known.

    Source: API Gateway Developer Guide, "Control access to HTTP APIs with JWT authorizers" and "Integrate a REST API
    with a user pool"; AWS AppSync Developer Guide, "AWS AppSync resolver mapping template context reference".
    """
    requirements = Requirements.of(scopes, any_scope, groups, any_group)
    asked = requirements.groups | (requirements.any_group or frozenset())
    if not asked <= set_of("known_groups", known_groups):
        raise ValueError("a group that is asked for isn't known; give all groups of the user pool as `known_groups`")
    claims = GatewayClaims(*_claims_of(event))
    if user_pool_id is not None and claims.text("iss") not in _issuers(user_pool_id):
        raise OtherIssuerRefused
    if client_ids is not None and claims.client_id not in set_of("client_ids", client_ids):
        raise OtherClientRefused
    requirements.check(claims.scopes, claims.names("cognito:groups", known=known_groups) if asked else asked)
    return claims


def _issuers(user_pool_id: str | Sequence[str]) -> set[str]:
    pool_ids = (user_pool_id,) if isinstance(user_pool_id, str) else user_pool_id
    return {issuer for pool_id in pool_ids for issuer in user_pool(pool_id).issuers}


def _claims_of(event: Mapping[str, Any]) -> tuple[Mapping[str, Any], str | None]:
    """Give the claims of an event, and what its gateway puts between the items of a list."""
    authorizer = _member(_member(event, "requestContext"), "authorizer")
    # Only events of HTTP APIs have a version: of payload format 2.0, or of 1.0, which else is like a REST API's.
    of_http_api = "version" in event
    for claims, separator in (
        (_member(_member(authorizer, "jwt"), "claims"), " "),
        (_member(authorizer, "claims"), " " if of_http_api else ","),
        (_member(_member(event, "identity"), "claims"), None),
    ):
        if claims:
            return claims, separator
    raise NoTokenRefused


def _member(value: Any, name: str) -> Mapping[str, Any]:
    member = value.get(name) if isinstance(value, dict) else None  # AppSync's batches are lists
    return member if isinstance(member, dict) else {}
