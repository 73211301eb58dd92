"""`pretoken schema`: JSON Schema, so that editors complete and explain."""

import json
from pathlib import Path

import click

from pretoken.cli.inputs import CannotRun, load_policies
from pretoken.cli.options import of_policies


@click.group()
def schema() -> None:
    """Print JSON Schema for editors."""


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
