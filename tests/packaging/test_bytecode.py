"""Bytecode: by the function's Python, and the same wherever it is made."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from pretoken.packaging import BuildError, RefusedError, bytecode, compiling
from pretoken.packaging.bytecode import PYTHON, compile_package, find_python
from tests.packaging.conftest import ROOT

SOURCE = '''\
"""A module."""


def place() -> str:
    """Say where this is."""
    assert True
    return place.__code__.co_filename
'''


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Make a package with modules of the user, the library and others."""
    for name in ("mine.py", "pretoken/ours.py", "theirs/é.py"):
        path = tmp_path / "package" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SOURCE, encoding="utf-8")
    return tmp_path / "package"


def compiled(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.pyc"))}


def ask(python: str, folder: Path, code: str) -> str:
    environment = {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(  # noqa: S603
        [python, "-P", "-X", "utf8", "-c", code], env=environment, check=True, capture_output=True, encoding="utf-8"
    ).stdout.strip()


def test_every_file_is_compiled_and_believed_without_its_source(package: Path, function_python: str) -> None:
    compile_package(package)
    assert set(compiled(package)) == {
        "__pycache__/mine.cpython-313.pyc",
        "pretoken/__pycache__/ours.cpython-313.pyc",
        "theirs/__pycache__/é.cpython-313.pyc",
    }
    (package / "mine.py").write_text("changed = 1")
    assert ask(function_python, package, "import mine; print(mine.place())") == str(package / "mine.py")
    assert b"/var/task/mine.py" in compiled(package)["__pycache__/mine.cpython-313.pyc"]


def test_docstrings_stay_where_code_is_not_ours(package: Path, function_python: str) -> None:
    compile_package(package)
    code = "import mine, pretoken.ours as ours; print(mine.__doc__, ours.__doc__)"
    assert ask(function_python, package, code) == "A module. None"


def test_it_is_the_same_in_another_place_and_environment(
    package: Path, tmp_path: Path, function_python: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Path(shutil.copytree(package, tmp_path / "elsewhere, gerät" / "x"))
    assert function_python
    compile_package(package)
    settings = {"LC_ALL": "C", "PYTHONHASHSEED": "7", "PYTHONOPTIMIZE": "2", "PYTHONPYCACHEPREFIX": "/nowhere"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    compile_package(other)
    assert compiled(other) == compiled(package)


def test_a_file_that_is_not_python_is_named(package: Path, function_python: str) -> None:
    assert function_python
    (package / "mine.py").write_text("a = 1\nb = (\n")
    with pytest.raises(BuildError) as refused:
        compile_package(package)
    assert (refused.value.name, type(refused.value)) == ("not-python", RefusedError)
    cure = "correct it, or take it out"
    assert str(refused.value) == f"Python 3.13 can't compile `mine.py`, line 2: SyntaxError; {cure}"


def test_the_program_goes_through_all_folders_in_this_python_too(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (package / "pretoken" / "notes.txt").write_text("(")
    monkeypatch.setattr(sys, "argv", ["compiling.py", str(package)])
    runpy.run_path(compiling.__file__, run_name="__main__")
    assert len(compiled(package)) == 3
    (package / "theirs" / "é.py").write_bytes(b"\xff")
    with pytest.raises(SystemExit, match=r"^`theirs/é.py`, line \d: SyntaxError$"):
        runpy.run_path(compiling.__file__, run_name="__main__")


def test_the_functions_python_is_that_of_the_template() -> None:
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    assert re.findall(r"Runtime: (.+)", template) == [f"python{PYTHON}"]


def test_this_python_is_taken_if_it_is_the_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bytecode, "_TAG", sys.implementation.cache_tag)
    assert find_python() == sys.executable


def test_pyenvs_python_is_found_without_its_shims(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version, tag in {"3.13.0": "cpython-313", "3.13.1": "pypy313", "3.12.9": "cpython-312"}.items():
        script(tmp_path / "versions" / version / "bin" / "python", tag)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    without_uv(monkeypatch)
    assert find_python() == str(tmp_path / "versions" / "3.13.0" / "bin" / "python")


def test_uv_finds_a_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(tmp_path / "python", "cpython-313")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    without_uv(monkeypatch)
    monkeypatch.setattr(bytecode, "run_uv", lambda *_: SimpleNamespace(stdout=f"{tmp_path / 'python'}\n"))
    assert find_python() == str(tmp_path / "python")


def test_python_on_the_path_is_the_last_resort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(tmp_path / "python3.13", "cpython-313")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    without_uv(monkeypatch)
    assert find_python() == str(tmp_path / "python3.13")


def test_without_the_functions_python_both_cures_are_told(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    without_uv(monkeypatch)
    with pytest.raises(BuildError) as missing:
        compile_package(package)
    assert (missing.value.name, type(missing.value)) == ("no-python", BuildError)
    assert "`uv python install 3.13`" in str(missing.value)
    assert "`--no-bytecode`" in str(missing.value)


def test_a_python_that_vanishes_is_told(package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bytecode, "find_python", lambda: str(tmp_path / "gone"))
    with pytest.raises(BuildError, match="doesn't start; install it"):
        compile_package(package)


def without_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: str) -> None:
        raise BuildError("no-uv", "")

    monkeypatch.setattr(bytecode, "run_uv", fail)
    monkeypatch.setattr(bytecode, "find_uv", fail)
    monkeypatch.setattr(bytecode, "sys", SimpleNamespace(implementation=SimpleNamespace(cache_tag="cpython-311")))


def script(path: Path, tag: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {tag}\n")
    path.chmod(0o755)
