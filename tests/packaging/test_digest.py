"""The digest: of all that is in a package, and checkable by hand."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from pretoken.packaging.digest import digest_of, is_package, stamp

PLAN: dict[str, Any] = {"pool": {"language": 1}, "rules": {"b": {"x": "é"}, "a": {}}}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Make a package."""
    folder = tmp_path / "package"
    (folder / "pretoken").mkdir(parents=True)
    (folder / "pretoken" / "é.py").write_text("x = 1\n")
    (folder / "a.py").write_text("")
    stamp(folder, PLAN)
    return folder


def records(*files: tuple[str, bytes]) -> str:
    content = sorted(f"{hashlib.sha256(content).hexdigest()}  {name}\0" for name, content in files)
    return f"sha256:{hashlib.sha256(''.join(content).encode()).hexdigest()}"


def test_the_digest_is_that_of_the_sorted_records_of_sha256sum_zero(package: Path) -> None:
    plan = b'{"pool":{"language":1},"rules":{"b":{"x":"\\u00e9"},"a":{}}}'
    assert digest_of(package) == records(("a.py", b""), ("pretoken/é.py", b"x = 1\n"), ("policy.json", plan))


def test_a_name_cannot_pass_for_another_file(package: Path) -> None:
    """Were records ended by a newline, a name that holds one could stand for two files, with the right content."""
    for number in range(50):
        content = f"x = {number}\n"
        (package / "b.py").write_text(content)
        two = digest_of(package)
        (package / "b.py").unlink()
        one = (package / "a.py").rename(package / f"a.py\n{hashlib.sha256(content.encode()).hexdigest()}  b.py")
        assert digest_of(package) != two
        one.rename(package / "a.py")


def test_it_stands_in_the_plan_and_in_the_parameters_of_the_deployment(package: Path) -> None:
    digest = digest_of(package)
    assert json.loads((package / "policy.json").read_text()) == {"digest": digest, **PLAN}
    assert (package / "package.yaml").read_text() == f"PackageDigest: {digest}\n"


def test_the_order_of_the_plan_stays(package: Path) -> None:
    assert list(json.loads((package / "policy.json").read_text())["rules"]) == ["b", "a"]


def test_a_folder_as_it_was_built_is_a_package(package: Path) -> None:
    assert is_package(package)


@pytest.mark.parametrize("name", ["a.py", "policy.json", "package.yaml", "pretoken/é.py"])
def test_a_package_with_a_file_changed_or_removed_is_none(package: Path, name: str) -> None:
    content = (package / name).read_text().replace("1", "2")
    (package / name).write_text(content or "2")
    assert not is_package(package)
    (package / name).unlink()
    assert not is_package(package)


@pytest.mark.parametrize("plan", ["[]", "[" * 100_000, "{}", "\0", '{"digest": 1}'])
def test_a_folder_with_something_else_is_no_package(package: Path, plan: str) -> None:
    (package / "policy.json").write_text(plan)
    assert not is_package(package)


def test_a_package_with_a_file_more_is_none(package: Path) -> None:
    (package / "pretoken" / "mine.txt").write_text("mine")
    assert not is_package(package)


def test_a_folder_with_links_or_pipes_is_no_package(package: Path, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("")
    (package / "a.py").unlink()
    (package / "a.py").symlink_to(tmp_path / "a.py")
    assert not is_package(package)
    (package / "a.py").unlink()
    os.mkfifo(package / "a.py")
    assert not is_package(package)


def test_names_need_not_be_text(package: Path) -> None:
    Path(os.fsdecode(os.fsencode(package) + b"/\xff.py")).write_text("")
    assert digest_of(package) != json.loads((package / "policy.json").read_text())["digest"]
