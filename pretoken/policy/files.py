"""The files of a policy folder."""

import os
from collections.abc import Iterator
from pathlib import Path

from pretoken.policy.errors import Place, RuleError


def files_in(folder: Path) -> Iterator[Path]:
    """Give all files in a folder and the folders in it, in the order of their names.

    Hidden folders and Python's own are left out; a link to a folder is given itself, and not followed.
    """
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        links = [name for name in folders if Path(root, name).is_symlink()]
        yield from (Path(root, name) for name in sorted([*names, *links]))


def is_misnamed(path: Path) -> bool:
    """Tell whether a file is YAML by another name than `.yaml`."""
    return path.suffix != ".yaml" and path.suffix.lower() in (".yaml", ".yml")


def misnamed(path: Path, noun: str) -> RuleError:
    """Make the error for such a file; `noun` is what its folder holds."""
    message = f"{noun} end in `.yaml`; rename it to `{path.stem}.yaml`"
    return RuleError("wrong-extension", Place(str(path)), message)


def unreadable(path: Path) -> RuleError:
    """Make the error for a file that the system doesn't let us read."""
    return RuleError("unreadable", Place(str(path)), "this file can't be read; check it with `ls -l`")
