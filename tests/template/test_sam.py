"""The SAM CLI itself, run on the template."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import boto3
import pytest
import yaml
from moto import mock_aws
from moto.server import ThreadedMotoServer

from tests.template.conftest import DIGEST, ROOT
from tests.template.resources import REGION

Sam = Callable[..., CompletedProcess[str]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy what SAM needs to a folder that a test may spoil, and find `pretoken` on the path."""
    folder = tmp_path / "mein Gerät"
    folder.mkdir()
    for name in ("template.yaml", "samconfig.toml"):
        shutil.copy(ROOT / name, folder)
    for name in ("policies", "triggers"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    return folder


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Start an account that has the bucket where SAM uploads packages; give its CloudFormation."""
    server = ThreadedMotoServer("localhost", port=0)
    with mock_aws():  # which empties the account, and has credentials
        server.start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://localhost:{server.get_host_and_port()[1]}")
        monkeypatch.setenv("SAM_CLI_POLL_DELAY", "0.1")
        place = {"LocationConstraint": REGION}
        boto3.client("s3", REGION).create_bucket(Bucket="packages", CreateBucketConfiguration=place)
        cloudformation = boto3.client("cloudformation", REGION)
        cloudformation.create_stack(
            StackName="aws-sam-cli-managed-default",
            TemplateBody=json.dumps({"Resources": {}, "Outputs": {"SourceBucket": {"Value": "packages"}}}),
            Tags=[{"Key": "ManagedStackSource", "Value": "AwsSamCli"}],
        )
        yield cloudformation
        server.stop()


@pytest.mark.parametrize("environment", ["default", "prod"])
def test_the_template_passes_sams_own_lint(sam: Sam, environment: str) -> None:
    answer = sam("validate", "--lint", "--config-env", environment)
    assert answer.returncode == 0, answer.stderr
    assert "is a valid SAM Template" in answer.stdout


def test_a_pool_that_is_no_pool_fails_the_lint(sam: Sam, project: Path) -> None:
    template = project / "template.yaml"
    template.write_text(template.read_text("utf-8").replace("UserPoolTier: ESSENTIALS", "UserPoolTier: CHEAP"), "utf-8")
    answer = sam("validate", "--lint", folder=project)
    assert answer.returncode == 1
    assert "CHEAP" in answer.stdout


@pytest.mark.usefixtures("_function_python")
@pytest.mark.parametrize("environment", ["default", "prod"])
def test_sam_builds_a_package_and_its_digest(sam: Sam, project: Path, environment: str) -> None:
    answer = sam("build", "--config-env", environment, folder=project)
    assert answer.returncode == 0, answer.stderr
    package = project / ".aws-sam/build/PreTokenGeneration"
    assert (package / "policy.json").is_file()
    assert (package / "pre_token_generation.py").is_file()
    digest = yaml.safe_load((package / "package.yaml").read_text("utf-8"))["PackageDigest"]
    assert digest in answer.stdout + answer.stderr


def test_a_policy_that_is_wrong_is_not_built_and_the_screen_says_why(sam: Sam, project: Path) -> None:
    rules = project / "policies/rules/roles.yaml"
    rules.write_text(rules.read_text("utf-8").replace("groups: admins}", "groups: admin}"), "utf-8")
    answer = sam("build", folder=project)
    assert answer.returncode == 1
    assert "policies/rules/roles.yaml:" in answer.stderr
    assert "did you mean `admins`" in answer.stderr
    assert not (project / ".aws-sam/build/PreTokenGeneration/policy.json").exists()


@pytest.mark.parametrize("option", ["--no-confirm-changeset", "--guided"])
def test_what_is_not_built_is_not_deployed(sam: Sam, project: Path, cloud: Any, option: str) -> None:
    answer = sam("deploy", option, folder=project, typed="\n" * 30)
    assert answer.returncode == 1
    assert "Template file not found" in answer.stderr
    assert len(stacks(cloud)) == 1, "the bucket's"


def stacks(cloud: Any) -> list[str]:
    return [one["StackName"] for one in cloud.describe_stacks()["Stacks"]]


def build_by_hand(project: Path) -> Path:
    """Make what `sam build` leaves, in no time."""
    build = project / ".aws-sam/build"
    (build / "PreTokenGeneration").mkdir(parents=True)
    (build / "PreTokenGeneration/policy.json").write_text("{}", "utf-8")
    (build / "PreTokenGeneration/package.yaml").write_text(f"PackageDigest: {DIGEST}\n", "utf-8")
    text = (project / "template.yaml").read_text("utf-8")
    (build / "template.yaml").write_text(text.replace("CodeUri: triggers/", "CodeUri: PreTokenGeneration"), "utf-8")
    return build


def test_what_guided_wrote_does_not_deploy_what_is_not_built(sam: Sam, project: Path, cloud: Any) -> None:
    """It replaces the list of parameters by a text, in which nothing leads to the build any more."""
    build = build_by_hand(project)
    guided = sam("deploy", "--guided", "--no-execute-changeset", folder=project, typed="\n" * 30)
    assert guided.returncode == 0, guided.stderr
    assert "pretoken" in stacks(cloud)
    saved = tomllib.loads((project / "samconfig.toml").read_text("utf-8"))["default"]["deploy"]["parameters"]
    assert f'PackageDigest="{DIGEST}"' in saved["parameter_overrides"]
    assert not (build / "samconfig.toml").exists()
    (build / "template.yaml").unlink()  # as a refused build does
    answer = sam("deploy", "--no-confirm-changeset", folder=project)
    assert answer.returncode == 1
    assert "Template file not found" in answer.stderr
