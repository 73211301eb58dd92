"""The report of `pretoken check`.

JSON: {"findings": [FINDING], "accepted": 1, "rules": 1, "files": [PATH], "cases": 1}
    FINDING = {"file", "line", "column", "severity", "name", "message"}, and where it can be accepted "rule" and "at"
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pretoken.cli.formats.words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pretoken.checks import Finding
    from pretoken.policy.errors import RuleError
    from pretoken.policy.load import LoadedPolicy

_SEVERITIES = ("error", "warning", "notice")


class Checked(NamedTuple):
    """What was checked: errors and findings in the order of places, how many more are accepted, and what is sound."""

    found: Sequence[RuleError | Finding]
    accepted: int
    loaded: LoadedPolicy | None
    cases: int

    def count(self, severity: str) -> int:
        """Count the findings of a severity."""
        return sum(_severity(one) == severity for one in self.found)


def _severity(one: RuleError | Finding) -> str:
    return str(getattr(one, "severity", "error"))


def check_text(checked: Checked) -> str:
    """Write one line for each finding, and the sum."""
    accepted = f", {counted(checked.accepted, 'accepted finding')}" if checked.accepted else ""
    if checked.found or checked.loaded is None:
        sums = [counted(checked.count(severity), severity) for severity in _SEVERITIES if checked.count(severity)]
        files = counted(len({one.place.file for one in checked.found}), "file")
        return "\n".join([*map(str, checked.found), "", f"{', '.join(sums)} in {files}{accepted}"])
    rules = counted(len(checked.loaded.policy.rules), "rule")
    files = counted(len(checked.loaded.files), "file")
    return f"no findings: {rules} in {files}, {counted(checked.cases, 'case')}{accepted}"


def check_json(checked: Checked) -> dict[str, Any]:
    """Give the findings, and what was checked, as JSON."""
    loaded = checked.loaded
    return {
        "findings": [{"severity": _severity(one), **one.to_json()} for one in checked.found],
        "accepted": checked.accepted,
        "rules": 0 if loaded is None else len(loaded.policy.rules),
        "files": [] if loaded is None else [*loaded.files],
        "cases": checked.cases,
    }
