"""`pretoken diff`: who gains and who loses what between two policies."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from pretoken.cli.answers import read_answers
from pretoken.cli.inputs import CannotRun, read_event_file, read_instant, read_variables
from pretoken.cli.options import of_answers, of_formats, of_policies
from pretoken.cli.revisions import opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pretoken.cli.revisions import Source
    from pretoken.simulator.cases import LocatedCase
    from pretoken.simulator.running import Runner
    from pretoken.simulator.sign_ins import SignIn

EVENTS = "events"
"""The folder of events, if there is one and no other is named."""


@click.command()
@click.argument("old")
@click.argument("new")
@click.option(
    "--events",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help=f"The folder whose *.json are events, as Cognito sends them.  [default: {EVENTS}, if there is one]",
)
@click.option("--fail-on-gain", is_flag=True, help="Exit with 1 if anyone gains authority.")
@of_answers
@click.option("--now", metavar="TIME", help="The instant of the events, such as 2026-01-01T00:00:00Z; else now.")
@of_policies
@of_formats("text", "json", "markdown")
def diff(
    old: str,
    new: str,
    events: Path | None,
    fail_on_gain: bool,
    lookups_file: Path | None,
    pairs: tuple[str, ...],
    now: str | None,
    folder: Path,
    python: bool,
    format_: str,
) -> None:
    """Report who gains and who loses what between two policies.

    OLD and NEW are policy folders, or git revisions, whose folder is that of `--policies`. Both are run with each
    event, and with the event of each case of both. Values of claims aren't shown, but for constants of the rules.
    The exit code is 1 only with `--fail-on-gain`.
    """
    from pretoken.cli.formats.diff import diff_json, diff_markdown, diff_text
    from pretoken.policy.errors import printable
    from pretoken.simulator.diff import diff as diff_of

    instant = int(time.time()) if now is None else read_instant(now)
    with ExitStack() as stack:
        sources = [stack.enter_context(opened(argument, folder)) for argument in (old, new)]
        before, after = _load(sources, python=python)
    pools = before.runner.plan["pool"], after.runner.plan["pool"]
    lookups = read_answers(lookups_file, _joined_pool(*pools))
    variables = _variables(pairs, *pools)
    sign_ins = [
        *_events(events, lookups, variables, instant),
        *_cases(before, after, lookups, variables),
    ]
    found = diff_of(before.runner, after.runner, sign_ins)
    if not found.compared:
        why = "".join(f"\n    {printable(name)}: {printable(reason)}" for name, reason in found.left_out)
        raise CannotRun(f"no event and no case can be compared; name events: `--events DIR`{why}")
    names = sources[0].name, sources[1].name
    if format_ == "json":
        click.echo(json.dumps(diff_json(found, *names), indent=2))
    else:
        click.echo((diff_markdown if format_ == "markdown" else diff_text)(found, *names))
    if fail_on_gain and found.gains:
        click.get_current_context().exit(1)


class _Loaded(NamedTuple):
    source: Source
    runner: Runner
    cases: list[LocatedCase]


def _load(sources: list[Source], *, python: bool) -> list[_Loaded]:
    """Load both policies, or tell the errors of both."""
    from pretoken.policy.errors import PolicyErrors
    from pretoken.policy.load import load_policy
    from pretoken.simulator.cases import load_cases
    from pretoken.simulator.running import Runner

    loaded, errors = [], []
    for source in sources:
        try:
            plan = load_policy(source.folder, python=python).plan()
            loaded.append(_Loaded(source, Runner(plan), load_cases(source.folder, plan)))
        except PolicyErrors as problems:
            errors += [source.told(str(error)) for error in problems.errors]
    if errors:
        raise CannotRun("\n".join(dict.fromkeys(errors)))
    return loaded


def _joined_pool(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Declare what either pool declares of lookups, so that one file can answer those of both."""
    lookups: dict[str, Any] = {}
    for pool in (old, new):
        for name, lookup in pool.get("lookups", {}).items():
            fields = lookups.get(name, {}).get("fields", {})
            lookups[name] = {**lookup, "fields": {**fields, **lookup["fields"]}}
    return {"lookups": lookups}


def _variables(pairs: tuple[str, ...], old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, str]:
    """Read values of variables that either pool declares, and that each allows."""
    of_old, of_new = old.get("variables", {}), new.get("variables", {})
    read_variables(pairs, {"variables": {**of_old, **of_new}})
    return read_variables(pairs, {"variables": {**of_new, **of_old}})


def _events(
    folder: Path | None, lookups: Mapping[str, Any], variables: Mapping[str, str], now: int
) -> Iterator[SignIn]:
    """Read the events of a folder."""
    from pretoken.simulator.sign_ins import SignIn

    if folder is None:
        folder = Path(EVENTS)
    elif not folder.is_dir():
        raise CannotRun(f"{folder}: there is no such folder; name the one with events: `--events DIR`")
    for path in sorted(folder.glob("*.json")):
        if path.is_file():
            name, event = read_event_file(path)
            yield SignIn(name, event, lookups, variables, now)


def _cases(before: _Loaded, after: _Loaded, lookups: Mapping[str, Any], variables: Mapping[str, str]) -> list[SignIn]:
    from pretoken.simulator.sign_ins import joined, of_cases

    old, new = (of_cases(one.cases, one.runner, lookups, variables, one.source.told) for one in (before, after))
    return joined(new, old)
