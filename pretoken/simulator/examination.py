"""Whether a policy is sound and safe to deploy: what `pretoken check` reports, and a build asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pretoken.checks import Finding, all_findings
from pretoken.policy.errors import PolicyErrors, printable
from pretoken.policy.load import load_policy
from pretoken.pools import find_template, read_template
from pretoken.simulator.cases import load_cases

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pretoken.checks.acceptances import Accepted
    from pretoken.policy.errors import RuleError
    from pretoken.policy.load import LoadedPolicy
    from pretoken.simulator.cases import LocatedCase


class Examination(NamedTuple):
    """What was found: errors and findings in the order of places, those that are accepted, and what is sound.

    `loaded` and `cases` are None where they couldn't be read, and `template`, the file, also where there is none.
    """

    found: Sequence[RuleError | Finding]
    accepted: Sequence[Accepted]
    loaded: LoadedPolicy | None
    cases: Sequence[LocatedCase] | None
    template: str | None = None

    def count(self, severity: str) -> int:
        """Count what is of a severity."""
        return sum(one.severity == severity for one in self.found)

    @property
    def passed(self) -> bool:
        """Tell whether there are neither errors nor warnings."""
        return not self.count("error") and not self.count("warning")


def told(one: RuleError | Finding) -> str:
    """Write an error as a line, a finding as a paragraph."""
    return one.paragraph() if isinstance(one, Finding) else printable(str(one))


def examine(folder: Path, *, python: bool, template: Path | None = None) -> Examination:
    """Load a policy and its cases, and check them; cases aren't run.

    Args:
        folder: the folder with `pool.yaml`, `rules/` and `cases/`.
        python: whether `rules/*.py` may be run.
        template: the template that the policy is deployed with; default: the one beside the folder, if there is one.
    """
    found: list[RuleError | Finding] = []
    loaded = cases = None
    described = None
    accepted: Sequence[Accepted] = ()
    try:
        path = template or find_template(folder)
        described = None if path is None else read_template(path)
    except PolicyErrors as problems:
        found += problems.errors
    try:
        loaded = load_policy(folder, python=python)
        checked = all_findings(loaded, described)
        found += checked.standing
        accepted = checked.accepted
    except PolicyErrors as problems:
        found += problems.errors
    try:
        cases = load_cases(folder, None if loaded is None else loaded.plan())
    except PolicyErrors as problems:
        found += problems.errors
    found.sort(key=lambda one: (one.place, one.name, one.message))
    return Examination(found, accepted, loaded, cases, None if described is None else described.file)
