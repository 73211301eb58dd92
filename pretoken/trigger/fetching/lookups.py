"""All lookups of a policy, ready to be made: what a function has of them at cold start."""

from __future__ import annotations

import time
from types import MappingProxyType

from pretoken.trigger.durations import milliseconds_of
from pretoken.trigger.errors import PlanError
from pretoken.trigger.fetching.causes import causes_of
from pretoken.trigger.fetching.fetcher import Fetcher
from pretoken.trigger.fetching.fetches import Fetches
from pretoken.trigger.fetching.kinds import check_kinds, kinds_of
from pretoken.trigger.fetching.needs import needs_of
from pretoken.trigger.fetching.told import told_lookups
from pretoken.trigger.lookups import provider_of
from pretoken.trigger.reads import complete
from pretoken.trigger.text import fill_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from pretoken.trigger.fetching.aws import AWS
    from pretoken.trigger.fetching.kinds import Kinds
    from pretoken.trigger.lookups import Row
    from pretoken.trigger.outcomes import Outcome
    from pretoken.trigger.plan import Program

DEFAULT_TOTAL = "2s"


class Lookups:
    """The lookups of one policy in one environment.

    Args:
        plan: the policy's canonical JSON.
        program: the plan, linked.
        variables: the value of each declared variable.
        kinds: makes what answers each provider's lookups.
        given: lookups for which nobody needs to be asked; in simulations.

    Attributes:
        total: seconds that all lookups of an event may take.

    """

    __slots__ = ("_fetcher", "_lookups", "_needs", "_plan", "_told", "total")

    def __init__(
        self,
        plan: dict[str, Any],
        program: Program,
        variables: Mapping[str, str],
        kinds: Kinds,
        given: Iterable[str] = (),
    ) -> None:
        self._plan = complete(plan)
        self._lookups = program.lookups
        asked = program.lookups.keys() - {*given}
        declared = {name: _filled_in(plan["pool"]["lookups"][name], variables) for name in sorted(asked)}
        self._fetcher = Fetcher(declared, kinds)
        self._needs = needs_of(program.rules, self._plan)
        self._told: frozenset[str] | None = None
        self.total = milliseconds_of(program.limits.get("lookups_total", DEFAULT_TOTAL)) / 1000

    def of_event(
        self, seconds: float | None = None, given: Mapping[str, Row | Outcome] = MappingProxyType({})
    ) -> Fetches:
        """Give what answers the lookups of one event, from now on for at most this long.

        Args:
            seconds: what is left for them; never more than `total`.
            given: answers for which nobody needs to be asked, by lookup; in simulations.
        """
        patience = self.total if seconds is None else min(self.total, seconds)
        return Fetches(self._fetcher, self._lookups, self._needs, time.monotonic() + patience, given)

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
        causes = causes_of(fetches.failures, misread)
        if causes and self._told is None:
            self._told = told_lookups(self._lookups, self._plan)
        for lookup, cause in causes.items():
            name = lookup if lookup in (self._told or ()) else "other"
            dimensions = {"Lookup": name, "Cause": cause}
            log("WARN", "lookup failed", metrics={"LookupFailures": 1}, dimensions=dimensions, **about)
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


def lookups_of(
    plan: dict[str, Any], program: Program, variables: Mapping[str, str], aws: AWS, given: Iterable[str] = ()
) -> Lookups:
    """Give the lookups of a policy, answered by AWS; no request is sent.

    Args:
        plan: the policy's canonical JSON.
        program: the plan, linked.
        variables: the value of each declared variable.
        aws: makes the clients.
        given: lookups for which AWS isn't asked; in simulations.

    Raises:
        PlanError: a kind isn't supported, or there can be no client, mostly since no region is set.
    """
    from botocore.exceptions import BotoCoreError, NoRegionError, ProfileNotFound

    check_kinds(plan, program.lookups.keys() - {*given})
    try:
        return Lookups(plan, program, variables, kinds_of(aws), given)
    except NoRegionError:
        problem = "no AWS region is set; set `AWS_REGION`"
    except ProfileNotFound:
        problem = "there is no such profile; correct `AWS_PROFILE`"
    except (BotoCoreError, ValueError):
        problem = "the settings of AWS can't be used; check `AWS_ENDPOINT_URL` and the file of settings"
    raise PlanError(f"lookups can't be made: {problem}")
