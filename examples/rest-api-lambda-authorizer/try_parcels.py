"""Call the authorizer and the function as API Gateway does, with tokens of a user pool that is only here; no AWS."""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import redirect_stdout
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from pretoken.testing import TokenIssuer

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "authorizer"), str(HERE / "api")]  # as in Lambda, where the files stand at the top
ISSUER = TokenIssuer()
WEB = "7q3webexample1client0id"
os.environ |= {"USER_POOL_ID": ISSUER.user_pool_id, "CLIENT_IDS": WEB, "JWKS": json.dumps(ISSUER.jwks)}

import parcel_authorizer  # noqa: E402 - only now it is found
import parcels  # noqa: E402 - as above

STAGE = "arn:aws:execute-api:eu-west-1:123456789012:abcdef123/live"
CACHE: dict[str, dict[str, Any]] = {}


def call(method: str, path: str, token: str) -> str:
    """Give what the client gets."""
    arn = f"{STAGE}/{method}{path}"
    log = io.StringIO()
    try:
        with redirect_stdout(log):
            answer = CACHE.get(token) or parcel_authorizer.handler(
                {"type": "TOKEN", "authorizationToken": f"Bearer {token}", "methodArn": arn}, None
            )
    except Exception as error:
        if str(error) != "Unauthorized":
            raise
        return f"401 Unauthorized; logged: {json.loads(log.getvalue())['code']}"
    CACHE[token] = answer
    if not allows(answer["policyDocument"], arn):
        return "403 Forbidden"
    context = {name: str(value) for name, value in answer["context"].items()} | {"principalId": answer["principalId"]}
    parameters = {"id": path.split("/")[2]} if path.count("/") > 1 else None
    event = {"httpMethod": method, "path": path, "pathParameters": parameters}
    response = parcels.handler(event | {"requestContext": {"authorizer": context}}, None)
    return f"{response['statusCode']} {response['body']}"


def allows(policy: dict[str, Any], arn: str) -> bool:
    """Say what a policy says of a request."""
    statements = policy["Statement"]
    effects = {one["Effect"] for one in statements if any(fnmatchcase(arn, resource) for resource in one["Resource"])}
    return effects == {"Allow"}


acme: dict[str, Any] = {"groups": ["staff"], "claims": {"tenant_id": "acme"}}
TOKENS = {
    "reader": ISSUER.access_token(**acme, scopes=["parcels/read"]),
    "writer": ISSUER.access_token(**acme, scopes=["parcels/read", "parcels/write"]),
    "no scope": ISSUER.access_token(**acme),
    "ID token": ISSUER.id_token(),
    "expired": ISSUER.broken("expired", **acme),
}
for name, method, path in [
    ("reader", "GET", "/parcels"),
    ("reader", "GET", "/parcels/P-1"),
    ("reader", "GET", "/parcels/P-3"),
    ("reader", "DELETE", "/parcels/P-1"),
    ("writer", "DELETE", "/parcels/P-1"),
    ("writer", "GET", "/parcels/../live"),
    ("no scope", "GET", "/parcels"),
    ("ID token", "GET", "/parcels"),
    ("expired", "GET", "/parcels"),
]:
    print(f"{name:9} {method:6} {path:16} {call(method, path, TOKENS[name])}")
