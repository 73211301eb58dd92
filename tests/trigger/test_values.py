"""Each form of values and its tail, with absent and failed in every position."""

from __future__ import annotations

from typing import Any

import pytest

from pretoken.trigger.outcomes import ABSENT, FAILED
from pretoken.trigger.values import FORMS
from tests.trigger.plans import Lookups, evaluate, given

THERE = {"from": "lookup.row.string"}
LIST = {"from": "lookup.row.strings"}
NONE = {"from": "attribute.name"}
DOWN = {"from": "lookup.down.string"}
DOWN_LIST = {"from": "lookup.down.strings"}
ROW = {"string": "a", "strings": ["b", "a"], "number": 5, "boolean": True, "object": {"k": "v"}}
TRUE = {"client": "web"}
FALSE = {"client": "other"}
UNKNOWN = {"lookup.down.string": "x"}


def value_of(value: object, **parts: Any) -> object:
    """Evaluate a value beside a row with values of several types."""
    return evaluate(value, lookups={"row": ROW}, **parts)


@pytest.mark.parametrize("constant", ["x", "", 5, -2.5, True, False, ["b", "a"], [1, 2], [True]], ids=repr)
def test_a_constant_is_itself(constant: object) -> None:
    found = value_of(constant)
    assert (found, type(found)) == (constant, type(constant))


@pytest.mark.parametrize(
    ("value", "result"),
    [
        (THERE, "a"),
        (LIST, ["b", "a"]),
        ({"from": "lookup.row.object"}, {"k": "v"}),
        (NONE, ABSENT),
        (DOWN, FAILED),
    ],
)
def test_from_is_the_input(value: object, result: object) -> None:
    assert value_of(value) == result


@pytest.mark.parametrize(("condition", "result"), [(TRUE, True), (FALSE, False), (UNKNOWN, FAILED)], ids=str)
def test_a_test_is_true_or_false_and_never_absent(condition: object, result: object) -> None:
    """Unknown: failed."""
    assert value_of({"test": condition}) is result


@pytest.mark.parametrize(
    ("members", "result"),
    [
        ([THERE, "z"], "a"),
        ([NONE, THERE], "a"),
        ([NONE, NONE, "z"], "z"),
        ([NONE, NONE], ABSENT),
        ([DOWN, THERE], FAILED),
        ([NONE, DOWN, THERE], FAILED),
        ([THERE, DOWN], "a"),
        ([{"from": "lookup.row.strings", "then": [{"keep": "z"}]}, LIST], []),
    ],
)
def test_first_of_is_the_first_that_is_not_absent(members: list[object], result: object) -> None:
    """A failed member is the result: it might have been the first. An empty list is there."""
    assert value_of({"first_of": members}) == result


def test_members_after_the_first_value_are_not_tried() -> None:
    lookups = Lookups()
    assert evaluate({"first_of": ["a", THERE]}, lookups=lookups) == "a"
    assert evaluate({"first_of": [DOWN, THERE]}, lookups=lookups) is FAILED
    assert [name for name, _ in lookups.asked] == ["down"]


@pytest.mark.parametrize(
    ("members", "result"),
    [
        ([LIST, ["c", "a"]], ["a", "b", "c"]),
        ([LIST, NONE], ["a", "b"]),
        ([NONE, NONE], []),
        ([LIST, THERE, "z"], ["a", "b", "z"]),
        ([LIST, DOWN_LIST], FAILED),
        ([DOWN_LIST, LIST], FAILED),
        ([DOWN_LIST, NONE], FAILED),
    ],
)
def test_a_union_has_all_items_sorted_once_each(members: list[object], result: object) -> None:
    """Absent members count as empty; any failed member fails it."""
    assert value_of({"union": members}) == result


@pytest.mark.parametrize(
    ("branches", "otherwise", "result"),
    [
        ([(TRUE, "x"), (TRUE, "y")], "z", "x"),
        ([(FALSE, "x"), (TRUE, "y")], "z", "y"),
        ([(FALSE, "x")], "z", "z"),
        ([(FALSE, "x")], None, ABSENT),
        ([(FALSE, "x")], NONE, ABSENT),
        ([(FALSE, "x")], DOWN, FAILED),
        ([(TRUE, NONE)], "z", ABSENT),
        ([(TRUE, DOWN)], "z", FAILED),
        ([(UNKNOWN, "x"), (TRUE, "y")], "z", FAILED),
        ([(FALSE, "x"), (UNKNOWN, "y")], "z", FAILED),
        ([(UNKNOWN, "x")], None, FAILED),
        ([(TRUE, "x"), (UNKNOWN, "y")], "z", "x"),
    ],
)
def test_choose_is_the_value_of_the_first_true_branch(
    branches: list[tuple[object, object]], otherwise: object, result: object
) -> None:
    """An unknown branch reached before a true one: failed. None: `otherwise`, without it absent."""
    value: dict[str, object] = {"choose": [{"when": when, "value": branch} for when, branch in branches]}
    if otherwise is not None:
        value["otherwise"] = otherwise
    assert value_of(value) == result


@pytest.mark.parametrize(
    ("members", "result"),
    [
        ({"x": THERE, "y": 1}, {"x": "a", "y": 1}),
        ({"x": THERE, "y": NONE}, {"x": "a"}),
        ({"x": NONE}, ABSENT),
        ({"x": {"object": {"y": THERE, "z": NONE}}, "w": {"object": {"y": NONE}}}, {"x": {"y": "a"}}),
        ({"x": {"add": ["q"]}}, {"x": ["q"]}),
        ({"x": {"add": LIST}}, {"x": ["b", "a"]}),
        ({"x": THERE, "y": DOWN}, FAILED),
        ({"x": {"object": {"y": DOWN}}, "z": 1}, FAILED),
    ],
)
def test_an_object_that_is_one_value_has_its_members_or_fails(members: object, result: object) -> None:
    """What looks at it would take a failed member for one that is absent."""
    first = {"first_of": [{"object": members}, {"object": {"fallback": True}}]}
    expected = {"fallback": True} if result is ABSENT else result
    assert value_of({"object": members}) == result
    assert value_of(first) == expected


def test_an_object_as_text_is_compact_json() -> None:
    value = {"object": {"z": LIST, "a": {"object": {"k": 1}}, "no": NONE}, "then": ["json"]}
    assert value_of(value) == '{"a":{"k":1},"z":["b","a"]}'
    assert value_of({"object": {"no": NONE}, "then": ["json"]}) is ABSENT


# the tail

FORMS_THAT_ARE_A: dict[str, dict[str, object]] = {
    "from": {"from": "lookup.row.string"},
    "template": {"template": "{lookup.row.string}"},
    "first_of": {"first_of": [NONE, "a"]},
    "choose": {"choose": [{"when": TRUE, "value": "a"}]},
}
FORMS_THAT_ARE_ABSENT: dict[str, dict[str, Any]] = {
    "from": NONE,
    "template": {"template": "{attribute.name}"},
    "first_of": {"first_of": [NONE, NONE]},
    "choose": {"choose": [{"when": FALSE, "value": "a"}]},
}
FORMS_THAT_FAIL: dict[str, dict[str, Any]] = {
    "from": DOWN,
    "template": {"template": "{lookup.down.string}"},
    "first_of": {"first_of": [DOWN, "a"]},
    "choose": {"choose": [{"when": UNKNOWN, "value": "a"}]},
}
TAIL = {"then": ["upper"], "one_of": "lookup.row.strings", "default": "z"}


@pytest.mark.parametrize("form", FORMS_THAT_ARE_A)
@pytest.mark.parametrize(
    ("tail", "result"),
    [
        ({}, "a"),
        ({"then": ["upper"]}, "A"),
        ({"then": ["upper", "lower", {"table": {"a": "one"}}]}, "one"),
        ({"one_of": "lookup.row.strings"}, "a"),
        ({"then": ["upper"], "one_of": "lookup.row.strings"}, ABSENT),
        ({"then": ["upper", "lower"], "one_of": "lookup.row.strings"}, "a"),
        (TAIL, "z"),
        ({"default": "z"}, "a"),
        ({"then": [{"keep": "q"}], "default": "z"}, "z"),
        ({"one_of": "lookup.down.strings"}, FAILED),
        ({"one_of": "lookup.down.strings", "default": "z"}, FAILED),
        ({"then": ["email_domain"], "one_of": "lookup.row.strings", "default": "z"}, FAILED),
    ],
    ids=str,
)
def test_every_form_takes_a_tail_in_the_order_then_one_of_default(
    form: str, tail: dict[str, object], result: object
) -> None:
    assert value_of({**tail, **FORMS_THAT_ARE_A[form]}) == result


@pytest.mark.parametrize("form", FORMS_THAT_ARE_ABSENT)
def test_a_default_takes_the_place_of_absent(form: str) -> None:
    value = FORMS_THAT_ARE_ABSENT[form]
    assert value_of({**value, "then": ["upper"], "one_of": "lookup.row.strings"}) is ABSENT
    assert value_of({**value, **TAIL}) == "z"
    assert value_of({**value, "one_of": "lookup.down.strings", "default": "z"}) == "z"


@pytest.mark.parametrize("form", FORMS_THAT_FAIL)
def test_a_default_never_takes_the_place_of_failed(form: str) -> None:
    assert value_of(FORMS_THAT_FAIL[form]) is FAILED
    assert value_of({**FORMS_THAT_FAIL[form], **TAIL}) is FAILED


def test_a_union_takes_a_tail() -> None:
    union = {"union": [LIST, ["c"]]}
    assert value_of({**union, "then": ["upper"]}) == ["A", "B", "C"]
    assert value_of({**union, "then": [{"prefer": ["c"]}], "default": "z"}) == "c"
    assert value_of({**union, "one_of": "lookup.row.strings"}) == ["a", "b"]
    assert value_of({"union": [NONE, NONE], "then": ["only"], "default": "z"}) == "z"


@pytest.mark.parametrize(
    ("value", "path", "result"),
    [
        (THERE, "lookup.row.strings", "a"),
        (THERE, "lookup.row.string", "a"),
        ("z", "lookup.row.strings", ABSENT),
        ("b", "lookup.row.string", ABSENT),
        (["z", "a", "b"], "lookup.row.strings", ["a", "b"]),
        (["z"], "lookup.row.strings", []),
        (["z", "a"], "lookup.row.string", ["a"]),
        ("", "lookup.row.string", ABSENT),
        ("a", "attribute.name", ABSENT),
        (["a"], "attribute.name", []),
        ("a", "lookup.down.strings", FAILED),
        (["a"], "lookup.down.strings", FAILED),
    ],
)
def test_one_of_keeps_what_is_in_a_list_or_equals_a_scalar(value: object, path: str, result: object) -> None:
    """A scalar that isn't in it becomes absent, of a list the items in it remain; text is no list of its letters."""
    assert value_of({"first_of": [value, value], "one_of": path}) == result


def test_one_of_compares_code_point_by_code_point() -> None:
    event = given(attributes={"custom:string": "ACME"})
    value = {"from": "attribute.custom:string", "one_of": "lookup.row.strings"}
    assert evaluate(value, event, lookups={"row": {"strings": ["acme"]}}) is ABSENT
    assert evaluate({**value, "then": ["lower"]}, event, lookups={"row": {"strings": ["acme"]}}) == "acme"


def test_there_are_eight_forms() -> None:
    """These seven by their head key, and the constant; `add` only says how a value is written."""
    assert list(FORMS) == ["from", "template", "test", "first_of", "union", "choose", "object"]


def test_the_markers_say_what_they_are() -> None:
    assert (repr(ABSENT), repr(FAILED)) == ("ABSENT", "FAILED")
