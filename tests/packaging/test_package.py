"""Building: all or nothing, the same everywhere, and nothing of the user's is lost."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pretoken.packaging import BuildError, RefusedError
from pretoken.packaging.digest import digest_of
from pretoken.packaging.sizes import sizes_of
from tests.cli.conftest import PROGRAM
from tests.packaging.conftest import CASES, ROOT, RULES, SEALING, SEALING_CASES, Project, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.packaging.index import Index

PRETOKEN = [sys.executable, "-c", PROGRAM]


def names(folder: Path) -> set[str]:
    return {name for name, of in snapshot(folder).items() if of}


# what is in it


def test_a_package_has_the_plan_the_function_and_the_librarys_part_that_runs_in_lambda(project: Project) -> None:
    (project.triggers / "helper.py").write_text("x = 1\n")
    for name in ("README.md", "Makefile", ".#helper.py"):
        (project.triggers / name).write_text("not for Lambda")
    built = project.build()
    assert built.folder == project.output
    files = names(project.output)
    library = {name for name in files if name.startswith("pretoken/")}
    assert files - library == {"helper.py", "package.yaml", "policy.json", "pre_token_generation.py"}
    assert {name.split("/")[1] for name in library} == {"__init__.py", "cognito", "trigger"}
    assert "pretoken/trigger/handler.py" in library
    for name in library:
        assert (project.output / name).read_bytes() == (ROOT / name).read_bytes()


def test_a_package_has_no_bytecode_if_none_is_wanted_and_says_what_that_costs(project: Project) -> None:
    built = project.build()
    assert not [name for name in names(project.output) if name.endswith(".pyc")]
    assert any("two to three times" in warning for warning in built.warnings)


def test_a_package_has_bytecode_for_each_file(project: Project, function_python: str) -> None:
    assert function_python
    built = project.build(bytecode=True)
    files = [name for name in names(project.output) if name.endswith((".py", ".pyc"))]
    assert len([name for name in files if name.endswith(".py")]) * 2 == len(files)
    assert built.warnings == ()


def test_a_policy_that_encrypts_nothing_has_a_small_package_without_native_code(
    project: Project, function_python: str
) -> None:
    assert function_python
    sizes = project.build(bytecode=True).sizes
    assert sizes.zipped < 150 * 1024
    assert not [name for name in names(project.output) if ".so" in name]
    assert not (project.output / "pretoken" / "sealing").exists()


def test_a_policy_that_encrypts_has_the_sealing_side_and_its_packages(project: Project, index: Index) -> None:
    index.add("aws-encryption-sdk", {"aws_encryption_sdk/__init__.py": ""})
    (project.triggers / "requirements.txt").write_text(index.lock())
    project.write(SEALING, SEALING_CASES)
    project.build()
    files = names(project.output)
    assert {"aws_encryption_sdk/__init__.py", "pretoken/sealing/sealer.py", "pretoken/trigger/snapstart.py"} <= files
    assert not {"pretoken/sealing/opener.py", "pretoken/sealing/local_kms.py"} & files


def test_the_digest_stands_in_the_package_and_is_that_of_its_files(project: Project) -> None:
    built = project.build()
    assert built.digest == digest_of(project.output)
    assert json.loads((project.output / "policy.json").read_text())["digest"] == built.digest


def test_the_digest_tells_policies_and_functions_apart(project: Project) -> None:
    first = project.build().digest
    project.write(RULES.replace("world", "moon"), CASES.replace("world", "moon"))
    second = project.build().digest
    (project.triggers / "helper.py").write_text("x = 1\n")
    assert len({first, second, project.build().digest}) == 3


def test_a_package_runs(project: Project, function_python: str) -> None:
    project.build(bytecode=True)
    event = json.loads((ROOT / "events" / "v2-sign-in.json").read_text())
    event["callerContext"]["clientId"] = "web-id"
    code = "import json, sys, pre_token_generation as f; print(json.dumps(f.handler(json.load(sys.stdin), None)))"
    run = subprocess.run(  # noqa: S603
        [function_python, "-P", "-s", "-S", "-c", code],
        env={"PYTHONPATH": str(project.output), "PYTHONDONTWRITEBYTECODE": "1"},
        input=json.dumps(event),
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    line, answer = map(json.loads, run.stdout.splitlines())
    claims = answer["response"]["claimsAndScopeOverrideDetails"]["idTokenGeneration"]["claimsToAddOrOverride"]
    assert claims == {"hello": "world"}
    assert f"sha256:{line['package']}" == json.loads((project.output / "policy.json").read_text())["digest"][:19]


# the same everywhere


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory, function_python: str) -> Project:
    """Build the repository's own project."""
    assert function_python
    project = Project(tmp_path_factory.mktemp("first") / "clone")
    for folder in ("policies", "triggers"):
        shutil.copytree(ROOT / folder, project.folder / folder)
    try:
        project.build(bytecode=True)
    except BuildError as error:
        if "error sending request" in " ".join(str(error).split()):
            pytest.skip("the index of packages can't be reached, and uv's cache doesn't have them")
        raise
    return project


def test_two_clones_give_the_same_package_byte_for_byte(sample: Project, tmp_path: Path) -> None:
    clone = Project(tmp_path / "zweite Kopie, é")
    for folder in ("policies", "triggers"):
        shutil.copytree(sample.folder / folder, clone.folder / folder, copy_function=shutil.copyfile)
    settings = {"LC_ALL": "C", "TZ": "America/Los_Angeles", "PYTHONHASHSEED": "3", "SOURCE_DATE_EPOCH": "1"}
    subprocess.run(  # noqa: S603
        [*PRETOKEN, "build", "--output", "out/package"],
        cwd=clone.folder,
        env=os.environ | settings,
        umask=0o077,
        check=True,
        capture_output=True,
    )
    assert snapshot(clone.output) == snapshot(sample.output)


def test_all_files_have_the_same_mode_and_a_time_that_zip_files_can_tell(sample: Project) -> None:
    paths = [sample.output, *sample.output.rglob("*")]
    assert {path.stat().st_mtime for path in paths} == {315_619_200.0}
    assert {oct(path.stat().st_mode) for path in paths} == {"0o40755", "0o100644"}


def test_the_sample_is_right_for_both_architectures(sample: Project) -> None:
    machines = {"x86_64": 62, "aarch64": 183}  # ELF's numbers
    found: dict[str, set[str]] = {}
    for path in sample.output.rglob("*.so*"):
        stem, _, machine = path.name.removesuffix("-linux-gnu.so").rpartition("-")
        assert path.read_bytes()[:4] == b"\x7fELF"
        assert int.from_bytes(path.read_bytes()[18:20], "little") == machines[machine]
        found.setdefault(machine, set()).add(stem)
    assert set(found) == set(machines)
    assert found["x86_64"] == found["aarch64"] >= {"_rust.cpython-313", "_cffi_backend.cpython-313"}


def test_the_sample_has_neither_what_lambda_has_nor_the_material_providers(sample: Project) -> None:
    top = {path.name for path in sample.output.iterdir()}
    assert "aws_encryption_sdk" in top
    assert not top & {"boto3", "botocore", "urllib3", "six.py", "dateutil", "jmespath", "s3transfer"}
    assert not [name for name in top if "material_providers" in name or name in ("bin", ".lock")]


def test_the_sample_keeps_the_names_versions_and_licences_of_its_packages(sample: Project) -> None:
    for info in sample.output.glob("*.dist-info"):
        assert (info / "METADATA").exists()
        assert [path for path in info.rglob("*") if "LICENSE" in path.name]


def test_the_samples_size_is_within_what_is_known(sample: Project) -> None:
    sizes = sizes_of(sample.output)
    assert sizes.zipped < 12_000_000
    assert sizes.unzipped < 36_000_000


# all or nothing


def test_an_empty_folder_is_filled(project: Project) -> None:
    project.output.mkdir(parents=True)
    project.build()
    assert (project.output / "policy.json").exists()


def test_an_earlier_build_is_replaced_and_nothing_stays_of_it(project: Project) -> None:
    (project.triggers / "old.py").write_text("")
    first = project.build()
    (project.triggers / "old.py").unlink()
    assert project.build().digest != first.digest
    assert "old.py" not in names(project.output)
    assert [path.name for path in project.output.parent.iterdir()] == ["package"]


def test_a_folder_with_something_else_in_it_is_refused_and_left_alone(project: Project) -> None:
    project.output.mkdir(parents=True)
    (project.output / "mine.txt").write_text("mine")
    assert project.refusal().name == "not-a-build"
    assert (project.output / "mine.txt").read_text() == "mine"


def test_an_earlier_build_with_something_more_in_it_is_refused_and_left_alone(project: Project) -> None:
    project.build()
    (project.output / "mine.txt").write_text("mine")
    before = snapshot(project.output)
    assert project.refusal().name == "not-a-build"
    assert snapshot(project.output) == before


def test_a_refused_policy_leaves_the_earlier_build(project: Project) -> None:
    project.build()
    before = snapshot(project.output)
    project.write(cases=CASES.replace("hello: world", "hello: moon"))
    assert project.refusal().name == "failed-cases"
    assert snapshot(project.output) == before


def test_a_file_in_the_way_is_refused_and_left_alone(project: Project) -> None:
    project.output.parent.mkdir()
    project.output.write_text("mine")
    assert project.refusal().name == "not-a-folder"
    assert project.output.read_text() == "mine"


def test_a_link_to_a_folder_is_followed_and_stays(project: Project, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    project.output.parent.mkdir()
    project.output.symlink_to(tmp_path / "real")
    project.build()
    project.build()
    assert project.output.is_symlink()
    assert (tmp_path / "real" / "policy.json").exists()


def test_what_links_in_an_earlier_build_lead_to_is_not_touched(project: Project, tmp_path: Path) -> None:
    project.build()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.txt").write_text("mine")
    (project.output / "link").symlink_to(tmp_path / "mine")
    assert project.refusal().name == "not-a-build"
    assert (tmp_path / "mine" / "a.txt").read_text() == "mine"


def test_a_circle_of_links_is_refused(project: Project) -> None:
    project.output.parent.mkdir()
    project.output.symlink_to(project.output)
    assert project.refusal().name == "not-written"


def test_a_folder_that_cannot_be_made_is_told(project: Project) -> None:
    (project.folder / "out").write_text("a file")
    error = project.refusal()
    assert (error.name, type(error)) == ("not-written", BuildError)
    assert "name another: `--output DIR`" in str(error)


def test_a_folder_that_cannot_be_listed_is_told(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    iterdir = Path.iterdir

    def fail(path: Path) -> Iterator[Path]:
        if path == project.output:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return iterdir(path)

    project.output.mkdir(parents=True)
    monkeypatch.setattr(Path, "iterdir", fail)
    with pytest.raises(BuildError, match="it can't be written: Permission denied; name another") as refused:
        project.build()
    assert refused.value.name == "not-written"


@pytest.mark.parametrize(("failure", "told"), [(OSError(), BuildError), (KeyboardInterrupt(), KeyboardInterrupt)])
def test_an_earlier_build_stays_if_it_cannot_be_replaced(
    project: Project, monkeypatch: pytest.MonkeyPatch, failure: BaseException, told: type[BaseException]
) -> None:
    project.build()
    before = snapshot(project.output)
    rename, renamed = Path.rename, []

    def fail_once(path: Path, target: Path) -> Path:
        renamed.append(path)
        if len(renamed) == 2:
            raise failure
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fail_once)
    with pytest.raises(told):
        project.build()
    assert snapshot(project.output) == before


# the function


@pytest.mark.parametrize("is_there", [True, False])
def test_without_a_function_nothing_is_built(project: Project, is_there: bool) -> None:
    shutil.rmtree(project.triggers)
    if is_there:
        project.triggers.mkdir()
    assert project.refusal().name == "no-triggers"


def test_a_link_may_lead_to_another_file_of_the_function(project: Project) -> None:
    (project.triggers / "same.py").symlink_to("pre_token_generation.py")
    project.build()
    assert not (project.output / "same.py").is_symlink()
    assert (project.output / "same.py").read_text() == (project.output / "pre_token_generation.py").read_text()


def test_no_link_leads_out_of_the_functions_folder(project: Project, tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_text("key = 1")
    (project.triggers / "same.py").symlink_to(tmp_path / "secret.py")
    error = project.refusal()
    assert error.name == "outside"
    assert str(error).startswith(str(project.triggers / "same.py"))


def test_a_function_that_is_not_python_is_refused(project: Project, function_python: str) -> None:
    assert function_python
    (project.triggers / "pre_token_generation.py").write_text("def f(:\n")
    error = project.refusal(bytecode=True)
    assert (error.name, type(error)) == ("not-python", RefusedError)
    assert "`pre_token_generation.py`, line 1: SyntaxError; correct it, or take it out" in str(error)


def test_a_policy_that_encrypts_needs_the_encryption_sdk(project: Project, index: Index) -> None:
    index.add("pure", {"pure.py": ""})
    (project.triggers / "requirements.txt").write_text(index.lock())
    project.write(SEALING, SEALING_CASES)
    assert "`aws-encryption-sdk` isn't there" in str(project.refusal())


def test_a_policy_that_encrypts_needs_a_lock(project: Project) -> None:
    project.write(SEALING, SEALING_CASES)
    assert project.refusal().name == "no-lock"


# warnings


@pytest.mark.parametrize("name", ["boto3", "pretoken"])
def test_a_file_that_would_hide_a_package_or_be_hidden_by_one_is_an_error(project: Project, name: str) -> None:
    (project.triggers / f"{name}.py").write_text("")
    assert project.refusal().name == "clash"


def test_what_is_left_out_of_the_package_is_told(project: Project) -> None:
    (project.triggers / "helpers").mkdir()
    (project.triggers / "data.json").write_text("{}")
    for name in ("Makefile", "requirements.txt", ".hidden", "helper.py"):
        (project.triggers / name).write_text("")
    told = [warning.partition(":")[0] for warning in project.build().warnings if "isn't in the package" in warning]
    assert told == [str(project.triggers / name) for name in ("data.json", "helpers")]


# being interrupted


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_build_leaves_the_earlier_one_as_it_was(
    project: Project, tmp_path: Path, number: signal.Signals
) -> None:
    project.build()
    before = snapshot(project.output)
    project.write(SEALING, SEALING_CASES)
    (project.triggers / "requirements.txt").write_text("")
    (tmp_path / "uv").write_text("#!/bin/sh\ntouch started\nexec sleep 60\n")
    (tmp_path / "uv").chmod(0o755)
    code = f"import sys; sys.modules['uv'] = None\n{PROGRAM}"
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    command = [sys.executable, "-c", code, "build", "--output", "out/package"]
    with subprocess.Popen(command, cwd=project.folder, env=environment, start_new_session=True) as build:  # noqa: S603
        while not (project.folder / "started").exists():
            assert build.poll() is None
            time.sleep(0.02)
        os.killpg(build.pid, number)
        assert build.wait(timeout=30) != 0
    assert snapshot(project.output) == before
    if number != signal.SIGKILL:  # after which nobody can clean up
        assert list(project.output.parent.iterdir()) == [project.output]
    project.write()
    project.build()
