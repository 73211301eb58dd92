"""The files of a policy folder."""

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from pretoken.policy.errors import Place, RuleError
from pretoken.policy.yaml import MAX_BYTES, too_large

_READ = ("rules", "cases")


def files_in(folder: Path, suffixes: Collection[str], errors: list[RuleError]) -> Iterator[Path]:
    """Give the files in a folder and the folders in it, in the order of their names.

    Hidden folders and Python's own are left out; links to folders aren't followed.

    Args:
        folder: `rules` or `cases` of a policy folder; it may be missing.
        suffixes: how the files end.
        errors: gets an error for everything that would be passed over otherwise.

    """
    if not os.path.lexists(folder):
        return
    if not folder.is_dir():
        errors.append(
            _error("no-folder", folder, f"this must be a folder; move what it says to `{folder.name}/a.yaml`")
        )
        return
    for root, folders, names in os.walk(folder, onerror=lambda error: errors.append(_unlisted(error))):
        folders[:] = _visible(folders)
        links = [name for name in folders if Path(root, name).is_symlink()]
        for path in (Path(root, name) for name in sorted([*names, *links])):
            if path.is_dir():
                errors.append(_error("outside", path, "links to folders aren't followed; copy it: `cp -rL`"))
            elif path.suffix in suffixes:
                yield path
            elif _is_yaml(path):
                message = f"{folder.name} files end in `.yaml`; rename it to `{path.stem}.yaml`"
                errors.append(_error("wrong-extension", path, message))


def stray_files(folder: Path) -> Iterator[RuleError]:
    """Give an error for every YAML file of a policy folder that isn't read; hidden folders may hold anything."""
    for root, folders, names in os.walk(folder):
        is_top = Path(root) == folder
        folders[:] = [name for name in _visible(folders) if not (is_top and name in _READ)]
        for path in (Path(root, name) for name in sorted(names)):
            if _is_yaml(path) and not (is_top and path.stem == "pool"):
                yield _error("stray-file", path, "this file isn't read; move it to `rules/` or `cases/`")


def read_file(path: Path, folder: Path) -> bytes | RuleError:
    """Read a file of a policy folder, or say why it isn't read.

    Args:
        path: the file; a link may lead to it, but not out of the folder.
        folder: the policy folder.

    """
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(folder.resolve()):
            return _error("outside", path, "this link leads out of the folder; copy the file: `cp -L`")
        if not real.is_file():  # a named pipe would never end
            return _error("not-a-file", path, "this is no file; move it away, and write a file of this name")
        with real.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, RuntimeError):  # which a circle of links is before Python 3.13
        return _error("unreadable", path, "this file can't be read; check it with `ls -l`")
    return content if len(content) <= MAX_BYTES else too_large(str(path))


def _visible(folders: list[str]) -> list[str]:
    return sorted(name for name in folders if not name.startswith((".", "__")))


def _is_yaml(path: Path) -> bool:
    return path.suffix.lower() in (".yaml", ".yml")


def _unlisted(error: OSError) -> RuleError:
    return _error("unreadable", Path(error.filename), "this folder can't be read; check it with `ls -ld`")


def _error(name: str, path: Path, message: str) -> RuleError:
    return RuleError(name, Place(str(path)), message)
