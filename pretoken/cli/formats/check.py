"""The report of `pretoken check`.

JSON: {"findings": [{"file", "line", "column", "name", "message"}], "rules": 1, "files": [PATH], "cases": 1}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pretoken.cli.formats.words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pretoken.policy.errors import RuleError
    from pretoken.policy.load import LoadedPolicy
    from pretoken.simulator.cases import LocatedCase


def check_text(errors: Sequence[RuleError], loaded: LoadedPolicy | None, cases: Sequence[LocatedCase]) -> str:
    """Write one line for each error, and the sum."""
    if errors or loaded is None:
        files = counted(len({error.place.file for error in errors}), "file")
        return "\n".join([*map(str, errors), "", f"{counted(len(errors), 'error')} in {files}"])
    rules = counted(len(loaded.policy.rules), "rule")
    return f"no findings: {rules} in {counted(len(loaded.files), 'file')}, {counted(len(cases), 'case')}"


def check_json(
    errors: Sequence[RuleError], loaded: LoadedPolicy | None, cases: Sequence[LocatedCase]
) -> dict[str, Any]:
    """Give the errors, and what was checked, as JSON."""
    return {
        "findings": [error.to_json() for error in errors],
        "rules": 0 if loaded is None else len(loaded.policy.rules),
        "files": [] if loaded is None else [*loaded.files],
        "cases": len(cases),
    }
