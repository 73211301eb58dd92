"""Tokens that can get too large for who reads them."""

import math
from collections.abc import Iterator
from typing import NamedTuple

from pretoken.checks.check import check
from pretoken.checks.finding import Doubt
from pretoken.checks.sizes.tokens import TokenBound, Tokens
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.pool import Pool
from pretoken.policy.report import At

OTHER_HEADERS = 1024
"""Bytes left for what else counts: the request line and the other headers, or what ALB tells of the user."""
_AUTHORIZATION = len("Authorization: Bearer \r\n")
_ATTRIBUTES = 128
"""Bytes left for the name of a cookie and its attributes, `Secure; HttpOnly` and so on."""
_SHOWN = 3
_TOKENS = {"access_token": "the access token", "id_token": "the ID token"}


_CURES = {
    "Cognito's own `cognito:groups`": "say in pool.yaml which groups there are, for example `groups: [admins]`",
    "Cognito's own `scope`": "say in pool.yaml which scopes there are, for example `scopes: [orders/read]`",
    "Cognito's own `cognito:roles`": (
        "if no identity pool needs them, write a rule without `when` that has `iam_roles: {keep: none}`; "
        "else name those that there are, for example `iam_roles: {keep: '${READER_ROLE_ARN}'}`"
    ),
}


class Consumer(NamedTuple):
    """What takes tokens: the bytes that it takes, those that are left for other things, and which tokens it gets."""

    takes: int
    others: int
    tokens: tuple[str, ...] = ("access_token",)


CONSUMERS = {
    "api_gateway": Consumer(10_240, OTHER_HEADERS + _AUTHORIZATION),
    "private_rest_api": Consumer(8_000, OTHER_HEADERS + _AUTHORIZATION),
    "alb": Consumer(11 * 1024, OTHER_HEADERS),
    "cookie": Consumer(4_096, _ATTRIBUTES, ("access_token", "id_token")),
}


class _Limit(NamedTuple):
    token: str
    most: int
    said: str
    at: At
    written: At


@check(
    "warning",
    gain="sign-in works, and then APIs or browsers refuse the token: of those users who have the most groups or names",
    cure="declare `max_length` and `max_items` in pool.yaml",
)
def token_too_large(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report a token that can get larger than pool.yaml says it may, or than a consumer takes.

    Nothing refuses a large token when it is issued.
    An API gateway, a load balancer or a browser does, later, and for just those users who have most to tell.
    So the size is computed beforehand: the most that the rules can write, by the lengths that pool.yaml declares.

    A text has at most `max_length` characters, 2,048 if nothing is said, and a list at most `max_items` items.
    A character counts as six bytes, which control characters and some punctuation take; after `safe_as` as one or two.
    Constants, tables, `prefer` and `keep` with constants count as what they are.
    What is encrypted counts as the whole message.
    Several rules that write one claim count as the largest of them; those that `add` count together.
    Claims are counted together even if no user gets them all.

    Cognito's own claims count as well: the user name with 128 characters, 100 groups, 50 scopes.
    `groups:` and `scopes:` in pool.yaml say which ones there are, which makes them few.
    Of the attributes in the ID token those count that pool.yaml declares and no rule without `when` suppresses.
    Left out are other attributes, `identities`, `nonce` and a bound audience, whose length nobody declares.
    The trigger takes what is longer for failed, be it in a lookup, an attribute or metadata.

    `limits` bounds the signed token.
    `consumers` names what takes it: `api_gateway` 10,240 bytes, `private_rest_api` 8,000, `alb` 11,264, `cookie` 4,096.
    Of these, 1,024 bytes are left for other headers or for what a load balancer tells of the user, and 128 in a cookie.
    A cookie may hold either token; the others get the access token.

    Bad:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V3_0
    other_clients: deny
    clients: {web: web-id}
    groups: [admins]
    scopes: [orders/read]
    lookups:
      user: {dynamodb: {table: users, key: {pk: "{attribute.sub}"}}, data: none, fields: {tenants: strings}}
    consumers: api_gateway
    ```

    ```yaml
    rules:
      tenants:
        access_token: {claims: {tenants: {from: lookup.user.tenants}}}
    ```

    Good:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V3_0
    other_clients: deny
    clients: {web: web-id}
    groups: [admins]
    scopes: [orders/read]
    lookups:
      user:
        dynamodb: {table: users, key: {pk: "{attribute.sub}"}}
        data: none
        fields: {tenants: {type: strings, max_length: 32, max_items: 20}}
    consumers: api_gateway
    ```

    ```yaml
    rules:
      tenants:
        access_token: {claims: {tenants: {from: lookup.user.tenants}}}
    ```

    Source: Amazon API Gateway Developer Guide, quotas; Elastic Load Balancing, "Authenticate users"; RFC 6265, 6.1.
    """
    limits = list(_limits(loaded.policy.pool))
    if not limits:
        return
    tokens = Tokens(loaded.policy)
    bounds = {token: tokens.bound(token) for token in {limit.token for limit in limits}}
    for limit in limits:
        bound = bounds[limit.token]
        if bound.size > limit.most:
            message, cure = _told(_TOKENS[limit.token], limit.said, bound)
            yield Doubt(limit.at, message, cure, place=loaded.place(limit.written))


def _limits(pool: Pool) -> Iterator[_Limit]:
    for token in _TOKENS:
        most = getattr(pool.limits, f"{token}_bytes")
        if most is not None:
            at: At = ("pool", "limits", f"{token}_bytes")
            yield _Limit(token, most, f"`limits` allows {most:,}", at, at)
    for number, name in enumerate(pool.consumers or ()):
        consumer = CONSUMERS[name]
        said = f"`{name}` takes {consumer.takes:,}, of which {consumer.others:,} are for what else it counts"
        for token in consumer.tokens:
            most = consumer.takes - consumer.others
            yield _Limit(token, most, said, ("pool", "consumers", name), ("pool", "consumers", number))


def _told(token: str, said: str, bound: TokenBound) -> tuple[str, str]:
    """Say what is too large, and what to do about it."""
    if math.isinf(bound.size):
        first, *others = bound.gaps
        more = f", and {len(others)} more like it" if others else ""
        cure = (
            "read what rules need of it as fields of their own, for example with `at: profile.plan`"
            if "object" in first
            else "declare the most items there can be, for example `max_items: 20`, or cut them: `then: {at_most: 20}`"
        )
        return f"{token} has no largest size, and {said} bytes: {first}{more}", cure
    largest = bound.shares[:_SHOWN]
    parts = ", ".join(f"{share.who} {math.ceil(share.size):,}" for share in largest)
    message = f"{token} can have {bound.size:,.0f} bytes, and {said}; most of it is {parts}"
    return message, _CURES.get(largest[0].who) or (
        "declare in pool.yaml how long what it holds can get, for example `max_length: 64` and `max_items: 20`, "
        "or cut lists with `then: {at_most: 20}`"
    )
