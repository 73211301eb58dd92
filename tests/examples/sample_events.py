"""The events of the examples: tokens that the sample policy makes, in the form in which each gateway hands them over.

`python -m tests.examples.sample_events` writes them.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from pretoken.policy.load import load_policy
from pretoken.simulator.lookups import answers_of
from pretoken.simulator.simulation import Simulator
from tests.verifier.gateways import appsync, http_api, rest_api

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
NOW = 1795758321
ROW = {"tenants": ["acme", "globex"], "default_tenant": "acme", "plan": "team"}


def sign_in(event: str, groups: list[str] | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the claims of the access token and of the ID token of a sign-in, in which nothing is encrypted."""
    raw = json.loads((ROOT / "events" / event).read_text(encoding="utf-8"))
    raw["request"]["scopes"] = [scope for scope in raw["request"]["scopes"] if scope != "invoices/read"]
    if groups is not None:
        raw["request"]["groupConfiguration"]["groupsToOverride"] = groups
    after = _simulator().run(raw, answers_of({"user": ROW}), now=NOW).after
    assert after
    return dict(after.access_token), dict(after.id_token or {})


@cache
def _simulator() -> Simulator:
    return Simulator(load_policy(ROOT / "policies").plan())


def events() -> dict[str, dict[str, Any]]:
    """Give the events by their path below `examples/`."""
    admin, id_token = sign_in("v2-sign-in.json")
    editor, _ = sign_in("v2-sign-in.json", ["editors"])
    auditor, _ = sign_in("v2-sign-in.json", ["auditors"])
    worker, _ = sign_in("v3-machine.json")
    stranger = admin | {"client_id": "another0client"}
    orders = {"resource": "/orders", "path": "/orders"}
    get, post = orders | {"httpMethod": "GET"}, orders | {"httpMethod": "POST", "body": "{}"}
    approval = {
        "routeKey": "POST /orders/{id}/approval",
        "rawPath": "/orders/A-1/approval",
        "pathParameters": {"id": "A-1"},
    }
    approve: dict[str, Any] = {"arguments": {"id": "A-1"}, "info": {"fieldName": "approveOrder"}}
    read: dict[str, Any] = {"info": {"fieldName": "orders"}}
    return {
        "rest-api/events/admin-orders.json": rest_api(admin) | post,
        "rest-api/events/admin-reads.json": rest_api(admin) | get,
        "rest-api/events/auditor-orders.json": rest_api(auditor) | post,
        "rest-api/events/id-token.json": rest_api(id_token) | get,
        # One role with a comma in its name looks like two.
        "rest-api/events/odd-role.json": rest_api(auditor | {"roles": ["former,admin"], "scope": "orders/write"})
        | post,
        "rest-api/events/other-client.json": rest_api(stranger) | get,
        "rest-api/events/worker-reads.json": rest_api(worker) | get,
        "http-api/events/admin-approves.json": http_api(admin) | approval,
        "http-api/events/editor-approves.json": http_api(editor) | approval,
        "http-api/events/id-token.json": http_api(id_token) | approval,
        # One permission with a blank in its name looks like two.
        "http-api/events/odd-permission.json": http_api(editor | {"permissions": ["asks orders:approve"]}) | approval,
        "http-api/events/other-client.json": http_api(stranger) | approval,
        "http-api/events/worker-approves.json": http_api(worker) | approval,
        "appsync/events/admin-approves.json": appsync(admin) | approve,
        "appsync/events/auditor-approves.json": appsync(auditor) | approve,
        "appsync/events/auditor-reads.json": appsync(auditor) | read,
        "appsync/events/editor-approves.json": appsync(editor) | approve,
        "appsync/events/id-token.json": appsync(id_token) | read,
        "appsync/events/other-client.json": appsync(stranger) | read,
    }


def text_of(event: dict[str, Any]) -> str:
    """Give an event as it stands in its file."""
    return json.dumps(event, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for name, event in events().items():
        (EXAMPLES / name).write_text(text_of(event), encoding="utf-8")
