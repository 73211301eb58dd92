"""Each step: what it makes of a value and of a list, and that absent and failed stay what they are."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import pytest

from pretoken.trigger.errors import PlanError
from pretoken.trigger.outcomes import ABSENT, FAILED
from pretoken.trigger.steps import STEPS
from tests.trigger.plans import evaluate

TEXT = ("string", "strings")
SCALARS = ("string", "number", "boolean", "date", "time")

ARGUMENTS: dict[str, object] = {
    "strip_prefix": "a",
    "keep": {"exists": True},
    "table": {"a": "b"},
    "prefer": ["a"],
    "at_most": 1,
    "join": ",",
    "pseudonym": "billing",
}
SECRET = b"0123456789abcdef0123456789abcdef"


def step(name: str) -> object:
    """Write a step as it stands in a plan."""
    return {name: ARGUMENTS[name]} if name in ARGUMENTS else name


def apply(then: object, value: object, **row: object) -> Any:
    """Apply steps to a field that has this value."""
    type_ = {bool: "boolean", int: "number", float: "number", list: "strings", dict: "object"}.get(
        type(value), "string"
    )
    row[type_] = value
    then = then if isinstance(then, list) else [then]
    return evaluate({"from": f"lookup.row.{type_}", "then": then}, lookups={"row": row}, secrets={"billing": SECRET})


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize(
    ("path", "outcome"), [("lookup.row", ABSENT), ("lookup.down", FAILED)], ids=["absent", "failed"]
)
def test_a_step_gives_absent_and_failed_back(name: str, path: str, outcome: object) -> None:
    for type_ in STEPS[name].takes:
        value = {"from": f"{path}.{type_}", "then": [step(name)]}
        assert evaluate(value, secrets={"billing": SECRET}) is outcome


TABLE = [
    ("lower", TEXT, "same", "same", False),
    ("upper", TEXT, "same", "same", False),
    ("trim", TEXT, "same", "same", False),
    ("email_domain", TEXT, "same", "same", False),
    ("strip_prefix", TEXT, "same", "same", True),
    ("keep", (*SCALARS, "strings", "object"), "same", "few-valued-if-constant", True),
    ("table", (*SCALARS, "strings"), "constant", "few-valued", True),
    ("prefer", (*SCALARS, "strings"), "constant", "few-valued", True),
    ("only", ("strings",), "string", "same", False),
    ("at_most", ("strings",), "same", "same", True),
    ("join", ("strings",), "string", "same", True),
    ("text", ("number", "boolean"), "string", "same", False),
    ("json", ("strings", "object"), "string", "same", False),
    ("pseudonym", TEXT, "same", "pseudonym", True),
]


@pytest.mark.parametrize(("name", "takes", "gives", "label", "has_argument"), TABLE, ids=[row[0] for row in TABLE])
def test_a_step_declares_its_types_and_its_label(
    name: str, takes: tuple[str, ...], gives: str, label: str, *, has_argument: bool
) -> None:
    declared = STEPS[name]
    assert (set(declared.takes), declared.gives, declared.label) == (set(takes), gives, label)
    assert declared.has_argument is has_argument


def test_there_are_no_other_steps() -> None:
    assert list(STEPS) == [row[0] for row in TABLE]


@pytest.mark.parametrize(
    ("then", "text", "result"),
    [
        ("lower", "ABC-Xyz9", "abc-xyz9"),
        ("lower", "ÀÉÎ ABC", "ÀÉÎ abc"),
        ("lower", "\u212aELVIN", "\u212aelvin"),
        ("lower", "İZMİR", "İzmİr"),
        ("lower", "é@AZ[`az{", "é@az[`az{"),
        ("upper", "é@AZ[`az{", "é@AZ[`AZ{"),
        ("upper", "abc-Xyz9", "ABC-XYZ9"),
        ("upper", "straße ß", "STRAßE ß"),
        ("upper", "ﬁx", "ﬁX"),
        ("upper", "ı", "ı"),
        ("trim", " \t\r\n\x0b\x0c a b ", "a b"),
        ("trim", "\u00a0a\u2003", "\u00a0a\u2003"),
        ("trim", "   ", ABSENT),
        ("email_domain", "Anna@Example.COM", "example.com"),
        ("email_domain", '"a@b"@example.com', "example.com"),
        ("email_domain", "a@ÉX.com", "Éx.com"),
        ("email_domain", "anna", FAILED),
        ("email_domain", "anna@", FAILED),
        ({"strip_prefix": "role:"}, "role:admin", "admin"),
        ({"strip_prefix": "role:"}, "role:role:x", "role:x"),
        ({"strip_prefix": "role:"}, "Role:admin", "Role:admin"),
        ({"strip_prefix": "role:"}, "admin", "admin"),
        ({"strip_prefix": "role:"}, "role:", ABSENT),
        ({"keep": "admin"}, "admin", "admin"),
        ({"keep": "admin"}, "user", ABSENT),
        ({"keep": {"one_of": "lookup.down.strings"}}, "user", FAILED),
        ({"keep": {"one_of": "lookup.row.strings"}}, "user", ABSENT),
        ({"table": {"admin": "all", "user": ["read", "write"], "n": 3}}, "admin", "all"),
        ({"table": {"admin": "all", "user": ["read", "write"], "n": 3}}, "user", ["read", "write"]),
        ({"table": {"admin": "all", "user": ["read", "write"], "n": 3}}, "n", 3),
        ({"table": {"admin": "all"}}, "guest", ABSENT),
        ({"prefer": ["gold", "silver"]}, "silver", "silver"),
        ({"prefer": ["gold", "silver"]}, "bronze", ABSENT),
        ({"prefer": ["gold"]}, "golden", ABSENT),
    ],
)
def test_a_step_changes_a_text(then: object, text: str, result: object) -> None:
    assert apply(then, text) == result


@pytest.mark.parametrize(
    ("then", "items", "result"),
    [
        ("lower", ["B", "a", "b"], ["b", "a"]),
        ("upper", ["a", "A"], ["A"]),
        ("trim", [" a", "  ", "a ", "b"], ["a", "b"]),
        ("trim", [" "], []),
        ("email_domain", ["a@x.com", "b@X.com"], ["x.com"]),
        ("email_domain", ["a@x.com", "b"], FAILED),
        ({"strip_prefix": "r:"}, ["r:a", "r:", "a", "b"], ["a", "b"]),
        ({"keep": ["a", {"prefix": "b"}]}, ["c", "bx", "a"], ["bx", "a"]),
        ({"keep": {"not": "a"}}, ["a", "b"], ["b"]),
        ({"keep": "z"}, ["a"], []),
        ({"keep": "z"}, [], []),
        ({"keep": ["a", {"one_of": "lookup.down.strings"}]}, ["a"], ["a"]),
        ({"keep": ["a", {"one_of": "lookup.down.strings"}]}, ["a", "b"], FAILED),
        ({"table": {"a": "z", "b": ["y", "z"], "c": "c"}}, ["b", "a", "q"], ["y", "z"]),
        ({"table": {"a": "z"}}, ["q"], []),
        ({"table": {"a": "z"}}, [], []),
        ({"prefer": ["gold", "silver"]}, ["bronze", "silver", "gold"], "gold"),
        ({"prefer": ["gold"]}, ["bronze"], ABSENT),
        ({"prefer": ["gold"]}, [], ABSENT),
        ("only", ["a"], "a"),
        ("only", [], ABSENT),
        ("only", ["a", "b"], FAILED),
        ({"at_most": 2}, ["c", "a", "b"], ["a", "b"]),
        ({"at_most": 5}, ["c", "a"], ["a", "c"]),
        ({"at_most": 1}, [], []),
        ({"join": ","}, ["b", "a"], "b,a"),
        ({"join": ", "}, ["a"], "a"),
        ({"join": ","}, ["a,b", "c"], FAILED),
        ({"join": "::"}, ["a:b", "c"], "a:b::c"),
        ({"join": "::"}, ["a:", "b"], FAILED),
        ({"join": "::"}, ["a", ":b"], "a:::b"),
        ({"join": ","}, [], ABSENT),
        ("json", ["b", "é"], '["b","é"]'),
        ("json", [], "[]"),
    ],
)
def test_a_step_changes_a_list(then: object, items: list[str], result: object) -> None:
    assert apply(then, items) == result


@pytest.mark.parametrize(
    ("then", "value", "result"),
    [
        ({"table": {"2": "two", "2.5": "more", "true": "yes"}}, 2, "two"),
        ({"table": {"2": "two", "2.5": "more", "true": "yes"}}, 2.5, "more"),
        ({"table": {"2": "two", "2.5": "more", "true": "yes"}}, True, "yes"),
        ({"table": {"True": "no"}}, True, ABSENT),
        ({"prefer": [3, 2]}, 2, 2),
        ({"keep": {"above": 1}}, 2, 2),
        ({"keep": {"above": 1}}, 1, ABSENT),
        ({"keep": True}, True, True),
        ({"keep": False}, True, ABSENT),
        ({"keep": {"exists": True}}, {"a": 1}, {"a": 1}),
        ({"keep": {"exists": False}}, {"a": 1}, ABSENT),
        ("text", 7, "7"),
        ("text", 2.5, "2.5"),
        ("text", True, "true"),
        ("text", False, "false"),
        ("json", {"b": 1, "a": ["x", True]}, '{"a":["x",true],"b":1}'),
    ],
)
def test_a_step_changes_what_is_no_text(then: object, value: object, result: object) -> None:
    found = apply(then, value)
    assert (found, type(found)) == (result, type(result))


def test_a_day_and_an_instant_can_be_kept_and_looked_up() -> None:
    row = {"date": "2000-01-01", "time": 1767225600}
    day, instant = {"from": "lookup.row.date"}, {"from": "lookup.row.time"}

    def of(value: dict[str, str], then: object) -> object:
        return evaluate({**value, "then": [then]}, lookups={"row": row})

    assert of(day, {"keep": {"age_at_least": 18}}) == "2000-01-01"
    assert of(day, {"keep": {"age_at_least": 60}}) is ABSENT
    assert of(day, {"table": {"2000-01-01": "millennium"}}) == "millennium"
    assert of(instant, {"keep": {"after": "now"}}) is ABSENT
    assert of(instant, {"table": {"1767225600": "new year"}}) == "new year"


def test_steps_are_applied_top_to_bottom() -> None:
    assert apply(["trim", "lower", {"strip_prefix": "role:"}], " ROLE:Admin ") == "admin"
    assert apply([{"strip_prefix": "role:"}, "trim", "lower"], " ROLE:Admin ") == "role:admin"


def test_a_step_after_one_that_gave_nothing_is_not_asked() -> None:
    assert apply(["trim", {"table": {"": "empty"}}], "  ") is ABSENT
    assert apply(["only", {"table": {"a": "one"}}], ["a", "b"]) is FAILED


def test_a_table_is_named_or_written_in_place() -> None:
    tables = {"tiers": {"gold": 3}}
    value = {"from": "lookup.row.string", "then": [{"table": "tiers"}]}
    assert evaluate(value, tables=tables, lookups={"row": {"string": "gold"}}) == 3


def test_a_test_inside_a_step_sees_the_event() -> None:
    value = {"from": "lookup.row.strings", "then": [{"keep": {"one_of": "client"}}]}
    assert evaluate(value, lookups={"row": {"strings": ["web", "other"]}}) == ["web"]


def test_a_pseudonym_is_a_keyed_hash_of_name_and_value() -> None:
    digest = hmac.new(SECRET, b"billing\0anna", hashlib.sha256).digest()
    expected = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert apply({"pseudonym": "billing"}, "anna") == expected
    assert apply({"pseudonym": "billing"}, ["anna", "anna"]) == [expected]
    assert len(expected) == 43


def test_a_pseudonym_needs_its_secret() -> None:
    with pytest.raises(PlanError, match="`other`"):
        apply({"pseudonym": "other"}, "anna")
