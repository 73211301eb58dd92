"""JSON Schema for editors."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pretoken.policy.load import load_policy
from pretoken.policy.schema import pool_schema, rules_schema
from pretoken.policy.yaml import read_yaml

ROOT = Path(__file__).parents[2]
ZOO = Path(__file__).parent / "fixtures" / "good" / "zoo"
FOLDERS = [ROOT / "policies", ZOO]


def data(path: Path) -> Any:
    """Read a rule file."""
    return read_yaml(path.read_text(encoding="utf-8"), str(path)).data


@pytest.mark.parametrize("folder", FOLDERS, ids=["sample", "zoo"])
def test_sound_files_are_valid(folder: Path) -> None:
    """With what the policy declares, with the pool alone, and with nothing known."""
    policy = load_policy(folder).policy
    for known in (policy, policy.pool, None):
        rules, pool = rules_schema(known), pool_schema(known)
        Draft202012Validator.check_schema(rules)
        Draft202012Validator.check_schema(pool)
        Draft202012Validator(pool).validate(data(folder / "pool.yaml"))
        for path in (folder / "rules").glob("*.yaml"):
            Draft202012Validator(rules).validate(data(path))


@pytest.mark.parametrize(
    "rules",
    [
        {"rule": {}},
        {"rules": {"Bad": {"deny": "x"}}},
        {"rules": {"a": {"deny": "x", "unless": {}}}},
        {"rules": {"a": {"deny": 5}}},
        {"rules": {"a": {"deny": "x" * 201}}},
        {"rules": {"a": {"deny": "x", "when": {"grups": "a"}}}},
        {"rules": {"a": {"deny": "x", "when": {}}}},
        {"rules": {"a": {"deny": "x", "when": {"groups": {"prefx": "a"}}}}},
        {"rules": {"a": {"id_token": {"claims": {"b": {"from": "lookup.user.nothing"}}}}}},
        {"rules": {"a": {"id_token": {"claims": {"b": {"form": "groups"}}}}}},
        {"rules": {"a": {"id_token": {"claims": {"b": {"from": "groups", "then": "first"}}}}}},
        {"rules": {"a": {"id_token": {"claims": {"b": {"from": "groups", "template": "x"}}}}}},
        {"rules": {"a": {"id_token": {"encrypted_for": {"nobody": {"b": "c"}}}}}},
        {"derived": {"a": {"first_of": ["x"]}}},
        {"derived": {"a": {"add": "x"}}},
        {"derived": {"a": {"from": "groups", "one_of": "grups"}}},
    ],
)
def test_mistakes_are_invalid(rules: object) -> None:
    """An editor underlines what the check refuses."""
    assert not Draft202012Validator(rules_schema(load_policy(ZOO).policy)).is_valid(rules)


def test_without_a_policy_any_path_that_looks_like_one_is_valid() -> None:
    """The published schema doesn't know a team's names."""
    validator = Draft202012Validator(rules_schema())
    assert validator.is_valid({"derived": {"a": {"from": "lookup.anything.at_all"}}})
    assert validator.is_valid({"rules": {"a": {"deny": "x", "when": {"client": "web", "derived.x": True}}}})
    assert not validator.is_valid({"derived": {"a": {"from": "anything"}}})


def test_with_a_pool_alone_derived_values_are_open() -> None:
    """Names of rules files can't be known from pool.yaml."""
    validator = Draft202012Validator(rules_schema(load_policy(ZOO).policy.pool))
    assert validator.is_valid({"derived": {"a": {"from": "derived.anything"}}})
    assert not validator.is_valid({"derived": {"a": {"from": "lookup.anything.at_all"}}})


def test_every_declared_path_is_offered_with_a_hover_text() -> None:
    """As a value's path and as a key of conditions."""
    schema = rules_schema(load_policy(ZOO).policy)["$defs"]
    offered = {choice["const"]: choice["description"] for choice in schema["Path"]["anyOf"]}
    assert offered["lookup.user.tenants"] == "the field `tenants` of the lookup `user`, strings"
    for path in (
        "groups",
        "attribute.custom:tags",
        "metadata.tenant",
        "derived.tenant_id",
        "variable.WEB",
        "attribute.email",
    ):
        assert offered[path]
        assert schema["Condition"]["properties"][path]["description"] == offered[path]


def test_every_key_and_model_has_a_hover_text() -> None:
    """Docstrings of the models are what an editor shows."""
    for schema in (rules_schema(), pool_schema()):
        for name, definition in schema["$defs"].items():
            assert definition.get("description"), name
            for key, field in definition.get("properties", {}).items():
                assert field.get("description"), (name, key)
                assert field.get("examples") or "$ref" in field, (name, key)


def test_the_sample_files_point_to_the_schemas() -> None:
    """The modeline of each file names the schema that fits it."""
    folder = ROOT / "policies"
    for path in folder.rglob("*.yaml"):
        if "cases" not in path.parts:
            line = path.read_text(encoding="utf-8").splitlines()[0]
            target = "pool.json" if path.name == "pool.yaml" else "rules.json"
            steps = "../" * (len(path.relative_to(folder).parts) - 1)
            assert line == f"# yaml-language-server: $schema={steps}.schema/{target}"
