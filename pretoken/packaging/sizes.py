"""How large a package is. Lambda takes 50 MB zipped and 250 MB unzipped, and a smaller one starts faster."""

from __future__ import annotations

import os
import zlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from pretoken.packaging.digest import files_in

if TYPE_CHECKING:
    from pathlib import Path

# Bytes of a zip file: per file two headers, less the names in them and what zlib adds to the data; and the end.
_HEADERS, _END = 76 - 6, 22
_BLOCK, _LARGE = 1 << 18, 1 << 20


class Sizes(NamedTuple):
    """The sizes of a package, in bytes; `parts` are its folders and the files beside them, the largest first.

    `zipped` is about right where files are larger than 1 MB.
    """

    files: int
    unzipped: int
    zipped: int
    parts: tuple[tuple[str, int], ...]


def sizes_of(folder: Path) -> Sizes:
    """Measure a package."""
    paths = list(files_in(folder))
    parts: Counter[str] = Counter()
    for path in paths:
        parts[path.relative_to(folder).parts[0]] += path.stat().st_size
    with ThreadPoolExecutor() as pool:  # zlib lets other threads run
        zipped = sum(pool.map(_zipped, paths))
    names = sum(2 * len(os.fsencode(path.relative_to(folder))) for path in paths)
    zipped += names + _HEADERS * len(paths) + _END
    return Sizes(len(paths), parts.total(), zipped, tuple(parts.most_common()))


def _zipped(path: Path) -> int:
    """Measure what zlib makes of a file, and of a large one what it makes of every fourth block."""
    content = path.read_bytes()
    if len(content) <= _LARGE:
        return len(zlib.compress(content))
    sample = b"".join(content[start : start + _BLOCK] for start in range(0, len(content), 4 * _BLOCK))
    return len(zlib.compress(sample)) * len(content) // len(sample)
