"""What commands read: the policy, an event, answers, an instant. Each mistake is told with its place and a cure."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pretoken.policy.errors import RuleError
    from pretoken.policy.load import LoadedPolicy

EVENT = """{
  "version": "2",
  "triggerSource": "TokenGeneration_HostedAuth",
  "userPoolId": "eu-west-1_Ab12Cd34",
  "userName": "anna",
  "callerContext": {"clientId": "7q3webexample1client0id"},
  "request": {
    "userAttributes": {"sub": "5f0c1e2a-7b64-4d39-9c1e-0a1b2c3d4e5f"},
    "groupConfiguration": {"groupsToOverride": ["admins"], "iamRolesToOverride": [], "preferredRole": null},
    "scopes": ["openid"]
  },
  "response": {"claimsAndScopeOverrideDetails": null}
}"""


class CannotRun(click.ClickException):
    """A command can't do its work; the text says why, and the cure."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        """Write the text to standard error."""
        click.echo(self.message, file=file, err=file is None)


def load_policies(folder: Path, *, python: bool) -> LoadedPolicy:
    """Load a policy folder for a command that needs a sound one.

    Raises:
        CannotRun: something is wrong in it.
    """
    from pretoken.policy.errors import PolicyErrors
    from pretoken.policy.load import load_policy

    try:
        return load_policy(folder, python=python)
    except PolicyErrors as problems:
        cannot_run(problems.errors)


def cannot_run(errors: Iterable[RuleError]) -> NoReturn:
    """Give up because of errors in files.

    Raises:
        CannotRun: always, with all the errors.
    """
    raise CannotRun("\n".join(map(str, errors)))


def read_file(path: Path, option: str) -> bytes:
    """Read a file that an option names.

    Raises:
        CannotRun: there is no such file, or it can't be read.
    """
    try:
        return path.read_bytes()
    except IsADirectoryError:
        raise CannotRun(f"{path}: this is a folder; name a file: `{option} {_file_in(path)}`") from None
    except FileNotFoundError:
        raise CannotRun(f"{path}: there is no such file; {_another(path, option)}") from None
    except OSError:
        raise CannotRun(f"{path}: this file can't be read; check it with `ls -l`") from None


def _file_in(folder: Path) -> Path:
    return min((file for file in folder.iterdir() if file.suffix in (".json", ".yaml")), default=folder / "FILE")


def _another(path: Path, option: str) -> str:
    from pretoken.policy.suggestions import suggested

    files = [file.name for file in path.parent.iterdir()] if path.parent.is_dir() else []
    return suggested(path.name, files, f"check the path: `{option} FILE`", lambda near: str(path.with_name(near)))


def check_template(path: Path | None) -> None:
    """Make sure that the template that `--template` names can be read.

    Raises:
        CannotRun: there is no such file, or it can't be read.
    """
    if path is not None:
        read_file(path, "--template")


def read_event_file(path: Path) -> tuple[str, Any]:
    """Read an event in JSON, `-` from standard input; give what to call it, and its content.

    Raises:
        CannotRun: it can't be read, or isn't JSON.
    """
    if str(path) == "-":
        name, content = "standard input", sys.stdin.buffer.read()
    else:
        name, content = str(path), read_file(path, "--event")
    if not content.strip():
        raise CannotRun(f"{name}: nothing stands in it; an event looks like this:\n{EVENT}")
    try:
        return name, json.loads(content.decode("utf-8-sig"), parse_constant=_no_number)
    except json.JSONDecodeError as error:
        what = error.msg[:1].lower() + error.msg[1:]
        raise CannotRun(
            f"{name}:{error.lineno}:{error.colno}: not-json: {what}; check it with `python -m json.tool`"
        ) from None
    except UnicodeDecodeError:
        raise CannotRun(f"{name}: not-json: this isn't UTF-8; save the file as UTF-8") from None
    except (ValueError, RecursionError) as error:
        what = str(error) if isinstance(error, _NoNumberError) else "a number is too long, or it is nested too deep"
        raise CannotRun(f"{name}: not-json: {what}; an event looks like this:\n{EVENT}") from None


class _NoNumberError(ValueError):
    pass


def _no_number(word: str) -> NoReturn:
    raise _NoNumberError(f"JSON has no `{word}`")


def read_instant(text: str) -> int:
    """Read an instant: ISO 8601 with a zone, or seconds since 1970.

    Raises:
        CannotRun: it is something else.
    """
    from pretoken.simulator import given

    try:
        return given.read_instant(text)
    except ValueError as problem:
        raise CannotRun(f"--now: {problem}; write `--now {given.START}`") from None


def read_variables(pairs: Iterable[str], pool: dict[str, Any]) -> dict[str, str]:
    """Read `NAME=VALUE` pairs as values of declared variables.

    Raises:
        CannotRun: a pair isn't one, or its variable isn't declared or can't have this value.
    """
    from pretoken.simulator.given import check_variables

    variables = {}
    for pair in pairs:
        name, is_pair, value = pair.partition("=")
        if not is_pair or not value:
            raise CannotRun("--variable: this is no name with a value; write `--variable NAME=VALUE`")
        variables[name] = value
    for problem in check_variables(variables, pool):
        raise CannotRun(f"--variable: {problem.name}: {problem.message}")
    return variables
