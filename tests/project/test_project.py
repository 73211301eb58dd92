"""What a new project holds, and how it comes into a folder: all of it or nothing."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from pretoken import project
from pretoken.project import ProjectError, create_project, project_files

ROOT = Path(__file__).parents[2]
OF_THE_LIBRARY = {
    ".ci",
    ".editorconfig",
    ".gitattributes",
    ".gitignore",
    ".pre-commit-hooks.yaml",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "benchmarks",
    "docs",
    "examples",
    "pretoken",
    "pyproject.toml",
    "requirements",
    "tests",
}


def tracked() -> dict[str, str]:
    """Give the mode of each file that git tracks."""
    listed = subprocess.run(["git", "ls-files", "-s", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607
    if listed.returncode:
        pytest.skip("this isn't a git repository")
    return {line.split("\t")[1]: line[:6] for line in listed.stdout.split("\0") if line}


def included() -> dict[str, str]:
    """Give the path in a project of each file and folder that pyproject.toml lists."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    return {source: target.removeprefix("pretoken/_project").lstrip("/") for source, target in listed.items()}


def on_disk(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603
    return next(folder.glob("*.whl"))


# What a project holds


def test_a_project_has_what_git_tracks_of_the_listed_files_and_folders() -> None:
    """After adding a file: `git add`. One that a tool made belongs into _MADE_BY_TOOLS."""
    expected = set()
    for path in tracked():
        for source, target in included().items():
            if path == source or path.startswith(f"{source}/"):
                expected.add(f"{target}{path.removeprefix(source)}".lstrip("/"))

    assert set(project_files()) == expected


def test_all_at_the_top_of_the_repository_is_the_librarys_or_goes_into_projects() -> None:
    assert {path.split("/")[0] for path in tracked()} == OF_THE_LIBRARY | set(included())


def test_no_file_of_a_project_is_a_program_so_none_needs_the_right_to_be_run() -> None:
    modes = {mode for path, mode in tracked().items() if path.split("/")[0] in included()}
    assert modes == {"100644"}
    assert not [path for path, content in project_files().items() if content.startswith(b"#!")]


def test_lines_end_as_make_wants_them() -> None:
    assert not [path for path, content in project_files().items() if b"\r" in content]


def test_what_tools_left_in_the_repository_stays_there(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    for source in included():
        if (ROOT / source).is_dir():
            (tmp_path / source / "__pycache__").mkdir(parents=True)
            (tmp_path / source / "__pycache__" / "a.pyc").touch()
            (tmp_path / source / "kept").touch()
        else:
            (tmp_path / source).touch()

    assert {Path(path).name for path in project._files_of_the_repository(tmp_path)} == {
        "kept",
        *(source for source in included() if (tmp_path / source).is_file()),
    }


def test_the_schemas_that_files_name_are_there() -> None:
    files = project_files()
    named = set()
    for path, content in files.items():
        for schema in re.findall(rb"^# yaml-language-server: \$schema=(\S+)$", content, re.MULTILINE):
            named.add((Path("/") / path).parent.joinpath(schema.decode()).resolve().relative_to("/"))
    assert len(named) == 3
    assert named <= set(map(Path, files))


def test_the_links_of_the_readme_lead_somewhere() -> None:
    files = project_files()
    links = {link for link in re.findall(r"\]\(([^)]+)\)", files["README.md"].decode()) if ":" not in link}
    assert links
    assert not {link for link in links if not any(f"{path}/".startswith(f"{link}/") for path in files)}


def test_the_quickstart_is_two_commands_that_the_makefile_has() -> None:
    files = project_files()
    quickstart = files["README.md"].decode().partition("\n## Quickstart\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\$ (.+)$", quickstart, re.MULTILINE) == ["make demo", "make test"]
    assert {b"demo", b"test", b"build"} <= set(re.findall(rb"^(\w+):", files["Makefile"], re.MULTILINE))


@pytest.mark.parametrize(
    "shared",
    [
        rb"^(EVENT|LOOKUPS) *\?= (\S+)$",
        rb"^demo: .*\n(\t.+)$",
        rb"^(install):",
        rb"(uv pip compile(?:.*\\\n)*.* triggers/requirements.in)$",
    ],
)
def test_what_a_project_makes_as_the_repository_does_is_written_alike(shared: bytes) -> None:
    ours, theirs = (ROOT / "Makefile").read_bytes(), project_files()["Makefile"]
    assert re.findall(shared, theirs, re.MULTILINE) == re.findall(shared, ours, re.MULTILINE) != []


def test_the_sam_cli_of_a_project_is_the_one_that_the_template_is_tested_with() -> None:
    """`make lock` copies the number."""
    locked = (ROOT / "requirements" / "sam.txt").read_text().splitlines()
    assert set(project_files()["requirements-sam.txt"].decode().splitlines()) <= set(locked)


# Where the library comes from


class Installed:
    version = "1.2.3"

    def __init__(self, origin: Any) -> None:
        self.origin = origin

    def read_text(self, name: str) -> str | None:
        assert name == "direct_url.json"
        return None if self.origin is None else json.dumps(self.origin)


@pytest.mark.parametrize(
    ("origin", "requirement"),
    [
        (None, "==1.2.3"),
        ({"url": "file:///a/b", "dir_info": {"editable": True}}, " @ file:///a/b"),
        ({"url": "file:///a%20b/c.whl", "archive_info": {}}, " @ file:///a%20b/c.whl"),
        (
            {"url": "https://example.com/c.whl", "archive_info": {"hash": "sha256=0a", "hashes": {"sha256": "0a"}}},
            " @ https://example.com/c.whl#sha256=0a",
        ),
        (
            {"url": "https://example.com/c.zip", "subdirectory": "x/y", "archive_info": {"hashes": {"sha256": "0a"}}},
            " @ https://example.com/c.zip#sha256=0a&subdirectory=x/y",
        ),
        (
            {"url": "https://example.com/c", "vcs_info": {"vcs": "git", "requested_revision": "v1", "commit_id": "0b"}},
            " @ git+https://example.com/c@0b",
        ),
    ],
    ids=["index", "folder", "file", "archive", "part of an archive", "git"],
)
def test_a_project_requires_the_very_library_that_made_it(
    origin: Any, requirement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project, "distribution", lambda _: Installed(origin))
    lines = project_files()["requirements.txt"].decode().splitlines()

    assert [line for line in lines if not line.startswith("#")] == [f"pretoken[cli,local]{requirement}", "pytest"]
    assert lines[0].startswith("# ")


def test_the_wheel_has_the_files_and_needs_no_folder_on_disk_to_give_them(wheel: Path, tmp_path: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(wheel)!r}); from pathlib import Path; from pretoken import project\n"
        f"assert project.__file__.startswith({str(wheel)!r})\nproject.create_project(Path('made'))"
    )
    subprocess.run([sys.executable, "-I", "-c", code], check=True, cwd=tmp_path)  # noqa: S603 - our own code
    made, here = on_disk(tmp_path / "made"), project_files()

    assert made.pop("requirements.txt").startswith(b"# Upgrade by this number.\npretoken[cli,local]==")
    del here["requirements.txt"]
    assert made == here


def test_bytecode_that_an_installer_made_stays_where_it_is(wheel: Path, tmp_path: Path) -> None:
    ZipFile(wheel).extractall(tmp_path / "site")
    subprocess.run([sys.executable, "-m", "compileall", "-q", tmp_path / "site"], check=True)  # noqa: S603
    code = "from pathlib import Path; from pretoken.project import create_project; create_project(Path('made'))"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path / "site")})  # noqa: S603

    assert list((tmp_path / "site" / "pretoken" / "_project").rglob("*.pyc"))
    assert set(on_disk(tmp_path / "made")) == set(project_files())


# How it comes into a folder


@pytest.mark.parametrize("name", ["new", "with spaces & 'quotes'", "ünï/码", "parents/that/are/missing"])
def test_a_project_is_written_into_a_new_folder(name: str, tmp_path: Path) -> None:
    create_project(tmp_path / name)
    assert on_disk(tmp_path / name) == project_files()
    assert (tmp_path / name / "policies").stat().st_mode == (tmp_path / name).stat().st_mode


def test_a_project_is_written_into_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    create_project(Path())
    assert on_disk(Path.cwd()) == project_files()


def test_a_fresh_clone_of_an_empty_repository_counts_as_empty(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    create_project(tmp_path)
    assert on_disk(tmp_path) == project_files()


@pytest.mark.parametrize("file", ["a.txt", "policies/pool.yaml", ".git/../.hidden"])
def test_a_folder_that_is_not_empty_stays_as_it_is(file: str, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text("mine")

    with pytest.raises(ProjectError, match="this folder isn't empty; name a new one: `pretoken init DIR`"):
        create_project(tmp_path)
    assert list(on_disk(tmp_path).values()) == [b"mine"]


def test_making_a_project_twice_changes_nothing(tmp_path: Path) -> None:
    create_project(tmp_path / "made")
    (tmp_path / "made" / "README.md").write_text("mine")
    with pytest.raises(ProjectError):
        create_project(tmp_path / "made")
    assert (tmp_path / "made" / "README.md").read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("file", "a file is in the way; name a folder"),
        ("file/below", "a file is in the way; name a folder"),
        ("dangling", "a file is in the way; name a folder"),
        ("new/" + "x" * 300, "this folder can't be written to; name another"),
    ],
)
def test_a_folder_that_can_not_be_made_is_told_and_nothing_is_left(name: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "dangling").symlink_to("nowhere")

    with pytest.raises(ProjectError) as told:
        create_project(tmp_path / name)
    assert str(told.value) == f"{tmp_path / name}: {problem}: `pretoken init DIR`"
    assert {path.name for path in tmp_path.iterdir()} == {"file", "dangling"}


@pytest.mark.parametrize("method", ["write_bytes", "rename"])
@pytest.mark.parametrize("name", ["a/b", "empty"])
@pytest.mark.parametrize(("failure", "told"), [(OSError, ProjectError), (KeyboardInterrupt, KeyboardInterrupt)])
def test_a_failure_in_the_middle_leaves_nothing_behind(
    method: str,
    name: str,
    failure: type[BaseException],
    told: type[BaseException],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise failure

    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(Path, method, fail)
    with pytest.raises(told):
        create_project(tmp_path / name)
    assert list(tmp_path.rglob("*")) == [tmp_path / "empty"]
