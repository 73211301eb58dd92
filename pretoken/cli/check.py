"""`pretoken check`: is the policy sound, and are its cases?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pretoken.cli.inputs import CannotRun
from pretoken.cli.options import of_policies, of_reports

if TYPE_CHECKING:
    from pretoken.policy.errors import RuleError
    from pretoken.policy.load import LoadedPolicy


@click.command()
@of_policies
@of_reports
def check(folder: Path, python: bool, format_: str) -> None:
    """Report everything that is wrong in the rule files and cases."""
    from pretoken.cli.formats.check import check_json, check_text
    from pretoken.policy.errors import PolicyErrors
    from pretoken.policy.load import load_policy
    from pretoken.simulator.cases import LocatedCase, load_cases

    if not folder.is_dir():
        raise CannotRun(f"{folder}: there is no such folder; name the one with pool.yaml: `--policies DIR`")
    errors: list[RuleError] = []
    loaded: LoadedPolicy | None = None
    cases: list[LocatedCase] = []
    try:
        loaded = load_policy(folder, python=python)
    except PolicyErrors as problems:
        errors += problems.errors
    try:
        cases = load_cases(folder, None if loaded is None else loaded.plan())
    except PolicyErrors as problems:
        errors += problems.errors
    if loaded is not None:
        errors += findings(loaded)
    errors.sort()
    if format_ == "json":
        click.echo(json.dumps(check_json(errors, loaded, cases), indent=2))
    else:
        click.echo(check_text(errors, loaded, cases))
    if errors:
        click.get_current_context().exit(1)


def findings(loaded: LoadedPolicy) -> list[RuleError]:
    """Give the findings of a sound policy: this is where the checks of its safety join."""
    del loaded
    return []
