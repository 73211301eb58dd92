"""What is in a package: the function, the library's own code, and the packages of others, as far as it needs them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pretoken
from pretoken.packaging.errors import BuildError
from pretoken.packaging.wheels import install
from pretoken.policy.files import read_file
from pretoken.trigger.handler import encrypts

if TYPE_CHECKING:
    from collections.abc import Iterator

_LIBRARY = Path(pretoken.__file__).parent
_ALWAYS = ("__init__.py", "cognito/", "trigger/")
_TO_SEAL = {
    *(f"sealing/{name}.py" for name in ("__init__", "context", "errors", "kms", "materials", "sealer")),
    "trigger/snapstart.py",
}


def fill(folder: Path, plan: dict[str, Any], triggers: Path) -> None:
    """Put all but the plan into a folder.

    Raises:
        BuildError: `no-triggers`, or why a file there isn't read, or why the packages of others can't be installed.

    """
    for path in _functions(triggers):
        content = read_file(path, triggers)
        if not isinstance(content, bytes):
            raise BuildError(content.name, str(content))
        (folder / path.name).write_bytes(content)
    is_sealing = encrypts(plan)
    for path in _library(is_sealing=is_sealing):
        copy = folder / "pretoken" / path.relative_to(_LIBRARY)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    if is_sealing:
        install(triggers / "requirements.txt", folder)


def _functions(folder: Path) -> list[Path]:
    """Give the function's files; a link may lead to one, but not out of the folder."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".py" and not path.name.startswith("."))
    except OSError:
        paths = []
    if not paths:
        raise BuildError("no-triggers", f"{folder}: there is no function, no `*.py`; name another: `--triggers DIR`")
    return paths


def _library(*, is_sealing: bool) -> Iterator[Path]:
    for path in _LIBRARY.rglob("*.py"):
        name = path.relative_to(_LIBRARY).as_posix()
        if is_sealing if name in _TO_SEAL else name.startswith(_ALWAYS):
            yield path
