"""`pretoken local-aws`: a KMS and a DynamoDB on this machine, for `sam local invoke`."""

from __future__ import annotations

import warnings
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pretoken.cli.inputs import CannotRun, cannot_run, load_policies, read_file
from pretoken.cli.options import of_policies

if TYPE_CHECKING:
    from typing import Any

    from pretoken.local import Item, LocalResources
    from pretoken.local.server import LocalAWS

HOST_OF_CONTAINERS = "host.docker.internal"
"""This machine, as containers call it: Docker Desktop by itself, on Linux `add_host` of samconfig.toml."""
_ALL_ADDRESSES = {"0.0.0.0", "::"}  # noqa: S104 - see below
SAMPLE = Path("events", "v2-sign-in.json")
ITEMS = Path("events", "items.yaml")


@click.command("local-aws")
@click.option(
    "--host",
    default="0.0.0.0",  # noqa: S104 - a container on Linux can't reach the loopback address
    show_default=True,
    metavar="ADDRESS",
    help="Where to listen; with Docker Desktop 127.0.0.1 is enough.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=4599, show_default=True, help="0 for one that is free.")
@click.option(
    "--env-file",
    type=click.Path(path_type=Path),
    default="env.json",
    show_default=True,
    metavar="FILE",
    help="The function's variables for local runs; what else stands there is kept.",
)
@click.option(
    "--items",
    "items_file",
    type=click.Path(path_type=Path),
    show_default=str(ITEMS),
    metavar="FILE",
    help="Items of the tables in YAML: for each lookup a list.",
)
@of_policies
def local_aws(host: str, port: int, env_file: Path, items_file: Path | None, folder: Path, python: bool) -> None:
    """Serve KMS and DynamoDB for `sam local invoke`.

    Makes the keys and tables that pool.yaml names, puts items into the tables, writes the names of both into the file
    of variables, and answers until Ctrl-C. Everything is in memory; nothing is real.
    """
    from pretoken.local import EnvFile, LocalRunError, resources_of

    pool = load_policies(folder, python=python).plan()["pool"]
    try:
        env = EnvFile(env_file)
        resources = resources_of(pool, env.variables, str(env_file))
        items = _read_items(items_file, pool, resources)
        if not resources.keys and not resources.tables:
            _tell_env(env_file, written=env.update(resources.variables))
            click.echo("this policy needs no KMS key and no DynamoDB table, so there is nothing to serve")
            _tell_next(env_file)
            return
        with closing(_start(resources, items or {}, host, port)) as server:
            endpoint = {"AWS_ENDPOINT_URL": f"http://{HOST_OF_CONTAINERS}:{server.port}"}
            written = env.update({**endpoint, **resources.variables})
            _tell_resources(resources, items)
            _tell_env(env_file, written=written)
            _tell_next(env_file)
            whom = ", for whoever reaches this machine" if host in _ALL_ADDRESSES else ""
            click.echo(f"\nlistening on {host}:{server.port}{whom}; Ctrl-C stops it, and then all of this is gone")
            server.serve()
    except LocalRunError as error:
        raise CannotRun(str(error)) from None
    except KeyboardInterrupt:
        pass


def _read_items(path: Path | None, pool: dict[str, Any], resources: LocalResources) -> dict[str, list[Item]] | None:
    """Read the items by table; None if no file was named and there is none where it usually is.

    Raises:
        CannotRun: it can't be read, or something is wrong in it.
    """
    from pretoken.local import parse_items
    from pretoken.policy.errors import PolicyErrors

    if path is None and not ITEMS.exists():
        return None
    path = path or ITEMS
    try:
        return parse_items(read_file(path, "--items"), str(path), pool, resources.variables)
    except PolicyErrors as problems:
        cannot_run(problems.errors)


def _start(resources: LocalResources, items: dict[str, list[Item]], host: str, port: int) -> LocalAWS:
    """Make the resources and listen.

    Raises:
        CannotRun: it isn't installed, or the address can't be listened on.
        LocalRunError: a resource can't be made.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # moto's own word on what isn't installed
            from pretoken.local.server import LocalAWS
    except ModuleNotFoundError as missing:
        raise CannotRun(f"`{missing.name}` isn't installed; run `pip install 'pretoken[cli,local]'`") from None
    try:
        return LocalAWS(resources, host, port, click.echo, items)
    except OSError as error:
        why = str(error.strerror).partition(" (")[0].lower()
        raise CannotRun(f"{host}:{port}: {why}; try `--port 0` for a free one, or another `--host`") from None


def _tell_resources(resources: LocalResources, items: dict[str, list[Item]] | None) -> None:
    """Tell what was made, and what wasn't."""
    from pretoken.cli.formats.check import counted

    for arn, recipients in resources.keys.items():
        click.echo(f"key    {', '.join(f'alias/{name}' for name in recipients)}\n       {arn}")
    for table, attributes in resources.tables.items():
        number = len((items or {}).get(table, ()))
        click.echo(f"table  {table}, {counted(number, 'item') if number else 'empty'}; key: {', '.join(attributes)}")
    if resources.tables and items is None:
        click.echo(f"items  there is no {ITEMS} to put into tables; write it, or name another: `--items FILE`")
    for lookup, provider in resources.elsewhere.items():
        click.echo(f"lookup {lookup}: `{provider}` isn't served here, so this lookup fails")


def _tell_env(path: Path, *, written: bool) -> None:
    """Tell whether the file of variables was written."""
    click.echo(f"env    {path} {'is written' if written else 'is as it should be'}")


def _tell_next(path: Path) -> None:
    """Tell the next command."""
    event = SAMPLE if SAMPLE.is_file() else "EVENT.json"
    variables = "" if path == Path("env.json") else f" --env-vars {path}"
    click.echo(f"next, in another terminal: sam build && sam local invoke -e {event}{variables}")
