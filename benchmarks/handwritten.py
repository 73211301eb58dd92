"""The handler that a careful team would write by hand instead of the sample policy: the named alternative.

It makes the same response for the sample events. Lookup answers and encryption are given, as they are to pretoken's.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

WEB_CLIENTS = {"7q3webexample1client0id"}
WORKER_CLIENTS = {"4w9workerexample1client"}
ROLE_OF_GROUP = {"admins": "admin", "editors": "editor", "auditors": "auditor"}
SCOPES_OF_GROUP = {
    "admins": ["orders/read", "orders/write"],
    "editors": ["orders/read", "orders/write"],
    "auditors": ["orders/read"],
}


def handler(
    event: dict[str, Any],
    now: int,
    lookup: Callable[[str, dict[str, str]], dict[str, Any] | None],
    seal: Callable[[str, dict[str, Any], str], str],
) -> dict[str, Any]:
    """Answer an event."""
    request = event["request"]
    client = event["callerContext"]["clientId"]
    attributes = request.get("userAttributes") or {}
    scopes = request.get("scopes") or []
    add: list[str] = []
    suppress = [scope for scope in scopes if scope == "aws.cognito.signin.user.admin"]
    claims: dict[str, Any] = {}
    access: dict[str, Any] = {"claimsToAddOrOverride": claims}
    details: dict[str, Any] = {"accessTokenGeneration": access}
    if client in WORKER_CLIENTS and "sub" not in attributes:
        claims.update(service="order-worker", tenant_kind="all", permissions=["orders:export"])
        suppress = [scope for scope in scopes if not scope.startswith("orders/")]
    elif client in WEB_CLIENTS and "sub" in attributes:
        configuration = request.get("groupConfiguration") or {}
        groups = configuration.get("groupsToOverride") or []
        row = lookup("user", {"pk": f"USER#{attributes['sub']}"}) or {}
        tenant = attributes.get("custom:active_tenant")
        if tenant not in row.get("tenants", ()):
            tenant = row.get("default_tenant")
        if tenant:
            claims["tenant_id"] = tenant
        claims["plan"] = row.get("plan") or "free"
        if attributes.get("birthdate"):
            born, today = date.fromisoformat(attributes["birthdate"]), datetime.fromtimestamp(now, UTC).date()
            had_birthday = (today.month, today.day) >= (born.month, born.day)
            claims["adult"] = today.year - born.year - (not had_birthday) >= 18  # noqa: PLR2004 - of age
        claims["roles"] = sorted({ROLE_OF_GROUP[group] for group in groups if group in ROLE_OF_GROUP})
        permissions: set[str] = set()
        if "admins" in groups:
            permissions.update(("orders:approve", "orders:refund"))
        if "admins" in groups or "editors" in groups:
            permissions.add("orders:change")
        if permissions:
            claims["permissions"] = sorted(permissions)
        granted = {scope for group in groups for scope in SCOPES_OF_GROUP.get(group, ())}
        add = sorted(granted.difference(scopes))
        if "invoices/read" in scopes:
            names = {"email": "email", "name": "name", "employee_number": "custom:employee_number"}
            members = {name: attributes[key] for name, key in names.items() if attributes.get(key)}
            if members:
                claims["encrypted_for_billing_api"] = seal("billing-api", members, attributes["sub"])
        shown = (attributes.get("given_name") or "").strip() or (attributes.get("nickname") or "").strip()
        details["idTokenGeneration"] = {
            "claimsToAddOrOverride": {"display_name": shown or "friend"},
            "claimsToSuppress": ["phone_number", "address"],
        }
        own_groups = [group for group in groups if not group.startswith(f"{event['userPoolId']}_")]
        if own_groups != groups:
            details["groupOverrideDetails"] = {**configuration, "groupsToOverride": own_groups}
    else:
        raise PermissionError
    if add:
        access["scopesToAdd"] = add
    if suppress:
        access["scopesToSuppress"] = suppress
    event["response"] = {"claimsAndScopeOverrideDetails": details}
    return event


def json_handler(text: str, *rest: Any) -> str:
    """Answer an event from JSON to JSON."""
    return json.dumps(handler(json.loads(text), *rest))
