"""What can stand in for an unreadable part of a file, so that what is around it can be read."""

from collections.abc import Mapping
from typing import Any

from pretoken.policy.conditions import Condition
from pretoken.policy.model import Recorder
from pretoken.policy.report import At, Problem
from pretoken.policy.rules import Rule
from pretoken.policy.spots import Spot
from pretoken.policy.steps import STEPS_WITH_ARGUMENT
from pretoken.policy.values import FORMS, Branch

NOBODYS_TABLE = "\x00"
"""The name of the table in a step that stands in for an unreadable one."""

_VALUE, _TEST, _CONDITION, _STEP = (
    {"from": "derived.-"},
    {"exists": True},
    {"principal": {"exists": True}},
    {"table": NOBODYS_TABLE},
)
"""What can stand in for unreadable parts: it fits everywhere, and nothing follows from it."""

_STAND_INS: dict[str, Any] = {
    "value": _VALUE,
    "step": _STEP,
    **dict.fromkeys(("<value>", "<add>", "<constant>", *(f"<{form}>" for form in FORMS)), _VALUE),
    **dict.fromkeys(("<scalar>", "<list>", "<operators>"), _TEST),
    **dict.fromkeys(("<plain>", *(f"<{step}>" for step in STEPS_WITH_ARGUMENT)), _STEP),
}
"""By the error that says what was expected, or the tag of the models' unions that comes last."""


def stand_in_for(
    problem: Problem, spot: Spot, type_: str, context: Mapping[str, Any], recorder: Recorder
) -> tuple[At, Any] | None:
    """Find what lets the parts around an error be read.

    Args:
        problem: the error in our words.
        spot: where it is.
        type_: what Pydantic calls it.
        context: what Pydantic tells besides.
        recorder: which mapping was read as which model.

    Returns:
        A place, and what can stand there; None if nothing can.

    """
    if type_ == "missing":
        is_value = spot.owner is Branch and spot.field == "value"
        return (spot.at, _VALUE if is_value else spot.examples[0]) if spot.examples else None
    if problem.at != spot.at or problem.key:
        return None
    model = recorder.model_of(spot.data)
    if model is Rule and type_ == "no-effect":
        return (*spot.at, "deny"), "-"
    if model is Condition or context.get("class_name") == Condition.__name__:
        return spot.at, _CONDITION
    instead = _STAND_INS.get(type_, _STAND_INS.get(spot.tag))
    return None if instead is None else (spot.at, instead)
