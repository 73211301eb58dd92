"""The program `uv`, which installs wheels for another machine than this one."""

from __future__ import annotations

import os
import shutil
import subprocess

from pretoken.packaging.errors import BuildError

_FROM_WHERE = (
    *("CACHE_DIR", "CREDENTIALS", "DEFAULT_INDEX", "EXTRA_INDEX_URL", "FIND_LINKS", "HTTP", "INDEX", "INSECURE"),
    *("KEYRING", "NATIVE_TLS", "NO_CACHE", "NO_INDEX", "OFFLINE", "PYTHON_INSTALL_DIR", "REFRESH", "SYSTEM_CERTS"),
)
"""What variables may tell uv, after `UV_`: where files come from. What they must be, their hashes say."""


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

    Neither its configuration files nor its variables may change what is installed.

    Raises:
        BuildError: as above.

    """
    command = [find_uv(), "--no-config", *arguments]
    environment = {name: value for name, value in os.environ.items() if _is_kept(name)} | {"UV_NO_WRAP": "1"}
    try:
        return subprocess.run(  # noqa: S603
            command, env=environment, capture_output=True, encoding="utf-8", errors="replace", check=False
        )
    except OSError:
        raise BuildError("no-uv", f"`{command[0]}` doesn't start; `pip install --force-reinstall uv`") from None


def _is_kept(name: str) -> bool:
    return not name.startswith("UV_") or name.removeprefix("UV_").startswith(_FROM_WHERE)
