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


def of_answers(command: Command) -> Command:
    """Add the options of commands that evaluate rules without AWS: the answers of lookups, and values of variables."""
    return _lookups(_variable(command))


def of_lookups(command: Command) -> Command:
    """Add the same, and that AWS may be asked for the answers of lookups."""
    live = click.option(
        "--live",
        is_flag=True,
        help="Ask AWS, with your credentials, for the answers of lookups that nothing else gives.",
    )
    return _lookups(live(_variable(command)))


def _variable(command: Command) -> Command:
    return click.option(
        "--variable",
        "pairs",
        multiple=True,
        metavar="NAME=VALUE",
        help="The value of a variable; else its first allowed value, or its own name.",
    )(command)


def _lookups(command: Command) -> Command:
    return click.option(
        "--lookups",
        "lookups_file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Answers of lookups in YAML: for each name `none`, `failed`, or the fields of its row.",
    )(command)


def of_formats(*formats: str) -> Callable[[Command], Command]:
    """Add the option of commands that report in these formats; the first is the default."""
    return click.option(
        "--format",
        "format_",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="How to report.",
    )


of_reports = of_formats("text", "json")
