"""Answers of lookups from the real tables and functions, with the credentials of whoever runs this."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from pretoken.simulator.lookups import rows_of
from pretoken.trigger.errors import PlanError
from pretoken.trigger.inputs import split_path
from pretoken.trigger.lookups import provider_of
from pretoken.trigger.reads import complete, paths_of_lookup, paths_of_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pretoken.simulator.simulation import Simulator
    from pretoken.trigger.fetching import Lookups
    from pretoken.trigger.fetching.fetches import Fetches

_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")


class LiveLookups:
    """Makes lookups as the deployed function does; one after the other where conditions are observed for coverage."""

    def __init__(self) -> None:
        self._lookups: dict[tuple[Simulator, frozenset[str]], Lookups] = {}

    def __call__(self, simulator: Simulator, given: Mapping[str, Any]) -> Fetches:
        """Give what answers the lookups of the simulator's next event.

        Args:
            simulator: what runs the event.
            given: answers for which AWS isn't asked, by lookup: `none`, `failed` or the fields of a row.

        Raises:
            PlanError: a variable isn't given, there is no region, or the function can't make a lookup of this kind.
        """
        key = simulator, frozenset(given)
        if key not in self._lookups:
            self._lookups[key] = _connect(simulator, given)
        return self._lookups[key].of_event(given=rows_of(given))


def _connect(simulator: Simulator, given: Iterable[str]) -> Lookups:
    """Make the clients; what a lookup asks of AWS must not rest on a stand-in."""
    from pretoken.trigger.fetching import lookups_of
    from pretoken.trigger.fetching.aws import AWS

    plan, program = simulator.plan, simulator.program
    missing: dict[str, str] = {}
    for name in program.lookups.keys() - {*given}:
        text = _text_behind(plan["pool"]["lookups"][name], complete(plan))
        if '"pseudonym"' in text:
            raise PlanError(
                f"lookup `{name}` rests on a pseudonym, whose secret isn't here; answer it: `--lookups FILE`"
            )
        missing |= {variable: name for variable in _VARIABLE.findall(text) if variable not in simulator.given}
    if missing:
        lookups = ", ".join(f"`{name}`" for name in sorted({*missing.values()}))
        options = " ".join(f"--variable {variable}=VALUE" for variable in sorted(missing))
        raise PlanError(f"lookup {lookups} needs the values of variables; write `{options}`")
    return lookups_of(plan, program, simulator.variables, AWS(), given)


def _text_behind(lookup: dict[str, Any], plan: dict[str, Any]) -> str:
    """Give as JSON what decides what is asked for: the lookup's source, derived values and tables behind its key."""
    parts: list[Any] = [lookup[provider_of(lookup)]]
    waiting, seen = list(paths_of_lookup(lookup)), set[str]()
    while waiting:
        path = waiting.pop()
        root, name = split_path(path)
        if path in seen:
            continue
        seen.add(path)
        if root == "variable":
            parts.append(f"${{{name}}}")
        elif root == "derived":
            value = plan["derived"][name]
            parts.append(value)
            waiting += paths_of_value(value)
            parts += [
                table for table_name, table in plan["tables"].items() if json.dumps(table_name) in json.dumps(value)
            ]
    return json.dumps(parts)
