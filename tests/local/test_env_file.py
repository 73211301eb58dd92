"""The file with the function's variables for local runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pretoken.local import EnvFile, LocalRunError


def test_a_missing_file_is_written(tmp_path: Path) -> None:
    path = tmp_path / "env.json"
    assert EnvFile(path).update({"KEY": "ü"})
    assert path.read_text(encoding="utf-8") == '{\n  "PreTokenGeneration": {\n    "KEY": "ü"\n  }\n}\n'


def test_what_else_stands_there_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "env.json"
    path.write_text('{"Other": {"A": 1}, "PreTokenGeneration": {"MINE": null, "KEY": "old"}, "Last": {}}')
    env = EnvFile(path)
    assert env.variables == {"MINE": None, "KEY": "old"}
    assert env.update({"KEY": "new"})
    content = json.loads(path.read_text())
    assert content == {"Other": {"A": 1}, "PreTokenGeneration": {"MINE": None, "KEY": "new"}, "Last": {}}
    assert [*content] == ["Other", "PreTokenGeneration", "Last"]


def test_a_file_that_says_so_already_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "env.json"
    path.write_text('{"PreTokenGeneration":{"KEY":"same"}}')
    path.chmod(0o444)
    assert not EnvFile(path).update({"KEY": "same"})
    assert path.read_text() == '{"PreTokenGeneration":{"KEY":"same"}}'


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b'{"a": }', r":1:7: this isn't JSON; write `{\"PreTokenGeneration\": {}}`"),
        (b"", ":1:1: this isn't JSON"),
        (b'"\xff"', ": this isn't JSON in UTF-8"),
        (b"[" * 100_000, ": this isn't JSON"),
        (b"[]", ": variables stand by function and name"),
        (b'{"PreTokenGeneration": []}', ": variables stand by function and name"),
    ],
)
def test_what_is_no_such_file_is_refused_and_kept(content: bytes, what: str, tmp_path: Path) -> None:
    path = tmp_path / "env.json"
    path.write_bytes(content)
    with pytest.raises(LocalRunError, match=what):
        EnvFile(path)
    assert path.read_bytes() == content


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LocalRunError, match="this file can't be read; name another: `--env-file FILE`"):
        EnvFile(tmp_path)


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "env.json"
    with pytest.raises(LocalRunError, match="this file can't be written; check it with `ls -l`"):
        EnvFile(path).update({"KEY": "new"})
