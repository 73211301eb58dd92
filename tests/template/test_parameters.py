"""Parameters that the template refuses before it makes anything."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.template.conftest import DIGEST

POOL = {"UserPoolId": "eu-west-1_Ab12Cd34"}
CLIENTS = {"WebClientId": "web", "WorkerClientId": "worker"}


def holds(condition: Any, given: dict[str, str]) -> Any:
    """Evaluate a condition of a rule."""
    if not isinstance(condition, dict):
        return condition
    ((function, value),) = condition.items()
    if function == "Ref":
        return given.get(value, "")
    values = [holds(one, given) for one in value]
    return {"Fn::And": all(values), "Fn::Not": not values[0], "Fn::Equals": values[0] == values[-1]}[function]


def complaints(template: dict[str, Any], given: dict[str, str]) -> list[str]:
    rules = [rule for rule in template["Rules"].values() if holds(rule["RuleCondition"], given)]
    assertions = [assertion for rule in rules for assertion in rule["Assertions"]]
    return [one["AssertDescription"] for one in assertions if not holds(one["Assert"], given)]


def test_an_existing_pool_needs_both_clients(template: dict[str, Any]) -> None:
    assert complaints(template, POOL | CLIENTS) == []
    assert complaints(template, POOL | {"WebClientId": "web"}) == ["an existing user pool needs WorkerClientId"]
    assert len(complaints(template, POOL)) == 2


def test_clients_without_their_pool_are_not_ignored_silently(template: dict[str, Any]) -> None:
    assert complaints(template, {}) == []
    assert len(complaints(template, CLIENTS)) == 1


@pytest.mark.parametrize(
    "principal",
    ["*", "arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:user/anna", "arn:aws:iam::*:role/billing-api"],
)
def test_only_a_role_may_open_what_is_encrypted(template: dict[str, Any], principal: str) -> None:
    pattern = template["Parameters"]["BillingApiRoleArn"]["AllowedPattern"]
    assert re.search(pattern, "arn:aws:iam::123456789012:role/apis/billing-api")
    assert not re.search(pattern, principal)


@pytest.mark.parametrize("pool", ["*", "eu-west-1_Ab12Cd34/*", "arn:aws:cognito-idp:eu-west-1:1:userpool/eu-west-1_A"])
def test_a_pool_is_one_pool(template: dict[str, Any], pool: str) -> None:
    """The permission to call the function is made of it."""
    pattern = template["Parameters"]["UserPoolId"]["AllowedPattern"]
    assert re.search(pattern, POOL["UserPoolId"])
    assert not re.search(pattern, pool)


def test_only_a_package_that_was_built_is_deployed(template: dict[str, Any]) -> None:
    """Without a value CloudFormation makes no stack; unbuilt, the function would have no policy."""
    parameter = template["Parameters"]["PackageDigest"]
    assert "Default" not in parameter
    assert re.search(parameter["AllowedPattern"], DIGEST)
    assert not any(re.search(parameter["AllowedPattern"], text) for text in ("", "sha256:", DIGEST[:-1]))


def test_every_other_parameter_has_a_default(template: dict[str, Any]) -> None:
    assert [name for name, one in template["Parameters"].items() if "Default" not in one] == ["PackageDigest"]


def test_every_parameter_says_what_it_is_and_what_it_takes(template: dict[str, Any]) -> None:
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert sorted(name for group in groups for name in group["Parameters"]) == sorted(template["Parameters"])
    for parameter in template["Parameters"].values():
        assert parameter["Description"]
        assert "AllowedValues" in parameter or parameter["ConstraintDescription"]
