"""The command line: thin commands over the packages that do the work."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the program `pretoken`."""
    try:
        from pretoken.cli.program import run
    except ModuleNotFoundError as missing:
        sys.stderr.write(f"pretoken: `{missing.name}` isn't installed; run `pip install 'pretoken[cli]'`\n")
        sys.exit(2)
    run()
