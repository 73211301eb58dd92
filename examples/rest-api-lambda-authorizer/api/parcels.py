"""The parcels of a REST API, behind the Lambda authorizer; needs no package, pretoken included."""

from __future__ import annotations

import json
from typing import Any

PARCELS = {"acme": ["P-1", "P-2"], "globex": ["P-3"]}  # stands for a table that is keyed by tenant


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer a request, whose token and scopes API Gateway has had checked."""
    caller = event["requestContext"]["authorizer"]  # text only; lists are JSON
    parcels = PARCELS.get(caller.get("tenant_id"), [])
    wanted = (event["pathParameters"] or {}).get("id")
    if wanted is None:
        return answer(200, {"parcels": parcels, "groups": json.loads(caller["groups"])})
    if wanted not in parcels:
        return answer(404, {"parcel": None})
    if event["httpMethod"] == "DELETE":
        return answer(200, {"deleted": wanted, "by": caller["principalId"]})
    return answer(200, {"parcel": wanted})


def answer(status: int, body: dict[str, Any]) -> dict[str, Any]:
    """Give a response in the form that API Gateway takes."""
    return {"statusCode": status, "body": json.dumps(body)}
