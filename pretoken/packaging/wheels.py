"""The packages of others that encrypting needs: pinned by hash, for both architectures of Lambda in one folder."""

from __future__ import annotations

import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

from pretoken.packaging.bytecode import PYTHON
from pretoken.packaging.digest import files_in
from pretoken.packaging.errors import BuildError, RefusedError
from pretoken.packaging.uv import run_uv
from pretoken.policy.files import read_file

ARCHITECTURES = ("x86_64", "aarch64")
PLATFORM = "manylinux_2_34"
"""The C library of Lambda's operating system, Amazon Linux 2023, and older ones."""

RUNTIME = ("boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3")
"""What Lambda's Python has: boto3 and what it needs. Source: Lambda developer guide, "Runtime dependencies"."""

MPL = "aws-cryptographic-material-providers"
"""It doubles the cold start merely by being there."""

_PIN = "`make lock` pins anew"
_LINE = re.compile(
    r"\s*(?:#.*)?"  # nothing, or a comment
    r"|([A-Za-z0-9][A-Za-z0-9._-]*)==[A-Za-z0-9.!+_-]+\s*(?:;(?:(?!--)[^\\#@])*)?(?:--hash=sha256:[0-9a-f]{64}\s*)*\\?"
    r"|\s+--hash=sha256:[0-9a-f]{64}\s*\\?"
)
_MISMATCH = re.compile(r"Hash mismatch for `([^`]+)`")
_UNPINNED = re.compile(r"no trusted hash was provided for: `?([\w.-]+)`?|a hash, but none were provided for: (\S+)")
# Of one installation only; METADATA and licences stay, since scanners read them.
_UNUSED = {".lock", "INSTALLER", "RECORD", "REQUESTED", "WHEEL", "direct_url.json", "py.typed", "uv_cache.json"}
_UNUSED_SUFFIXES = (".c", ".h", ".pth", ".pyi")
_UNUSED_FOLDERS = {"__pycache__", "tests"}


def install(lock: Path, folder: Path) -> None:
    """Install what a lock file pins, so that it runs on both architectures.

    Args:
        lock: pip's requirements with hashes, `triggers/requirements.txt`.
        folder: where to.

    Raises:
        RefusedError: `not-allowed`, `hash-mismatch`, `not-pinned`.
        BuildError: `no-lock`, `no-uv`, `not-installed`, `platforms-differ`, `clash`.

    """
    _check(lock)
    with TemporaryDirectory(dir=folder.parent, prefix=f"{folder.name}-wheels-") as name:
        roots = {architecture: Path(name, architecture) for architecture in ARCHITECTURES}
        excluded = Path(name, "excluded.txt")
        excluded.write_text("\n".join((*RUNTIME, MPL)), encoding="utf-8")
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda root: _install(lock, excluded, root), roots.values()))
        _merge(roots, folder)


def _check(lock: Path) -> None:
    """Refuse a lock that has anything but hash-pinned packages, or one that must not be in a package."""
    content = read_file(lock, lock.parent)
    if not isinstance(content, bytes):
        message = f"{lock}: no-lock: the policy encrypts, and this file with its packages can't be read; {_PIN}"
        raise BuildError("no-lock", message)
    for number, line in enumerate(content.decode(errors="replace").splitlines(), 1):
        where = f"{lock}:{number}:1: not-allowed"
        pinned = _LINE.fullmatch(line)
        if pinned is None:
            raise RefusedError("not-allowed", f"{where}: this isn't `name==version` or its sha256 hashes alone; {_PIN}")
        name = re.sub(r"[-_.]+", "-", (pinned[1] or "").lower())
        if name in (*RUNTIME, MPL):
            why = "doubles the cold start" if name == MPL else "is in Lambda's Python already"
            raise RefusedError("not-allowed", f"{where}: `{name}` {why}; take it out, with what only it needs; {_PIN}")


def _install(lock: Path, excluded: Path, root: Path) -> None:
    run = run_uv(
        *("pip", "install", "--quiet", "--no-progress", "--python", sys.executable),
        *("--require-hashes", "--no-build", "--excludes", str(excluded)),
        *("--python-version", PYTHON, "--python-platform", f"{root.name}-{PLATFORM}"),
        *("--link-mode", "copy", "--target", str(root), "--requirements", str(lock)),
    )
    if run.returncode:
        _explain(lock, run.stderr.strip())


def _explain(lock: Path, text: str) -> NoReturn:
    """Say in our words why uv failed; what it says itself stands below."""
    below = "".join(f"\n    {line}".rstrip() for line in text.splitlines())
    if mismatch := _MISMATCH.search(text):
        where = f"{lock}:{_line_of(mismatch[1], lock)}:1: hash-mismatch"
        what = f"`{mismatch[1]}` isn't what was pinned: the index has another file, or the lock was changed"
        cure = f"compare with the lock in version control, and look into the index before you trust it{below}"
        raise RefusedError("hash-mismatch", f"{where}: {what}; {cure}")
    if unpinned := _UNPINNED.search(text):
        what = f"`{unpinned[1] or unpinned[2]}` is needed and not pinned with a hash"
        raise RefusedError("not-pinned", f"{lock}: not-pinned: {what}; {_PIN}{below}")
    cure = "see what uv says, which takes its settings from the environment, such as UV_DEFAULT_INDEX and SSL_CERT_FILE"
    raise BuildError("not-installed", f"{lock}: not-installed: what is pinned can't be installed; {cure}{below}")


def _line_of(requirement: str, lock: Path) -> int:
    lines = lock.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if line.startswith(requirement)), 1)


def _merge(roots: dict[str, Path], folder: Path) -> None:
    """Put two platforms into one folder.

    Extension modules are looked for under the platform's own name first, so those of one name get theirs; what is
    equal is there once.

    Source: PEP 3149.
    """
    found: dict[str, dict[str, Path]] = {}
    for architecture, root in roots.items():
        for path in files_in(root):
            name = path.relative_to(root).as_posix()
            if _is_used(name):
                found.setdefault(_name_for(name, architecture), {})[architecture] = path
    for name, paths in found.items():
        contents = {path.read_bytes() for path in paths.values()}
        is_of_one = len(paths) < len(ARCHITECTURES) or name.endswith(".so")
        if len(contents) > 1 or (is_of_one and not _is_tagged(name, next(iter(paths)))):
            message = (
                f"`{name}` isn't the same for {' and '.join(ARCHITECTURES)}, so one package can't hold both; "
                "pin another version of what it belongs to in requirements.in"
            )
            raise BuildError("platforms-differ", message)
        target = folder / name
        if target.exists():
            raise BuildError("clash", f"`{name}` is in the triggers folder and in a wheel; rename the former")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(*contents)


def _is_used(name: str) -> bool:
    *folders, file = name.split("/")
    return not (
        file in _UNUSED
        or file.endswith(_UNUSED_SUFFIXES)
        or folders[:1] == ["bin"]
        or not _UNUSED_FOLDERS.isdisjoint(folders)
    )


def _name_for(name: str, architecture: str) -> str:
    """Give the name of a file in the package: what is of one platform says so in its name."""
    stem, is_stable_abi, _ = name.partition(".abi3.so")
    if is_stable_abi:
        return f"{stem}.cpython-{PYTHON.replace('.', '')}-{architecture}-linux-gnu.so"
    folder, is_sbom, file = name.partition(".dist-info/sboms/")
    return f"{folder}{is_sbom}{architecture}/{file}" if is_sbom else name


def _is_tagged(name: str, architecture: str) -> bool:
    return f"-{architecture}-linux-gnu.so" in name or f"/sboms/{architecture}/" in name
