"""Policies by which API Gateway lets a caller invoke an API's methods."""

from __future__ import annotations

import re
from typing import NamedTuple

from pretoken.verifier.requirements import Requirements

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from pretoken.verifier.requirements import Names

LONGEST_ROUTE = 256
"""Characters; with the longest ARN of a stage in front it stays below API Gateway's 512 for a resource."""

METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")

_STAGE = re.compile(
    r"(arn:aws[a-z-]{0,8}:execute-api:[a-z0-9-]{1,20}:[0-9]{12}:[A-Za-z0-9]{1,40}/(?:\$default|[A-Za-z0-9_-]{1,128}))/.*",
    re.DOTALL,
)
# Unreserved characters alone (RFC 3986 section 2.3): of others nobody says whether an ARN has them encoded. And no
# IAM wildcard but `*`, no policy variable.
_PATH = re.compile(r"/[A-Za-z0-9._~/*-]*")
# What a gateway, a proxy and a function may read in different ways: a slash at the end or too many, this folder and
# its parent, encoded dots, slashes, backslashes and percent signs.
_TWO_MEANINGS = (
    "*/?*/",
    "*//*",
    "*/./*",
    "*/.",
    "*/..",
    "*/../*",
    "*/..;*",
    *(f"*%{code}*" for code in ("25", "2e", "2E", "2f", "2F", "5c", "5C")),
)


class Route(NamedTuple):
    """A method of a route: the end of its ARN, after the stage, and the scopes that open it, all of them."""

    name: str
    pattern: str
    scopes: frozenset[str]


def stage_of(arn: object) -> str | None:
    """Return the ARN of the stage from that of a request, whatever its path; None if it is no such ARN.

    Source: API Gateway Developer Guide, "Resource format of permissions for executing API in API Gateway".
    """
    match = _STAGE.fullmatch(arn) if isinstance(arn, str) else None
    return None if match is None else match[1]


def routes_of(given: Mapping[str, Names]) -> tuple[Route, ...]:
    """Return routes by what API Gateway calls them, such as `GET /invoices/*`, with their scopes.

    Raises:
        ValueError: there is no route, one can't be written in a policy, or a wide one would open a narrow one to
            tokens without the narrow one's scopes.
    """
    routes = tuple(route for name, scopes in given.items() for route in _methods(name, scopes))
    if not routes:
        raise ValueError("`routes` is empty, so that nothing could be called; leave it out, or give a route or more")
    for wide in routes:
        for narrow in routes:
            if not wide.scopes >= narrow.scopes and _opens(wide.pattern, narrow.pattern):
                raise ValueError(
                    f"`{wide.name}` opens requests to `{narrow.name}` too, whose scopes it doesn't ask for: `*` stands "
                    "for slashes as well; ask for them too, or give one of the routes an authorizer of its own"
                )
    return routes


def policy(stage: str, *, allowed: bool) -> dict[str, Any]:
    """Return the policy that allows all methods of a stage, or denies them."""
    return _document([_statement("Allow" if allowed else "Deny", stage, ["*/*"])])


def policy_for(stage: str, routes: Iterable[Route], scopes: frozenset[str]) -> dict[str, Any]:
    """Return the policy that allows just the routes of a stage that these scopes open."""
    opened = [route.pattern for route in routes if route.scopes <= scopes]
    if not opened:
        return policy(stage, allowed=False)
    return _document([_statement("Allow", stage, opened), _statement("Deny", stage, _TWO_MEANINGS)])


def _document(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


def _statement(effect: str, stage: str, patterns: Iterable[str]) -> dict[str, Any]:
    return {
        "Action": "execute-api:Invoke",
        "Effect": effect,
        "Resource": [f"{stage}/{pattern}" for pattern in patterns],
    }


def _methods(name: str, scopes: Names) -> list[Route]:
    method, _, path = name.partition(" ")
    if (
        method not in (*METHODS, "ANY")
        or not _PATH.fullmatch(path)
        or (path.endswith("/") and path != "/")
        or len(name) > LONGEST_ROUTE
    ):
        raise ValueError(
            f"`{name}` is no route; write ANY or a method ({', '.join(METHODS)}), a blank, and a path of at most "
            f"{LONGEST_ROUTE} characters with `*` for a parameter and no slash at the end, such as `GET /invoices/*`"
        )
    needed = Requirements.of(scopes, None, (), None).scopes
    # Not `*` for ANY: it would stand for slashes too, and `*/health` match `GET/admin/health`.
    return [Route(name, f"{one}{path}", needed) for one in (METHODS if method == "ANY" else (method,))]


def _opens(wide: str, narrow: str) -> bool:
    """Say whether some request matches both, and the wide one isn't merely a part of the narrow one."""
    return _overlap(wide, narrow) and not (_covers(narrow, wide) and not _covers(wide, narrow))


def _covers(wide: str, narrow: str) -> bool:
    # The narrow one's `*` is a character like any other here, and only `*` matches it.
    return re.fullmatch(re.escape(wide).replace(r"\*", ".*"), narrow) is not None


def _overlap(one: str, other: str) -> bool:
    """Say whether some text matches both patterns."""
    # Where in `other` a common text can have got to, after each character of `one`.
    reached = _skip(other, {0})
    for character in one:
        if character == "*":
            reached = set(range(min(reached), len(other) + 1)) if reached else reached
        else:
            fits = (at for at in reached if other[at : at + 1] in ("*", character))
            reached = _skip(other, {at if other[at] == "*" else at + 1 for at in fits})
    return len(other) in reached


def _skip(pattern: str, reached: set[int]) -> set[int]:
    """Add where a `*` that stands for nothing leads to."""
    for at, character in enumerate(pattern):
        if character == "*" and at in reached:
            reached.add(at + 1)
    return reached
