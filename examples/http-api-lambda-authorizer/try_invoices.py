"""Call the authorizer and the function as API Gateway does, with tokens of a user pool that is only here; no AWS."""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from pretoken.testing import TokenIssuer

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "authorizer"), str(HERE / "api")]  # as in Lambda, where the files stand at the top
ISSUER = TokenIssuer()
WEB = "7q3webexample1client0id"
os.environ |= {"USER_POOL_ID": ISSUER.user_pool_id, "CLIENT_IDS": WEB, "JWKS": json.dumps(ISSUER.jwks)}
os.environ["BILLING_KEY_ARN"] = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-4000-8000-000000000000"

import invoice_authorizer  # noqa: E402 - only now it is found
import invoices  # noqa: E402 - as above

invoices.RECIPIENT = ISSUER.recipient("billing-api")  # with a KMS that is only here
ROUTE_ARN = "arn:aws:execute-api:eu-west-1:123456789012:abcdef123/$default/GET/invoices"


def call(token: str) -> str:
    """Give what the client gets of GET /invoices, in payload format 2.0."""
    headers = {"authorization": f"Bearer {token}"}
    event = {"version": "2.0", "rawPath": "/invoices", "headers": headers, "requestContext": {}}
    asked = {"type": "REQUEST", "routeArn": ROUTE_ARN, "identitySource": [*headers.values()]}
    log = io.StringIO()
    try:
        with redirect_stdout(log):
            answer = invoice_authorizer.handler(event | asked, None)
    except Exception as error:
        if str(error) != "Unauthorized":
            raise
        return f"401 Unauthorized; logged: {json.loads(log.getvalue())['code']}"
    if not answer["isAuthorized"]:
        return f"403 Forbidden; logged: {json.loads(log.getvalue())['code']}"
    event["requestContext"] = {"authorizer": {"lambda": answer["context"]}}
    response = invoices.handler(event, None)
    return f"{response['statusCode']} {response['body']}"


good: dict[str, Any] = {"scopes": ["invoices/read"], "groups": ["staff"], "claims": {"tenant_id": "acme"}}
person = {"billing-api": {"email": "anna@example.com"}}
for name, token in {
    "access token": ISSUER.access_token(**good),
    "with an address": ISSUER.access_token(**good, encrypted=person),
    "another's message": ISSUER.broken("message_of_another_user", **good, encrypted=person),
    "no scope": ISSUER.access_token(claims={"tenant_id": "acme"}),
    "ID token": ISSUER.id_token(),
    "expired": ISSUER.broken("expired", **good),
    "other client": ISSUER.access_token(**good, client_id="another0client"),
}.items():
    print(f"{name:18} {call(token)}")
