"""`pretoken preview`: what the rules make of one event."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from pretoken.cli.answers import live_answers, read_answers
from pretoken.cli.inputs import (
    EVENT,
    CannotRun,
    load_policies,
    read_event_file,
    read_instant,
    read_variables,
)
from pretoken.cli.options import of_lookups, of_policies, of_reports
from pretoken.cognito.errors import EventError


@click.command()
@click.option(
    "--event",
    "event_file",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The event in JSON, as Cognito sends it; `-` reads standard input.",
)
@of_lookups
@click.option("--now", metavar="TIME", help="The instant of the sign-in, such as 2026-01-01T00:00:00Z; else now.")
@of_policies
@of_reports
def preview(
    event_file: Path,
    lookups_file: Path | None,
    live: bool,
    pairs: tuple[str, ...],
    now: str | None,
    folder: Path,
    python: bool,
    format_: str,
) -> None:
    """Show both tokens before and after the rules.

    Each claim comes with its rule and the inputs behind it. Nothing leaves this machine: no AWS, no network, unless
    `--live` asks for it.
    The exit code is 1 if the sign-in is refused.
    """
    from pretoken.cli.formats.preview import preview_text
    from pretoken.simulator.lookups import answers_of
    from pretoken.simulator.preview import preview as preview_of
    from pretoken.simulator.simulation import Simulator

    instant = int(time.time()) if now is None else read_instant(now)
    loaded = load_policies(folder, python=python)
    plan = loaded.plan()
    pool = plan["pool"]
    simulator = Simulator(plan, read_variables(pairs, pool))
    name, raw = read_event_file(event_file)
    answers = read_answers(lookups_file, pool)
    fetches = live_answers()(simulator, answers) if live else None
    try:
        simulation = simulator.run(raw, fetches or answers_of(answers), now=instant)
    except EventError as error:
        raise CannotRun(_not_an_event(name, error, pool["trigger"])) from None
    shown = preview_of(simulator, simulation, loaded, answers)
    if format_ == "json":
        click.echo(json.dumps(shown.to_json(), indent=2))
    else:
        click.echo(preview_text(shown, unanswered=() if live else shown.lookups.keys() - answers.keys()))
    if shown.denied is not None:
        click.get_current_context().exit(1)


def _not_an_event(name: str, error: EventError, versions: list[str]) -> str:
    if error.code == "event-version":
        other = "V1_0" if "V1_0" not in versions else "V2_0"
        return (
            f"{name}: {error.code}: this is no {' or '.join(versions)} event, so Cognito would ignore the answer; "
            f"choose another event, or write `trigger: {other}` in pool.yaml if the user pool sends this one"
        )
    return f"{name}: {error}\n\nan event looks like this:\n{EVENT}"
