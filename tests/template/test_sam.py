"""The SAM CLI itself, run on the template."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
import yaml

from tests.template.conftest import ROOT

Sam = Callable[..., CompletedProcess[str]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy what SAM needs to a folder that a test may spoil, and find `pretoken` on the path."""
    for name in ("template.yaml", "samconfig.toml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("policies", "triggers"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


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
