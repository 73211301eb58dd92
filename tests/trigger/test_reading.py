"""Texts and JSON values read as the language's types: a value, absent, or failed; never coerced."""

from __future__ import annotations

import json

import pytest

from pretoken.trigger.outcomes import ABSENT, FAILED
from pretoken.trigger.reading import ENCODINGS, json_text, text_reader, value_reader
from tests.trigger.plans import TYPES, evaluate, given, pool

LARGEST = 9007199254740991
DEEP: dict[str, object] = {"a": {}}
for _ in range(20):
    DEEP = {"a": DEEP}


def read(type_: str, text: str, encoded_as: str | None = None) -> object:
    """Read an attribute of this type."""
    shape = {"type": type_, **({"encoded_as": encoded_as} if encoded_as else {})}
    event = given(attributes={"custom:x": text})
    return evaluate({"from": "attribute.custom:x"}, event, pool=pool(attributes={"custom:x": shape}))


def read_field(type_: str, value: object) -> object:
    """Read a field of a lookup's answer."""
    return evaluate({"from": f"lookup.row.{type_}"}, lookups={"row": {type_: value}})


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        ("string", " As It Is, {x} ", " As It Is, {x} "),
        ("string", "0", "0"),
        ("number", "0", 0),
        ("number", "-0", 0),
        ("number", "12", 12),
        ("number", "-7", -7),
        ("number", "2.50", 2.5),
        ("number", "1e3", 1000.0),
        ("number", "-1.5E-2", -0.015),
        ("number", str(LARGEST), LARGEST),
        ("number", str(-LARGEST), -LARGEST),
        ("boolean", "true", True),
        ("boolean", "FALSE", False),
        ("boolean", "True", True),
        ("date", "1990-04-01", "1990-04-01"),
        ("date", "2000-02-29", "2000-02-29"),
        ("time", "0", 0),
        ("time", "1767225600", 1767225600),
        ("time", "99999999999", 99999999999),
        ("time", "2026-01-01T00:00:00Z", 1767225600),
        ("time", "2026-01-01T00:00Z", 1767225600),
        ("time", "2026-01-01T01:30:00+01:30", 1767225600),
        ("time", "2025-12-31T19:00:00-0500", 1767225600),
        ("time", "2026-01-01T00:00:00.999Z", 1767225600),
        ("time", "2026-01-01T00:00:00.123456789Z", 1767225600),
        ("time", "1969-12-31T23:59:59.5Z", FAILED),
        ("object", '{"a": 1, "a": 2}', FAILED),
        ("object", '{"": 1}', FAILED),
        ("strings", "a", ["a"]),
        ("strings", "a, b ,c", ["a", "b", "c"]),
        ("strings", "b,a,b,,a", ["b", "a"]),
        ("strings", ",", []),
        ("object", '{"a": [1, "x", true], "b": {"c": 1.5}}', {"a": [1, "x", True], "b": {"c": 1.5}}),
        ("object", "{}", {}),
    ],
)
def test_text_is_read_as_the_declared_type(type_: str, text: str, value: object) -> None:
    found = read(type_, text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        *(
            ("number", text)
            for text in ("1,5", "01", "+1", "1.", ".5", " 1", "1 ", "0x1f", "1_000", "one", "true", "١")
        ),
        *(("number", text) for text in ("NaN", "Infinity", "-Infinity", "1e999", str(LARGEST + 1), str(-LARGEST - 1))),
        ("number", "1" * 5000),
        ("number", "1\n"),
        *(("boolean", text) for text in ("yes", "1", "0", "on", " true", "tru", "vrai")),
        *(("date", text) for text in ("1990-4-1", "01.04.1990", "1990-04-01T00:00:00Z", "19900401", "today")),
        *(("date", text) for text in ("2001-02-29", "1900-02-29", "1990-13-01", "1990-00-10", "0000-01-01")),
        ("date", "1990-04-01\n"),
        ("date", "١٩٩٠-٠٤-٠١"),
        ("time", "100000000000"),
        ("time", "1767225600000"),
        ("time", "9" * 400),
        *(("time", text) for text in ("-1", "1767225600.5", "now", "12:00", "2026-01-01", "2026-W01-1T00:00:00Z")),
        *(("time", text) for text in ("2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "2026-02-30T00:00:00Z")),
        *(
            ("time", text)
            for text in ("2026-01-01T25:00:00Z", "2026-01-01T00:00:00+99:00", "0001-01-01T00:00:00+23:00")
        ),
        *(("object", text) for text in ("[]", "1", '"x"', "null", "{", "{'a': 1}", '{"a": 1} x')),
        *(("object", text) for text in ('{"a": null}', '{"a": [{}]}', '{"a": [[1]]}', '{"a": [null]}')),
        *(("object", text) for text in ('{"a": NaN}', '{"a": 1e999}', f'{{"a": {LARGEST + 1}}}')),
        ("object", '{"a": "\\ud800"}'),
        ("object", '{"\\udc00": 1}'),
        ("object", json.dumps(DEEP)),
        ("object", "[" * 100_000),
    ],
)
def test_unreadable_text_is_failed(type_: str, text: str) -> None:
    assert read(type_, text) is FAILED


def test_escaped_characters_of_json_are_text() -> None:
    assert read("object", '{"a": "\\u00e9\\ud83d\\ude00"}') == {"a": "é😀"}


@pytest.mark.parametrize(
    ("encoded_as", "text", "items"),
    [
        (None, "a b,c", ["a b", "c"]),
        ("comma_list", " a ,\tb,, a", ["a", "b"]),
        ("comma_list", "a\u00a0,b", ["a\u00a0", "b"]),
        ("space_list", "a  b,c a", ["a", "b,c"]),
        ("space_list", " ", []),
        ("json", '["b", "a", "", "b"]', ["b", "a"]),
        ("json", "[]", []),
        ("provider_list", "[a, b,c]", ["a", "b", "c"]),
        ("provider_list", "a,b", ["a", "b"]),
        ("provider_list", "[a%2Cb, c%20d,%C3%A9, a%2Cb]", ["a,b", "c d", "é"]),
        ("provider_list", "[]", []),
        ("provider_list", "[100%]", ["100%"]),
        ("provider_list", "[a", ["[a"]),
        ("provider_list", "a+b", ["a+b"]),
    ],
)
def test_a_list_is_read_as_it_is_encoded(encoded_as: str | None, text: str, items: list[str]) -> None:
    assert read("strings", text, encoded_as) == items


@pytest.mark.parametrize(
    ("encoded_as", "text"),
    [
        *(
            ("json", text)
            for text in ("a,b", "{}", '"a"', "null", "[1]", '["a", null]', '[["a"]]', '["a"', '["\\ud800"]')
        ),
        ("provider_list", "[%FF]"),
    ],
)
def test_an_unreadable_list_is_failed(encoded_as: str, text: str) -> None:
    assert read("strings", text, encoded_as) is FAILED


@pytest.mark.parametrize("type_", TYPES)
def test_empty_text_is_absent_for_every_type(type_: str) -> None:
    assert read(type_, "") is ABSENT
    assert read_field(type_, "") is ABSENT


@pytest.mark.parametrize("encoded_as", ENCODINGS)
def test_empty_text_is_absent_in_every_encoding(encoded_as: str) -> None:
    assert read("strings", "", encoded_as) is ABSENT


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("string", "x"),
        ("number", 3),
        ("number", 2.5),
        ("number", -LARGEST),
        ("boolean", False),
        ("boolean", True),
        ("date", "2000-02-29"),
        ("time", 0),
        ("time", 1767225600),
        ("strings", []),
        ("strings", ["b", "a"]),
        ("object", {}),
        ("object", {"a": {"b": ["c", 1, False]}}),
    ],
)
def test_a_field_of_a_lookup_is_taken_in_its_own_type(type_: str, value: object) -> None:
    found = read_field(type_, value)
    assert (found, type(found)) == (value, type(value))


OF_ANOTHER_TYPE: dict[str, list[object]] = {
    "string": [1, True, ["x"], {}],
    "number": ["1", True, [1], float("nan"), float("inf"), LARGEST + 1, 10**400],
    "boolean": ["true", 1, 0, []],
    "date": [20000101, "2000-1-1", ["2000-01-01"], True],
    "time": [True, 1.5, -1, 10**11, "soon", [1]],
    "strings": ["a,b", ["a", 1], ["a", None], {"a": 1}, 1],
    "object": ["{}", [], {"a": None}, {"a": [{}]}, {"a": {"b": float("nan")}}, DEEP],
}


@pytest.mark.parametrize(
    ("type_", "value"), [(type_, value) for type_, values in OF_ANOTHER_TYPE.items() for value in values], ids=str
)
def test_a_field_of_another_type_is_failed(type_: str, value: object) -> None:
    assert read_field(type_, value) is FAILED


def test_a_field_may_give_an_instant_as_text() -> None:
    assert read_field("time", "2026-01-01T00:00:00Z") == 1767225600


def test_a_list_of_a_lookup_has_no_item_twice_and_none_empty() -> None:
    assert read_field("strings", ["b", "", "a", "b"]) == ["b", "a"]


@pytest.mark.parametrize("type_", TYPES)
def test_a_field_that_is_null_or_missing_is_absent(type_: str) -> None:
    assert read_field(type_, None) is ABSENT
    assert evaluate({"from": f"lookup.row.{type_}"}, lookups={"row": {}}) is ABSENT


def test_text_is_the_default_type_and_costs_no_reading() -> None:
    assert text_reader({}) is None
    assert text_reader({"type": "string"}) is None
    assert value_reader({})("x") == "x"


def test_json_text_is_compact_and_has_sorted_keys() -> None:
    assert json_text({"b": [1, True, "é"], "a": 1.5}) == '{"a":1.5,"b":[1,true,"é"]}'
