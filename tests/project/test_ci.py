"""The pre-commit hooks and the GitHub workflow: what they run exists and does what they need."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from click.testing import CliRunner

from pretoken.cli.program import program
from pretoken.project import project_files

ROOT = Path(__file__).parents[2]
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
TEXT = (ROOT / ".github/workflows/pretoken.yml").read_text(encoding="utf-8")
WORKFLOW: dict[str, Any] = yaml.load(TEXT, yaml.BaseLoader)  # noqa: S506 - YAML 1.1 would read `on` as true
STEPS = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]
RUNS = [step["run"] for step in STEPS if "run" in step]
COMMANDS = [
    command for run in RUNS for command in re.findall(r"\.venv/bin/pretoken ([^\n>|]+)", run.replace("\\\n", ""))
]


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_runs_what_is_installed_with_it(hook: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    name, *arguments = shlex.split(hook["entry"])
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert name in settings["scripts"]
    assert hook["additional_dependencies"] == [".[cli]"]
    assert "cli" in settings["optional-dependencies"]
    assert CliRunner().invoke(program, arguments).exit_code == 0


def test_hooks_run_when_something_changes_that_they_read() -> None:
    files = {hook["id"]: re.compile(hook["files"]) for hook in HOOKS}
    both = ["policies/pool.yaml", "policies/rules/a.yaml", "policies/cases/b.yaml"]

    assert all(pattern.search(path) for pattern in files.values() for path in both)
    assert files["pretoken-check"].search("template.yaml")
    assert not any(pattern.search("old/policies/pool.yaml") for pattern in files.values())


def test_commands_of_the_workflow_exist_with_their_options() -> None:
    assert {command.split()[0] for command in COMMANDS} == {"check", "test", "diff"}
    for command in COMMANDS:
        name, *arguments = shlex.split(command.replace("$PYTHON_FILES", "--no-python"))
        if name in program.commands:
            program.commands[name].make_context(name, arguments)
    with pytest.raises(click.NoSuchOption):
        program.commands["check"].make_context("check", ["--nothing"])


def test_targets_of_the_workflow_are_in_both_makefiles() -> None:
    targets = {target for run in RUNS for target in re.findall(r"^make (\w+)$", run, re.MULTILINE)}
    assert targets == {"install"}
    for makefile in (ROOT / "Makefile", ROOT / "project" / "Makefile"):
        assert targets <= set(re.findall(r"^(\w+):", makefile.read_text(encoding="utf-8"), re.MULTILINE))


def test_the_workflow_trusts_no_more_than_it_must() -> None:
    """Actions are pinned, no expression becomes part of a script, tokens can little and stay off the disk."""
    used = re.findall(r"^ *(?:- )?uses: (.+)$", TEXT, re.MULTILINE)
    assert len(used) == len([step for step in STEPS if "uses" in step])
    assert not [action for action in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)]
    assert not [run for run in RUNS if "${{" in run]
    assert WORKFLOW["permissions"] == {}
    written = [
        name for job in WORKFLOW["jobs"].values() for name, right in job["permissions"].items() if right != "read"
    ]
    assert written == ["security-events"]
    assert set(WORKFLOW["on"]) == {"push", "pull_request"}
    checkouts = [step["with"] for step in STEPS if step.get("uses", "").startswith("actions/checkout@")]
    assert {settings["persist-credentials"] for settings in checkouts} == {"false"}


def test_projects_have_the_workflow() -> None:
    assert project_files()[".github/workflows/pretoken.yml"] == TEXT.encode()


@pytest.mark.skipif(not shutil.which("bash") or not shutil.which("jq"), reason="GitHub's machines have bash and jq")
def test_the_report_for_code_scanning_is_without_accepted_findings(tmp_path: Path) -> None:
    """Findings and errors are uploaded though the command fails."""
    shutil.copytree(ROOT / "policies", tmp_path / "policies")
    (tmp_path / "policies" / "rules" / "new.yaml").write_text(
        "rules:\n"
        "  a:\n"
        "    access_token: {claims: {a: x}}\n"
        "    accept: [{finding: reaches-machines, at: access_token, why: It is meant so.}]\n"
        "  b: {access_token: {claims: {b: x}}}\n"
    )
    command = tmp_path / ".venv/bin/pretoken"
    command.parent.mkdir(parents=True)
    command.write_text(f"#!/bin/sh\nexec {sys.executable} -c 'from pretoken.cli import main; main()' \"$@\"\n")
    command.chmod(0o755)
    (run,) = (run for run in RUNS if "sarif" in run)
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "PYTHONPATH": str(ROOT), "PYTHON_FILES": "--python"}
    subprocess.run(["bash", "-e", "-c", run], cwd=tmp_path, env=environment, check=True)  # noqa: S603, S607
    every, uploaded = (
        [(result["ruleId"], len(result["suppressions"])) for result in json.loads(text)["runs"][0]["results"]]
        for text in ((tmp_path / name).read_text() for name in ("all.sarif", "pretoken.sarif"))
    )

    assert ("reaches-machines", 1) in every
    assert uploaded == [found for found in every if found[1] == 0]
    assert ("reaches-machines", 0) in uploaded
