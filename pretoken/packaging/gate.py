"""What stands between a policy and its package: it loads, nothing is found, and its cases pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pretoken.checks import findings
from pretoken.packaging.errors import RefusedError
from pretoken.policy.errors import PolicyErrors
from pretoken.policy.load import load_policy
from pretoken.simulator.cases import load_cases
from pretoken.simulator.running import Runner

if TYPE_CHECKING:
    from pathlib import Path

    from pretoken.checks import Finding
    from pretoken.policy.errors import RuleError


class Admitted(NamedTuple):
    """A policy that may be deployed: its plan, and how many cases it passes."""

    plan: dict[str, Any]
    cases: int


def admit(folder: Path, *, python: bool) -> Admitted:
    """Let a policy pass, or refuse it.

    Args:
        folder: the folder with `pool.yaml`, `rules/` and `cases/`.
        python: whether `rules/*.py` may be run.

    Raises:
        RefusedError: with all that `pretoken check` refuses, or else with the cases that fail.

    """
    found: list[RuleError | Finding] = []
    plan = None
    try:
        loaded = load_policy(folder, python=python)
        plan = loaded.plan()
        found += (finding for finding in findings(loaded) if finding.severity != "notice")
    except PolicyErrors as problems:
        found += problems.errors
    try:
        cases = load_cases(folder, plan)
    except PolicyErrors as problems:
        found += problems.errors
    if found or plan is None:
        raise RefusedError(sorted(found, key=lambda one: (one.place, one.name, one.message)))
    runner = Runner(plan)
    failed = [result for result in map(runner.run, cases) if not result.passed]
    if failed:
        raise RefusedError((), failed)
    return Admitted(plan, len(cases))
