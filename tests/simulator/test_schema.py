"""The JSON Schema of case files."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from pretoken.simulator.schema import cases_schema
from tests.simulator.folders import load

RULES = "rules: {closed: {deny: We are closed.}}"


def valid(schema: dict[str, Any], text: str) -> bool:
    jsonschema.Draft202012Validator.check_schema(schema)
    return bool(jsonschema.Draft202012Validator(schema).is_valid(yaml.safe_load(text)))


def case(given: str, expect: str = "{denied: false}") -> str:
    return f"cases: [{{name: one, given: {given}, expect: {expect}}}]"


GOOD = [
    case("{client: web, now: 0}"),
    case('{client: web, lookups: {user: none}, now: "2026-01-01T00:00:00Z"}', "{denied: closed}"),
    case("{client_id: x, attributes: {custom:tenant: a, email: b}, lookups: {user: {plan: a}}, version: V3_0}"),
    case("{client: web, metadata: {theme: a}, variables: {STAGE: live}, identity_providers: [AcmeOkta]}"),
    case("{client: web}", "{access_token: {encrypted_for: {billing-api: {}}, scopes: {has: [a]}}, groups: []}"),
]
TYPOS = [
    case("{client: nobody}"),
    case("{client: web, attributes: {custom:tennant: a}}"),
    case("{client: web, lookups: {usr: none}}"),
    case("{client: web, lookups: {user: {plna: a}}}"),
    case("{client: web, lookups: {user: maybe}}"),
    case("{client: web, variables: {X: y}}"),
    case("{client: web, identity_providers: [Acme]}"),
    case("{client: web, version: V1_0}"),
    case("{client: web}", "{denied: nobody}"),
    case("{client: web}", "{id_token: {encrypted_for: {nobody: {}}}}"),
]


@pytest.mark.parametrize("text", GOOD)
def test_what_is_right_is_valid(text: str, tmp_path: Path) -> None:
    assert valid(cases_schema(), text)
    assert valid(cases_schema(load(tmp_path, RULES).policy), text)


@pytest.mark.parametrize("text", TYPOS)
def test_a_name_that_is_not_declared_is_marked(text: str, tmp_path: Path) -> None:
    assert not valid(cases_schema(load(tmp_path, RULES).policy), text)


def test_unknown_keys_are_marked_without_a_policy_too() -> None:
    assert not valid(cases_schema(), case("{cleint: web}"))


def test_every_key_has_a_hover_text() -> None:
    for model in cases_schema()["$defs"].values():
        assert all("description" in key for key in model["properties"].values())
        assert "title" not in model
