"""`pretoken test`: run the cases of a policy folder, and show what they cover."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pretoken.cli.answers import live_answers, read_answers
from pretoken.cli.inputs import CannotRun, cannot_run, load_policies, read_variables
from pretoken.cli.options import of_lookups, of_policies, of_reports

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pretoken.simulator.simulation import Simulator
    from pretoken.trigger.lookups import Answers


@click.command()
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Fail if less of the rules and conditions is covered.",
)
@click.option("-k", "word", metavar="NAME", help="Run only the cases that have this in their name.")
@of_lookups
@of_policies
@of_reports
def test(
    fail_under: float | None,
    word: str | None,
    lookups_file: Path | None,
    live: bool,
    pairs: tuple[str, ...],
    folder: Path,
    python: bool,
    format_: str,
) -> None:
    """Run the cases that live beside the rules.

    What a case says of lookups and variables counts; the options are for what it doesn't say.
    Coverage counts the rules that applied, and for each condition whether it was seen true and not true.
    """
    from pretoken.cli.formats.cases import cases_json, cases_text
    from pretoken.policy.errors import PolicyErrors
    from pretoken.simulator.cases import load_cases
    from pretoken.simulator.coverage import Coverage
    from pretoken.simulator.lookups import answers_of
    from pretoken.simulator.running import Runner

    if word is not None and fail_under is not None:
        raise CannotRun("--fail-under: coverage is that of all cases; leave `-k` out")
    loaded = load_policies(folder, python=python)
    plan = loaded.plan()
    try:
        cases = load_cases(folder, plan)
    except PolicyErrors as problems:
        cannot_run(problems.errors)
    if not cases:
        raise CannotRun(f"no cases in {folder / 'cases'}; {_first_case(folder, plan['pool'])}")
    if word is not None:
        cases = [case for case in cases if word.lower() in case.case.name.lower()]
        if not cases:
            raise CannotRun("-k: no case has this in its name; `pretoken test` runs all")
    coverage = Coverage(plan)
    answers, ask = read_answers(lookups_file, plan["pool"]), live_answers()

    def others(simulator: Simulator, given: Mapping[str, Any]) -> Answers:
        return ask(simulator, {**answers, **given}) if live else answers_of({**answers, **given})

    runner = Runner(plan, coverage.observe, others=others, variables=read_variables(pairs, plan["pool"]))
    results = [runner.run(case) for case in cases]
    for result in results:
        coverage.note(result.outcome)
    measured = None if word is not None else coverage
    if format_ == "json":
        click.echo(json.dumps(cases_json(results, measured, loaded), indent=2))
    else:
        click.echo(cases_text(results, measured, loaded))
    too_little = fail_under is not None and coverage.percent < fail_under
    if too_little:
        click.echo(f"coverage is below {fail_under:g} %; write cases for what was never reached", err=True)
    if too_little or not all(result.passed for result in results):
        click.get_current_context().exit(1)


def _first_case(folder: Path, pool: dict[str, Any]) -> str:
    client = next((f"client: {name}" for name in pool.get("clients", {})), "client_id: example")
    return f"""write the first one, for example in {folder / "cases" / "example.yaml"}:
cases:
  - name: anyone may sign in
    given: {{{client}}}
    expect: {{denied: false}}"""
