"""`pretoken schema`: JSON Schema of the rule files, for editors, and of the tokens, for resource servers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pretoken.cli.inputs import CannotRun, load_policies, read_variables
from pretoken.cli.options import of_policies

if TYPE_CHECKING:
    from collections.abc import Iterator


@click.group()
def schema() -> None:
    """Print JSON Schema: for editors, and for resource servers."""


@schema.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write pool.json, rules.json and cases.json there, such as policies/.schema.",
)
@of_policies
def rules(output: Path | None, folder: Path, python: bool) -> None:
    r"""Print the JSON Schema of rules files; with --output, also that of pool.yaml and of case files.

    Every path that the policy folder declares is a completion. Point to it in the first line of a file:

    \b
        # yaml-language-server: $schema=../.schema/rules.json
    """
    from pretoken.policy.schema import pool_schema, rules_schema
    from pretoken.simulator.schema import cases_schema

    policy = load_policies(folder, python=python).policy if folder.is_dir() else None
    if output is None:
        click.echo(json.dumps(rules_schema(policy), indent=2))
        return
    files = {"pool": pool_schema(policy), "rules": rules_schema(policy), "cases": cases_schema(policy)}
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            path = output / f"{name}.json"
            path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
            click.echo(str(path))
    except OSError:
        raise CannotRun(f"{output}: this folder can't be written to; name another: `--output DIR`") from None


@schema.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write it there, such as token-schema.json.",
)
@click.option(
    "--variable",
    "pairs",
    multiple=True,
    metavar="NAME=VALUE",
    help="The value of a variable; else it may have every allowed value, or any.",
)
@of_policies
def tokens(output: Path | None, pairs: tuple[str, ...], folder: Path, python: bool) -> None:
    """Print the JSON Schema (draft-07) of access tokens: what resource servers may rely on.

    For each app client, and for users and machines, it says which claims, scopes and groups there can be, which claims
    are always there, who can read what is encrypted, and how large a token can get. The verifier takes it as `schema`.
    """
    from pretoken.token_schema import SameClientIdError, tokens_schema

    policy = load_policies(folder, python=python).policy
    variables = read_variables(pairs, policy.plan()["pool"])
    try:
        found = tokens_schema(policy, variables)
    except SameClientIdError as problem:
        raise CannotRun(f"--variable: {problem}") from None
    for note in _unknown_clients(found):
        click.echo(note, err=True)
    text = json.dumps(found, indent=2)
    if output is None:
        click.echo(text)
        return
    try:
        output.write_text(text + "\n", encoding="utf-8")
    except OSError:
        raise CannotRun(f"{output}: this file can't be written; name another: `--output FILE`") from None


def _unknown_clients(schema: dict[str, Any]) -> Iterator[str]:
    """Say for which clients any app client id passes."""
    from pretoken.trigger.text import parts_of

    for name, client in schema["x-pretoken"]["clients"].items():
        variables = [part for text in client["unknown"] for kind, part in parts_of(text) if kind == "variable"]
        if variables:
            given = " ".join(f"--variable {variable}=…" for variable in dict.fromkeys(variables))
            yield f"{name}: its app client id isn't known, so the schema takes any other id for it; give it: `{given}`"
