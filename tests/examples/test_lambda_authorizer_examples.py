"""The examples of Lambda authorizers are what API Gateway asks before every route, and run as Lambda runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pretoken.testing import TokenIssuer
from tests.examples.sample_events import EXAMPLES
from tests.examples.test_sam_examples import needs_sam, resources, run
from tests.runtime.emulator import MISSING, Emulator
from tests.template.conftest import SAM
from tests.verifier.authorizer_events import allows, http_api_2, token

ISSUER = TokenIssuer()
VARIABLES = {
    "USER_POOL_ID": ISSUER.user_pool_id,
    "CLIENT_IDS": "7q3webexample1client0id",
    "JWKS": json.dumps(ISSUER.jwks),
}
EXAMPLE = {"http": "http-api-lambda-authorizer", "rest": "rest-api-lambda-authorizer"}

Event = Callable[..., dict[str, Any]]


def body(example: str) -> dict[str, Any]:
    """Give the OpenAPI document that SAM makes of the API."""
    (found,) = (
        one["Properties"]["Body"]
        for one in resources(EXAMPLES / EXAMPLE[example] / "template.yaml").values()
        if "Body" in one["Properties"]
    )
    assert isinstance(found, dict)
    return found


@needs_sam
@pytest.mark.parametrize("example", EXAMPLE)
def test_the_authorizer_is_asked_before_every_route(example: str) -> None:
    routes = [
        route for path in body(example)["paths"].values() for method, route in path.items() if method != "options"
    ]
    assert routes
    for route in routes:
        assert [list(one) for one in route["security"]] == [["AccessToken"]]


@needs_sam
def test_answers_are_cached_by_the_token_and_in_the_form_that_the_function_gives() -> None:
    (http,) = body("http")["components"]["securitySchemes"].values()
    settings = http["x-amazon-apigateway-authorizer"]
    assert settings["identitySource"] == ["$request.header.Authorization"]
    assert settings["enableSimpleResponses"] is True
    assert settings["authorizerPayloadFormatVersion"] == "2.0"
    (rest,) = body("rest")["securityDefinitions"].values()
    assert (rest["name"], rest["in"]) == ("Authorization", "header")
    assert rest["x-amazon-apigateway-authorizer"]["type"] == "token"


@needs_sam
def test_only_the_function_that_opens_may_decrypt_and_only_under_its_context() -> None:
    found = resources(EXAMPLES / EXAMPLE["http"] / "template.yaml")
    policies = {
        name: one["Properties"].get("Policies") for name, one in found.items() if one["Type"] == "AWS::IAM::Role"
    }
    (policy,) = policies.pop("InvoicesRole")
    assert policies == {"AuthorizerRole": None}
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Action"], statement["Resource"]) == ("kms:Decrypt", {"Ref": "BillingKeyArn"})
    assert statement["Condition"] == {
        "StringEquals": {"kms:EncryptionContext:recipient": "billing-api"},
        "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["recipient"]},
    }


@needs_sam
@pytest.mark.skipif(bool(MISSING), reason=MISSING)
@pytest.mark.parametrize(
    ("example", "module", "event", "scope", "request_"),
    [
        ("http", "invoice_authorizer", http_api_2, "invoices/read", "GET/invoices"),
        ("rest", "parcel_authorizer", token, "parcels/read", "GET/parcels"),
    ],
)
def test_what_sam_builds_runs_as_lambda_runs_it(
    tmp_path: Path, example: str, module: str, event: Event, scope: str, request_: str
) -> None:
    answer = run(SAM / "sam", "build", "--build-dir", tmp_path, folder=EXAMPLES / EXAMPLE[example])
    assert answer.returncode == 0, answer.stderr
    good = ISSUER.access_token(scopes=[scope], username="anna@example.com")
    wrong = ISSUER.id_token(username="anna@example.com")
    with Emulator(tmp_path / "Authorizer", VARIABLES, handler=f"{module}.handler") as function:
        let_in = function.invoke(event(f"Bearer {good}", request=request_))
        assert let_in["context"]["scopes"] == json.dumps([scope])
        assert let_in["isAuthorized"] if example == "http" else allows(let_in, request_)
        refused = function.invoke(event(f"Bearer {wrong}", request=request_))
        assert refused["errorMessage"] == "Unauthorized"
    assert [line["code"] for line in function.lines if line.get("message") == "refused"] == ["id-token"]
    assert "anna@example.com" not in function.output
    for part in (*good.split("."), *wrong.split(".")):
        assert part not in function.output
