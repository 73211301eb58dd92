"""Who answers lookups in a command: a file, or AWS itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pretoken.cli.inputs import CannotRun, cannot_run, read_file
from pretoken.trigger.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pretoken.simulator.simulation import Simulator
    from pretoken.trigger.fetching.fetches import Fetches


def read_answers(path: Path | None, pool: dict[str, Any]) -> dict[str, Any]:
    """Read the answers in a file, by lookup; none without one.

    Raises:
        CannotRun: something is wrong in it.
    """
    from pretoken.policy.errors import PolicyErrors
    from pretoken.simulator.lookups import parse_answers

    if path is None:
        return {}
    try:
        return parse_answers(read_file(path, "--lookups"), str(path), pool)
    except PolicyErrors as problems:
        cannot_run(problems.errors)


def live_answers() -> Callable[[Simulator, Mapping[str, Any]], Fetches]:
    """Give what asks AWS, for each event anew, for what isn't given.

    Raises:
        CannotRun: by what it gives, if AWS can't be asked.
    """
    from pretoken.simulator.live import LiveLookups

    live = LiveLookups()

    def ask(simulator: Simulator, given: Mapping[str, Any]) -> Fetches:
        try:
            return live(simulator, given)
        except PlanError as error:
            raise CannotRun(f"--live: {error}") from None

    return ask
