"""The pages about gateways show what gateways hand over, functions that run, and the limits that are checked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from inspect import signature
from typing import Any

import pytest

from pretoken.checks.sizes.check import CONSUMERS
from pretoken.sealing import Sealer, local_kms_client, opener
from pretoken.testing import TokenIssuer
from pretoken.verifier import GatewayClaims, IdTokenRefused, LambdaAuthorizer, NoTokenRefused, ScopeRefused
from pretoken.verifier.invoke_policy import LONGEST_ROUTE
from tests.docs.pages import PAGES, ROOT, block, prose_of, rows, section
from tests.verifier import authorizer_events
from tests.verifier.gateways import GATEWAYS, appsync, http_api, rest_api

AUTHORIZER = "consumers/lambda-authorizer.md"
REST, HTTP, APPSYNC = "consumers/rest-api.md", "consumers/http-api.md", "consumers/appsync.md"
CLAIMS = "consumers/gateway-claims.md"
CONSUMER_PAGES = [page for page in PAGES if page.startswith("consumers/") and page != CLAIMS]
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
TOKEN: dict[str, Any] = {
    "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34",
    "sub": "c0ffee00-0000-4000-8000-000000000000",
    "client_id": "7q3webexample1client0id",
    "token_use": "access",
    "scope": "openid orders/read orders/write invoices/read",
    "cognito:groups": ["admins", "editors"],
    "permissions": ["orders:approve", "orders:refund"],
    "tenant_id": "acme",
}
ID_TOKEN: dict[str, Any] = {**TOKEN, "token_use": "id"}

Gateway = Callable[[dict[str, Any]], dict[str, Any]]


def module(page: str, path: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(block(page, path).text, names)  # noqa: S102 - it is our own page
    return names


@pytest.mark.parametrize("page", CONSUMER_PAGES)
def test_a_page_says_which_token_what_arrives_and_what_does_not(page: str) -> None:
    assert re.search(r"^\*\*Send the (access|ID) token\*\*", prose_of(page), re.MULTILINE)
    assert section(page, "What doesn't arrive")
    assert section(page, "Pitfalls")


def test_the_guide_leads_to_every_page() -> None:
    guide = prose_of("which-token.md")
    assert [page for page in [*CONSUMER_PAGES, CLAIMS] if f"]({page})" not in guide] == []


@pytest.mark.parametrize(("page", "gateway"), [(REST, rest_api), (HTTP, http_api)])
def test_what_arrives_is_what_the_gateway_makes_of_it(page: str, gateway: Gateway) -> None:
    compared = 0
    for token, arrives in rows(section(page, "What arrives"), "in the token"):
        written = re.match(r'`(["\[{\dtn].*?)`', token)
        if written and (shown := re.match(r"`(.*?)`", arrives)):
            authorizer = gateway({"claim": json.loads(written[1])})["requestContext"]["authorizer"]
            assert authorizer.get("jwt", authorizer)["claims"]["claim"] == shown[1]
            compared += 1
    assert compared >= 4


@pytest.mark.parametrize(("page", "gateway"), [(REST, rest_api), (HTTP, http_api)])
def test_the_function_of_a_page_gives_refunds_to_those_who_may(page: str, gateway: Gateway) -> None:
    handler = module(page, "api/refunds.py")["handler"]
    assert handler(gateway(TOKEN), None) == {"statusCode": 200, "body": "a refund in acme"}
    nobody = TOKEN | {"permissions": ["orders:approve"], "cognito:groups": ["editors"]}
    separator = "," if gateway is rest_api else " "
    trick = nobody | {"permissions": [f"not{separator}orders:refund"], "cognito:groups": [f"not{separator}admins"]}
    for claims, status in ((nobody, 403), (trick, 401), (ID_TOKEN, 401), (TOKEN | {"scope": "openid"}, 403)):
        answer = handler(gateway(claims), None)
        assert answer["statusCode"] == status
        assert answer["headers"]["WWW-Authenticate"].startswith("Bearer error=")


@pytest.mark.parametrize("gateway", [rest_api, http_api])
def test_behind_a_gateway_the_message_is_opened(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    client = local_kms_client()
    monkeypatch.setattr(opener, "kms_clients", lambda: lambda _region: client)
    bill_to = module(REST, "api/invoices.py")["bill_to"]
    person = {"email": "anna@example.com"}
    message = Sealer({"billing-api": KEY}, client_for=lambda _region: client).seal("billing-api", person, TOKEN["sub"])
    assert bill_to(gateway(TOKEN | {"encrypted_for_billing_api": message})) == person
    assert bill_to(gateway(TOKEN)) == {}
    with pytest.raises(IdTokenRefused):
        bill_to(gateway(ID_TOKEN | {"encrypted_for_billing_api": message}))


def test_the_resolver_of_the_page_resolves() -> None:
    handler = module(APPSYNC, "resolver/orders.py")["handler"]
    assert handler(appsync(TOKEN), None) == ["orders of acme"]
    with pytest.raises(ScopeRefused):
        handler(appsync(TOKEN | {"scope": "openid"}), None)


def test_the_authorizer_of_the_page_opens_what_the_scopes_open() -> None:
    handler = module(AUTHORIZER, "authorizer/app.py")["handler"]
    issuer = TokenIssuer()
    handler._verifier = issuer.verifier()
    reader = issuer.access_token(scopes=["invoices/read"], claims={"tenant_id": "acme"})
    answer = handler(authorizer_events.token(f"Bearer {reader}"), None)
    assert answer["context"]["tenant_id"] == "acme"
    assert [
        authorizer_events.allows(answer, one) for one in ("GET/invoices", "GET/invoices/1", "DELETE/invoices/1")
    ] == [
        True,
        True,
        False,
    ]


def test_the_table_of_the_authorizer_has_all_its_arguments() -> None:
    arguments = set(signature(LambdaAuthorizer).parameters) - {"verifier"}
    table = rows(section(AUTHORIZER, "With pretoken"), "argument")
    assert {name for row in table for name in re.findall(r"`(\w+)`", row[0])} == arguments
    assert f"at most {LONGEST_ROUTE}" in prose_of(AUTHORIZER)


def test_behind_a_load_balancer_the_token_is_verified_or_missing() -> None:
    caller = module("consumers/alb.md", "api/caller.py")["caller"]

    class Verifier:
        def verify(self, token: str, *, scopes: str) -> tuple[str, str]:
            return token, scopes

    assert caller({"x-amzn-oidc-accesstoken": "eyJ"}, Verifier()) == ("eyJ", "orders/read")
    with pytest.raises(NoTokenRefused):
        caller({"x-amzn-oidc-data": "eyJ"}, Verifier())


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_the_function_of_any_gateway_reads_claims(gateway: Gateway) -> None:
    handler = module(CLAIMS, "api/reports.py")["handler"]
    token = TOKEN | {"scope": "reports/read", "level": 7}
    assert handler(gateway(token), None) == {"statusCode": 200, "body": "7 in acme"}
    for changed, status in (
        ({"scope": "openid"}, 403),
        ({"cognito:groups": ["editors"]}, 403),
        ({"cognito:groups": ["not admins", "not,admins"]}, 401),
        ({"level": "high"}, 401),
        ({"token_use": "id"}, 401),
    ):
        assert handler(gateway(token | changed), None)["statusCode"] == status


def test_the_table_of_what_is_read_has_every_name() -> None:
    told = {name for row in rows(prose_of(CLAIMS), "in the token") for name in re.findall(r"\.(\w+)", row[1])}
    assert told == {*GatewayClaims.__slots__, "text", "boolean", "number", "names", "object"} - {
        "_claims",
        "_separator",
        "is_machine",
    }


def test_the_limits_are_those_that_are_checked() -> None:
    for page in (REST, HTTP, AUTHORIZER):
        assert "](gateway-claims.md#the-size-of-a-token)" in section(page, "Limits")
    for page, title, consumer in (
        (CLAIMS, "The size of a token", "api_gateway"),
        (CLAIMS, "The size of a token", "private_rest_api"),
        ("consumers/alb.md", "Limits", "alb"),
    ):
        text = section(page, title)
        assert f"{CONSUMERS[consumer].takes:,}" in text
        assert consumer in text


@pytest.mark.parametrize(
    ("page", "example"),
    [
        (REST, "rest-api"),
        (HTTP, "http-api"),
        (APPSYNC, "appsync"),
        (AUTHORIZER, "rest-api-lambda-authorizer"),
        (AUTHORIZER, "http-api-lambda-authorizer"),
    ],
)
def test_a_page_leads_to_its_example(page: str, example: str) -> None:
    assert f"](../../examples/{example}/README.md)" in prose_of(page)
    assert (ROOT / "examples" / example / "template.yaml").is_file()
