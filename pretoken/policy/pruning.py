"""Read what can be read of a file with errors, so that the rest of it is checked in the same run."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import ValidationError

from pretoken.policy.model import Model, recording
from pretoken.policy.report import At
from pretoken.policy.translation import Problem, translate

Read = TypeVar("Read", bound=Model)


class Reading(NamedTuple, Generic[Read]):
    """What could be read of a file, what is wrong in it, and where something was left out."""

    model: Read | None
    problems: list[Problem]
    left_out: list[At]


def read_model(data: object, model: type[Read], stand_ins: dict[str, Any]) -> Reading[Read]:
    """Read data as a model, leaving out the keys that are wrong.

    Args:
        data: what the file says; a None in it was reported already.
        model: what it should be.
        stand_ins: what takes the place of required keys that are missing or wrong.

    """
    left_out = list(_nothings(data, ()))
    if left_out:
        data = _without(data, left_out, stand_ins)
    problems: list[Problem] = []
    first = True
    while True:
        try:
            with recording() as recorder:
                return Reading(model.model_validate(data), problems, left_out)
        except ValidationError as error:
            found = translate(error, data, model, recorder)
            if first:
                problems, first = [problem for problem in found if problem.at not in _parents(left_out)], False
            places = [problem.at for problem in found]
            left_out += places
            rest = _without(data, places, stand_ins)
            if rest == data:
                return Reading(None, problems, left_out)
            data = rest


def _nothings(data: object, at: At) -> Iterator[At]:
    if data is None:
        yield at
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _nothings(value, (*at, key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _nothings(value, (*at, number))


def _parents(places: list[At]) -> set[At]:
    return {place[:-1] for place in places}


def _without(data: object, places: list[At], stand_ins: dict[str, Any]) -> Any:
    """Copy data without the last key on the way to each place."""
    data = deepcopy(data)
    if not isinstance(data, dict):
        return data
    for place in places:
        holder, key = None, None
        inner = data
        for step in place:
            if isinstance(inner, dict) and step in inner:
                holder, key = inner, step
            elif not (isinstance(inner, list) and isinstance(step, int) and step < len(inner)):
                break
            inner = inner[step]
        if holder is not None:
            del holder[key]
    return {**stand_ins, **data}
