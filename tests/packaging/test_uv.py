"""Finding and running uv."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from pretoken.packaging import BuildError
from pretoken.packaging.uv import find_uv, run_uv

if TYPE_CHECKING:
    from pathlib import Path


def test_uv_is_that_of_the_environment() -> None:
    assert run_uv("--version").stdout.startswith("uv ")


def test_where_the_package_is_missing_uv_on_the_path_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uv", None)
    (tmp_path / "uv").write_text("#!/bin/sh\necho from the path\n")
    (tmp_path / "uv").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_uv() == str(tmp_path / "uv")
    assert run_uv().stdout == "from the path\n"


def test_only_where_files_come_from_can_be_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "uv").write_text("#!/bin/sh\necho $1; env\n")
    (tmp_path / "uv").chmod(0o755)
    monkeypatch.setattr("pretoken.packaging.uv.find_uv", lambda: str(tmp_path / "uv"))
    for name in ("UV_OVERRIDE", "UV_NO_BINARY", "UV_NO_DEPS", "UV_CONFIG_FILE", "UV_INDEX_URL", "UV_NO_CACHE", "OTHER"):
        monkeypatch.setenv(name, "here")
    first, *lines = run_uv("pip").stdout.splitlines()
    assert first == "--no-config"
    assert {line for line in lines if line.endswith("=here")} == {"UV_INDEX_URL=here", "UV_NO_CACHE=here", "OTHER=here"}


def test_without_uv_the_cure_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uv", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BuildError, match="`pip install uv`") as missing:
        run_uv()
    assert (missing.value.name, type(missing.value)) == ("no-uv", BuildError)


def test_uv_that_does_not_start_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pretoken.packaging.uv.find_uv", lambda: str(tmp_path / "gone"))
    with pytest.raises(BuildError, match="doesn't start") as broken:
        run_uv()
    assert broken.value.name == "no-uv"
