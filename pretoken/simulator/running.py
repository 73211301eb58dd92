"""Run cases: what they give, through the rules, against what they expect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pretoken.simulator.compare import Mismatch, compare
from pretoken.simulator.given import Given, event_of
from pretoken.simulator.lookups import answers_of
from pretoken.simulator.outcome import Outcome, outcome_of
from pretoken.simulator.reasons import names
from pretoken.simulator.simulation import Simulator
from pretoken.trigger.fetching import CAUSES
from pretoken.trigger.text import fill_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pretoken.simulator.cases import LocatedCase
    from pretoken.simulator.simulation import Simulation
    from pretoken.trigger.link import Observe
    from pretoken.trigger.lookups import Answers


@dataclass(frozen=True, slots=True)
class Result:
    """A case that was run: it passed if nothing differs. `notes` say what it gives in vain."""

    located: LocatedCase
    outcome: Outcome
    mismatches: tuple[Mismatch, ...]
    notes: tuple[str, ...] = ()

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
        return "\n".join([*lines, *(f"    note: {note}" for note in self.notes)])


class Runner:
    """Runs cases of one policy.

    Args:
        plan: the policy's canonical JSON.
        observe: called with the place and outcome of each condition that is evaluated.
        others: gives what answers lookups where a case doesn't answer all of them: takes the simulator, and the answers
            of the case; default: the others have no row.
        variables: values of variables that a case doesn't give.
    """

    def __init__(
        self,
        plan: dict[str, Any],
        observe: Observe | None = None,
        *,
        others: Callable[[Simulator, Mapping[str, Any]], Answers] | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self.plan = plan
        self._observe = observe
        self._others = others
        self._variables = variables or {}
        self._simulators: dict[tuple[tuple[str, str], ...], Simulator] = {}

    def run(self, located: LocatedCase) -> Result:
        """Run a case."""
        given, expect = located.case.given, located.case.expect
        simulation = self._simulate(given)
        outcome = outcome_of(simulation)
        notes = (*_unasked(given, simulation), *_failed(simulation))
        return Result(located, outcome, compare(expect, outcome, self.plan), notes)

    def decide(self, given: Given) -> Outcome:
        """Find what comes of what is given, which was checked."""
        return outcome_of(self._simulate(given))

    def event(self, given: Given, simulator: Simulator) -> dict[str, Any]:
        """Make the event of what is given, which was checked."""
        client_id = given.client_id
        if client_id is None:
            client_id = fill_in(self.plan["pool"]["clients"][given.client][0], simulator.variables)
        return event_of(given, self.plan, client_id)

    def known(self, variables: Mapping[str, str]) -> dict[str, str]:
        """Keep the variables that the policy declares."""
        declared = self.plan["pool"].get("variables", {})
        return {name: value for name, value in variables.items() if name in declared}

    def simulator(self, variables: Mapping[str, str]) -> Simulator:
        """Give the simulator with these values of variables.

        Raises:
            PlanError: a variable doesn't have an allowed value.
        """
        variables = {**self._variables, **variables}
        key = tuple(sorted(variables.items()))
        if key not in self._simulators:
            # Cases look at the members in plain text, so nothing needs to be encrypted.
            self._simulators[key] = Simulator(self.plan, variables, seal=sealed_for, observe=self._observe)
        return self._simulators[key]

    def _simulate(self, given: Given) -> Simulation:
        simulator = self.simulator(given.variables)
        answers = answers_of(given.lookups)
        if self._others is not None and not simulator.program.lookups.keys() <= given.lookups.keys():
            answers = self._others(simulator, given.lookups)
        return simulator.run(self.event(given, simulator), answers, now=given.now)


def sealed_for(recipient: str, *_: object) -> str:
    """Stand in for the message of a recipient."""
    return f"for {recipient}"


def _unasked(given: Given, simulation: Simulation) -> Iterator[str]:
    """Name the answers that nobody can ask for, since the lookup's key is absent: such a case tests nothing."""
    for name, answer in given.lookups.items():
        absent = simulation.inputs.absent(simulation.inputs.key_paths(name))
        if answer != "none" and name not in simulation.lookups and absent:
            verb = "is" if len(absent) == 1 else "are"
            yield f"lookup `{name}` wasn't asked: {names(absent)} {verb} absent"


def _failed(simulation: Simulation) -> Iterator[str]:
    """Name the lookups that AWS was asked for and that failed, which may be what a case expects by chance."""
    for name, cause in simulation.causes.items():
        yield f"lookup `{name}` failed: {cause}: {CAUSES[cause]}"
