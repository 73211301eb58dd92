"""What is in a package: the function, the library's own code, and the packages of others, as far as it needs them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pretoken
from pretoken.packaging.errors import BuildError, RefusedError
from pretoken.packaging.wheels import RUNTIME, install
from pretoken.policy.files import read_file
from pretoken.trigger.handler import encrypts
from pretoken.trigger.reads import complete, lookups_behind, paths_of_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

_LIBRARY = Path(pretoken.__file__).parent
_SDK = "aws_encryption_sdk"
_HANDLER = "pre_token_generation.py"  # which template.yaml names
_ALWAYS = ("__init__.py", "cognito/", "trigger/")
_TO_LOOK_UP = ("trigger/lookups.py", "trigger/fetching/")
_FOR_CLIENTS = "trigger/snapstart.py"  # of AWS, of either sort
_TO_SEAL = tuple(
    f"sealing/{name}.py"
    for name in ("__init__", "context", "errors", "key_arn", "kms", "materials", "patience", "sealer")
)
_OF_THE_BUILD = {"Makefile", "requirements.in", "requirements.txt", "__pycache__"}


def fill(folder: Path, plan: dict[str, Any], triggers: Path) -> None:
    """Put all but the plan into a folder.

    Raises:
        BuildError: `no-triggers`, or why a file there isn't read, or why the packages of others can't be installed.

    """
    functions = _functions(triggers)
    for path in functions:
        content = read_file(path, triggers)
        if not isinstance(content, bytes):
            raise BuildError(content.name, str(content))
        (folder / path.name).write_bytes(content)
    is_sealing = encrypts(plan)
    for path in _library(is_sealing=is_sealing, is_fetching=_looks_up(plan)):
        copy = folder / "pretoken" / path.relative_to(_LIBRARY)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    if is_sealing:
        lock = triggers / "requirements.txt"
        install(lock, folder)
        if not (folder / _SDK).is_dir():
            message = (
                f"{lock}: not-pinned: the policy encrypts, and `aws-encryption-sdk` isn't there; `make lock` pins it"
            )
            raise RefusedError("not-pinned", message)
    for path in functions:
        if (folder / path.stem).is_dir() or path.stem in RUNTIME:
            raise BuildError("clash", f"{path}: there is another `{path.stem}` in Lambda or in the package; rename it")


def _looks_up(plan: dict[str, Any]) -> bool:
    plan = complete(plan)
    return any(lookups_behind(paths_of_rule(rule), plan) for rule in plan["rules"].values())


def _functions(folder: Path) -> list[Path]:
    """Give the function's files; a link may lead to one, but not out of the folder."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".py" and not path.name.startswith("."))
    except OSError:
        paths = []
    if _HANDLER not in {path.name for path in paths}:
        raise BuildError("no-triggers", f"{folder}: there is no `{_HANDLER}`; name another folder: `--triggers DIR`")
    return paths


def left_out(triggers: Path) -> list[Path]:
    """Give what is in the triggers folder and in no package."""
    return sorted(
        path
        for path in triggers.iterdir()
        if path.suffix != ".py" and path.name not in _OF_THE_BUILD and not path.name.startswith(".")
    )


def _library(*, is_sealing: bool, is_fetching: bool) -> Iterator[Path]:
    wanted = (*_ALWAYS, *_TO_SEAL) if is_sealing else _ALWAYS
    unwanted: tuple[str, ...] = () if is_fetching else _TO_LOOK_UP
    unwanted += () if is_fetching or is_sealing else (_FOR_CLIENTS,)
    for path in _LIBRARY.rglob("*.py"):
        name = path.relative_to(_LIBRARY).as_posix()
        if name.startswith(wanted) and not name.startswith(unwanted):
            yield path
