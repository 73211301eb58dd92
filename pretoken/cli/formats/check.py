"""The report of `pretoken check`.

JSON: {"findings": [FINDING], "accepted": [ACCEPTED],
       "rules": 1, "files": [PATH], "cases": 1, "template": PATH or null, "released": [RELEASED]}
    FINDING = {"file", "line", "column", "severity", "name", "message"}; if the policy loads also
              {"rule": NAME or null, "at": PLACE, "flow": [STEP], "gain", "cure"}; an acceptance names "name" and "at"
    STEP = {"text", "file", "line", "column"}
    RELEASED = {"kind": "fact" or "self-asserted", "rule": NAME, "at": PLACE, "inputs": [PATH]}
    ACCEPTED = a finding with all of these and {"why": the reason in the policy}
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pretoken.checks.released import released
from pretoken.cli.formats.github import check_github
from pretoken.cli.formats.sarif import check_sarif
from pretoken.policy.errors import printable
from pretoken.simulator.examination import told

if TYPE_CHECKING:
    from pretoken.simulator.examination import Examination

_SEVERITIES = ("error", "warning", "notice")


def report(examined: Examination, format_: str) -> str:
    """Write what was found in one of the formats `text`, `json`, `sarif` and `github`."""
    if format_ == "text":
        return check_text(examined)
    if format_ == "github":
        return check_github(examined, _sum(examined))
    return json.dumps(check_json(examined) if format_ == "json" else check_sarif(examined), indent=2)


def counted(number: int, noun: str) -> str:
    """Write a number with its noun: `1 rule`, `2 rules`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def check_text(examined: Examination) -> str:
    """Write a paragraph for each finding, a line for each error and each accepted finding, and the sum."""
    accepted = [
        printable(f"{finding.place}: accepted[{finding.name}]: {finding.message}: {why}")
        for finding, why in examined.accepted
    ]
    parts = [[told(one) for one in examined.found], accepted, [_sum(examined)]]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _sum(examined: Examination) -> str:
    """Count the findings, and say what was checked."""
    total = "no findings"
    if examined.found:
        sums = [counted(examined.count(severity), severity) for severity in _SEVERITIES if examined.count(severity)]
        files = counted(len({one.place.file for one in examined.found}), "file")
        total = f"{', '.join(sums)} in {files}"
    return total + _extent(examined)


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
        parts.append(counted(len(examined.accepted), "accepted finding"))
    return f"{'; checked' if examined.found else ':'} {', '.join(parts)}"


def check_json(examined: Examination) -> dict[str, Any]:
    """Give the findings, and what was checked, as JSON."""
    loaded = examined.loaded
    return {
        "findings": [{"severity": one.severity, **one.to_json()} for one in examined.found],
        "accepted": [{**finding.to_json(), "why": why} for finding, why in examined.accepted],
        "rules": 0 if loaded is None else len(loaded.policy.rules),
        "files": [] if loaded is None else [*loaded.files],
        "cases": len(examined.cases or ()),
        "template": examined.template,
        "released": [] if loaded is None else [one.to_json() for one in released(loaded.policy)],
    }
