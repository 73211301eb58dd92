"""Which inputs the parts of a plan name, and what those rest on."""

from __future__ import annotations

from typing import Any

import pytest

from pretoken.trigger.reads import (
    inputs_behind,
    paths_of_condition,
    paths_of_lookup,
    paths_of_rule,
    paths_of_template,
    paths_of_test,
    paths_of_value,
)
from tests.trigger.plans import lookup, pool


@pytest.mark.parametrize(
    ("condition", "paths"),
    [
        ({}, set()),
        ({"client": "web", "groups": ["a"]}, {"client", "groups"}),
        ({"all": [{"client": "web"}, {"scopes": "a"}], "any": [{"groups": "a"}]}, {"client", "scopes", "groups"}),
        ({"not": {"not": {"attribute.custom:a.b": {"one_of": "groups"}}}}, {"attribute.custom:a.b", "groups"}),
    ],
)
def test_a_condition_names_paths(condition: dict[str, Any], paths: set[str]) -> None:
    assert paths_of_condition(condition) == paths


@pytest.mark.parametrize(
    ("test", "paths"),
    [
        ("a", set()),
        (True, set()),
        ([], set()),
        ({"prefix": "groups"}, set()),
        ({"one_of": "groups", "prefix": "a"}, {"groups"}),
        (["a", {"one_of": "groups"}, [{"one_of": "scopes"}]], {"groups", "scopes"}),
        ({"not": {"one_of": "groups"}}, {"groups"}),
        ({"count": {"not": 3}}, set()),
        (None, set()),
    ],
)
def test_a_test_names_paths(test: object, paths: set[str]) -> None:
    assert paths_of_test(test) == paths


@pytest.mark.parametrize(
    ("value", "paths"),
    [
        ("groups", set()),
        (["groups"], set()),
        ({"from": "client", "one_of": "groups", "default": "scopes"}, {"client", "groups"}),
        (
            {"from": "client", "then": ["lower", {"table": {"a": "b"}}, {"keep": {"one_of": "groups"}}]},
            {"client", "groups"},
        ),
        ({"template": "{client}-{{x}}-${V}-{attribute.sub}"}, {"client", "attribute.sub"}),
        ({"test": {"client": {"one_of": "groups"}}}, {"client", "groups"}),
        ({"first_of": [{"from": "client"}, {"union": [{"from": "groups"}, "x"]}]}, {"client", "groups"}),
        (
            {"choose": [{"when": {"client": "a"}, "value": {"from": "groups"}}], "otherwise": {"from": "scopes"}},
            {"client", "groups", "scopes"},
        ),
        (
            {
                "object": {"a": {"add": {"from": "groups"}}, "b": {"object": {"c": {"from": "client"}}}},
                "then": ["json"],
            },
            {"groups", "client"},
        ),
        ({"object": {"a": {"from": "client"}}, "then": "json"}, {"client"}),
    ],
)
def test_a_value_names_paths(value: object, paths: set[str]) -> None:
    assert paths_of_value(value) == paths


def test_a_template_names_paths() -> None:
    assert paths_of_template("USER#{attribute.sub}#{client}") == {"attribute.sub", "client"}


def test_a_rule_names_paths_in_its_condition_values_and_tests() -> None:
    rule = {
        "when": {"client": "web"},
        "access_token": {
            "claims": {"a": {"from": "attribute.a"}, "b": {"add": {"from": "attribute.b"}}},
            "encrypted_for": {"crm": {"c": {"from": "attribute.c"}}},
            "scopes": {"add": {"from": "attribute.d"}, "keep": {"one_of": "attribute.e"}},
            "suppress": ["x"],
        },
        "id_token": {"claims": {"f": {"from": "attribute.f"}}},
        "groups": {"remove": {"one_of": "attribute.g"}},
        "iam_roles": {"add": {"from": "attribute.h"}, "preferred": "arn:x"},
    }
    assert paths_of_rule(rule) == {"client", *(f"attribute.{letter}" for letter in "abcdefgh")}
    assert paths_of_rule({"deny": "No."}) == set()


@pytest.mark.parametrize(
    ("declaration", "paths"),
    [
        (lookup("{attribute.sub}", must_match={"string": "derived.d"}), {"attribute.sub", "derived.d"}),
        ({"parameter": {"name": "/x/{client}"}}, {"client"}),
        ({"appconfig": {"application": "a"}}, set()),
        (
            {"verified_permissions": {"principal": "{attribute.sub}", "resource": "{client}"}},
            {"attribute.sub", "client"},
        ),
        ({"lambda": {"function": "f"}}, set()),
        ({"lambda": {"function": "f", "input": {"a": "{username}"}}}, {"username"}),
    ],
)
def test_the_key_of_a_lookup_and_what_must_match_name_paths(declaration: dict[str, Any], paths: set[str]) -> None:
    assert paths_of_lookup(declaration) == paths


def test_inputs_are_found_through_derived_values_and_lookups() -> None:
    """Lookup fields are among them; derived values and variables aren't."""
    plan = {
        "pool": pool(
            lookups={
                "user": lookup("{attribute.sub}"),
                "tenant": lookup("{derived.tenant}", must_match={"string": "variable.STAGE"}),
            }
        ),
        "derived": {"tenant": {"from": "lookup.user.string", "default": "x"}, "alias": {"from": "derived.tenant"}},
    }
    found = inputs_behind(["lookup.tenant.number", "derived.alias", "variable.V", "groups", "groups"], plan)
    assert found == {"lookup.tenant.number", "lookup.user.string", "attribute.sub", "groups"}
