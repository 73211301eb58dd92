"""Packages of others: as pinned, for both architectures, and nothing that Lambda has or that isn't used."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

import pytest

from pretoken.packaging import BuildError, RefusedError
from pretoken.packaging.wheels import MPL, RUNTIME, install
from tests.packaging.conftest import ROOT, snapshot
from tests.packaging.index import STABLE, TAGGED, Index

if TYPE_CHECKING:
    from pathlib import Path


def installed(tmp_path: Path, lock: str) -> dict[str, bytes]:
    """Install, and give the files without their modes and times."""
    (tmp_path / "requirements.txt").write_text(lock, encoding="utf-8")
    folder = tmp_path / "package"
    folder.mkdir(exist_ok=True)
    install(tmp_path / "requirements.txt", folder)
    return {name: of[2] for name, of in snapshot(folder).items() if of}


def refusal(tmp_path: Path, lock: str) -> BuildError:
    with pytest.raises(BuildError) as refused:
        installed(tmp_path, lock)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("package-")] == []
    return refused.value


def test_packages_are_installed_without_what_only_installers_and_compilers_use(tmp_path: Path, index: Index) -> None:
    files = {
        **{f"pure/{name}": name for name in ("__init__.py", "table.json", "a.pyi", "a.c", "a.h", "py.typed")},
        **{f"pure/{name}": name for name in ("tests/__init__.py", "__pycache__/a.cpython-313.pyc")},
        "pure/bin/a.py": "",
        "pure-1.0.data/scripts/tool": "#!python\n",
        "pure-1.0.dist-info/licenses/LICENSE": "mine",
    }
    index.add("pure", files)
    assert set(installed(tmp_path, index.lock())) == {
        "pure/__init__.py",
        "pure/bin/a.py",
        "pure/table.json",
        "pure-1.0.dist-info/METADATA",
        "pure-1.0.dist-info/licenses/LICENSE",
    }


def test_extension_modules_of_both_architectures_lie_side_by_side(tmp_path: Path, index: Index) -> None:
    for machine, tag in STABLE.items():
        sbom = "stable-1.0.dist-info/sboms/rust.json"
        index.add("stable", {"stable/__init__.py": "", "stable/_rust.abi3.so": machine, sbom: machine}, tag)
    for machine, tag in TAGGED.items():
        index.add("tagged", {f"_tagged.cpython-313-{machine}-linux-gnu.so": machine}, tag)
    files = installed(tmp_path, index.lock())
    for machine in STABLE:
        assert files[f"stable/_rust.cpython-313-{machine}-linux-gnu.so"] == machine.encode()
        assert files[f"stable-1.0.dist-info/sboms/{machine}/rust.json"] == machine.encode()
        assert files[f"_tagged.cpython-313-{machine}-linux-gnu.so"] == machine.encode()
    assert len(files) == 4 + 1 + 2 + 1 + 1


@pytest.mark.parametrize(
    "contents", [{"x86_64": "x", "aarch64": "y"}, {"x86_64": "x", "aarch64": None}, {"x86_64": None, "aarch64": "y"}]
)
def test_other_files_that_only_one_architecture_has_so_are_an_error(
    tmp_path: Path, index: Index, contents: dict[str, str | None]
) -> None:
    for machine, tag in TAGGED.items():
        content = contents[machine]
        index.add("native", {} if content is None else {"native.so": content}, tag)
    error = refusal(tmp_path, index.lock())
    assert (error.name, type(error)) == ("platforms-differ", BuildError)
    assert "`native.so`" in str(error)


def test_nothing_of_the_users_is_overwritten(tmp_path: Path, index: Index) -> None:
    index.add("pure", {"pre_token_generation.py": "theirs"})
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "pre_token_generation.py").write_text("mine")
    assert refusal(tmp_path, index.lock()).name == "clash"
    assert (tmp_path / "package" / "pre_token_generation.py").read_text() == "mine"


def test_a_package_that_is_not_as_pinned_is_refused_and_named_with_its_line(tmp_path: Path, index: Index) -> None:
    index.add("first", {"first.py": ""})
    index.add("second", {"second.py": ""})
    lock = index.lock().replace(index.hashes["second"][0], "0" * 64)
    error = refusal(tmp_path, lock)
    assert (error.name, type(error)) == ("hash-mismatch", RefusedError)
    first, *others = str(error).splitlines()
    assert first == (
        f"{tmp_path / 'requirements.txt'}:3:1: hash-mismatch: `second==1.0` isn't what was pinned: the index has "
        "another file, or the lock was changed; compare with the lock in version control, and look into the index "
        "before you trust it"
    )
    assert any(index.hashes["second"][0] in line for line in others)


def test_no_setting_of_uv_turns_the_hashes_off(tmp_path: Path, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    index.add("pure", {"pure.py": ""})
    for name, value in {"UV_NO_VERIFY_HASHES": "1", "UV_REQUIRE_HASHES": "0", "UV_NO_DEPS": "1"}.items():
        monkeypatch.setenv(name, value)
    assert refusal(tmp_path, index.lock().replace(index.hashes["pure"][0], "0" * 64)).name == "hash-mismatch"


def test_settings_of_uv_change_nothing(tmp_path: Path, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    index.add("pure", {"pure.py": ""})
    settings = {
        "COMPILE_BYTECODE": "1",
        "LINK_MODE": "symlink",
        "PYTHON": "3.9",
        "TARGET": "/nowhere",
        "SYSTEM_PYTHON": "1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"UV_{name}", value)
    assert set(installed(tmp_path, index.lock())) == {"pure.py", "pure-1.0.dist-info/METADATA"}
    assert not (tmp_path / "package" / "pure.py").is_symlink()


def test_a_package_that_is_needed_and_not_pinned_is_refused_and_named(tmp_path: Path, index: Index) -> None:
    index.add("pure", {"pure.py": ""}, needs=("hidden",))
    index.add("hidden", {"hidden.py": ""})
    error = refusal(tmp_path, index.lock("pure"))
    assert (error.name, type(error)) == ("not-pinned", RefusedError)
    assert "`hidden` is needed and not pinned with a hash" in str(error)


def test_a_requirement_without_a_hash_is_refused_and_named(tmp_path: Path, index: Index) -> None:
    index.add("pure", {"pure.py": ""})
    error = refusal(tmp_path, "pure==1.0\n")
    assert "`pure==1.0` is needed" in str(error)
    assert (error.name, type(error)) == ("not-pinned", RefusedError)


def test_what_lambda_has_needs_no_pin(tmp_path: Path, index: Index) -> None:
    index.add("pure", {"pure.py": ""}, needs=RUNTIME)
    assert set(installed(tmp_path, index.lock())) == {"pure.py", "pure-1.0.dist-info/METADATA"}


@pytest.mark.parametrize("name", [*RUNTIME, MPL, "Python_DateUtil"])
def test_what_must_not_be_in_a_package_must_not_be_in_the_lock(tmp_path: Path, index: Index, name: str) -> None:
    index.add("pure", {"pure.py": ""})
    error = refusal(tmp_path, index.lock() + f"{name}==1.0 --hash=sha256:{'0' * 64}\n")
    assert (error.name, type(error)) == ("not-allowed", RefusedError)
    assert f"requirements.txt:3:1: not-allowed: `{name.lower().replace('_', '-')}` " in str(error)


@pytest.mark.parametrize(
    "line",
    [
        "--no-binary pure",
        "pure==1.0 ; python_version > '3' --no-binary pure --hash=sha256:" + "0" * 64,
        "--index-url https://example.com/simple",
        "-r other.txt",
        "-e .",
        "./pure-1.0-py3-none-any.whl",
        "pure @ file:///tmp/pure.tar.gz --hash=sha256:" + "0" * 64,
        "pure>=1.0 --hash=sha256:" + "0" * 64,
        "    --hash=md5:" + "0" * 32,
        "\ufeffpure==1.0",
    ],
)
def test_a_lock_has_nothing_but_pinned_packages_and_their_hashes(line: str, tmp_path: Path, index: Index) -> None:
    index.add("pure", {"pure.py": ""})
    lock = f"# a comment\n\n{index.lock()}"
    assert "pure.py" in installed(tmp_path, lock)
    error = refusal(tmp_path, f"{lock}{line}\n")
    assert (error.name, type(error)) == ("not-allowed", RefusedError)
    assert "requirements.txt:5:1: not-allowed: this isn't `name==version` or its sha256 hashes alone" in str(error)


def test_no_file_of_a_wheel_runs_at_each_start(tmp_path: Path, index: Index) -> None:
    index.add("pure", {"pure.py": "", "pure.pth": "import pure\n"})
    assert "pure.pth" not in installed(tmp_path, index.lock())


def test_native_code_that_says_nothing_of_its_architecture_is_an_error(tmp_path: Path, index: Index) -> None:
    index.add("pure", {"pure.so": "the same for both"})
    assert refusal(tmp_path, index.lock()).name == "platforms-differ"


def test_a_source_distribution_is_never_run(tmp_path: Path, index: Index) -> None:
    (index.folder / "evil-1.0.tar.gz").write_bytes(b"")
    error = refusal(tmp_path, f"evil==1.0 --hash=sha256:{'0' * 64}\n")
    assert (error.name, type(error)) == ("not-installed", BuildError)


def test_a_missing_lock_is_told(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="can't be read; `make lock` pins anew") as missing:
        install(tmp_path / "requirements.txt", tmp_path / "package")
    assert (missing.value.name, type(missing.value)) == ("no-lock", BuildError)


@pytest.mark.usefixtures("index")
def test_uv_that_cannot_install_has_its_say(tmp_path: Path) -> None:
    error = refusal(tmp_path, f"nowhere==1.0 --hash=sha256:{'0' * 64}\n")
    assert (error.name, type(error)) == ("not-installed", BuildError)
    assert "\n    error: " in str(error)


def test_the_lock_pins_the_encryption_sdk_without_what_lambda_has() -> None:
    lock = (ROOT / "triggers" / "requirements.txt").read_text(encoding="utf-8")
    names = set(re.findall(r"^([a-z0-9-]+)==", lock, flags=re.MULTILINE))
    assert {"aws-encryption-sdk", "cryptography"} <= names
    assert not names & {*RUNTIME, MPL}


def test_what_is_locked_is_what_the_library_asks_for_to_seal() -> None:
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    (wanted,) = [one for one in asked["sealing"] if re.split(r"\W*>=", one)[0] not in RUNTIME]
    wanted_here = (ROOT / "triggers" / "requirements.in").read_text(encoding="utf-8").splitlines()
    assert [line for line in wanted_here if not line.startswith("#")] == [wanted]


def test_what_lambda_has_is_left_out_of_the_lock_when_it_is_made() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (left_out,) = re.findall(r"addprefix --no-emit-package ,([^)]+)", makefile)
    assert left_out.split() == [*RUNTIME]
