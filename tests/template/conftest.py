"""The template, translated by SAM's own translator and deployed into moto."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from moto import mock_aws

from pretoken.packaging import BuildError
from pretoken.packaging.bytecode import PYTHON, find_python
from pretoken.policy.load import load_policy
from tests.template.resources import REGION, add_missing_types, client

ROOT = Path(__file__).parents[2]
SAM = ROOT / ".venv/sam/bin"
DIGEST = f"sha256:{'0123456789abcdef' * 4}"


def environment() -> dict[str, str]:
    """Give what the SAM CLI's Python runs in."""
    return os.environ | {"AWS_DEFAULT_REGION": REGION, "SAM_CLI_TELEMETRY": "0"}


class Stack(NamedTuple):
    """A deployed stack; its resources by logical id, as what `Ref` gives."""

    outputs: dict[str, str]
    resources: dict[str, str]


@pytest.fixture(scope="session")
def sam() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the SAM CLI."""
    if not (SAM / "sam").exists():
        pytest.skip("`make test` makes .venv/sam, which has the SAM CLI")

    def run(*arguments: str, folder: Path = ROOT, typed: str = "") -> subprocess.CompletedProcess[str]:
        command = [str(SAM / "sam"), *arguments]
        return subprocess.run(  # noqa: S603
            command, cwd=folder, env=environment(), input=typed, capture_output=True, text=True, check=False
        )

    return run


@pytest.fixture(scope="session")
def _function_python() -> None:
    """Skip where the function's Python is missing, which compiles what SAM builds."""
    try:
        find_python()
    except BuildError:
        pytest.skip(f"Python {PYTHON} isn't on this machine")


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    """Translate the template to plain CloudFormation."""
    if not (SAM / "python").exists():
        pytest.skip("`make test` makes .venv/sam, which has SAM's translator")
    script = Path(__file__).with_name("translate.py")
    command = [str(SAM / "python"), str(script), str(ROOT / "template.yaml")]
    text = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True).stdout  # noqa: S603
    translated: dict[str, Any] = json.loads(text)
    return translated


@pytest.fixture(scope="session")
def plan() -> dict[str, Any]:
    """Give the sample policy that the template is written for."""
    return load_policy(ROOT / "policies").plan()


@pytest.fixture
def deploy(template: dict[str, Any]) -> Iterator[Callable[..., Stack]]:
    """Deploy the template into an empty account."""
    add_missing_types()

    def create(**parameters: str) -> Stack:
        cloudformation = client("cloudformation")
        parameters = {"PackageDigest": DIGEST, **parameters}
        given = [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]
        cloudformation.create_stack(StackName="claims", TemplateBody=json.dumps(template), Parameters=given)
        stack = cloudformation.describe_stacks(StackName="claims")["Stacks"][0]
        assert stack["StackStatus"] == "CREATE_COMPLETE"
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
        listed = cloudformation.describe_stack_resources(StackName="claims")["StackResources"]
        made = [one for one in listed if "PhysicalResourceId" in one]  # moto lists what a condition left out, too
        return Stack(outputs, {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in made})

    with mock_aws():
        yield create
