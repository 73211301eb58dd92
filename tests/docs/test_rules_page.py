"""The reference of the rule language names everything that there is, as it is."""

from __future__ import annotations

import re

import pytest
from pydantic import BaseModel

from pretoken.cognito.events import read_event
from pretoken.policy.fields import Attribute
from pretoken.policy.lookups import Lookup
from pretoken.policy.pool import Pool
from pretoken.policy.rules import AccessToken, IamRoles, Rule
from pretoken.policy.values import FORMS, TAIL
from pretoken.policy.write import __all__ as helpers
from pretoken.trigger.context import Context, no_answers
from pretoken.trigger.inputs import FIXED_INPUTS, ROOTS, STANDARD_ATTRIBUTES, TYPES
from pretoken.trigger.link import Linker
from pretoken.trigger.outcomes import ABSENT, FAILED
from pretoken.trigger.reading import ENCODINGS
from pretoken.trigger.steps import STEPS
from pretoken.trigger.tests import SAFE_AS, TESTS
from tests.docs.pages import ROOT, names, paths, rows, section

PAGE = "rules.md"
ENVELOPE = {"userPoolId": "eu-west-1_Ab12Cd34", "userName": "anna", "callerContext": {"clientId": "x"}, "version": "3"}
USER = {**ENVELOPE, "request": {"userAttributes": {"sub": "s", "cognito:user_status": "CONFIRMED"}}}
MACHINE = {**ENVELOPE, "request": {}}


def keys(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def test_every_input_stands_there_with_its_type_and_who_chooses_it() -> None:
    told = paths(section(PAGE, "Inputs"), "path")
    for path, known in FIXED_INPUTS.items():
        _, type_, _, personal, chosen = told.pop(path)
        assert type_ == known.type
        assert personal == ("no" if known.confidentiality == "public" else "yes")
        assert chosen == known.integrity
    assert {path.partition(".")[0] for path in told} == set(ROOTS)


def test_inputs_are_absent_when_the_page_says_so() -> None:
    told = paths(section(PAGE, "Inputs"), "path")
    program = Linker({"pool": {}, "derived": {}, "tables": {}, "rules": {}}, {})
    for path in FIXED_INPUTS:
        read, absent = program.input(path), told[path][2]
        user, machine = (read(Context(read_event(raw, ["V3_0"]), "web", no_answers, 0)) for raw in (USER, MACHINE))
        assert (machine is ABSENT) == ("for machines" in absent or absent == "if not set")
        assert user is not FAILED
        assert (user is ABSENT) == (absent == "if not set")


def test_every_standard_attribute_stands_there() -> None:
    text = section(PAGE, "Inputs")
    (line,) = (line for line in text.splitlines() if line.startswith("The standard attributes are"))
    assert set(line.split("`")[1::2]) == set(STANDARD_ATTRIBUTES)
    for name, known in STANDARD_ATTRIBUTES.items():
        assert (known.type != "string") == (f"`{name}` (a {known.type})" in line)


@pytest.mark.parametrize(
    ("heading", "header", "known"),
    [
        ("Inputs", "type", TYPES),
        ("Values", "form", FORMS),
        ("Values", "key", TAIL),
        ("Steps", "step", STEPS),
        ("Rules and effects", "key of a rule", keys(Rule)),
        ("Lookups", "key", keys(Lookup)),
    ],
)
def test_a_table_names_everything_that_there_is(heading: str, header: str, known: object) -> None:
    assert names(section(PAGE, heading), header) == set(known)  # type: ignore[call-overload]


def test_every_test_stands_there() -> None:
    words = {"TEXT", "NUMBER", "false", "principal_tag", "scope"}
    assert names(section(PAGE, "Tests"), "operator") - words == set(TESTS)
    assert all(f"`{name}`" in section(PAGE, "Tests") or f": {name}`" in section(PAGE, "Tests") for name in SAFE_AS)


def test_every_key_of_pool_yaml_stands_there() -> None:
    text = section(PAGE, "pool.yaml")
    assert names(text, "key") == keys(Pool)
    second = text[text.index("An attribute or a field") :]
    assert names(second, "key") == keys(Attribute)
    limits = keys(Pool.model_fields["limits"].annotation)  # type: ignore[arg-type]
    (row,) = (row for row in rows(text, "key") if row[0] == "`limits`")
    assert all(f"`{limit}`" in row[2] for limit in limits)


def test_every_effect_of_a_token_and_of_a_list_stands_there() -> None:
    text = section(PAGE, "Rules and effects")
    assert all(f"`{key}`" in text for key in (*keys(AccessToken), *keys(IamRoles)))


def test_every_encoding_and_helper_stands_there() -> None:
    assert all(f"`{encoding}`" in section(PAGE, "Inputs") for encoding in ENCODINGS)
    models = {"Acceptance", "AccessToken", "Condition", "Groups", "IamRoles", "Rule", "RuleFile", "Scopes", "Token"}
    assert all(f"`{helper}`" in section(PAGE, "Python rule files") for helper in {*helpers} - models)


def test_every_recipe_is_a_rule_of_the_file_that_it_names() -> None:
    for _, recipe, _ in rows(section(PAGE, "Recipes"), "wanted"):
        (path,) = re.findall(r"\((\S+)\)", recipe)
        known = re.findall(r"^  ([\w-]+):$", (ROOT / "docs" / path).read_text(encoding="utf-8"), re.MULTILINE)
        assert {*re.findall(r"`(.+?)`", recipe)} <= {*known}
