"""The claims of an access token that a gateway has verified and handed on, mostly as text."""

from __future__ import annotations

import math
import re

from pretoken.sealing.strict_json import parse
from pretoken.verifier.claims import check_token_use, is_machine, optional_text, required_text, scopes_of
from pretoken.verifier.refusals import ClaimRefused
from pretoken.verifier.requirements import names as set_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pretoken.verifier.requirements import Names

# RFC 8259 section 6.
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", re.ASCII)


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
        check_token_use(claims)
        self.sub = required_text(claims, "sub")
        self.client_id = required_text(claims, "client_id")
        self.scopes = scopes_of(claims)  # the one list that is text in the token itself, so no gateway changes it
        self.username = optional_text(claims, "username")
        self.is_machine = is_machine(self.sub, self.client_id)

    def __repr__(self) -> str:
        return f"<GatewayClaims: {'machine' if self.is_machine else 'user'}, {len(self._claims)} claims>"

    def text(self, name: str) -> str | None:
        """Return a claim that is text in the token.

        Raises:
            ClaimRefused: it is something else.
        """
        return optional_text(self._claims, name)

    def boolean(self, name: str) -> bool | None:
        """Return a claim that is true or false.

        Raises:
            ClaimRefused: it is something else.
        """
        value = self._claims.get(name)
        if value is None or isinstance(value, bool):
            return value
        if value in ("true", "false"):
            return bool(value == "true")
        raise ClaimRefused

    def number(self, name: str) -> float | None:
        """Return a claim that is a number, an `int` where it is written as one.

        Raises:
            ClaimRefused: it is something else. A REST API writes `exp` and `iat` as dates.
        """
        value = self._claims.get(name)
        if isinstance(value, str) and _NUMBER.fullmatch(value):
            try:
                value = int(value)
            except ValueError:
                value = float(value)
        if value is None or type(value) is int or (type(value) is float and math.isfinite(value)):
            return value
        raise ClaimRefused

    def names(self, name: str, *, known: Names) -> frozenset[str]:
        """Return the names in a claim that is a list, such as `cognito:groups`; without the claim there are none.

        API Gateway joins the items of a list and escapes nothing: `["a b"]` and `["a", "b"]` are both `[a b]` in an
        HTTP API, as `["a,b"]` and `["a", "b"]` are both `a,b` in a REST API. So every name must be one of those that
        the claim can hold, and none of these may have a separator in it.

        Args:
            name: the claim.
            known: all names that it can hold; `pretoken schema tokens` prints them.

        Raises:
            ClaimRefused: another name is in it, or it is no list.
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
            raise ClaimRefused
        return frozenset(items)

    def object(self, name: str) -> dict[str, Any] | None:
        """Return a claim that is an object, or the JSON text of one.

        Raises:
            ClaimRefused: it is something else, or names a member twice.
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
        raise ClaimRefused

    def _items(self, value: Any) -> list[Any]:
        if self._separator is None or not isinstance(value, str):
            if isinstance(value, list):
                return value
            raise ClaimRefused
        if self._separator == " ":
            if value[:1] != "[" or value[-1:] != "]" or len(value) == 1:
                raise ClaimRefused
            value = value[1:-1]
        return value.split(self._separator) if value else []
