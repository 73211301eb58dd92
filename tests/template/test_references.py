"""References among the resources of the translated template."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from graphlib import CycleError, TopologicalSorter
from typing import Any

import pytest


def references(value: Any) -> Iterator[str]:
    """Give the names that `Ref`, `GetAtt`, `Sub` and `If` use in a value."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        for key, member in value.items():
            if key in {"Ref", "DependsOn"} and isinstance(member, str):
                yield member
            elif key in {"Fn::GetAtt", "Fn::If"}:
                yield member[0]
                yield from references(member[1:])
            elif key == "Fn::Sub":
                text, given = member if isinstance(member, list) else (member, {})
                yield from (name.split(".")[0] for name in re.findall(r"\$\{([^!}]+)\}", text) if name not in given)
                yield from references(given)
            else:
                yield from references(member)


def order(template: dict[str, Any]) -> list[str]:
    """Give an order in which CloudFormation can make the resources."""
    resources = template["Resources"]
    return list(
        TopologicalSorter(
            {name: {used for used in references(one) if used in resources} for name, one in resources.items()}
        ).static_order()
    )


def parameters_behind(value: Any, template: dict[str, Any]) -> set[str]:
    """Give the parameters that a value rests on, those of conditions too."""
    names = set(references(value))
    for condition in names & set(template["Conditions"]):
        names |= set(references(template["Conditions"][condition]))
    return names & set(template["Parameters"])


def test_there_is_no_circle_though_the_function_knows_the_clients(template: dict[str, Any]) -> None:
    made = order(template)
    assert made.index("UserPool") < made.index("WebClient") < made.index("PreTokenGeneration")


def test_a_pool_that_asks_the_function_for_its_arn_would_be_a_circle(template: dict[str, Any]) -> None:
    changed = deepcopy(template)
    config = changed["Resources"]["UserPool"]["Properties"]["LambdaConfig"]["PreTokenGenerationConfig"]
    config["LambdaArn"] = {"Ref": "PreTokenGenerationAliaslive"}
    with pytest.raises(CycleError):
        order(changed)


def version(template: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = (one for one in template["Resources"].values() if one["Type"] == "AWS::Lambda::Version")
    return found


def test_a_parameter_that_changes_the_function_publishes_a_version(template: dict[str, Any]) -> None:
    """The alias would go on calling the old one, with the old clients, table or memory."""
    function = parameters_behind(template["Resources"]["PreTokenGeneration"]["Properties"], template)
    assert function == parameters_behind(version(template)["Properties"]["Description"], template)
    assert {"PackageDigest", "WebClientId", "MemorySize", "SnapStart", "Architecture"} <= function


def test_a_key_or_table_that_is_replaced_publishes_a_version(template: dict[str, Any]) -> None:
    assert {"BillingApiKey", "Memberships"} <= set(references(version(template)["Properties"]["Description"]))


def test_old_versions_stay_to_roll_back_to(template: dict[str, Any]) -> None:
    assert version(template)["DeletionPolicy"] == version(template)["UpdateReplacePolicy"] == "Retain"


def test_the_longest_description_of_a_version_fits(template: dict[str, Any]) -> None:
    longest = {
        "BillingApiKey": 36,
        "Architecture": 6,
        "MemorySize": 5,
        "SnapStart": 3,
        "PackageDigest": len("sha256:") + 64,
    }
    for name, text in {
        "Web": "WebClientId",
        "Worker": "WorkerClientId",
        "Table": "MembershipsTable",
    }.items():
        longest[name] = max(map(int, re.findall(r",(\d+)\}", template["Parameters"][text]["AllowedPattern"])))
    text, _ = version(template)["Properties"]["Description"]["Fn::Sub"]
    assert len(re.sub(r"\$\{(\w+)\}", lambda name: "x" * longest[name[1]], text)) <= 256


def test_what_holds_data_outlives_the_stack(template: dict[str, Any]) -> None:
    pool = [name for name, one in template["Resources"].items() if one["Type"].startswith("AWS::Cognito::")]
    assert len(pool) == 9
    for name in ("BillingApiKey", "Memberships", *pool):
        resource = template["Resources"][name]
        assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
        assert resource["UpdateReplacePolicy"] == "Retain"
