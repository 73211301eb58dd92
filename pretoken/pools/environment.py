"""The variables in the environment of a template's function."""

from typing import NamedTuple

from pretoken.policy.errors import Place
from pretoken.pools.facts import SERVERLESS, Facts, Resource
from pretoken.pools.intrinsics import is_unknown, known, member, options
from pretoken.pools.template import Node


class Environment(NamedTuple):
    """The variables of a function, each with its possible values; None is that it isn't set.

    It isn't complete if some of them aren't known.
    """

    variables: dict[str, list[Node | None]]
    complete: bool
    place: Place


def environment_of(function: Resource, facts: Facts) -> Environment:
    """Give the environment of a function; SAM adds what `Globals` has."""
    holders = [member(function.body, "Properties", "Environment", "Variables")]
    if function.type == SERVERLESS:
        holders.append(member(facts.globals, "Function", "Environment", "Variables"))
    variables: dict[str, list[Node | None]] = {}
    complete = True
    place = function.place
    for holder in holders:
        named = known(holder)
        complete = complete and not any(map(is_unknown, named))
        for name in {name: None for one in named if isinstance(one.data, dict) for name in one.data}:
            values = [
                value
                for one in holder
                for value in options(one.data.get(name) if one is not None and isinstance(one.data, dict) else None)
            ]
            variables.setdefault(name, values)
        if named and place == function.place:
            place = named[0].place
    return Environment(variables, complete, place)
