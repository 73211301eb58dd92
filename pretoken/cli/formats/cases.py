"""The report of `pretoken test`.

JSON: {"passed": 1, "failed": 1, "cases": [CASE], "coverage": COVERAGE}, without coverage if not all cases were run
    CASE = {"name", "file", "line", "column", "passed": true, "mismatches": [MISMATCH],
            "applied": [RULE], "in_doubt": [RULE], "notes": [TEXT]}, without notes if there are none
    MISMATCH = {"at": PLACE, "line": 1, "expected": TEXT, "actual": TEXT, "because": TEXT}
    COVERAGE = {"rules": [REACHED, ALL], "outcomes": [REACHED, ALL], "percent": 100.0,
                "gaps": [{"file", "line", "column", "message"}]}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pretoken.simulator.coverage import locate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pretoken.policy.errors import Place
    from pretoken.policy.load import LoadedPolicy
    from pretoken.simulator.coverage import Coverage
    from pretoken.simulator.running import Result


def cases_text(results: Sequence[Result], coverage: Coverage | None, loaded: LoadedPolicy) -> str:
    """Write what failed, notes on what passed, the sum, and the coverage."""
    failed = [result for result in results if not result.passed]
    lines = []
    for result in failed:
        head, _, rest = str(result).partition("\n")
        lines += [f"{click.style('failed', fg='red')} {click.style(head, bold=True)}", rest, ""]
    notes = [f"{one.located.place}: note: {note}" for one in results if one.passed for note in one.notes]
    lines += [*notes, ""] if notes else []
    summary = f"{len(results) - len(failed)} passed, {len(failed)} failed"
    lines.append(click.style(summary, fg="red" if failed else "green", bold=True))
    if coverage is not None:
        lines += ["", *_coverage_lines(coverage, loaded)]
    return "\n".join(lines)


def _coverage_lines(coverage: Coverage, loaded: LoadedPolicy) -> list[str]:
    rules, outcomes = coverage.rules, coverage.outcomes
    total = (rules[0] + outcomes[0], rules[1] + outcomes[1])
    lines = [f"{'coverage':<28}{'reached':>8}{'of':>7}"]
    for name, (reached, count) in (
        ("rules that applied", rules),
        ("conditions, both outcomes", outcomes),
        ("total", total),
    ):
        share = f"{100 * reached // count} %" if count else "-"
        lines.append(f"{name:<28}{reached:>8}{count:>7}{share:>8}")
    gaps = _gaps(coverage, loaded)
    if gaps:
        lines += ["", "never reached", *(f"    {place}: {message}" for place, message in gaps)]
    return lines


def _gaps(coverage: Coverage, loaded: LoadedPolicy) -> list[tuple[Place, str]]:
    return sorted((locate(loaded, gap.at), gap.message) for gap in coverage.gaps())


def cases_json(results: Sequence[Result], coverage: Coverage | None, loaded: LoadedPolicy) -> dict[str, Any]:
    """Give the results and the coverage as JSON."""
    passed = sum(result.passed for result in results)
    data: dict[str, Any] = {
        "passed": passed,
        "failed": len(results) - passed,
        "cases": [_case(result) for result in results],
    }
    if coverage is not None:
        data["coverage"] = {
            "rules": [*coverage.rules],
            "outcomes": [*coverage.outcomes],
            "percent": round(coverage.percent, 1),
            "gaps": [{**_at(place), "message": message} for place, message in _gaps(coverage, loaded)],
        }
    return data


def _case(result: Result) -> dict[str, Any]:
    located, outcome = result.located, result.outcome
    notes = {"notes": [*result.notes]} if result.notes else {}
    return {
        "name": located.case.name,
        **_at(located.place),
        "passed": result.passed,
        "mismatches": [
            {
                "at": mismatch.name,
                "line": located.at(("expect", *mismatch.at)).line,
                "expected": mismatch.expected,
                "actual": mismatch.actual,
                "because": mismatch.because,
            }
            for mismatch in result.mismatches
        ],
        "applied": [*outcome.applied],
        "in_doubt": [*outcome.in_doubt],
        **notes,
    }


def _at(place: Place) -> dict[str, str | int]:
    return {"file": place.file, "line": place.line, "column": place.column}
