"""A small policy that encrypts nothing, and an index of small wheels."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from pretoken.packaging import BuildError, Package, build
from pretoken.packaging.bytecode import PYTHON, find_python
from tests.packaging.index import Index, environment
from tests.simulator.folders import write

ROOT = Path(__file__).parents[2]
POOL = """\
language: 1
trigger: V3_0
other_clients: deny
clients: {web: web-id}
recipients: {billing-api: {key: "arn:aws:kms:eu-west-1:111122223333:key/0b1c2d3e-0000-4000-8000-1234567890ab"}}
"""
RULES = "rules: {greeting: {id_token: {claims: {hello: world}}}}\n"
SEALING = """\
rules:
  bill: {when: {client: web}, access_token: {encrypted_for: {billing-api: {email: {from: attribute.email}}}}}
"""
CASES = """\
cases:
  - {name: anyone is greeted, given: {client: web}, expect: {id_token: {claims: {hello: world}}}}
"""
SEALING_CASES = """\
cases:
  - {name: anyone may sign in, given: {client: web}, expect: {denied: false}}
"""
HANDLER = (ROOT / "triggers" / "pre_token_generation.py").read_text(encoding="utf-8")


class Project(NamedTuple):
    """A project to build."""

    folder: Path

    @property
    def policies(self) -> Path:
        """Its policy."""
        return self.folder / "policies"

    @property
    def triggers(self) -> Path:
        """Its function."""
        return self.folder / "triggers"

    @property
    def output(self) -> Path:
        """Where the package goes."""
        return self.folder / "out" / "package"

    def write(self, rules: str = RULES, cases: str = CASES) -> None:
        """Write its rules and cases."""
        write(self.policies, rules, POOL, **{"cases/a.yaml": cases})

    def build(self, *, bytecode: bool = False, output: Path | None = None) -> Package:
        """Build it."""
        return build(self.policies, self.triggers, output or self.output, bytecode=bytecode)

    def refusal(self, *, bytecode: bool = False) -> BuildError:
        """Fail to build it; nothing is left of the attempt."""
        before = snapshot(self.folder)
        with pytest.raises(BuildError) as refused:
            self.build(bytecode=bytecode)
        assert snapshot(self.folder) | {"out": None} == before | {"out": None}
        return refused.value


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Make a project whose policy encrypts nothing; its path has blanks and is not ASCII."""
    project = Project(tmp_path / "mein Gerät")
    project.write()
    project.triggers.mkdir()
    (project.triggers / "pre_token_generation.py").write_text(HANDLER, encoding="utf-8")
    return project


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a cache for the tests' uv."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def index(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Index:
    """Make an index without wheels."""
    index = Index(tmp_path / "index")
    for name, value in environment(index.folder, cache).items():
        monkeypatch.setenv(name, value)
    return index


@pytest.fixture(scope="session")
def function_python() -> str:
    """Find the function's Python."""
    try:
        return find_python()
    except BuildError:
        pytest.skip(f"Python {PYTHON} isn't on this machine")


def snapshot(folder: Path) -> dict[str, tuple[int, float, bytes] | None]:
    """Give all that is in a folder: modes, times and contents; of a folder its name alone."""
    return {
        path.relative_to(folder).as_posix(): None
        if not path.is_symlink() and path.is_dir()
        else (path.lstat().st_mode, path.lstat().st_mtime, path.read_bytes() if not path.is_symlink() else b"")
        for path in sorted(folder.rglob("*"))
    }
