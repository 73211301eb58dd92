"""The program `uv`, which installs wheels for another machine than this one."""

from __future__ import annotations

import shutil
import subprocess

from pretoken.packaging.errors import BuildError


def find_uv() -> str:
    """Find `uv`: the package of that name, or else the program on the path.

    Raises:
        BuildError: `no-uv`.

    """
    try:
        from uv import find_uv_bin

        return find_uv_bin()
    except (ImportError, FileNotFoundError):
        found = shutil.which("uv")
    if found is None:
        raise BuildError("no-uv", "`uv` isn't installed, which installs the function's packages; `pip install uv`")
    return found


def run_uv(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `uv` and wait for it; its exit code and texts are the caller's to judge.

    Raises:
        BuildError: as above.

    """
    command = [find_uv(), *arguments]
    try:
        return subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)  # noqa: S603
    except OSError:
        raise BuildError("no-uv", f"`{command[0]}` doesn't start; `pip install --force-reinstall uv`") from None
