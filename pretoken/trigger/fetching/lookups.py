"""All lookups of a policy, ready to be made: what a function has of them at cold start."""

from __future__ import annotations

import time

from pretoken.trigger.durations import milliseconds_of
from pretoken.trigger.errors import PlanError
from pretoken.trigger.fetching.fetcher import Fetcher
from pretoken.trigger.fetching.fetches import Fetches
from pretoken.trigger.fetching.kinds import check_kinds, kinds_of
from pretoken.trigger.fetching.needs import needs_of, told_lookups
from pretoken.trigger.lookups import provider_of
from pretoken.trigger.text import fill_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from pretoken.trigger.fetching.aws import AWS
    from pretoken.trigger.fetching.kinds import Kinds
    from pretoken.trigger.plan import Program

DEFAULT_TOTAL = "2s"


class Lookups:
    """The lookups of one policy in one environment.

    Args:
        plan: the policy's canonical JSON.
        program: the plan, linked.
        variables: the value of each declared variable.
        kinds: makes what answers each provider's lookups.

    Attributes:
        total: seconds that all lookups of an event may take.

    Raises:
        PlanError: nobody answers a lookup of this kind.
    """

    __slots__ = ("_fetcher", "_lookups", "_needs", "_told", "total")

    def __init__(self, plan: dict[str, Any], program: Program, variables: Mapping[str, str], kinds: Kinds) -> None:
        complete = {"derived": {}, "tables": {}, "rules": {}, **plan}
        self._lookups = program.lookups
        declared = {name: _filled_in(plan["pool"]["lookups"][name], variables) for name in program.lookups}
        self._fetcher = Fetcher(declared, kinds)
        self._needs = needs_of(program.rules, complete)
        self._told = told_lookups(program.lookups, complete)
        self.total = milliseconds_of(program.limits.get("lookups_total", DEFAULT_TOTAL)) / 1000

    def of_event(self, seconds: float | None = None) -> Fetches:
        """Give what answers the lookups of one event, from now on for at most this long.

        Args:
            seconds: what is left for them; never more than `total`.
        """
        patience = self.total if seconds is None else min(self.total, seconds)
        return Fetches(self._fetcher, self._lookups, self._needs, time.monotonic() + patience)

    def report(
        self, fetches: Fetches, misread: Iterable[str], log: Callable[..., object], **about: Any
    ) -> dict[str, float]:
        """Tell of each lookup that failed, and give the metrics of all that an event made.

        Args:
            fetches: what answered the event's lookups.
            misread: the lookups of which a field couldn't be read.
            log: writes a log line, as `Report.log` does.
            about: what else the line says.
        """
        causes = {**dict.fromkeys(misread, "wrong-type"), **fetches.failures}
        for lookup, cause in sorted(causes.items()):
            by = {"Lookup": lookup if lookup in self._told else "other", "Cause": cause}
            log("WARN", "lookup failed", metrics={"LookupFailures": 1}, by=by, **about)
        return {
            "LookupsMade": fetches.made,
            "LookupsCached": fetches.cached,
            "LookupsFailed": len(causes),
            "LookupsSkipped": fetches.skipped,
            "LookupMs": round(fetches.waited * 1000, 3),
        }

    def forget(self) -> None:
        """Let go of all answers that are kept."""
        self._fetcher.forget()


def _filled_in(declaration: dict[str, Any], variables: Mapping[str, str]) -> dict[str, Any]:
    """Put the values of variables into the texts of a lookup's source; its templates are linked elsewhere."""
    provider = provider_of(declaration)
    source = {
        part: fill_in(value, variables) if isinstance(value, str) else value
        for part, value in declaration[provider].items()
    }
    return {**declaration, provider: source}


def lookups_of(plan: dict[str, Any], program: Program, variables: Mapping[str, str], aws: AWS) -> Lookups:
    """Give the lookups of a policy, answered by AWS; no request is sent.

    Args:
        plan: the policy's canonical JSON.
        program: the plan, linked.
        variables: the value of each declared variable.
        aws: makes the clients.

    Raises:
        PlanError: nobody answers a lookup of this kind, or there is no client, mostly since no region is set.
    """
    from botocore.exceptions import BotoCoreError

    check_kinds(plan, program.lookups)
    try:
        return Lookups(plan, program, variables, kinds_of(aws))
    except (BotoCoreError, ValueError) as error:
        what = type(error).__name__
        raise PlanError(f"there is no client for lookups: {what}; check region, endpoint and credentials") from None
