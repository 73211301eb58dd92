"""What a team would write by hand: one GetItem by the AWS SDK, and two claims of it."""

from __future__ import annotations

import os
from typing import Any

import botocore.session
from botocore.config import Config

CONFIG = Config(connect_timeout=0.25, read_timeout=0.25, retries={"total_max_attempts": 2, "mode": "standard"})
client: Any = botocore.session.get_session().create_client("dynamodb", os.environ.get("AWS_REGION"), config=CONFIG)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer an event."""
    key = {"pk": {"S": f"USER#{event['request']['userAttributes']['sub']}"}}
    item = client.get_item(TableName=os.environ["MEMBERSHIPS_TABLE"], Key=key)["Item"]
    claims = {"tenant_id": item["default_tenant"]["S"], "plan": item["plan"]["S"]}
    event["response"] = {"claimsAndScopeOverrideDetails": {"accessTokenGeneration": {"claimsToAddOrOverride": claims}}}
    return event
