"""`pretoken check`: whether the policy is sound and safe to deploy, and its cases make sense."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pretoken.cli.inputs import CannotRun
from pretoken.cli.options import of_policies, of_reports

if TYPE_CHECKING:
    from pretoken.checks import Finding
    from pretoken.policy.errors import RuleError
    from pretoken.policy.load import LoadedPolicy


@click.command()
@click.option("--explain", "name", metavar="NAME", help="Explain findings of this name instead.")
@of_policies
@of_reports
def check(name: str | None, folder: Path, python: bool, format_: str) -> None:
    """Report everything that is wrong in the rule files and cases.

    An error isn't safe to deploy, a warning is hardly meant so, a notice is good to know.
    The exit code is 1 if there are errors or warnings.
    """
    from pretoken.cli.formats.check import Checked, check_json, check_text
    from pretoken.policy.errors import PolicyErrors
    from pretoken.policy.load import load_policy
    from pretoken.simulator.cases import LocatedCase, load_cases

    if name is not None:
        click.echo(explanation(name), nl=False)
        return
    if not folder.is_dir():
        raise CannotRun(f"{folder}: there is no such folder; name the one with pool.yaml: `--policies DIR`")
    found: list[RuleError | Finding] = []
    loaded: LoadedPolicy | None = None
    cases: list[LocatedCase] | None = None
    accepted = 0
    try:
        loaded = load_policy(folder, python=python)
    except PolicyErrors as problems:
        found += problems.errors
    try:
        cases = load_cases(folder, None if loaded is None else loaded.plan())
    except PolicyErrors as problems:
        found += problems.errors
    if loaded is not None:
        standing, accepted = findings(loaded)
        found += standing
    found.sort(key=lambda one: (one.place, one.name, one.message))
    checked = Checked(found, accepted, loaded, None if cases is None else len(cases))
    if format_ == "json":
        click.echo(json.dumps(check_json(checked), indent=2))
    else:
        click.echo(check_text(checked))
    if checked.count("error") or checked.count("warning"):
        click.get_current_context().exit(1)


def findings(loaded: LoadedPolicy) -> tuple[list[Finding], int]:
    """Give the findings of a sound policy, and how many more are accepted."""
    from pretoken.checks import all_findings

    found = all_findings(loaded)
    return found.standing, len(found.accepted)


def explanation(name: str) -> str:
    """Explain findings of a name."""
    from pretoken.checks import UnknownFindingError, explain

    try:
        return explain(name)
    except UnknownFindingError as unknown:
        raise CannotRun(f"--explain: {unknown}") from None
