"""Policy folders as they were: read out of git, without a checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from pretoken.cli.inputs import CannotRun

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINK, _FILES = "120000", ("100644", "100755", "100664")
"""Modes of git's trees; what has another one, a submodule, holds no rules."""


@dataclass(frozen=True, slots=True)
class Source:
    """A policy folder, and what messages call it."""

    folder: Path
    name: str

    def told(self, text: str) -> str:
        """Say what a message says with the name instead of the folder."""
        return text.replace(str(self.folder), self.name)


@contextmanager
def opened(argument: str, folder: Path) -> Iterator[Source]:
    """Give the policy folder that an argument names: the folder itself, or one of a git revision.

    Args:
        argument: a folder with pool.yaml, or else a revision: a branch, a tag, a commit.
        folder: the policy folder of a revision, as it is called from the current folder.

    Raises:
        CannotRun: it is neither, or git can't read it.
    """
    if argument and (Path(argument) / "pool.yaml").is_file():
        yield Source(Path(argument), str(Path(argument)))
        return
    commit = _commit(argument)
    with tempfile.TemporaryDirectory(prefix="pretoken-") as temporary:
        # Resolved, because Python's rule files are imported from where the folder really is.
        copy = Path(temporary).resolve() / "policies"
        _extract(f"{commit}:./{_relative(folder)}", copy, argument, folder)
        yield Source(copy, f"{argument}:{folder}")


def _commit(argument: str) -> str:
    """Give the id of the commit that a revision names."""
    unknown = f"{argument}: this is neither a folder with pool.yaml nor a revision that git knows; {_cure(argument)}"
    # No revision begins with `-`, but an option of git does.
    if not argument or argument.startswith("-"):
        raise CannotRun(unknown)
    done = _git("rev-parse", "--verify", "--end-of-options", f"{argument}^{{commit}}")
    if done.returncode == 0:
        return done.stdout.decode().strip()
    said = _said(done)
    raise CannotRun(unknown if "single revision" in said else f"{unknown}\n    git says: {said}")


def _cure(argument: str) -> str:
    inner = Path(argument) / "policies"
    if argument and (inner / "pool.yaml").is_file():
        return f"did you mean `{inner}`?"
    return "see `git log --all --oneline`, and `git fetch` what a shallow clone lacks"


def _relative(folder: Path) -> str:
    """Spell a folder as git does: from the current folder, with slashes."""
    try:
        return Path(os.path.relpath(folder.resolve(), Path.cwd().resolve())).as_posix()
    except ValueError:  # it is on another drive
        raise CannotRun(f"{folder}: this folder isn't in the repository; name one that is: `--policies DIR`") from None


class _Entry(NamedTuple):
    mode: str
    blob: str
    path: str


def _extract(tree: str, target: Path, argument: str, folder: Path) -> None:
    """Write the files of a tree as they were committed; `git archive` would apply filters and attributes."""
    done = _git("ls-tree", "-r", "-z", "--full-tree", "--end-of-options", tree)
    if done.returncode != 0:
        raise CannotRun(
            f"{argument}: this revision has no folder {folder}; name the one with pool.yaml: `--policies DIR`\n"
            f"    git says: {_said(done)}"
        )
    target.mkdir()
    entries = [_entry(line) for line in os.fsdecode(done.stdout).split("\0") if line]
    files = [entry for entry in entries if entry.mode in (*_FILES, _LINK)]
    contents = _blobs([entry.blob for entry in files], argument)
    if not _are_sound([entry.path for entry in files]):
        raise CannotRun(f"{argument}: this revision has files that no folder can have; see `git fsck`")
    for entry in files:
        path = target / entry.path
        path.parent.mkdir(parents=True, exist_ok=True)
        if entry.mode == _LINK:
            path.symlink_to(os.fsdecode(contents[entry.blob]))
        else:
            path.write_bytes(contents[entry.blob])


def _are_sound(paths: list[str]) -> bool:
    """Tell whether paths stay in their folder, each once, and none leads through a file, which may be a link."""
    known = {PurePosixPath(path) for path in paths}
    return len(known) == len(paths) and not any(".." in path.parts or known & {*path.parents} for path in known)


def _entry(line: str) -> _Entry:
    about, _, path = line.partition("\t")
    mode, _, blob = about.split()
    return _Entry(mode, blob, path)


def _blobs(names: list[str], argument: str) -> dict[str, bytes]:
    """Read the contents of files by their ids."""
    done = _git("cat-file", "--batch", stdin="".join(f"{name}\n" for name in names).encode())
    blobs, rest = {}, done.stdout
    for name in names:
        head, _, rest = rest.partition(b"\n")
        words = head.split()
        if len(words) != 3 or words[1] != b"blob":  # noqa: PLR2004 - id, type, size
            raise CannotRun(f"{argument}: git can't read this revision: {_said(done)}; see `git fsck`")
        size = int(words[2])
        blobs[name], rest = rest[:size], rest[size + 1 :]
    return blobs


def _git(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run git; its exit code and texts are the caller's to judge."""
    git = shutil.which("git")
    if git is None:
        raise CannotRun("git isn't installed, which reads revisions; install it, or name two policy folders")
    environment = {**os.environ, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
    return subprocess.run(  # noqa: S603 - arguments of the user stand behind `--end-of-options`
        [git, *arguments], input=stdin, env=environment, capture_output=True, check=False
    )


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    """Give the first line of what git says, without its severity."""
    line = next(iter(done.stderr.decode(errors="replace").splitlines()), "nothing")
    for severity in ("fatal: ", "error: "):
        line = line.removeprefix(severity)
    return line[:1].lower() + line[1:]
