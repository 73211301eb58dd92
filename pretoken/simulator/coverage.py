"""Which rules applied in some case, and which conditions were seen both true and not true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pretoken.policy.variables import complete_variables
from pretoken.simulator.simulation import pseudonym_secrets
from pretoken.trigger.link import Linker
from pretoken.trigger.plan import Program
from pretoken.trigger.reads import complete

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pretoken.policy.errors import Place as FilePlace
    from pretoken.policy.load import LoadedPolicy
    from pretoken.simulator.outcome import Outcome
    from pretoken.trigger.outcomes import Decide, Truth
    from pretoken.trigger.values import Place


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that no case reached: a place in the policy, and what never happened there."""

    at: Place
    message: str


class Coverage:
    """Counts what cases reach.

    Args:
        plan: the policy's canonical JSON.
    """

    def __init__(self, plan: dict[str, Any]) -> None:
        self._applied = dict.fromkeys(sorted(plan.get("rules", {})), False)
        self._seen: dict[Place, set[bool]] = {place: set() for place in conditions_of(plan)}
        self._cases = 0

    def observe(self, place: Place, truth: Truth) -> None:
        """Note the outcome of a condition; unknown is not true."""
        self._seen[place].add(truth is True)

    def note(self, outcome: Outcome) -> None:
        """Note the rules that applied in a case."""
        self._cases += 1
        self._applied.update(dict.fromkeys(outcome.applied, True))

    @property
    def rules(self) -> tuple[int, int]:
        """How many rules applied, of how many."""
        return sum(self._applied.values()), len(self._applied)

    @property
    def outcomes(self) -> tuple[int, int]:
        """How many outcomes of conditions were seen, of how many: two for each condition."""
        return sum(map(len, self._seen.values())), 2 * len(self._seen)

    @property
    def percent(self) -> float:
        """The share of rules and outcomes that were reached, 0 to 100; 0 without cases."""
        reached, total = self.rules[0] + self.outcomes[0], self.rules[1] + self.outcomes[1]
        return 0.0 if not self._cases else 100 * reached / total if total else 100.0

    def gaps(self) -> list[Gap]:
        """List what was never reached, rules first."""
        gaps = [
            Gap(("rules", rule), f"rule `{rule}` never applied")
            for rule, applied in self._applied.items()
            if not applied
        ]
        for place, seen in sorted(self._seen.items(), key=lambda item: tuple(map(str, item[0]))):
            for outcome, word in ((True, "true"), (False, "false or unknown")):
                # That a rule's own condition was never true is told by the rule that never applied.
                if outcome not in seen and not (outcome and place[2:] == ("when",)):
                    gaps.append(Gap(place, f"{_described(place)} was never {word}"))
        return gaps


def _described(place: Place) -> str:
    sort, name, *inner = place
    owner = f"rule `{name}`" if sort == "rules" else f"`derived.{name}`"
    if inner == ["when"]:
        return f"the condition of {owner}"
    return f"the condition {'.'.join(map(str, inner))} of {owner}"


def locate(loaded: LoadedPolicy, place: Place) -> FilePlace:
    """Give the place in a file of a rule, or of a condition of the linked plan, where scopes stand beside groups."""
    if len(place) == 2:  # noqa: PLR2004 - a rule, named by its key
        return loaded.key_place(place)
    return loaded.place((*place[:2], "access_token", *place[2:]) if place[2] == "scopes" else place)


def conditions_of(plan: dict[str, Any]) -> list[Place]:
    """Give the places of all conditions whose outcomes can be observed."""
    linker = _Surveyor(complete(plan))
    Program(linker, indexed=False)
    return [*linker.places]


class _Surveyor(Linker):
    """Links a plan to see which conditions there are."""

    __slots__ = ("places",)

    def __init__(self, plan: dict[str, Any]) -> None:
        pool: Mapping[str, Any] = plan["pool"]
        super().__init__(plan, complete_variables(pool.get("variables", {}), {}), pseudonym_secrets(pool))
        self.places: dict[Place, None] = {}

    def condition(self, condition: dict[str, Any], at: Place) -> Decide:
        self.places[at] = None
        return super().condition(condition, at)
