"""One number for all that is in a package, so that a log line tells which one is running."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAN = "policy.json"
PARAMETERS = "package.yaml"


def files_in(folder: Path) -> Iterator[Path]:
    """Give all that is in a folder and in the folders in it, but no folder; links aren't followed."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            yield from files_in(path)
        else:
            yield path


def plan_json(plan: dict[str, Any]) -> str:
    """Spell a plan as packages have it: its members as the rule files order them, which decides the order in claims."""
    return json.dumps(plan, separators=(",", ":"))


def digest_of(folder: Path) -> str:
    """Give the digest of a package: `sha256:` and 64 hex digits.

    It is the SHA-256 of the sorted records `<sha256 of a file>  <its path>`, each of which ends in NUL, as no path can.
    Of `policy.json` the plan alone counts, and `package.yaml` doesn't, since both tell the digest.

    Raises:
        OSError, ValueError: a file can't be read, or this isn't a package.

    """
    records = []
    for path in files_in(folder):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not path.is_file():
            raise ValueError("a package has files only")
        if name == PARAMETERS:
            continue
        content = path.read_bytes()
        if name == PLAN:
            plan = json.loads(content)
            plan.pop("digest", None)
            content = plan_json(plan).encode()
        records.append(
            b"%s  %s\0" % (hashlib.sha256(content).hexdigest().encode(), name.encode(errors="surrogateescape"))
        )
    return f"sha256:{hashlib.sha256(b''.join(sorted(records))).hexdigest()}"


def stamp(folder: Path, plan: dict[str, Any]) -> str:
    """Write the plan with the digest of the package, and the digest as a parameter for `sam deploy`."""
    path = folder / PLAN
    path.write_text(plan_json(plan), encoding="utf-8")
    digest = digest_of(folder)
    path.write_text(plan_json({"digest": digest, **plan}), encoding="utf-8")
    (folder / PARAMETERS).write_text(f"PackageDigest: {digest}\n", encoding="utf-8")
    return digest


def is_package(folder: Path) -> bool:
    """Tell whether a folder holds a package as it was built: nothing added, removed or changed."""
    try:
        digest = digest_of(folder)
        stamped = json.loads((folder / PLAN).read_bytes())["digest"] == digest
        return stamped and (folder / PARAMETERS).read_text(encoding="utf-8") == f"PackageDigest: {digest}\n"
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False
