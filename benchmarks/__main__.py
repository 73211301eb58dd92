"""Print every row: what was measured, against what, the ratio and its budget; times are medians."""

from __future__ import annotations

import sys

from benchmarks import checks, decision, lookups, runtime, sealing, verifier
from tests.runtime.emulator import MISSING


def main() -> None:
    """Measure and print; a row over its budget says so."""
    for module in (checks, decision, lookups, sealing, verifier, runtime):
        for row in module.rows():
            sys.stdout.write(f"{row}{'' if row.within_budget else '  over budget'}\n")
    if MISSING:
        sys.stdout.write(f"under Lambda's runtime | not measured: {MISSING}\n")


if __name__ == "__main__":
    main()
