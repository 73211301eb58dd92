"""The sample policy: what an API may rely on, and tokens of all sample events."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import fastjsonschema
import jsonschema
import pytest

from pretoken.cognito.errors import EventError
from pretoken.policy.load import load_policy
from pretoken.simulator.lookups import parse_answers
from pretoken.simulator.simulation import Simulator
from pretoken.testing import TokenIssuer
from pretoken.token_schema import tokens_schema
from pretoken.verifier import Refused
from tests.token_schema.tokens import Tokens

ROOT = Path(__file__).parents[2]
POLICY = load_policy(ROOT / "policies").policy
SCHEMA = tokens_schema(POLICY)
TOKENS = Tokens(SCHEMA)
WEB, WORKER = "7q3webexample1client0id", "4w9workerexample1client"
EVENTS = sorted((ROOT / "events").glob("v[23]*.json"))
NOW = 1_767_225_600


def access_token(path: Path) -> dict[str, Any] | None:
    plan, answers = POLICY.plan(), ROOT / "events" / "lookups.yaml"
    rows = parse_answers(answers.read_bytes(), str(answers), plan["pool"])
    try:
        simulation = Simulator(plan).run(json.loads(path.read_bytes()), lambda lookup, _key: rows[lookup], now=NOW)
    except EventError:
        return None
    return None if simulation.after is None else simulation.after.access_token


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_the_tokens_of_all_sample_events_pass(path: Path) -> None:
    token = access_token(path)
    if token is not None:
        fastjsonschema.compile(SCHEMA)(token)
        jsonschema.Draft7Validator(SCHEMA).validate(token)


def test_most_sample_events_make_tokens_some_with_a_message() -> None:
    tokens = [token for path in EVENTS if (token := access_token(path)) is not None]
    assert len(tokens) > len(EVENTS) / 2
    assert any("encrypted_for_billing_api" in token for token in tokens)


def test_what_an_api_may_rely_on_of_a_user_of_the_web_app() -> None:
    definition = TOKENS.definition("web.user")
    assert {name: schema for name, schema in definition["properties"].items() if name != "scope"} == {
        "adult": {"type": "boolean"},
        "cognito:groups": {"type": "array", "items": {"type": "string", "enum": ["admins", "auditors", "editors"]}},
        "encrypted_for_billing_api": {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
        "permissions": {
            "type": "array",
            "items": {"type": "string", "enum": ["orders:approve", "orders:change", "orders:refund"]},
            "maxItems": 3,
        },
        "plan": {"type": "string", "maxLength": 16},
        "roles": {
            "type": "array",
            "items": {"type": "string", "enum": ["admin", "auditor", "editor"]},
            "maxItems": 3,
        },
        "service": False,
        "tenant_id": {"type": "string", "maxLength": 32},
        "tenant_kind": False,
    }
    told = definition["x-pretoken"]
    assert told["scopes"]["names"] == [
        *("email", "invoices/read", "openid", "orders/export", "orders/read", "orders/write", "phone", "profile")
    ]
    assert not told["scopes"]["others"]
    assert {*told["encrypted_for"]["billing-api"]["members"]} == {"email", "employee_number", "name"}
    assert told["bytes"] < 8192


def test_what_an_api_may_rely_on_of_the_worker() -> None:
    definition = TOKENS.definition("worker.machine")
    assert definition["required"] == ["permissions", "service", "tenant_kind"]
    assert {name for name, schema in definition["properties"].items() if schema is not False} == {
        *("permissions", "scope", "service", "tenant_kind")
    }
    assert definition["x-pretoken"]["scopes"]["names"] == ["orders/export", "orders/read", "orders/write"]


WRONG: list[dict[str, Any]] = [
    {"tenant_id": ["acme"]},
    {"tenant_id": "a" * 33},
    {"adult": "true"},
    {"roles": ["owner"]},
    {"roles": "admin"},
    {"permissions": ["orders:export"]},
    {"service": "order-worker"},
    {"cognito:groups": ["owners"]},
    {"scope": "orders/read aws.cognito.signin.user.admin"},
    {"scope": "orders/delete"},
    {"encrypted_for_billing_api": {"email": "anna@example.com"}},
]


@pytest.mark.parametrize("claims", WRONG, ids=repr)
def test_a_token_that_breaks_the_policy_is_refused(claims: dict[str, Any]) -> None:
    assert TOKENS.take(WEB)
    assert not TOKENS.take(WEB, **claims)


@pytest.mark.parametrize("claims", WRONG, ids=repr)
def test_a_verifier_with_the_schema_refuses_it_too(claims: dict[str, Any]) -> None:
    issuer = TokenIssuer()
    verifier = issuer.verifier(client_ids=[WEB, WORKER], schema=SCHEMA)
    scopes = claims.get("scope", "orders/read").split()
    groups = claims.get("cognito:groups", ["admins"])
    written = {name: value for name, value in claims.items() if name not in ("scope", "cognito:groups")}
    sound = issuer.access_token(client_id=WEB, scopes=["orders/read"], groups=["admins"], claims={"tenant_id": "acme"})
    assert verifier.verify(sound).claims["tenant_id"] == "acme"
    if "encrypted_for_billing_api" not in written:  # which the issuer itself refuses
        with pytest.raises(Refused) as caught:
            verifier.verify(issuer.access_token(client_id=WEB, scopes=scopes, groups=groups, claims=written))
        assert caught.value.code == "breaks-schema"


def test_a_verifier_with_the_schema_takes_machines() -> None:
    issuer = TokenIssuer()
    verifier = issuer.verifier(client_ids=[WORKER], schema=SCHEMA)
    written = {"service": "order-worker", "tenant_kind": "all", "permissions": ["orders:export"]}
    token = issuer.machine_token(client_id=WORKER, scopes=["orders/read"], claims=written)
    assert verifier.verify(token).is_machine
    with pytest.raises(Refused):
        verifier.verify(issuer.machine_token(client_id=WORKER, scopes=["orders/read"]))
