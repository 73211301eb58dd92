"""The program and its commands; what goes wrong is told in words, never as a traceback."""

from __future__ import annotations

import os
import sys

import click

from pretoken.cli.build import build
from pretoken.cli.check import check
from pretoken.cli.diff import diff
from pretoken.cli.init import init
from pretoken.cli.local_aws import local_aws
from pretoken.cli.preview import preview
from pretoken.cli.schema import schema
from pretoken.cli.test import test
from pretoken.cli.verify import verify
from pretoken.trigger.telemetry import place_of

TRACEBACK = "PRETOKEN_TRACEBACK"
"""The environment variable that shows the traceback of a bug."""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="pretoken", message="%(version)s")
@click.pass_context
def program(context: click.Context) -> None:
    """Rules for Amazon Cognito's pre token generation trigger.

    Exit codes: 0 good; 1 findings, failed cases, or a refused sign-in; 2 it could not run.
    """
    if os.environ.get("NO_COLOR"):
        context.color = False


for command in (init, preview, test, diff, check, build, local_aws, schema, verify):
    program.add_command(command)


def run() -> None:
    """Run the program with the arguments of this process."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # an event can hold text that the terminal's encoding can't
            stream.reconfigure(errors="backslashreplace")
    try:
        program(prog_name="pretoken")
    except Exception as bug:
        if os.environ.get(TRACEBACK):
            raise
        # The text of an exception may hold anything, a person's data too.
        click.echo(told(bug), err=True)
        sys.exit(2)


def told(bug: Exception) -> str:
    """Say in one line what went wrong, without anything of an event."""
    if isinstance(bug, ModuleNotFoundError) and not str(bug.name).startswith("pretoken"):
        return f"pretoken: `{bug.name}` isn't installed; run `pip install 'pretoken[cli]'`"
    where = f"{type(bug).__name__} at {place_of(bug)}"
    return f"pretoken: this is a bug of pretoken ({where}); please report it; `{TRACEBACK}=1` shows more"
