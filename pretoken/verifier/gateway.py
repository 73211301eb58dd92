"""The claims of an access token, as API Gateway and AppSync hand them to a Lambda function."""

from __future__ import annotations

import math
import re

from pretoken.sealing.strict_json import parse
from pretoken.verifier.refusals import (
    ClaimRefused,
    IdTokenRefused,
    NoTokenRefused,
    OtherClientRefused,
    SchemaRefused,
    TokenUseRefused,
)
from pretoken.verifier.requirements import Requirements
from pretoken.verifier.requirements import names as set_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any

    from pretoken.verifier.requirements import Names

# RFC 8259 section 6.
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", re.ASCII)


def gateway_claims(
    event: Mapping[str, Any], *, client_ids: Collection[str] | None, scopes: Names = (), any_scope: Names | None = None
) -> GatewayClaims:
    """Return what the access token behind a request says, after the gateway has verified it.

    The gateway checks the signature, the issuer and the expiry, and this function the rest: it refuses ID tokens, which
    API Gateway lets through where a route has no scopes, and AppSync always. Only the gateway may be allowed to invoke
    the function, since whoever else may can write any event.

    Args:
        event: the function's event: of a REST API with a Cognito authorizer, of an HTTP API with a JWT authorizer (both
            payload formats), or of a direct Lambda resolver of AppSync.
        client_ids: the app clients whose tokens are accepted; None: those of any client that the gateway accepts.
        scopes: scopes that the token must have, all of them.
        any_scope: scopes of which it must have one.

    Raises:
        NoTokenRefused: there are no claims: the route has no authorizer, or one of another kind.
        IdTokenRefused, TokenUseRefused, ClaimRefused: they aren't an access token's.
        OtherClientRefused: it was issued to another app client.
        ScopeRefused: it lacks a scope.

    Source: API Gateway Developer Guide, "Control access to HTTP APIs with JWT authorizers" and "Integrate a REST API
    with a user pool"; AWS AppSync Developer Guide, "AWS AppSync resolver mapping template context reference".
    """
    requirements = Requirements.of(scopes, any_scope, (), None)
    claims = GatewayClaims(*_claims_of(event))
    if client_ids is not None and claims.client_id not in set_of("client_ids", client_ids):
        raise OtherClientRefused
    requirements.check(claims.scopes, frozenset())
    return claims


class GatewayClaims:
    """Claims of an access token that a gateway has verified; `gateway_claims` makes them.

    API Gateway makes text of every claim, so each is read by the type that it has in the token. A claim that isn't
    there is None; one that can't be read is refused.

    Attributes:
        sub: the user's unchangeable id; a machine's is its client id.
        client_id: the app client that the token was issued to.
        scopes: what the client may do.
        username: the user name, which may be personal data; a machine has none.
        is_machine: whether a machine calls for itself (client credentials).
    """

    __slots__ = ("_claims", "_separator", "client_id", "is_machine", "scopes", "sub", "username")

    def __init__(self, claims: Mapping[str, Any], separator: str | None) -> None:
        self._claims = claims
        self._separator = separator
        use = claims.get("token_use")
        if use != "access":
            raise IdTokenRefused if use == "id" else TokenUseRefused
        self.sub = self._required("sub")
        self.client_id = self._required("client_id")
        # The one list that is text in the token itself, so no gateway changes it.
        self.scopes = frozenset((self.text("scope") or "").split(" ")) - {""}
        self.username = self.text("username")
        self.is_machine = self.sub == self.client_id

    def __repr__(self) -> str:
        return f"<GatewayClaims: {'machine' if self.is_machine else 'user'}, {len(self._claims)} claims>"

    def text(self, name: str) -> str | None:
        """Return a claim that is text in the token.

        Raises:
            SchemaRefused: it is something else.
        """
        value = self._claims.get(name)
        if value is None or isinstance(value, str):
            return value
        raise SchemaRefused

    def boolean(self, name: str) -> bool | None:
        """Return a claim that is true or false.

        Raises:
            SchemaRefused: it is something else.
        """
        value = self._claims.get(name)
        if value is None or isinstance(value, bool):
            return value
        if value in ("true", "false"):
            return bool(value == "true")
        raise SchemaRefused

    def number(self, name: str) -> float | None:
        """Return a claim that is a number, an `int` where it is written as one.

        Raises:
            SchemaRefused: it is something else. A REST API writes `exp` and `iat` as dates.
        """
        value = self._claims.get(name)
        if isinstance(value, str) and _NUMBER.fullmatch(value):
            try:
                value = int(value)
            except ValueError:
                value = float(value)
        if value is None or type(value) is int or (type(value) is float and math.isfinite(value)):
            return value
        raise SchemaRefused

    def names(self, name: str, *, known: Names) -> frozenset[str]:
        """Return the names in a claim that is a list, such as `cognito:groups`; without the claim there are none.

        API Gateway joins the items of a list and escapes nothing: `["a b"]` and `["a", "b"]` are both `[a b]` in an
        HTTP API, as `["a,b"]` and `["a", "b"]` are both `a,b` in a REST API. So every name must be one of those that
        the claim can hold, and none of these may have a separator in it.

        Args:
            name: the claim.
            known: all names that it can hold; `pretoken schema tokens` prints them.

        Raises:
            SchemaRefused: another name is in it, or it is no list.
            ValueError: a known name has a blank or a comma in it.

        Source: measured on AWS: https://github.com/floci-io/floci/pull/2011 (HTTP API),
        https://repost.aws/questions/QUFJRBaEJRSmmqarNrvCWoQA (REST API).
        """
        allowed = set_of("known", known)
        if any(" " in one or "," in one for one in allowed):
            raise ValueError("a known name has a blank or a comma, which API Gateway puts between names; rename it")
        value = self._claims.get(name)
        if value is None:
            return frozenset()
        items = self._items(value)
        if not all(isinstance(item, str) and item in allowed for item in items):
            raise SchemaRefused
        return frozenset(items)

    def object(self, name: str) -> dict[str, Any] | None:
        """Return a claim that is an object, or the JSON text of one.

        Raises:
            SchemaRefused: it is something else, or names a member twice.
        """
        value = self._claims.get(name)
        if value is None or isinstance(value, dict):
            return value
        try:
            value = parse(value.encode()) if isinstance(value, str) else None
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            return value
        raise SchemaRefused

    def _items(self, value: Any) -> list[Any]:
        if self._separator is None or not isinstance(value, str):
            if isinstance(value, list):
                return value
            raise SchemaRefused
        if self._separator == " ":
            if value[:1] != "[" or value[-1:] != "]" or len(value) == 1:
                raise SchemaRefused
            value = value[1:-1]
        return value.split(self._separator) if value else []

    def _required(self, name: str) -> str:
        value = self._claims.get(name)
        if isinstance(value, str) and value:
            return value
        raise ClaimRefused


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
    member = value.get(name)
    return member if isinstance(member, dict) else {}
