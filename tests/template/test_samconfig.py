"""samconfig.toml: what `sam` does without further options."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import pytest

from tests.template.conftest import ROOT

CONFIG = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))
ENVIRONMENTS = ["default", "dev", "prod"]


def overrides(environment: str, command: str) -> dict[str, str]:
    """Give the parameters that a command sets."""
    texts = parameters(environment, command).get("parameter_overrides", [])
    return dict(text.split("=", 1) for text in texts if not text.startswith("file://"))


def parameters(environment: str, command: str) -> dict[str, Any]:
    """Give the options of a command."""
    given: dict[str, Any] = CONFIG[environment].get(command, {}).get("parameters", {})
    return given


def test_there_is_one_stack_per_environment() -> None:
    names = [CONFIG[one]["global"]["parameters"]["stack_name"] for one in ENVIRONMENTS]
    assert len(set(names)) == 3
    assert max(map(len, names)) <= 64 - len("-pre-token-generation"), "the function's name would be too long"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_what_is_built_is_what_is_deployed(environment: str) -> None:
    commands = [overrides(environment, command) for command in ("build", "local_invoke", "deploy")]
    assert len({one.get("Architecture", "x86_64") for one in commands}) == 1
    deploy = parameters(environment, "deploy")
    assert "file://.aws-sam/build/PreTokenGeneration/package.yaml" in deploy["parameter_overrides"]
    assert deploy["template"] == ".aws-sam/build/template.yaml"
    assert "template_file" not in deploy, "it would lead `--guided` to a samconfig.toml beside it"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_deploying_the_same_again_is_no_failure(environment: str) -> None:
    assert parameters(environment, "deploy")["fail_on_empty_changeset"] is False


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_local_runs_set_variables_that_the_function_has(environment: str, template: dict[str, Any]) -> None:
    """SAM drops others without a word."""
    variables = json.loads((ROOT / parameters(environment, "local_invoke")["env_vars"]).read_text(encoding="utf-8"))
    for function, values in variables.items():
        assert set(values) <= set(template["Resources"][function]["Properties"]["Environment"]["Variables"])


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_parameter_is_pinned_that_the_build_decides(environment: str) -> None:
    assert "PackageDigest" not in overrides(environment, "deploy")


@pytest.mark.parametrize("command", ["build", "local_invoke", "deploy"])
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_parameters_are_ones_that_the_template_takes(environment: str, command: str, template: dict[str, Any]) -> None:
    for name, value in overrides(environment, command).items():
        parameter = template["Parameters"][name]
        assert value in map(str, parameter.get("AllowedValues", [value]))
        assert re.search(parameter.get("AllowedPattern", ""), value)


def test_production_asks_before_it_changes_and_keeps_its_logs() -> None:
    assert parameters("prod", "deploy")["confirm_changeset"] is True
    assert overrides("prod", "deploy")["Architecture"] == "arm64"
    assert int(overrides("prod", "deploy")["LogRetentionDays"]) > 30
