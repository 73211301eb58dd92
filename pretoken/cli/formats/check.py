"""The report of `pretoken check`.

JSON: {"findings": [FINDING], "accepted": 1, "rules": 1, "files": [PATH], "cases": 1}
    FINDING = {"file", "line", "column", "severity", "name", "message"}, and where it can be accepted "rule" and "at"
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pretoken.checks import Finding
    from pretoken.policy.errors import RuleError
    from pretoken.policy.load import LoadedPolicy

_SEVERITIES = ("error", "warning", "notice")


class Checked(NamedTuple):
    """What was checked: errors and findings in the order of places, how many more are accepted, and what is sound.

    `loaded` and `cases` are None where they couldn't be read.
    """

    found: Sequence[RuleError | Finding]
    accepted: int
    loaded: LoadedPolicy | None
    cases: int | None

    def count(self, severity: str) -> int:
        """Count the findings of a severity."""
        return sum(_severity(one) == severity for one in self.found)


def _severity(one: RuleError | Finding) -> str:
    return str(getattr(one, "severity", "error"))


def counted(number: int, noun: str) -> str:
    """Write a number with its noun: `1 rule`, `2 rules`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def check_text(checked: Checked) -> str:
    """Write one line for each finding, and the sum."""
    lines, total = [], "no findings"
    if checked.found:
        sums = [counted(checked.count(severity), severity) for severity in _SEVERITIES if checked.count(severity)]
        files = counted(len({one.place.file for one in checked.found}), "file")
        lines, total = [*map(str, checked.found), ""], f"{', '.join(sums)} in {files}"
    return "\n".join([*lines, total + _extent(checked)])


def _extent(checked: Checked) -> str:
    """Say what was checked; of a policy that doesn't load nothing can be said."""
    if checked.loaded is None:
        return ""
    parts = [f"{counted(len(checked.loaded.policy.rules), 'rule')} in {counted(len(checked.loaded.files), 'file')}"]
    if checked.cases is not None:
        parts.append(counted(checked.cases, "case"))
    if checked.accepted:
        parts.append(counted(checked.accepted, "accepted finding"))
    return f"{'; checked' if checked.found else ':'} {', '.join(parts)}"


def check_json(checked: Checked) -> dict[str, Any]:
    """Give the findings, and what was checked, as JSON."""
    loaded = checked.loaded
    return {
        "findings": [{"severity": _severity(one), **one.to_json()} for one in checked.found],
        "accepted": checked.accepted,
        "rules": 0 if loaded is None else len(loaded.policy.rules),
        "files": [] if loaded is None else [*loaded.files],
        "cases": checked.cases or 0,
    }
