"""An index of small wheels, so that tests install without a network."""

from __future__ import annotations

import hashlib
import os
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PURE = "py3-none-any"
STABLE = {"x86_64": "cp311-abi3-manylinux_2_17_x86_64", "aarch64": "cp311-abi3-manylinux_2_17_aarch64"}
TAGGED = {"x86_64": "cp313-cp313-manylinux_2_34_x86_64", "aarch64": "cp313-cp313-manylinux_2_34_aarch64"}


class Index:
    """A folder of wheels, which the tests' uv takes for all that there is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hashes: dict[str, list[str]] = {}
        folder.mkdir()

    def add(self, name: str, files: dict[str, str], tag: str = PURE, needs: tuple[str, ...] = ()) -> None:
        """Add a wheel of version 1.0."""
        info = f"{name.replace('-', '_')}-1.0.dist-info"
        metadata = [
            "Metadata-Version: 2.1",
            f"Name: {name}",
            "Version: 1.0",
            *(f"Requires-Dist: {one}" for one in needs),
        ]
        content = {
            **files,
            f"{info}/METADATA": "\n".join(metadata) + "\n",
            f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: {tag}\n",
        }
        record = "".join(f"{path},,\n" for path in (*content, f"{info}/RECORD"))
        path = self.folder / f"{name.replace('-', '_')}-1.0-{tag}.whl"
        with zipfile.ZipFile(path, "w") as wheel:
            for file, text in {**content, f"{info}/RECORD": record}.items():
                wheel.writestr(file, text)
        self.hashes.setdefault(name, []).append(hashlib.sha256(path.read_bytes()).hexdigest())

    def lock(self, *names: str) -> str:
        """Write a lock of these packages, or else of all."""
        return "".join(
            " \\\n    ".join([f"{name}==1.0", *(f"--hash=sha256:{one}" for one in self.hashes[name])]) + "\n"
            for name in names or self.hashes
        )


def environment(folder: Path, cache: Path) -> dict[str, str]:
    """Give the settings of uv that make an index of a folder."""
    return {
        "UV_CACHE_DIR": os.fspath(cache),
        "UV_FIND_LINKS": os.fspath(folder),
        "UV_NO_CONFIG": "1",
        "UV_NO_INDEX": "1",
    }
