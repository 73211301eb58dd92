"""The fields `orders` and `approveOrder` of a GraphQL API, for which AppSync has verified the access token."""

from __future__ import annotations

import os
from typing import Any

from pretoken.verifier import CheckRefused, gateway_claims

USER_POOL_ID = os.environ["USER_POOL_ID"]
CLIENT_IDS = os.environ["CLIENT_IDS"].split(",")
# All that the claim `permissions` can hold.
PERMISSIONS = {"orders:approve", "orders:change", "orders:refund", "orders:export"}
ORDERS = {"acme": ["A-1", "A-2"], "globex": ["G-1"]}  # stands for a table that is keyed by tenant


def handler(event: dict[str, Any], _context: object) -> Any:
    """Resolve a field; a refusal is an error of the GraphQL answer, with the refusal's constant text."""
    return FIELDS[event["info"]["fieldName"]](event)


def orders(event: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the orders of the caller's tenant."""
    claims = gateway_claims(event, user_pool_id=USER_POOL_ID, client_ids=CLIENT_IDS, scopes="orders/read")
    tenant = claims.text("tenant_id")
    return [{"id": order, "tenant": tenant} for order in ORDERS.get(tenant or "", [])]


def approve_order(event: dict[str, Any]) -> dict[str, Any]:
    """Approve an order of the caller's tenant, if he may."""
    claims = gateway_claims(event, user_pool_id=USER_POOL_ID, client_ids=CLIENT_IDS, scopes="orders/write")
    tenant, order = claims.text("tenant_id"), event["arguments"]["id"]
    permissions = claims.names("permissions", known=PERMISSIONS)
    if "orders:approve" not in permissions or order not in ORDERS.get(tenant or "", []):
        raise CheckRefused
    return {"id": order, "tenant": tenant}


FIELDS = {"orders": orders, "approveOrder": approve_order}
