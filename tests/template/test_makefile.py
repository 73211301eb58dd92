"""triggers/Makefile: what `sam build` runs, with a `pretoken` that tells what it is called with."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.template.conftest import ROOT

LIST = 'parameter_overrides = ["file://.aws-sam/build/PreTokenGeneration/package.yaml"]'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a project; its path has blanks and is not ASCII."""
    folder = tmp_path / "mein Gerät"
    (folder / "triggers").mkdir(parents=True)
    shutil.copy(ROOT / "triggers/Makefile", folder / "triggers")
    return folder


def install(folder: Path, code: int = 0) -> None:
    """Install a `pretoken` into a folder."""
    folder.mkdir(parents=True)
    program = folder / "pretoken"
    stamp = 'mkdir -p "$ARTIFACTS_DIR"; echo "PackageDigest: sha256:2" > "$ARTIFACTS_DIR/package.yaml"'
    program.write_text(f'#!/bin/sh\n{stamp}\nprintf "%s|" {folder.name} "$@"\nexit {code}\n', "utf-8")
    program.chmod(0o755)


def make(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the Makefile as SAM does."""
    environment = {"PATH": os.defpath, "ARTIFACTS_DIR": str(folder / "out")} | environment
    environment = {name: value for name, value in environment.items() if value}
    command = [str(shutil.which("make")), "--makefile", str(folder / "triggers/Makefile"), "build-PreTokenGeneration"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)  # noqa: S603


def test_pretoken_of_the_project_builds_into_sams_folder(folder: Path) -> None:
    install(folder / ".venv/bin")
    install(folder / "elsewhere")
    answer = make(folder, PATH=f"{folder / 'elsewhere'}:{os.defpath}")
    assert answer.stdout == f"bin|build|--output|{folder / 'out'}|"


def test_another_pretoken_builds_where_the_project_has_none(folder: Path) -> None:
    install(folder / "elsewhere")
    answer = make(folder, PATH=f"{folder / 'elsewhere'}:{os.defpath}")
    assert answer.stdout == f"elsewhere|build|--output|{folder / 'out'}|"


def test_no_character_of_the_folder_means_anything_to_the_shell(folder: Path) -> None:
    install(folder / "elsewhere")
    output = "a \"b\" $HOME `c` 'é'"
    answer = make(folder, PATH=f"{folder / 'elsewhere'}:{os.defpath}", ARTIFACTS_DIR=output)
    assert answer.stdout == f"elsewhere|build|--output|{output}|"


def test_it_is_for_sam_alone(folder: Path) -> None:
    install(folder / ".venv/bin")
    answer = make(folder, ARTIFACTS_DIR="")
    assert answer.returncode
    assert "ARTIFACTS_DIR: is set by sam build" in answer.stderr


def test_options_are_passed_on(folder: Path) -> None:
    install(folder / ".venv/bin")
    answer = make(folder, PRETOKEN_OPTIONS="--no-bytecode --policies 'my rules'")
    assert answer.stdout.endswith("|--no-bytecode|--policies|my rules|")


def test_without_pretoken_the_screen_says_how_to_get_it(folder: Path) -> None:
    answer = make(folder)
    assert answer.returncode
    assert "there is no pretoken" in answer.stderr
    assert "`make demo`" in answer.stderr
    assert "`pip install 'pretoken[cli]'`" in answer.stderr


def test_a_failed_build_fails_and_tells_of_nothing_else(folder: Path) -> None:
    install(folder / ".venv/bin", code=1)
    (folder / "samconfig.toml").write_text('parameter_overrides = "PackageDigest=sha256:1"', "utf-8")
    answer = make(folder)
    assert answer.returncode
    assert "PackageDigest" not in answer.stdout


@pytest.mark.parametrize(
    ("config", "is_pinned"),
    [
        (r'parameter_overrides = "UserPoolId=\"\" PackageDigest=\"sha256:1\""', True),
        ('parameter_overrides = ["PackageDigest=sha256:1"]', True),
        ('parameter_overrides = "ParameterKey=PackageDigest,ParameterValue=sha256:1"', True),
        ('parameter_overrides = ["PackageDigest=sha256:2"]', False),
        ('parameter_overrides = [\n    "PackageDigest=sha256:1",\n]', True),
        (LIST, False),
        ("# without PackageDigest=sha256:1, which --guided writes", False),
        (None, False),
    ],
)
def test_the_digest_of_another_package_would_be_a_lie_so_the_build_fails_with_the_cure(
    folder: Path, config: str | None, is_pinned: bool
) -> None:
    install(folder / ".venv/bin")
    if config is not None:
        (folder / "samconfig.toml").write_text(f"[default.deploy.parameters]\n{config}\n", "utf-8")
    answer = make(folder)
    assert bool(answer.returncode) is is_pinned
    assert ("samconfig.toml pins the PackageDigest of another package" in answer.stderr) is is_pinned
    assert (LIST.removesuffix("]") in answer.stderr) is is_pinned
