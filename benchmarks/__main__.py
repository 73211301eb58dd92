"""Print every row: what was measured, against what, the ratio and its budget. Times are medians of one noisy machine."""

from __future__ import annotations

from benchmarks import decision, sealing


def main() -> None:
    """Measure and print."""
    print(f"{'what':58} {'pretoken':>12} {'alternative':>12}  {'against':32} {'ratio':>6} {'budget':>7}")
    for module in (decision, sealing):
        for row in module.rows():
            verdict = "" if row.ratio <= row.budget else "  over"
            print(
                f"{row.what:58} {row.ours:>12} {row.alternative:>12}  {row.against:32} "
                f"{row.ratio:6.2f} {row.budget:7.2f}{verdict}"
            )


if __name__ == "__main__":
    main()
