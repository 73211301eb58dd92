"""`pretoken init`: a new project."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from pretoken.cli.inputs import CannotRun


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
def init(folder: Path) -> None:
    """Make a new project in DIR.

    It has sample rules with their cases, sample events, and what the SAM CLI needs to build and deploy the function.
    A folder that has files is left as it is.
    """
    from pretoken.project import ProjectError, create_project

    try:
        create_project(folder)
    except ProjectError as problem:
        raise CannotRun(str(problem)) from None
    click.echo(
        f"{folder} is a new project; go on with\n\n    cd {shlex.quote(str(folder))}\n    make demo\n    make test"
    )
