"""Text constants, variables and templates."""

from __future__ import annotations

from typing import Any

import pytest

from pretoken.trigger.errors import PlanError
from pretoken.trigger.outcomes import ABSENT, FAILED
from pretoken.trigger.text import TemplateError, fill_in, parts_of, resolve_variables
from tests.trigger.plans import Lookups, evaluate, given, pool

ROW = {"string": "acme", "number": 4.5, "boolean": True, "date": "1990-04-01", "time": 1767225600}


@pytest.mark.parametrize(
    ("constant", "text"),
    [
        ("plain", "plain"),
        ("${STAGE}", "prod"),
        ("a-${STAGE}-${REGION_2}", "a-prod-eu"),
        ("$$", "$"),
        ("$${STAGE}", "${STAGE}"),
        ("$$${STAGE}", "$prod"),
        ("5 $ or ${lower}", "5 $ or ${lower}"),
        ("{attribute.sub} {{", "{attribute.sub} {{"),
        ("", ""),
    ],
)
def test_a_constant_takes_the_values_of_variables_and_of_nothing_else(constant: str, text: str) -> None:
    assert fill_in(constant, {"STAGE": "prod", "REGION_2": "eu"}) == text


def test_the_value_of_a_variable_is_not_read_again() -> None:
    """What an environment holds is text, never a template."""
    assert fill_in("${A}", {"A": "${B}$$", "B": "b"}) == "${B}$$"
    assert evaluate({"template": "${A}"}, variables={"A": "{username}"}) == "{username}"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", [("text", "")]),
        ("{client.id}", [("input", "client.id")]),
        ("${A}{username}!", [("variable", "A"), ("input", "username"), ("text", "!")]),
        ("{{{username}}}", [("text", "{"), ("input", "username"), ("text", "}")]),
        ("a}}b$$c", [("text", "a}b$c")]),
        ("{attribute.custom:a.b}", [("input", "attribute.custom:a.b")]),
    ],
)
def test_a_template_is_split_into_text_variables_and_inputs(text: str, parts: list[tuple[str, str]]) -> None:
    assert parts_of(text, template=True) == parts


@pytest.mark.parametrize("text", ["{", "}", "{}", "a{b", "a}b", "{a{b}"])
def test_a_lone_brace_is_no_template(text: str) -> None:
    with pytest.raises(TemplateError):
        parts_of(text, template=True)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("USER#{attribute.sub}", "USER#5f0c1e2a-7b64-4d39-9c1e-0a1b2c3d4e5f"),
        ("{lookup.row.string}:{lookup.row.string}", "acme:acme"),
        ("{lookup.row.number} {lookup.row.boolean}", "4.5 true"),
        ("{lookup.row.date} {lookup.row.time}", "1990-04-01 1767225600"),
        ("{{{principal}}}", "{user}"),
        ("${STAGE}/{client}", "prod/web"),
        ("no placeholder", "no placeholder"),
    ],
)
def test_a_template_spells_its_parts_as_json_does(template: str, text: str) -> None:
    assert evaluate({"template": template}, lookups={"row": ROW}, variables={"STAGE": "prod"}) == text


@pytest.mark.parametrize(
    ("template", "outcome"),
    [
        ("{lookup.row.string}", ABSENT),
        ("{client}-{lookup.row.string}-{client}", ABSENT),
        ("{lookup.down.string}", FAILED),
        ("{lookup.row.string}{lookup.down.string}", FAILED),
        ("{lookup.down.string}{lookup.row.string}", FAILED),
    ],
)
def test_an_absent_part_makes_a_template_absent_and_a_failed_one_failed(template: str, outcome: object) -> None:
    assert evaluate({"template": template}, lookups={"row": {}}) is outcome


def test_braces_in_a_value_are_only_text() -> None:
    """What a user writes can't name another input."""
    event = given(attributes={"custom:string": "{username} ${STAGE}"})
    assert evaluate({"template": "<{attribute.custom:string}>"}, event) == "<{username} ${STAGE}>"


def test_variables_are_filled_into_every_constant() -> None:
    """Tables, parameters of steps, tests, defaults, keys of lookups and client ids take them."""
    lookups = Lookups({"row": {"string": "prod-acme", "strings": ["prod", "test"]}})
    parts: dict[str, Any] = {
        "variables": {"STAGE": "prod", "ID": "app-1"},
        "lookups": lookups,
        "tables": {"t": {"k": "in ${STAGE}", "l": ["${STAGE}", "x"]}},
        "pool": pool(lookups={"row": {"lambda": {"function": "f", "input": {"s": "${STAGE}"}}, **_fields()}}),
    }
    assert evaluate("${STAGE}", **parts) == "prod"
    assert evaluate(["${STAGE}", "b", 1], **parts) == ["prod", "b", 1]
    row = {"from": "lookup.row.string"}
    assert evaluate({**row, "then": [{"strip_prefix": "${STAGE}-"}]}, **parts) == "acme"
    assert evaluate({**row, "then": [{"keep": {"prefix": "${STAGE}"}}]}, **parts) == "prod-acme"
    assert evaluate({**row, "then": [{"table": {"prod-acme": "${STAGE}!"}}]}, **parts) == "prod!"
    assert evaluate({"first_of": ["k", "k"], "then": [{"table": "t"}]}, **parts) == "in prod"
    assert evaluate({"first_of": ["l", "l"], "then": [{"table": "t"}]}, **parts) == ["prod", "x"]
    assert evaluate({"from": "lookup.row.strings", "then": [{"prefer": ["${STAGE}"]}]}, **parts) == "prod"
    assert evaluate({"from": "lookup.row.strings", "then": [{"join": "${STAGE}"}]}, **parts) is FAILED
    assert evaluate({"from": "attribute.name", "default": "${STAGE}"}, **parts) == "prod"
    assert evaluate({"test": {"variable.STAGE": "${STAGE}"}}, **parts) is True
    assert lookups.asked[0] == ("row", {"s": "prod"})


def _fields() -> dict[str, object]:
    return {"data": "none", "fields": {"string": {}, "strings": {"type": "strings"}}}


def test_declared_variables_come_from_the_environment() -> None:
    environment = {"ANY": "x", "STAGE": "prod", "HOME": "/root"}
    assert resolve_variables({"ANY": "any", "STAGE": ["prod", "test"]}, environment) == {"ANY": "x", "STAGE": "prod"}


@pytest.mark.parametrize(
    ("environment", "problem"),
    [
        ({}, "no variable `STAGE`"),
        ({"STAGE": ""}, "no variable `STAGE`"),
        ({"STAGE": "dev"}, "isn't one of the values"),
    ],
    ids=["missing", "empty", "not allowed"],
)
def test_a_variable_that_is_missing_empty_or_not_allowed_is_refused(environment: dict[str, str], problem: str) -> None:
    with pytest.raises(PlanError, match=problem):
        resolve_variables({"STAGE": ["prod", "test"]}, environment)
