"""A new project of a team: what this repository has beside the library."""

from __future__ import annotations

import json
import tomllib
from contextlib import suppress
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.resources.abc import Traversable

REQUIREMENT = "pretoken[cli,local]"

_PACKED = "_project"
_MADE_BY_TOOLS = frozenset({".pytest_cache", ".venv", "__pycache__"})


class ProjectError(Exception):
    """A project can't be made in a folder; the text says why, and the cure."""


def create_project(folder: Path) -> None:
    """Make a project in a folder: all of it or nothing.

    Args:
        folder: made with its parents if it's missing; else nothing but a `.git` may be in it.

    Raises:
        ProjectError: the folder isn't empty, or it can't be made or written to.

    """
    contents = project_files()
    try:
        taken = folder.exists() and any(entry.name != ".git" for entry in folder.iterdir())
        if not taken:
            _write(contents, folder)
    except (FileExistsError, NotADirectoryError):
        raise ProjectError(f"{folder}: a file is in the way; name a folder: `pretoken init DIR`") from None
    except OSError:
        raise ProjectError(f"{folder}: this folder can't be written to; name another: `pretoken init DIR`") from None
    if taken:
        raise ProjectError(f"{folder}: this folder isn't empty; name a new one: `pretoken init DIR`")


def _write(contents: Mapping[str, bytes], folder: Path) -> None:
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".pretoken-", dir=folder) as unfinished:
            for path, content in contents.items():
                file = Path(unfinished, path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
            for entry in list(Path(unfinished).iterdir()):
                entry.rename(folder / entry.name)
    except BaseException:  # the user's Ctrl-C too
        for one in missing:
            with suppress(OSError):
                one.rmdir()
        raise


def project_files() -> dict[str, bytes]:
    """Give the content of each file of a project by its path, as the installed library or this repository has them."""
    packed = files("pretoken") / _PACKED
    contents = dict(_files(packed, "")) if packed.is_dir() else _files_of_the_repository(Path(__file__).parents[1])
    unpinned = contents["requirements.txt"].decode()
    contents["requirements.txt"] = unpinned.replace(REQUIREMENT, _pinned()).encode()
    return contents


def _files_of_the_repository(root: Path) -> dict[str, bytes]:
    """Give what the wheel would have: in an editable install there is none."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    contents: dict[str, bytes] = {}
    for source, target in settings["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"].items():
        contents.update(_files(root / source, target.removeprefix(f"pretoken/{_PACKED}").lstrip("/")))
    return contents


def _files(entry: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    """Give a file, or all files below a folder, by their path from `path`."""
    if not entry.is_dir():
        yield path, entry.read_bytes()
    elif entry.name not in _MADE_BY_TOOLS:
        for one in entry.iterdir():
            yield from _files(one, f"{path}/{one.name}".lstrip("/"))


def _pinned() -> str:
    """Give the requirement on this very library: its version, or where it was installed from.

    Source: PEP 610, "direct_url.json"; PEP 440, "Direct references".
    """
    installed = distribution("pretoken")
    origin = json.loads(installed.read_text("direct_url.json") or "null")
    if origin is None:
        return f"# Upgrade by this number.\n{REQUIREMENT}=={installed.version}"
    url = origin["url"]
    if "vcs_info" in origin:
        url = f"{origin['vcs_info']['vcs']}+{url}@{origin['vcs_info']['commit_id']}"
    fragment = [f"{name}={digest}" for name, digest in origin.get("archive_info", {}).get("hashes", {}).items()]
    if "subdirectory" in origin:
        fragment.append(f"subdirectory={origin['subdirectory']}")
    url = "#".join(filter(None, (url, "&".join(fragment))))
    return f"""\
# Where the library is from that made this project. If other machines can't reach it, name a place that they can;
# upgrade by another one.
{REQUIREMENT} @ {url}"""
