"""The report of `pretoken check` as workflow commands, which GitHub shows beside the lines of a pull request.

Source: GitHub's documentation, "Workflow commands for GitHub Actions"; the escapes are those of the package
`@actions/core`, `command.ts`.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from pretoken.checks import Finding
from pretoken.policy.errors import printable

if TYPE_CHECKING:
    from pretoken.policy.errors import Place
    from pretoken.simulator.examination import Examination


def check_github(examined: Examination, total: str) -> str:
    """Write a workflow command for each error and finding, a notice for each accepted one, and the sum."""
    found = [
        _command(
            one.severity,
            one.place,
            one.name,
            [printable(one.message), *(one.details if isinstance(one, Finding) else ())],
        )
        for one in examined.found
    ]
    accepted = [
        _command("notice", finding.place, f"accepted: {finding.name}", [printable(f"{finding.where}: {why}")])
        for finding, why in examined.accepted
    ]
    return "\n".join([*found, *accepted, total])


def _command(name: str, place: Place, title: str, lines: list[str]) -> str:
    properties = {"file": PurePath(place.file).as_posix(), "line": place.line, "col": place.column, "title": title}
    written = ",".join(f"{key}={_of_property(str(value))}" for key, value in properties.items())
    message = _of_data("\n".join(lines))
    return f"::{name} {written}::{message}"


def _of_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _of_property(text: str) -> str:
    return _of_data(text).replace(":", "%3A").replace(",", "%2C")
