"""The variables in the environment of a template's function."""

from typing import NamedTuple

from pretoken.policy.errors import Place
from pretoken.pools.facts import SERVERLESS, Facts, Resource
from pretoken.pools.intrinsics import is_unknown, known, member
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
    path = ("Environment", "Variables")
    holders = [(function.body, ("Properties", *path))]
    if function.type == SERVERLESS and facts.globals is not None:
        holders.append((facts.globals, ("Function", *path)))
    variables: dict[str, list[Node | None]] = {}
    every: list[Node] = []
    for holder, keys in holders:
        of_holder = known(member(holder, *keys))
        for name in (name for one in of_holder for name in _names(one)):
            variables.setdefault(name, member(holder, *keys, name))
        every += of_holder
    place = every[0].place if every else function.place
    return Environment(variables, not any(map(is_unknown, every)), place)


def _names(variables: Node) -> list[str]:
    """Give the names of variables, without functions that make further ones."""
    names = variables.data if isinstance(variables.data, dict) else {}
    return [] if [*names] == ["Ref"] else [name for name in names if not name.startswith("Fn::")]
