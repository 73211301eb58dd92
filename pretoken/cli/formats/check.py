"""The report of `pretoken check`.

JSON: {"findings": [FINDING], "accepted": 1, "rules": 1, "files": [PATH], "cases": 1, "template": PATH or null}
    FINDING = {"file", "line", "column", "severity", "name", "message"}, and where it can be accepted "rule" and "at"
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pretoken.simulator.examination import severity_of

if TYPE_CHECKING:
    from pretoken.simulator.examination import Examination

_SEVERITIES = ("error", "warning", "notice")


def counted(number: int, noun: str) -> str:
    """Write a number with its noun: `1 rule`, `2 rules`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def check_text(examined: Examination) -> str:
    """Write one line for each finding, and the sum."""
    lines, total = [], "no findings"
    if examined.found:
        sums = [counted(examined.count(severity), severity) for severity in _SEVERITIES if examined.count(severity)]
        files = counted(len({one.place.file for one in examined.found}), "file")
        lines, total = [*map(str, examined.found), ""], f"{', '.join(sums)} in {files}"
    return "\n".join([*lines, total + _extent(examined)])


def _extent(examined: Examination) -> str:
    """Say what was checked; of a policy that doesn't load nothing can be said."""
    if examined.loaded is None:
        return ""
    parts = [f"{counted(len(examined.loaded.policy.rules), 'rule')} in {counted(len(examined.loaded.files), 'file')}"]
    if examined.cases is not None:
        parts.append(counted(len(examined.cases), "case"))
    if examined.template is not None:
        parts.append(examined.template)
    if examined.accepted:
        parts.append(counted(examined.accepted, "accepted finding"))
    return f"{'; checked' if examined.found else ':'} {', '.join(parts)}"


def check_json(examined: Examination) -> dict[str, Any]:
    """Give the findings, and what was checked, as JSON."""
    loaded = examined.loaded
    return {
        "findings": [{"severity": severity_of(one), **one.to_json()} for one in examined.found],
        "accepted": examined.accepted,
        "rules": 0 if loaded is None else len(loaded.policy.rules),
        "files": [] if loaded is None else [*loaded.files],
        "cases": len(examined.cases or ()),
        "template": examined.template,
    }
