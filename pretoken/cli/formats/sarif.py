"""The report of `pretoken check` in SARIF, the format of code scanning.

Source: "Static Analysis Results Interchange Format (SARIF) Version 2.1.0 Plus Errata 01", OASIS.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pretoken.checks import Finding, explain
from pretoken.checks.registry import CHECKS
from pretoken.policy.errors import is_personal, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pretoken.policy.errors import Place, RuleError
    from pretoken.simulator.examination import Examination

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_LEVELS = {"error": "error", "warning": "warning", "notice": "note"}
_LONGEST = 1000  # GitHub takes descriptions of up to 1,024 characters


def check_sarif(examined: Examination) -> dict[str, Any]:
    """Give errors, findings and accepted findings as one run: an accepted one is a result that is suppressed."""
    every: list[tuple[RuleError | Finding, str | None]] = [
        *((one, None) for one in examined.found),
        *((finding, why) for finding, why in examined.accepted),
    ]
    others = sorted({one.name: one.severity for one, _ in every if one.name not in CHECKS}.items())
    rules = [*map(_rule, CHECKS), *(_other_rule(name, severity) for name, severity in others)]
    indexes = {rule["id"]: index for index, rule in enumerate(rules)}
    seen: Counter[str] = Counter()
    results = []
    for one, why in every:
        key = _key(one)
        seen[key] += 1
        results.append(
            {
                "ruleId": one.name,
                "ruleIndex": indexes[one.name],
                "level": _LEVELS[one.severity],
                "message": _message(one.message, *(one.details if isinstance(one, Finding) else ())),
                "locations": [_location(one.place) | _logical(one)],
                "partialFingerprints": {"pretoken/v1": sha256(f"{key}#{seen[key]}".encode()).hexdigest()},
                "suppressions": [] if why is None else [_suppression(why)],
                **_flow(one),
            }
        )
    code = 0 if examined.passed else 1
    run = {
        "tool": {"driver": {"name": "pretoken", "version": version("pretoken"), "rules": rules}},
        "invocations": [{"executionSuccessful": True, "exitCode": code}],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(name: str) -> dict[str, Any]:
    check, explanation = CHECKS[name], explain(name)
    summary, _, rest = check.explanation.partition("\n")
    return {
        "id": name,
        "shortDescription": {"text": summary},
        "fullDescription": {"text": shorten(rest.partition("\nBad:")[0] or summary, _LONGEST, placeholder=" …")},
        "help": {"text": explanation, "markdown": explanation},
        "defaultConfiguration": {"level": _LEVELS[check.severity]},
    }


def _other_rule(name: str, severity: str) -> dict[str, Any]:
    """Describe what has no explanation: an error of the rule files tells all in its message."""
    text = "Report what keeps rule files or cases from being read; each message ends in its cure."
    level = {"level": _LEVELS[severity]}
    return {"id": name, "shortDescription": {"text": text}, "help": {"text": text}, "defaultConfiguration": level}


def _key(one: RuleError | Finding) -> str:
    """Give what stays the same when lines move; not unique."""
    inside = (one.rule, one.at) if isinstance(one, Finding) else (None, None)
    return json.dumps([one.name, *inside, _artifact(one.place.file)["uri"]])


def _message(*lines: str) -> dict[str, str]:
    """Write lines as paragraphs of plain text, where braces stand for placeholders and brackets for links (3.11)."""
    text = "\n\n".join(map(printable, lines))
    return {"text": text.replace("{", "{{").replace("}", "}}").replace("](", "] (")}


def _location(place: Place) -> dict[str, Any]:
    region = {"startLine": place.line, "startColumn": place.column}
    return {"physicalLocation": {"artifactLocation": _artifact(place.file), "region": region}}


def _artifact(file: str) -> dict[str, str]:
    """Give the URI of a file: relative to the current folder, the root of the sources, if it's in there."""
    path = Path(os.path.abspath(file))  # noqa: PTH100 - Path.resolve would follow links, which a repository may have
    try:
        return {"uri": quote(os.fsencode(path.relative_to(Path.cwd()).as_posix())), "uriBaseId": "%SRCROOT%"}
    except ValueError:
        return {"uri": path.as_uri()}


def _logical(one: RuleError | Finding) -> dict[str, Any]:
    """Give the place as acceptances name it."""
    if not isinstance(one, Finding) or is_personal(one.at):
        return {}
    names = {} if one.rule is None or is_personal(one.rule) else {"fullyQualifiedName": f"rules.{one.rule}.{one.at}"}
    return {"logicalLocations": [{"name": one.at, **names}]}


def _suppression(why: str) -> dict[str, str]:
    return {"kind": "inSource", "status": "accepted", "justification": printable(why)}


def _flow(one: RuleError | Finding) -> dict[str, Any]:
    steps: Sequence[dict[str, Any]] = [
        {"location": {**_location(step.place), "message": _message(step.text)}}
        for step in (one.flow if isinstance(one, Finding) else ())
    ]
    return {"codeFlows": [{"threadFlows": [{"locations": steps}]}]} if steps else {}
