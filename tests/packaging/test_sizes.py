"""Sizes: as a zip file has them."""

from __future__ import annotations

import random
import zipfile
import zlib
from typing import TYPE_CHECKING

from pretoken.packaging.sizes import sizes_of

if TYPE_CHECKING:
    from pathlib import Path


def test_sizes_are_those_of_files_and_of_the_zip_file_they_make(tmp_path: Path) -> None:
    folder, numbers = tmp_path / "package", random.Random(1)  # noqa: S311
    for name, content in {"a.py": b"x" * 5000, "é/b.py": numbers.randbytes(3000), "é/c/d.py": b"", "z": b"1"}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    with zipfile.ZipFile(tmp_path / "package.zip", "w", zipfile.ZIP_DEFLATED) as file:
        for path in paths:
            file.write(path, path.relative_to(folder))
    sizes = sizes_of(folder)
    assert sizes.files == 4
    assert sizes.unzipped == 8001
    assert sizes.zipped == (tmp_path / "package.zip").stat().st_size
    assert sizes.parts == (("a.py", 5000), ("é", 3000), ("z", 1))


def test_the_zipped_size_of_a_large_file_is_about_right(tmp_path: Path) -> None:
    numbers = random.Random(1)  # noqa: S311
    content = b"".join(numbers.randbytes(500) + b" " * 500 for _ in range(3000))
    (tmp_path / "large.so").write_bytes(content)
    assert 0.97 < sizes_of(tmp_path).zipped / len(zlib.compress(content)) < 1.03
