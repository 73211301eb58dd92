"""Run cases: what they give, through the rules, against what they expect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pretoken.simulator.compare import Mismatch, compare
from pretoken.simulator.given import Given, event_of
from pretoken.simulator.lookups import answers_of
from pretoken.simulator.outcome import Outcome, outcome_of
from pretoken.simulator.simulation import Simulator
from pretoken.trigger.text import fill_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pretoken.simulator.cases import LocatedCase
    from pretoken.trigger.link import Observe


@dataclass(frozen=True, slots=True)
class Result:
    """A case that was run: it passed if nothing differs."""

    located: LocatedCase
    outcome: Outcome
    mismatches: tuple[Mismatch, ...]

    @property
    def passed(self) -> bool:
        """Whether everything came as expected."""
        return not self.mismatches

    def __str__(self) -> str:
        """Say what differs, each with its place, and which rules took part."""
        lines = [f"{self.located.place}: {self.located.case.name}"]
        for mismatch in self.mismatches:
            line = self.located.at(("expect", *mismatch.at)).line
            because = f"  ({mismatch.because})" if mismatch.because else ""
            lines += [f"    {mismatch.name}, expected on line {line}"]
            lines += [f"        expected  {mismatch.expected}", f"        actual    {mismatch.actual}{because}"]
        lines.append(f"    rules that applied: {', '.join(self.outcome.applied) or 'none'}")
        if self.outcome.in_doubt:
            lines.append(f"    rules in doubt: {', '.join(self.outcome.in_doubt)}")
        return "\n".join(lines)


class Runner:
    """Runs cases of one policy.

    Args:
        plan: the policy's canonical JSON.
        observe: called with the place and outcome of each condition that is evaluated.
    """

    def __init__(self, plan: dict[str, Any], observe: Observe | None = None) -> None:
        self.plan = plan
        self._observe = observe
        self._simulators: dict[tuple[tuple[str, str], ...], Simulator] = {}

    def run(self, located: LocatedCase) -> Result:
        """Run a case."""
        outcome = self.decide(located.case.given)
        return Result(located, outcome, compare(located.case.expect, outcome, self.plan))

    def decide(self, given: Given) -> Outcome:
        """Find what comes of what is given, which was checked."""
        simulator = self._simulator(given.variables)
        client_id = given.client_id
        if client_id is None:
            client_id = fill_in(self.plan["pool"]["clients"][given.client][0], simulator.variables)
        event = event_of(given, self.plan, client_id)
        return outcome_of(simulator.run(event, answers_of(given.lookups), now=given.now))

    def _simulator(self, variables: Mapping[str, str]) -> Simulator:
        key = tuple(sorted(variables.items()))
        if key not in self._simulators:
            # Cases look at the members in plain text, so nothing needs to be encrypted.
            self._simulators[key] = Simulator(
                self.plan, variables, seal=lambda recipient, _members, _sub: f"for {recipient}", observe=self._observe
            )
        return self._simulators[key]
