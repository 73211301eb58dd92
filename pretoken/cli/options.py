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
