"""Read what can be read of a file with errors, so that the rest of it is checked in the same run."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import ValidationError

from pretoken.policy.model import Model, recording
from pretoken.policy.report import At, Problem
from pretoken.policy.translation import translate

Read = TypeVar("Read", bound=Model)


class Reading(NamedTuple, Generic[Read]):
    """What could be read of a file, what is wrong in it, and where something was left out."""

    model: Read | None
    problems: list[Problem]
    left_out: list[At]


def read_model(data: object, model: type[Read]) -> Reading[Read]:
    """Read data as a model; what is wrong is left out, or something stands in for it.

    Args:
        data: what the file says; a None in it was reported already.
        model: what it should be.

    """
    data = deepcopy(data)
    nothings = list(_nothings(data, ()))
    left_out = [*nothings]
    for at in nothings:
        _leave_out(data, at)
    problems: list[Problem] | None = None
    replaced: set[At] = set()
    while True:
        try:
            with recording() as recorder:
                return Reading(model.model_validate(data), problems or [], left_out)
        except ValidationError as error:
            found = translate(error, data, model, recorder)
            if problems is None:
                above = {at[:-1] for at in nothings}
                problems = [problem for problem in found if problem.at not in above]
            mended = [_mend(data, problem, replaced) for problem in found]
            if not any(mended):
                return Reading(None, problems, left_out)
            left_out += filter(None, mended)


def _nothings(data: object, at: At) -> Iterator[At]:
    if data is None:
        yield at
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from _nothings(value, (*at, key))


def _mend(data: Any, problem: Problem, replaced: set[At]) -> At | None:
    """Put a stand-in in the place of what is wrong, but only once, or leave it out; give the place if there is one."""
    if problem.stand_in is None or problem.stand_in[0] in replaced:
        return _leave_out(data, problem.at)
    at, instead = problem.stand_in
    replaced.add(at)
    *_, holder = _way(data, at[:-1]) or [None]
    if holder is None:
        return None
    holder[at[-1]] = deepcopy(instead)
    return at


def _leave_out(data: Any, at: At) -> At | None:
    """Delete the last key on the way to a place, since a list must not change its positions; give that key's place."""
    holders = _way(data, at)
    for depth in reversed(range(len(holders) - 1)):
        if isinstance(holders[depth], dict):
            del holders[depth][at[depth]]
            return at[: depth + 1]
    return None


def _way(data: Any, at: At) -> list[Any]:
    """Give everything on the way to a place, from the whole to what stands there; nothing if nothing stands there."""
    way = [data]
    for step in at:
        inner = way[-1]
        if not (step in inner if isinstance(inner, dict) else isinstance(inner, list) and int(step) < len(inner)):
            return []
        way.append(inner[step])
    return way
