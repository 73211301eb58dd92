"""The forms of values, each with its tail: `then`, `one_of`, `default`, applied in this order."""

from __future__ import annotations

from pretoken.trigger.outcomes import ABSENT, FAILED
from pretoken.trigger.reading import json_text
from pretoken.trigger.text import link_template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pretoken.trigger.context import Context
    from pretoken.trigger.link import Linker
    from pretoken.trigger.outcomes import ReadValue, Value
    from pretoken.trigger.steps import Apply

    Place = tuple[str | int, ...]
    LinkForm = Callable[[dict[str, Any], Linker, Place], ReadValue]


def link_value(value: Any, linker: Linker, at: Place) -> ReadValue:
    """Link a value as it stands in the plan.

    Args:
        value: a constant, or a mapping with one head key and a tail.
        linker: what the names in it mean.
        at: where it stands, for those who observe its conditions.
    """
    if not isinstance(value, dict):
        constant = linker.constant(value)
        return lambda _context: constant
    head = next(form for form in FORMS if form in value)
    read = FORMS[head](value, linker, at)
    if head != "object":
        for step in value.get("then", ()):
            read = _then(read, linker.step(step))
    if "one_of" in value:
        read = _then(read, _member_of(linker.input(value["one_of"])))
    return _or_default(read, linker.constant(value["default"])) if "default" in value else read


def _then(read: ReadValue, apply: Apply) -> ReadValue:
    """Apply a step to a value; absent and failed are given back as they are."""

    def then(context: Context) -> Value:
        value = read(context)
        return value if value is ABSENT or value is FAILED else apply(value, context)

    return then


def _or_default(read: ReadValue, constant: Value) -> ReadValue:
    def or_default(context: Context) -> Value:
        value = read(context)
        return constant if value is ABSENT else value

    return or_default


def _member_of(read: ReadValue) -> Apply:
    def one_of(value: Value, context: Context) -> Value:
        members = read(context)
        if members is FAILED:
            return FAILED
        if not isinstance(members, list):
            members = [members]  # of which nothing is in it if it is absent
        if isinstance(value, list):
            return [item for item in value if item in members]
        return value if value in members else ABSENT

    return one_of


def _from(value: dict[str, Any], linker: Linker, _at: Place) -> ReadValue:
    return linker.input(value["from"])


def _template(value: dict[str, Any], linker: Linker, _at: Place) -> ReadValue:
    return link_template(value["template"], linker)


def _test(value: dict[str, Any], linker: Linker, at: Place) -> ReadValue:
    decide = linker.condition(value["test"], (*at, "test"))

    def test(context: Context) -> Value:
        truth = decide(context)
        return FAILED if truth is None else truth

    return test


def _first_of(value: dict[str, Any], linker: Linker, at: Place) -> ReadValue:
    members = [linker.value(member, (*at, "first_of", n)) for n, member in enumerate(value["first_of"])]

    def first_of(context: Context) -> Value:
        for member in members:
            result = member(context)
            if result is not ABSENT:
                return result
        return ABSENT

    return first_of


def _union(value: dict[str, Any], linker: Linker, at: Place) -> ReadValue:
    members = [linker.value(member, (*at, "union", n)) for n, member in enumerate(value["union"])]

    def union(context: Context) -> Value:
        items: set[str] = set()
        for member in members:
            result = member(context)
            if result is FAILED:
                return FAILED
            if result is not ABSENT:
                items.update(result if isinstance(result, list) else [result])
        return sorted(items)

    return union


def _choose(value: dict[str, Any], linker: Linker, at: Place) -> ReadValue:
    branches = [
        (
            linker.condition(branch["when"], (*at, "choose", n, "when")),
            linker.value(branch["value"], (*at, "choose", n, "value")),
        )
        for n, branch in enumerate(value["choose"])
    ]
    otherwise = linker.value(value["otherwise"], (*at, "otherwise")) if "otherwise" in value else None

    def choose(context: Context) -> Value:
        for decide, read in branches:
            truth = decide(context)
            if truth is None:
                return FAILED
            if truth:
                return read(context)
        return ABSENT if otherwise is None else otherwise(context)

    return choose


def _object(value: dict[str, Any], linker: Linker, at: Place) -> ReadValue:
    """Link an object that is one value: unlike leaves that are written, it fails with any of its members.

    What looks at it would otherwise take the failure of a member for its absence.
    """
    return _members(value, at, linker.value)


def link_written(value: Any, linker: Linker, at: Place) -> ReadValue:
    """Link a value that is written as it is: the members of an object that failed are left out, inner ones as well."""
    if not isinstance(value, dict) or "object" not in value:
        return linker.value(value, at)
    return _members(value, at, lambda member, place: link_written(member, linker, place), partly=True)


def _members(
    value: dict[str, Any], at: Place, link: Callable[[Any, Place], ReadValue], *, partly: bool = False
) -> ReadValue:
    members = [(key, link(leaf_value(leaf), (*at, "object", key))) for key, leaf in value["object"].items()]
    as_text = "then" in value

    def read_object(context: Context) -> Value:
        result: dict[str, Any] = {}
        failed = False
        for key, read in members:
            member = read(context)
            if member is FAILED:
                failed = True
            elif member is not ABSENT:
                result[key] = member
        if failed and not (partly and result):
            return FAILED
        if not result:
            return ABSENT
        return json_text(result) if as_text else result

    return read_object


def leaf_value(leaf: Any) -> Any:
    """Give the value of a leaf, with or without `add`."""
    return leaf["add"] if isinstance(leaf, dict) and "add" in leaf else leaf


FORMS: dict[str, LinkForm] = {
    "from": _from,
    "template": _template,
    "test": _test,
    "first_of": _first_of,
    "union": _union,
    "choose": _choose,
    "object": _object,
}
"""The forms by their head key. A constant has none, and `add` is no value but a way to write one."""
