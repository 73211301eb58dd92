"""`pretoken check`: whether the policy is sound and safe to deploy, and its cases make sense."""

from __future__ import annotations

from pathlib import Path

import click

from pretoken.cli.inputs import CannotRun, check_template
from pretoken.cli.options import of_formats, of_policies, of_template


@click.command()
@click.option("--explain", "name", metavar="NAME", help="Explain findings of this name instead.")
@of_policies
@of_template
@of_formats("text", "json", "sarif", "github")
def check(name: str | None, folder: Path, python: bool, template: Path | None, format_: str) -> None:
    """Report everything that is wrong in the rule files and cases, and where they and the template differ.

    An error isn't safe to deploy, a warning is hardly meant so, a notice is good to know.
    The exit code is 1 if there are errors or warnings.
    """
    from pretoken.cli.formats.check import report
    from pretoken.simulator.examination import examine

    if name is not None:
        click.echo(explanation(name), nl=False)
        return
    if not folder.is_dir():
        raise CannotRun(f"{folder}: there is no such folder; name the one with pool.yaml: `--policies DIR`")
    check_template(template)
    examined = examine(folder, python=python, template=template)
    click.echo(report(examined, format_))
    if not examined.passed:
        click.get_current_context().exit(1)


def explanation(name: str) -> str:
    """Explain findings of a name."""
    from pretoken.checks import UnknownFindingError, explain

    try:
        return explain(name)
    except UnknownFindingError as unknown:
        raise CannotRun(f"--explain: {unknown}") from None
