"""Answers of lookups from the real tables and functions, with the credentials of whoever runs this."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pretoken.simulator.lookups import rows_of
from pretoken.trigger.errors import PlanError
from pretoken.trigger.lookups import key_templates, provider_of
from pretoken.trigger.text import parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pretoken.simulator.simulation import Simulator
    from pretoken.trigger.fetching import Lookups
    from pretoken.trigger.fetching.fetches import Fetches


class LiveLookups:
    """Makes lookups as the deployed function does; one after the other where conditions are observed for coverage."""

    def __init__(self) -> None:
        self._lookups: dict[Simulator, Lookups] = {}

    def __call__(self, simulator: Simulator, given: Mapping[str, Any]) -> Fetches:
        """Give what answers the lookups of the simulator's next event.

        Args:
            simulator: what runs the event.
            given: answers for which AWS isn't asked, by lookup: `none`, `failed` or the fields of a row.

        Raises:
            PlanError: a variable isn't given, there is no region, or the function can't make a lookup of this kind.
        """
        if simulator not in self._lookups:
            self._lookups[simulator] = _connect(simulator)
        return self._lookups[simulator].of_event(given=rows_of(given))


def _connect(simulator: Simulator) -> Lookups:
    """Make the clients; what a lookup asks of AWS must not rest on a stand-in."""
    from pretoken.trigger.fetching import lookups_of
    from pretoken.trigger.fetching.aws import AWS

    plan, program = simulator.plan, simulator.program
    for name in program.lookups:
        for variable in _variables(plan["pool"]["lookups"][name]):
            if variable not in simulator.given:
                raise PlanError(f"lookup `{name}` needs the value of `{variable}`; write `--variable {variable}=VALUE`")
    return lookups_of(plan, program, simulator.variables, AWS())


def _variables(lookup: dict[str, Any]) -> Iterator[str]:
    """Give the variables that decide what is asked for."""
    source = lookup[provider_of(lookup)]
    texts = [text for text in source.values() if isinstance(text, str)]
    for text, template in [(text, False) for text in texts] + [(text, True) for text in key_templates(lookup).values()]:
        yield from (part for kind, part in parts_of(text, template=template) if kind == "variable")
