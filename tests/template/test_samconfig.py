"""samconfig.toml: what `sam` does without further options."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from tests.template.conftest import ROOT

CONFIG = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))
ENVIRONMENTS = ["default", "dev", "prod"]


def overrides(environment: str, command: str) -> dict[str, str]:
    """Give the parameters that a command sets."""
    texts = CONFIG[environment].get(command, {}).get("parameters", {}).get("parameter_overrides", [])
    return dict(text.split("=", 1) for text in texts if not text.startswith("file://"))


def test_there_is_one_stack_per_environment() -> None:
    names = [CONFIG[one]["global"]["parameters"]["stack_name"] for one in ENVIRONMENTS]
    assert len(set(names)) == 3
    assert max(map(len, names)) <= 64 - len("-pre-token-generation"), "the function's name would be too long"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_what_is_built_is_what_is_deployed(environment: str) -> None:
    commands = [overrides(environment, command) for command in ("build", "local_invoke", "deploy")]
    assert len({parameters.get("Architecture", "x86_64") for parameters in commands}) == 1
    digest = "file://.aws-sam/build/PreTokenGeneration/package.yaml"
    assert digest in CONFIG[environment]["deploy"]["parameters"]["parameter_overrides"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_parameter_is_pinned_that_the_build_decides(environment: str) -> None:
    assert "PackageDigest" not in overrides(environment, "deploy")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_parameters_are_ones_that_the_template_takes(environment: str, template: dict[str, Any]) -> None:
    for name, value in (overrides(environment, "build") | overrides(environment, "deploy")).items():
        parameter = template["Parameters"][name]
        assert value in map(str, parameter.get("AllowedValues", [value]))
        assert re.search(parameter.get("AllowedPattern", ""), value)


def test_production_asks_before_it_changes_and_keeps_its_logs() -> None:
    assert CONFIG["prod"]["deploy"]["parameters"]["confirm_changeset"] is True
    assert overrides("prod", "deploy")["Architecture"] == "arm64"
    assert int(overrides("prod", "deploy")["LogRetentionDays"]) > 30
