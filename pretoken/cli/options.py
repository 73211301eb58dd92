"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Command = TypeVar("Command", bound=Callable[..., Any])


def of_policies(command: Command) -> Command:
    """Add the options of commands that load a policy folder."""
    command = click.option(
        "--python/--no-python",
        default=True,
        show_default=True,
        help="Run the rule files in Python, or refuse them; refuse those of strangers.",
    )(command)
    return click.option(
        "--policies",
        "folder",
        type=click.Path(path_type=Path),
        default="policies",
        show_default=True,
        metavar="DIR",
        help="The folder with pool.yaml, rules and cases.",
    )(command)


def of_template(command: Command) -> Command:
    """Add the option of commands that hold the policy against the template that it is deployed with."""
    return click.option(
        "--template",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="The SAM or CloudFormation template; else the template.yaml, .yml or .json beside the folder.",
    )(command)


def of_lookups(command: Command) -> Command:
    """Add the options of commands that evaluate rules: who answers lookups, and the values of variables."""
    command = click.option(
        "--variable",
        "pairs",
        multiple=True,
        metavar="NAME=VALUE",
        help="The value of a variable; else its first allowed value, or its own name.",
    )(command)
    command = click.option(
        "--live",
        is_flag=True,
        help="Ask AWS, with your credentials, for the answers of lookups that nothing else gives.",
    )(command)
    return click.option(
        "--lookups",
        "lookups_file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Answers of lookups in YAML: for each name `none`, `failed`, or the fields of its row.",
    )(command)


def of_reports(command: Command) -> Command:
    """Add the options of commands that report."""
    return click.option(
        "--format",
        "format_",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="How to report.",
    )(command)
