"""A package: what SAM zips and Lambda unpacks."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from pretoken.packaging.bytecode import compile_package
from pretoken.packaging.contents import fill, left_out
from pretoken.packaging.digest import is_package, stamp
from pretoken.packaging.errors import BuildError
from pretoken.packaging.gate import admit
from pretoken.packaging.sizes import Sizes, sizes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOMENT = 315_619_200  # 1980-01-02: a zip file knows no earlier day than the first, whatever the time zone


class Package(NamedTuple):
    """A package that was built: its folder, its digest, its sizes, and what the user should know."""

    folder: Path
    digest: str
    sizes: Sizes
    warnings: tuple[str, ...]


def build(
    policies: Path,
    triggers: Path,
    output: Path,
    *,
    python: bool = True,
    bytecode: bool = True,
    template: Path | None = None,
) -> Package:
    """Build the folder that Lambda runs, or change nothing.

    Args:
        policies: the folder with `pool.yaml`, `rules/` and `cases/`.
        triggers: the folder with the function's `*.py` and its `requirements.txt`.
        output: where to; an earlier build there is replaced.
        python: whether `rules/*.py` may be run.
        bytecode: whether to compile it, which needs the function's Python on this machine.
        template: the template that the policy is deployed with; default: the one beside `policies`, if there is one.

    Raises:
        RefusedError: what was given isn't fit to be deployed.
        BuildError: the build could not run.

    """
    plan = admit(policies, python=python, template=template)
    target = Path(os.path.realpath(output))  # which a circle of links has, too
    try:
        _check_output(target, output)
        target.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=target.parent, prefix=".pretoken-", ignore_cleanup_errors=True) as scratch:
            folder = Path(scratch, "package")
            folder.mkdir()
            fill(folder, plan, triggers)
            if bytecode:
                compile_package(folder)
            digest = stamp(folder, plan)
            _settle(folder)
            sizes = sizes_of(folder)
            _replace(target, folder, Path(scratch, "earlier"))
    except OSError as error:
        why = error.strerror or "the system refuses"
        raise BuildError("not-written", f"{output}: it can't be written: {why}; name another: `--output DIR`") from None
    return Package(output, digest, sizes, tuple(_warnings(triggers, bytecode=bytecode)))


def _check_output(target: Path, output: Path) -> None:
    """Refuse a folder that something of the user's is in."""
    another = "name another: `--output DIR`"
    if target.exists() and not target.is_dir():
        raise BuildError("not-a-folder", f"{output}: this is no folder; {another}")
    if target.exists() and any(target.iterdir()) and not is_package(target):
        message = f"{output}: this folder isn't empty, nor a build as it was made; remove it, or {another}"
        raise BuildError("not-a-build", message)


def _settle(folder: Path) -> None:
    """Give all files and folders the same mode and time, which a zip file carries."""
    for root, _, names in os.walk(folder, topdown=False):
        for path in (*(Path(root, name) for name in names), Path(root)):
            path.chmod(0o755 if path.is_dir() else 0o644)
            os.utime(path, (_MOMENT, _MOMENT))


def _replace(target: Path, folder: Path, earlier: Path) -> None:
    """Put the folder where it belongs, and an earlier one away; if that fails, the earlier one stays."""
    if not target.exists():
        folder.rename(target)
        return
    target.rename(earlier)
    try:
        folder.rename(target)
    except BaseException:
        earlier.rename(target)
        raise


def _warnings(triggers: Path, *, bytecode: bool) -> Iterator[str]:
    for path in left_out(triggers):
        yield f"{path}: this isn't in the package, which has the `*.py` beside it alone; import from such a file"
    if not bytecode:
        yield "without bytecode a cold start takes two to three times as long; before you deploy, build with it"
