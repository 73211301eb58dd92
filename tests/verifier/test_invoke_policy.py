"""A policy opens just the routes that a token's scopes open, whatever the path of a request is."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pretoken.testing import TokenIssuer
from pretoken.verifier import LambdaAuthorizer
from pretoken.verifier.invoke_policy import LONGEST_ROUTE, METHODS, policy_for, routes_of
from tests.verifier.authorizer_events import POLICIES, STAGE, allows, fits, token

ISSUER = TokenIssuer()
ROUTES = {
    "GET /invoices": "invoices/read",
    "GET /invoices/*": "invoices/read",
    "POST /invoices": ["invoices/read", "invoices/write"],
    "DELETE /invoices/*": ["invoices/read", "invoices/write"],
    "ANY /health": [],
    "GET /": [],
}
READER = {"invoices/read"}
WRITER = {"invoices/read", "invoices/write"}


def answer(scopes: set[str], routes: dict[str, Any] | None = None, event: Any = token, **given: Any) -> dict[str, Any]:
    handler = LambdaAuthorizer(ISSUER.verifier(), routes=ROUTES if routes is None else routes)
    return handler(event(f"Bearer {ISSUER.access_token(scopes=sorted(scopes))}", **given), None)


@pytest.mark.parametrize("event", POLICIES)
def test_one_policy_answers_for_every_route_so_it_may_be_cached(event: Any) -> None:
    for request in ("GET/invoices", "DELETE/invoices/1", "GET/nowhere"):
        for scopes, opened in [
            ({"other/one"}, {"PUT/health", "GET/"}),
            (READER, {"PUT/health", "GET/", "GET/invoices", "GET/invoices/1"}),
            (WRITER, {"PUT/health", "GET/", "GET/invoices", "GET/invoices/1", "POST/invoices", "DELETE/invoices/1"}),
        ]:
            got = answer(scopes, event=event, request=request)
            asked = ["PUT/health", "GET/", "GET/invoices", "GET/invoices/1", "POST/invoices", "DELETE/invoices/1"]
            assert {one for one in asked if allows(got, one)} == opened


@pytest.mark.parametrize(
    "request_",
    [
        "GET/Invoices/1",  # another case
        "get/invoices/1",
        "HEAD/invoices/1",  # GET isn't HEAD
        "OPTIONS/invoices",
        "PUT/invoices/1",
        "GET/invoicesx/1",
        "GET/invoices.json",
        "GET//invoices",
        "GET/x/invoices/1",
        "GET/admin/health",  # `*/health` would match it
        "GET/health/",
        "GET/invoices/",
        "GET/invoices/1/",
        "GET/invoices//admin",
        "GET/invoices/./admin",
        "GET/invoices/.",
        "GET/invoices/..;/admin",
        "GET/invoices/..%5cadmin",
        "GET/invoices/..%5Cadmin",
        "GET/invoices/%252e%252e/admin",
        "GET/inv%6fices/1",
        "GET/invoices/../admin",
        "GET/invoices/1/..",
        "GET/invoices/..",
        "GET/invoices/%2e%2e/admin",
        "GET/invoices/%2E%2E%2Fadmin",
        "GET/invoices/.%2e/admin",
        "GET/invoices%2f1",
        "GET/invoices/1%2Fadmin",
        "GET/*",
        "GET/?nvoices",
        "*/invoices",
        "GET/invoiceſ/1",
        "GET/admin",
    ],
)
def test_a_path_that_is_no_listed_route_is_closed(request_: str) -> None:
    got = answer(WRITER, request=request_)
    assert not allows(got, request_)


@pytest.mark.parametrize("path", ["*", "?", "1/lines/2", "a:b", "é", "%C3%A9", "a.b", "..a", "a..", "${aws:username}"])
def test_a_parameter_is_any_text(path: str) -> None:
    assert allows(answer(READER), f"GET/invoices/{path}")


def test_where_no_route_is_open_all_are_denied() -> None:
    got = answer({"other/one"}, {"GET /invoices": "invoices/read"})
    assert got["policyDocument"]["Statement"] == [
        {"Action": "execute-api:Invoke", "Effect": "Deny", "Resource": [f"{STAGE}/*/*"]}
    ]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "GET",
        "GET ",
        "GET invoices",
        "get /invoices",
        "* /invoices",
        "GET  /invoices",
        "GET /invoices ",
        "GET /invoices\n",
        "GET /invoices/{id}",
        "GET /invoices/?",
        "GET /${aws:username}",
        "GET /a%2fb",
        "GET /é",
        "$default",
        "CONNECT /",
        "GET /" + "a" * (LONGEST_ROUTE - 4),
    ],
)
def test_what_is_no_route_is_an_error_with_a_cure(name: str) -> None:
    with pytest.raises(ValueError, match="is no route; write"):
        routes_of({name: []})


@pytest.mark.parametrize(
    "routes",
    [
        {"GET /invoices/*": "read", "GET /invoices/*/audit": "audit"},
        {"GET /invoices/*/audit": "audit", "GET /invoices/*": "read"},
        {"GET /*": [], "GET /invoices": "read"},
        {"ANY /*": "read", "DELETE /admin/*": ["admin"]},
        {"ANY /admin": "read", "DELETE /admin": ["read", "admin"]},
        {"GET /a/*": "one", "GET /*/b": "two"},
        {"GET /a/*": ["one", "two"], "GET /*/b": "two"},
        {"GET /a/*": "one", "GET /a/**": "two"},
    ],
)
def test_a_wide_route_that_would_open_a_narrow_one_is_an_error(routes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="slashes"):
        routes_of(routes)


@pytest.mark.parametrize(
    "routes",
    [
        {"GET /*": ["read", "admin"], "GET /invoices/*": "read", "GET /health": []},
        {"GET /invoices/*": "read", "POST /invoices/*": "write"},
        {"GET /invoices": "list", "GET /invoices/*": "read"},
        {"GET /a/*": "one", "GET /*/b": "one"},
        {"GET /*/lines": "lines", "GET /*/audit": "audit"},
    ],
)
def test_routes_that_open_no_other_are_taken(routes: dict[str, Any]) -> None:
    assert routes_of(routes)


def test_a_resource_is_never_longer_than_api_gateway_takes() -> None:
    stage = f"arn:aws-us-gov:execute-api:ap-southeast-12:123456789012:{'a' * 40}/{'s' * 128}"
    path = "/" + "a" * (LONGEST_ROUTE - len("OPTIONS /"))
    routes: dict[str, Any]
    for routes in ({f"OPTIONS {path}": []}, {f"ANY {path[:-4]}": []}):
        document = answer(set(READER), routes, stage=stage)["policyDocument"]
        assert max(len(arn) for one in document["Statement"] for arn in one["Resource"]) <= 512


def test_any_stands_for_each_method_alone() -> None:
    assert [route.pattern for route in routes_of({"ANY /a": []})] == [f"{method}/a" for method in METHODS]


# All texts that can tell patterns of at most four characters apart; `c` stands in none of them.
TEXTS = ["".join(letters) for length in range(6) for letters in product("abc", repeat=length)]
PATTERNS = st.text("ab*", max_size=4)
SCOPES = st.sets(st.sampled_from("xyz"))


def matched(pattern: str) -> set[str]:
    return {text for text in TEXTS if fits(pattern, text)}


@given(st.dictionaries(PATTERNS, SCOPES, min_size=1, max_size=3), SCOPES)
def test_no_token_gets_through_to_a_route_whose_scopes_it_lacks(routes: dict[str, set[str]], scopes: set[str]) -> None:
    """Held against all texts: a request goes by the narrowest routes that match it, as in API Gateway."""
    texts = {pattern: matched(pattern) for pattern in routes}
    try:
        made = routes_of({f"GET /{pattern}": needed for pattern, needed in routes.items()})
    except ValueError:
        made = None
    sound = all(
        not texts[one] & texts[other] or texts[one] < texts[other] or routes[one] >= routes[other]
        for one in routes
        for other in routes
    )
    assert (made is not None) == sound
    assume(made is not None)
    assert made is not None
    document = {"policyDocument": policy_for(STAGE, made, frozenset(scopes))}
    for text in TEXTS:
        hit = [pattern for pattern in routes if text in texts[pattern]]
        narrowest = [one for one in hit if not any(texts[other] < texts[one] for other in hit)]
        if allows(document, f"GET/{text}"):
            assert hit
            assert all(routes[one] <= scopes for one in narrowest)
        else:
            assert not any(routes[one] <= scopes for one in hit)
