"""Read a policy folder: `pool.yaml` and the rules files, all errors of all files in one run."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from pretoken.policy.errors import Place, PolicyErrors, RuleError, named, typed
from pretoken.policy.files import files_in, read_file, stray_files
from pretoken.policy.policy import Policy
from pretoken.policy.pool import Pool
from pretoken.policy.pruning import read_model
from pretoken.policy.python_files import PythonSource, run_python
from pretoken.policy.report import At, Report
from pretoken.policy.rules import RuleFile
from pretoken.policy.soundness import check
from pretoken.policy.stand_ins import NOBODYS_TABLE
from pretoken.policy.suggestions import closest
from pretoken.policy.yaml import Document, read_yaml

Source: TypeAlias = Document | PythonSource

_NOUNS = {"derived": "derived value", "tables": "table", "rules": "rule"}
_NO_POOL = "there is no pool.yaml here; write one that begins with `language: 1`"
_MISNAMED_POOL = "this file must end in `.yaml`; rename `pool.yml` to `pool.yaml`"
_NO_PYTHON = (
    "Python rule files are refused in this run; leave `--no-python` or pytest's `--pretoken-no-python` out, or write "
    "the rules as YAML"
)


class LoadedPolicy(NamedTuple):
    """A sound policy, and where each part of it was written."""

    policy: Policy
    files: tuple[str, ...]
    places: "_Places"

    def plan(self) -> dict[str, Any]:
        """Give the JSON that the trigger runs."""
        return self.policy.plan()

    def place(self, at: At) -> Place:
        """Give the place in a file of a place in the policy, such as `("rules", "greeting", "when", "client")`."""
        return self.places.of(at)

    def key_place(self, at: At) -> Place:
        """Give the place of the key there."""
        return self.places.of(at, key=True)


class _Places:
    """Which file says what."""

    def __init__(self, pool: Source | None) -> None:
        self._sources: dict[At, Source] = {} if pool is None else {("pool",): pool}

    def claim(self, at: At, source: Source) -> Source | None:
        """Note that a file defines something; give the file that does already."""
        other = self._sources.setdefault(at, source)
        return None if other is source else other

    def of(self, at: At, *, key: bool = False) -> Place:
        """Give the place in a file of a place in the policy."""
        is_pool = at[:1] == ("pool",)
        source = self._sources.get(at[:1] if is_pool else at[:2])
        if source is None:  # nothing that one file says
            source, at = self._sources[("pool",)], ("pool",)
        inner = at[1:] if at[0] == "pool" else at
        if isinstance(source, Document):
            inner = _as_written(inner, source.data)
        return source.key_place(inner) if key else source.place(inner)


def _as_written(at: At, data: object) -> At:
    """Leave out the position of an only item that is written without its list."""
    written: list[str | int] = []
    for step in at:
        if isinstance(data, dict):
            if isinstance(step, int):
                continue
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        written.append(step)
    return tuple(written)


def load_policy(folder: str | Path, *, python: bool = True) -> LoadedPolicy:
    """Load the policy of a folder.

    Args:
        folder: the folder with `pool.yaml` and `rules/`, as the user wrote it; messages begin with it.
        python: whether `rules/*.py` may be run.

    Raises:
        PolicyErrors: something is wrong; it has all errors of all files, in the order of their places.

    """
    loader = _Loader(Path(folder), python=python)
    loaded = loader.load()
    if loader.errors or loaded is None:
        raise PolicyErrors(loader.errors)
    return loaded


class _Loader:
    def __init__(self, folder: Path, *, python: bool) -> None:
        self.folder = folder
        self.errors: list[RuleError] = []
        self._python = python
        self._has_pool = False
        self._unsure: set[tuple[str, str]] = {("tables", NOBODYS_TABLE)}
        self._left_out: set[At] = set()
        self._complete = True

    def load(self) -> LoadedPolicy | None:
        """Read every file and check the whole, as far as it can be read."""
        if not self.folder.is_dir():
            message = "there is no such folder; make it with a `pool.yaml`, or name another one: `--policies DIR`"
            self._error("no-policy", self.folder, message)
            return None
        pool, source = self._pool()
        self._has_pool = pool is not None and not self.errors
        places = _Places(source)
        parts: dict[str, dict[str, Any]] = {section: {} for section in _NOUNS}
        files = [str(self.folder / "pool.yaml")]
        for path in self._rules_files():
            files.append(str(path))
            self._rules(path, places, parts)
        if pool is None:
            return None
        self.errors += stray_files(self.folder)
        policy = Policy.model_construct(None, pool=pool, **parts)
        report = Report(
            lambda at, key: places.of(at, key=key),
            unsure=frozenset(self._unsure),
            broken=frozenset(name for sort, name in self._unsure if sort == "rules"),
            left_out=frozenset(self._left_out),
            complete=self._complete,
        )
        check(policy, report)
        self.errors += report.errors
        return LoadedPolicy(policy, tuple(files), places)

    def _error(self, name: str, path: Path, message: str) -> None:
        self.errors.append(RuleError(name, Place(str(path)), message))

    def _pool(self) -> tuple[Pool | None, Document | None]:
        path = self.folder / "pool.yaml"
        misnamed = path.with_suffix(".yml")
        if os.path.lexists(path):
            if misnamed.exists():
                self._error("stray-file", misnamed, "this file isn't read; move what it says to `pool.yaml`")
            return self._read(path, Pool)
        self._error("no-pool", path, _MISNAMED_POOL if misnamed.exists() else _NO_POOL)
        return None, None

    def _read(self, path: Path, model: Any) -> tuple[Any, Document | None]:
        content = read_file(path, self.folder)
        if isinstance(content, RuleError):
            self.errors.append(content)
            return None, None
        document = read_yaml(content, str(path))
        if document.data is None:
            self.errors += document.errors
            return None, None
        reading = read_model(document.data, model)
        self.errors += document.errors_of(reading.problems)
        for at in reading.left_out:
            self._left_out.add(("pool", *at) if model is Pool else at)
            section = str(at[0])
            if len(at) == 1:  # what was meant by a wrong key may hold any name
                section = closest(section, model.model_fields) or section
            self._unsure.add((section, str(at[1]) if len(at) > 1 else "*"))
        return reading.model, document

    def _rules_files(self) -> Iterator[Path]:
        for path in files_in(self.folder / "rules", (".yaml", ".py"), self.errors):
            if path.suffix == ".yaml" or not path.name.startswith("_"):
                yield path

    def _rules(self, path: Path, places: _Places, parts: dict[str, dict[str, Any]]) -> None:
        source: Source | None
        if path.suffix == ".py":
            model, source = self._python_file(path)
        else:
            model, source = self._read(path, RuleFile)
        if model is None or source is None:
            self._complete = False
            return
        for section in _NOUNS:
            for name, part in getattr(model, section).items():
                first = places.claim((section, name), source)
                if first is None:
                    parts[section][name] = part
                else:
                    self._defined_twice(section, name, first, source)

    def _defined_twice(self, section: str, name: str, first: Source, second: Source) -> None:
        known = first.key_place((section, name))
        message = (
            f"the {_NOUNS[section]} {named(name)} is defined twice, first in {known.file}:{known.line}; "
            f"rename one, for example `{typed(name)}{'_' if section == 'derived' else '-'}2`"
        )
        self.errors.append(RuleError("defined-twice", second.key_place((section, name)), message))

    def _python_file(self, path: Path) -> tuple[RuleFile | None, PythonSource | None]:
        if not self._python:
            self._error("python-refused", path, _NO_PYTHON)
            return None, None
        if not self._has_pool:  # whatever this folder is, it isn't yet a policy whose code was meant to be run
            return None, None
        content = read_file(path, self.folder)
        source = [content] if isinstance(content, RuleError) else run_python(path, content)
        if isinstance(source, list):
            self.errors += source
            return None, None
        return source.model, source
