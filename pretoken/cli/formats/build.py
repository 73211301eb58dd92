"""The report of `pretoken build`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pretoken.packaging import Package

_SHOWN = 5


def build_text(package: Package) -> str:
    """Write the digest and the sizes, what contributes most, and warnings.

    The warnings stand here because SAM shows standard error only of a build that failed.
    """
    files, unzipped, zipped, parts = package.sizes
    shown = [*parts[:_SHOWN]]
    if len(parts) > _SHOWN:
        shown.append((f"{len(parts) - _SHOWN} more", sum(size for _, size in parts[_SHOWN:])))
    return "\n".join(
        [
            f"built {package.folder}",
            f"    {package.digest}",
            f"    {files:,} files, {_kilobytes(unzipped)}, zipped about {_kilobytes(zipped)}",
            *(f"    {_kilobytes(size):>12}  {name}" for name, size in shown),
            *(f"warning: {warning}" for warning in package.warnings),
        ]
    )


def _kilobytes(size: int) -> str:
    return f"{-(-size // 1000):,} kB"
