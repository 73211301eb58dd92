"""Bytecode for the function's Python: without it a cold start takes two to three times as long."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pretoken.packaging import compiling
from pretoken.packaging.errors import BuildError, RefusedError
from pretoken.packaging.uv import find_uv, run_uv

if TYPE_CHECKING:
    from collections.abc import Iterator

PYTHON = "3.13"  # the function's, as template.yaml says

_TAG = f"cpython-{PYTHON.replace('.', '')}"
_OPTIONS = (
    *("-s", "-S", "-P"),  # nothing but the standard library runs
    *("-X", "utf8", "-W", "ignore"),
    *("-X", "no_debug_ranges"),  # a fifth less; tracebacks still tell the line
)
_ENVIRONMENT = {"PYTHONHASHSEED": "0"}  # the rest of the environment can't change the bytes


def compile_package(folder: Path) -> None:
    """Compile all that is in a package.

    Raises:
        BuildError: `no-python`: the function's Python isn't on this machine, or doesn't start.
        RefusedError: `not-python`: a file can't be compiled.

    """
    python = find_python()
    run = _run(python, compiling.__file__, str(folder))
    if run is None:
        raise BuildError("no-python", f"`{python}` doesn't start; {_cure()}")
    if run.returncode:
        what = run.stderr.strip().rpartition("\n")[2]
        raise RefusedError("not-python", f"Python {PYTHON} can't compile {what}; correct it, or take it out")


def find_python() -> str:
    """Find the function's Python.

    Raises:
        BuildError: `no-python`.

    """
    for candidate in _candidates():
        run = _run(candidate, "-c", "import sys; print(sys.implementation.cache_tag)")
        if run is not None and run.stdout.strip() == _TAG:
            return candidate
    raise BuildError("no-python", f"there is no Python {PYTHON}, the function's, on this machine; {_cure()}")


def _cure() -> str:
    try:
        uv = find_uv()
    except BuildError:
        uv = "uv"
    without = "`--no-bytecode`, or with SAM `PRETOKEN_OPTIONS=--no-bytecode sam build`"
    return f"install it: `{uv} python install {PYTHON}`; or build without bytecode: {without}"


def _candidates() -> Iterator[str]:
    if sys.implementation.cache_tag == _TAG:
        yield sys.executable
    # Before uv, which would try pyenv's shims, and they start no version that isn't selected.
    root = Path(os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv"))  # noqa: PTH111 - it raises nothing
    found = map(str, root.glob(f"versions/{PYTHON}.*/bin/python"))
    yield from sorted(found, key=lambda path: (len(path), path), reverse=True)  # 3.13.10 before 3.13.9
    with suppress(BuildError):  # a policy that encrypts nothing needs no uv
        yield run_uv("python", "find", "--no-project", "--no-python-downloads", PYTHON).stdout.strip()
    yield from filter(None, [shutil.which(f"python{PYTHON}")])


def _run(python: str, *arguments: str) -> subprocess.CompletedProcess[str] | None:
    """Run a Python; None if there is none."""
    command = [python, *_OPTIONS, *arguments]
    try:
        return subprocess.run(  # noqa: S603
            command, env=_ENVIRONMENT, capture_output=True, encoding="utf-8", errors="replace", check=False
        )
    except OSError:
        return None
