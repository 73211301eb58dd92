"""GET and POST /orders of a REST API, whose Cognito authorizer has verified the access token."""

from __future__ import annotations

import json
import os
from typing import Any

from pretoken.verifier import CheckRefused, Refused, gateway_claims

USER_POOL_ID = os.environ["USER_POOL_ID"]
CLIENT_IDS = os.environ["CLIENT_IDS"].split(",")
ROLES = {"admin", "editor", "auditor"}  # all that the claim `roles` can hold
ORDERS = {"acme": ["A-1", "A-2"], "globex": ["G-1"]}  # stands for a table that is keyed by tenant


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer a request, or say why it is refused."""
    try:
        return _answer(201, create(event)) if event["httpMethod"] == "POST" else _answer(200, read(event))
    except Refused as refused:
        answer = _answer(refused.status, {"error": refused.code})
        return answer | {"headers": {"WWW-Authenticate": refused.www_authenticate}}


def read(event: dict[str, Any]) -> dict[str, Any]:
    """Give the orders of the caller's tenant."""
    claims = gateway_claims(event, user_pool_id=USER_POOL_ID, client_ids=CLIENT_IDS, scopes="orders/read")
    tenant = claims.text("tenant_id")
    if tenant is None:  # a missing claim means less, never more
        raise CheckRefused
    return {"tenant": tenant, "orders": ORDERS.get(tenant, [])}


def create(event: dict[str, Any]) -> dict[str, Any]:
    """Take an order, if the caller is an adult and may write in his tenant."""
    claims = gateway_claims(event, user_pool_id=USER_POOL_ID, client_ids=CLIENT_IDS, scopes="orders/write")
    tenant, roles = claims.text("tenant_id"), claims.names("roles", known=ROLES)
    if tenant is None or claims.boolean("adult") is not True or roles.isdisjoint({"admin", "editor"}):
        raise CheckRefused
    return {"tenant": tenant, "ordered_by": claims.sub}


def _answer(status: int, body: dict[str, Any]) -> dict[str, Any]:
    return {"statusCode": status, "body": json.dumps(body)}
