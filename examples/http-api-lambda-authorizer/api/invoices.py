"""GET /invoices of an HTTP API, behind the Lambda authorizer."""

from __future__ import annotations

import json
import os
from typing import Any

from pretoken.sealing import OpeningError
from pretoken.verifier import Recipient

RECIPIENT = Recipient("billing-api", key=os.environ["BILLING_KEY_ARN"])
INVOICES = {"acme": ["I-1", "I-2"], "globex": ["I-3"]}  # stands for a table that is keyed by tenant


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """List the invoices of the caller's tenant, and say where a copy would go."""
    caller = event["requestContext"]["authorizer"]["lambda"]
    invoices = INVOICES.get(caller.get("tenant_id"), [])
    body = {"by": caller["sub"], "groups": json.loads(caller["groups"]), "invoices": invoices, "copy_to": email(caller)}
    return {"statusCode": 200, "body": json.dumps(body)}


def email(caller: dict[str, Any]) -> str | None:
    """Open what is encrypted for this API; whoever may not be told has no address here."""
    message = caller.get("encrypted_for_billing_api")
    try:
        members = RECIPIENT.open(message, sub=caller["sub"]) if message else {}
    except OpeningError:
        return None
    return members.get("email")
