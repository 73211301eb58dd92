"""Lookups: when one is made, by which key, and what its row means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pretoken.trigger.context import no_answers
from pretoken.trigger.lookups import KEYS
from pretoken.trigger.outcomes import ABSENT, FAILED, PENDING
from pretoken.trigger.reading import LONGEST
from tests.trigger.plans import SUB, Lookups, claim, claims, context, decide, evaluate, given, linker, lookup, pool

if TYPE_CHECKING:
    from pretoken.cognito.events import Event

FIELDS: dict[str, Any] = {"data": "none", "fields": {"string": {}, "strings": {"type": "strings"}}}
SOURCES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "dynamodb": (
        {"table": "t", "key": {"pk": "USER#{attribute.sub}", "sk": "{client}"}},
        {"pk": f"USER#{SUB}", "sk": "web"},
    ),
    "parameter": ({"name": "/tenants/{client}"}, {"name": "/tenants/web"}),
    "appconfig": ({"application": "a", "environment": "e", "profile": "p"}, {}),
    "verified_permissions": (
        {"policy_store": "s", "principal": "User::{attribute.sub}", "resource": "App::{client}", "actions": ["read"]},
        {"principal": f"User::{SUB}", "resource": "App::web"},
    ),
    "lambda": ({"function": "f", "input": {"user": "{username}"}}, {"user": "anna"}),
}


def look_up(declaration: dict[str, Any], answers: object, field: str = "string", event: Event | None = None) -> object:
    """Read a field of a lookup that is declared like this."""
    answers = answers if isinstance(answers, Lookups) else Lookups({"l": answers})
    return evaluate({"from": f"lookup.l.{field}"}, event, pool=pool(lookups={"l": declaration}), lookups=answers)


@pytest.mark.parametrize("source", SOURCES)
def test_a_lookup_is_asked_by_the_key_of_its_source(source: str) -> None:
    declaration, key = SOURCES[source]
    answers = Lookups({"l": {"string": "x"}})
    assert look_up({source: declaration, **FIELDS}, answers) == "x"
    assert answers.asked == [("l", key)]


def test_there_are_no_other_sources() -> None:
    assert KEYS.keys() == SOURCES.keys()


def test_a_function_without_input_is_asked_without_a_key() -> None:
    answers = Lookups({"l": {"string": "x"}})
    assert look_up({"lambda": {"function": "f"}, **FIELDS}, answers) == "x"
    assert answers.asked == [("l", {})]


@pytest.mark.parametrize(
    ("row", "value"),
    [
        ({"string": "x"}, "x"),
        ({}, ABSENT),
        ({"string": None}, ABSENT),
        (None, ABSENT),
        (FAILED, FAILED),
        ({"string": 5}, FAILED),
    ],
    ids=["value", "no such field", "null", "no row", "failed", "another type"],
)
def test_a_field_is_what_the_row_says(row: object, value: object) -> None:
    assert look_up(lookup(), row) == value


def test_a_field_that_cannot_be_read_leaves_the_others_alone() -> None:
    row = {"string": 5, "strings": ["a"]}
    assert look_up(lookup(), row) is FAILED
    assert look_up(lookup(), row, "strings") == ["a"]


@pytest.mark.parametrize(
    ("shape", "found", "value"),
    [
        ({}, "x" * 2048, "x" * 2048),
        ({}, "x" * 2049, FAILED),
        ({}, "ä" * 2048, "ä" * 2048),
        ({"max_length": 3}, "abc", "abc"),
        ({"max_length": 3}, "abcd", FAILED),
        ({"max_length": 3}, "", ABSENT),
        ({"max_length": 5000}, "x" * 5000, "x" * 5000),
        ({"max_length": 5000}, "x" * 5001, FAILED),
        ({"type": "strings"}, ["a", "x" * 2048], ["a", "x" * 2048]),
        ({"type": "strings"}, ["a", "x" * 2049], FAILED),
        ({"type": "strings", "max_length": 3}, ["abc", "abcd"], FAILED),
        ({"type": "strings"}, [*map(str, range(5000))], [*map(str, range(5000))]),
        ({"type": "strings", "max_items": 2}, ["a", "b"], ["a", "b"]),
        ({"type": "strings", "max_items": 2}, ["a", "b", "c"], FAILED),
        ({"type": "strings", "max_items": 2}, ["a", "", "b", "a"], ["a", "b"]),
        ({"type": "strings", "max_items": 1}, [], []),
        ({"type": "date", "max_length": 10}, "2026-01-01", "2026-01-01"),
        ({"type": "number", "max_length": 1, "max_items": 1}, 12345, 12345),
        ({"type": "boolean", "max_length": 1}, False, False),
        ({"type": "time", "max_length": 1}, "2026-01-01T00:00:00Z", 1767225600),
        ({"type": "object", "max_length": 1}, {"a": "bcd"}, {"a": "bcd"}),
    ],
    ids=lambda part: repr(part)[:40],
)
def test_a_field_that_is_longer_than_declared_is_failed(shape: dict[str, Any], found: object, value: object) -> None:
    """The sizes of tokens are computed from these bounds."""
    assert LONGEST == 2048
    declaration = lookup(fields={"string": shape})
    assert look_up(declaration, {"string": found}) == value


@pytest.mark.parametrize(
    ("row", "misread"),
    [
        ({"string": "x"}, set()),
        ({"string": 5}, {"l"}),
        ({"string": "x" * 2049}, {"l"}),
        ({"string": None}, set()),
        ({}, set()),
        (None, set()),
        (FAILED, set()),
    ],
    ids=lambda part: repr(part)[:20],
)
def test_a_field_that_cannot_be_read_is_told_from_a_lookup_that_failed(row: object, misread: set[str]) -> None:
    """It is the data that is at fault, and nothing that answers."""
    surroundings = context(lookups={"l": row})
    linker(pool=pool(lookups={"l": lookup()})).value({"from": "lookup.l.string"}, ())(surroundings)
    assert surroundings.misread == misread


@pytest.mark.parametrize("owner", [5, "x" * 2049], ids=["type", "length"])
def test_what_must_match_and_cannot_be_read_is_told_too(owner: object) -> None:
    declaration = lookup(fields={"string": {}, "owner": {}}, must_match={"owner": "attribute.sub"})
    surroundings = context(lookups={"l": {"string": "x", "owner": owner}})
    value = linker(pool=pool(lookups={"l": declaration})).value({"from": "lookup.l.string"}, ())(surroundings)
    assert value is FAILED
    assert surroundings.misread == {"l"}


def test_an_answer_that_is_not_there_yet_is_failed_for_now_and_asked_for_again() -> None:
    answers = Lookups({"l": PENDING})
    surroundings = context(lookups=answers)
    read = linker(pool=pool(lookups={"l": lookup()})).value({"from": "lookup.l.string"}, ())
    assert read(surroundings) is FAILED
    assert surroundings.misread == set()
    answers.rows["l"] = {"string": "x"}
    assert read(surroundings) == "x"
    assert read(surroundings) == "x"
    assert len(answers.asked) == 2


def test_whatever_is_raised_instead_of_an_answer_is_a_failure() -> None:
    def raising(_lookup: str, _key: dict[str, str]) -> None:
        raise KeyError(SUB)

    surroundings = context()
    surroundings.answers = raising
    read = linker(pool=pool(lookups={"l": lookup()})).value({"from": "lookup.l.string"}, ())
    assert read(surroundings) is FAILED


@pytest.mark.parametrize("row", [[], "row", 5, True], ids=repr)
def test_what_is_no_object_is_no_row(row: object) -> None:
    assert look_up(lookup(), row) is FAILED


@pytest.mark.parametrize(
    ("key", "event", "outcome"),
    [
        ({"pk": "{attribute.sub}"}, given(machine=True), ABSENT),
        ({"pk": "{attribute.birthdate}"}, given(attributes={"birthdate": "soon"}), FAILED),
        ({"a": "{attribute.name}", "b": "{attribute.birthdate}"}, given(attributes={"birthdate": "soon"}), FAILED),
        ({"a": "{attribute.birthdate}", "b": "{attribute.name}"}, given(attributes={"birthdate": "soon"}), FAILED),
        ({"a": "{attribute.name}", "b": "{client}"}, given(), ABSENT),
    ],
    ids=["absent", "failed", "absent and failed", "failed and absent", "one part absent"],
)
def test_a_lookup_whose_key_is_not_there_is_not_made(key: dict[str, str], event: Event, outcome: object) -> None:
    """A part absent: all its fields are absent; a part failed: they are failed."""
    answers = Lookups({"l": {"string": "x"}})
    declaration = {"dynamodb": {"table": "t", "key": key}, **FIELDS}
    assert look_up(declaration, answers, event=event) is outcome
    assert answers.asked == []


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ({"string": "x", "owner": SUB, "kind": "web"}, "x"),
        ({"string": "x", "owner": "someone else", "kind": "web"}, ABSENT),
        ({"string": "x", "owner": SUB, "kind": "other"}, ABSENT),
        ({"string": "x", "owner": SUB}, ABSENT),
        ({"string": "x", "owner": 5, "kind": "web"}, FAILED),
        ({"string": "x", "owner": "someone else", "kind": 5}, FAILED),
        ({"string": "x", "owner": 5, "kind": "other"}, FAILED),
        (None, ABSENT),
        (FAILED, FAILED),
    ],
    ids=str,
)
def test_a_row_that_must_match_and_does_not_is_no_row(row: object, outcome: object) -> None:
    fields: dict[str, object] = {"string": {}, "owner": {}, "kind": {}}
    match = {"owner": "attribute.sub", "kind": "client"}
    assert look_up(lookup("k", fields=fields, must_match=match), row) == outcome


@pytest.mark.parametrize(
    ("path", "event", "outcome"),
    [
        ("attribute.name", given(), ABSENT),
        ("attribute.birthdate", given(attributes={"birthdate": "soon"}), FAILED),
        ("attribute.birthdate", given(attributes={"birthdate": "2000-01-01"}), "x"),
    ],
    ids=["absent", "failed", "equal"],
)
def test_what_must_match_an_input_is_as_certain_as_the_input(path: str, event: Event, outcome: object) -> None:
    """Input absent: no row; failed: failed."""
    type_ = {"type": "date"} if path.endswith("birthdate") else {}
    declaration = lookup("k", fields={"string": {}, "f": type_}, must_match={"f": path})
    assert look_up(declaration, {"string": "x", "f": "2000-01-01"}, event=event) == outcome


def test_a_lookup_is_keyed_by_another_and_by_derived_values() -> None:
    declared = {
        "user": lookup(),
        "tenant": lookup("TENANT#{derived.tenant}"),
    }
    answers = Lookups({"user": {"string": "acme"}, "tenant": {"string": "gold"}})
    derived = {"tenant": {"from": "lookup.user.string", "then": ["upper"]}}
    value = {"from": "lookup.tenant.string"}
    assert evaluate(value, pool=pool(lookups=declared), derived=derived, lookups=answers) == "gold"
    assert answers.asked == [("user", {"pk": f"USER#{SUB}"}), ("tenant", {"pk": "TENANT#ACME"})]


@pytest.mark.parametrize(("first", "outcome"), [(None, ABSENT), (FAILED, FAILED)], ids=["no row", "failed"])
def test_what_a_lookup_lacks_its_dependents_lack(first: object, outcome: object) -> None:
    declared = {"user": lookup(), "tenant": lookup("{lookup.user.string}")}
    answers = Lookups({"user": first, "tenant": {"string": "gold"}})
    assert evaluate({"from": "lookup.tenant.string"}, pool=pool(lookups=declared), lookups=answers) is outcome
    assert [name for name, _ in answers.asked] == ["user"]


@pytest.mark.parametrize("row", [{"string": "x"}, None, FAILED], ids=["row", "no row", "failed"])
def test_a_lookup_is_made_once_however_many_rules_read_it(row: object) -> None:
    field = {"from": "lookup.row.string"}
    rules = {
        "a": claim(field, when={"lookup.row.string": {"exists": True}}),
        "b": {"id_token": {"claims": {"x": field, "y": {"from": "lookup.row.strings"}}}},
        "c": {"groups": {"add": {"from": "lookup.row.strings"}, "remove": {"one_of": "lookup.row.strings"}}},
    }
    answers = Lookups({"row": row})
    decide(rules, given(groups=["a", "b"]), lookups=answers)
    assert len(answers.asked) == 1


def test_a_lookup_is_made_only_if_something_needs_it() -> None:
    rules = {"a": claim({"from": "lookup.row.string"}, when={"client": "other"}), "b": claim("x")}
    answers = Lookups()
    assert claims(decide(rules, lookups=answers).access_token) == {"c": "x"}
    assert answers.asked == []


def test_where_nobody_answers_every_lookup_fails() -> None:
    assert no_answers("row", {}) is FAILED
