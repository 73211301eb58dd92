"""`pretoken build`: the folder that Lambda runs; `sam build` calls it."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import click

from pretoken.cli.inputs import CannotRun, check_template
from pretoken.cli.options import of_policies, of_template


@click.command()
@click.option(
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where to; an earlier build there is replaced.",
)
@click.option(
    "--triggers",
    type=click.Path(path_type=Path),
    default="triggers",
    show_default=True,
    metavar="DIR",
    help="The folder with the function and its requirements.txt.",
)
@click.option(
    "--bytecode/--no-bytecode",
    default=True,
    show_default=True,
    help="Compile for the function's Python, or let each cold start do it.",
)
@of_policies
@of_template
def build(output: Path, triggers: Path, bytecode: bool, folder: Path, python: bool, template: Path | None) -> None:
    """Build the Lambda function, if the policy passes its checks and cases.

    The exit code is 1, and nothing is built, if `pretoken check` or `pretoken test` finds something.
    """
    from pretoken.cli.formats.build import build_text
    from pretoken.packaging import BuildError, RefusedError
    from pretoken.packaging import build as build_package

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that nothing half done stays
    check_template(template)
    try:
        package = build_package(folder, triggers, output, python=python, bytecode=bytecode, template=template)
    except RefusedError as refused:
        click.echo(str(refused), err=True)
        click.get_current_context().exit(1)
    except BuildError as error:
        raise CannotRun(str(error)) from None
    click.echo(build_text(package))
