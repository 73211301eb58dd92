"""POST /orders/{id}/approval of an HTTP API, whose JWT authorizer has verified the access token."""

from __future__ import annotations

import json
import os
from typing import Any

from pretoken.verifier import CheckRefused, Refused, gateway_claims

USER_POOL_ID = os.environ["USER_POOL_ID"]
CLIENT_IDS = os.environ["CLIENT_IDS"].split(",")
# All that the claim `permissions` can hold.
PERMISSIONS = {"orders:approve", "orders:change", "orders:refund", "orders:export"}
ORDERS = {"acme": ["A-1", "A-2"], "globex": ["G-1"]}  # stands for a table that is keyed by tenant


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer a request, or say why it is refused."""
    try:
        return _answer(200, approve(event))
    except Refused as refused:
        answer = _answer(refused.status, {"error": refused.code})
        return answer | {"headers": {"WWW-Authenticate": refused.www_authenticate}}


def approve(event: dict[str, Any]) -> dict[str, Any]:
    """Approve an order of the caller's tenant, if he may."""
    claims = gateway_claims(event, user_pool_id=USER_POOL_ID, client_ids=CLIENT_IDS, scopes="orders/write")
    tenant, order = claims.text("tenant_id"), event["pathParameters"]["id"]
    permissions = claims.names("permissions", known=PERMISSIONS)
    if "orders:approve" not in permissions or order not in ORDERS.get(tenant or "", []):
        raise CheckRefused
    return {"approved": order, "tenant": tenant, "by": claims.sub}


def _answer(status: int, body: dict[str, Any]) -> dict[str, Any]:
    return {"statusCode": status, "body": json.dumps(body)}
