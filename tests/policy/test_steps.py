"""Steps: each with what it takes and gives, and what isn't one."""

import pytest

from pretoken.policy.steps import PLAIN_STEPS, STEPS_WITH_ARGUMENT
from pretoken.policy.types import Typing
from tests.policy.conftest import Errors, Load

STRING, STRINGS, NUMBER, OBJECT = "attribute.name", "groups", "lookup.user.age", "lookup.user.more"

GOOD = [
    (STRING, "lower", "string"),
    (STRINGS, "upper", "strings"),
    (STRING, "trim", "string"),
    (STRING, "email_domain", "string"),
    (STRINGS, "{strip_prefix: a}", "strings"),
    (STRINGS, "{keep: {prefix: a}}", "strings"),
    (NUMBER, "{keep: {above: 3}}", "number"),
    (OBJECT, "{keep: {exists: true}}", "object"),
    (STRING, "{table: {a: 1, b: 2}}", "number"),
    (STRING, "{table: {a: [x], b: [z]}}", "strings"),
    (STRINGS, "{table: {a: x, b: [v, w]}}", "strings"),
    (NUMBER, '{table: {"1": one}}', "string"),
    (STRING, "{table: known}", "string"),
    (STRINGS, "{prefer: [a, b]}", "string"),
    (NUMBER, "{prefer: 1}", "number"),
    (STRINGS, "only", "string"),
    (STRINGS, "{at_most: 3}", "strings"),
    (STRINGS, '{join: ","}', "string"),
    (NUMBER, "text", "string"),
    ("attribute.email_verified", "text", "string"),
    (STRINGS, "json", "string"),
    (OBJECT, "json", "string"),
    (STRING, "{pseudonym: analytics}", "string"),
]

BAD = [
    (NUMBER, "lower", "wrong-type: `lower` takes text or a list, not a number; add `then: text`"),
    (STRING, "only", "wrong-type: `only` takes a list, not text; declare the input with `type: strings`"),
    (STRING, "text", "wrong-type: `text` takes a number or a boolean, not text; declare the input with `type: number`"),
    ("attribute.birthdate", "lower", "write a template such as"),
    ("attribute.birthdate", "only", "leave `only` out"),
    (STRING, "json", "wrong-type: `json` takes a list or an object, not text"),
    (STRING, "{keep: 5}", 'wrong-type: the value is text and can\'t equal the number `5`; put it in quotes: `"5"`'),
    (STRINGS, "{prefer: [1]}", "wrong-type: the value is text and can't equal the number `1`"),
    (STRING, "{table: {a: x, b: 1}}", "wrong-type: `table` needs values of one type: the number `1` isn't text"),
    (
        STRINGS,
        "{table: {a: 1}}",
        "wrong-type: over a list the entries of a table are texts, not the number `1`; put it",
    ),
    (STRING, "{table: knwon}", "unknown-table: no rules file defines the table `knwon`; did you mean `known`?"),
    (STRING, "{table: zzz}", "unknown-table: no rules file defines the table `zzz`; add `zzz: {…}` under `tables`"),
    (STRING, "{table: {}}", "empty: `table` is empty"),
    (
        STRING,
        "{pseudonym: analytcs}",
        "unknown-pseudonym: pool.yaml declares no pseudonym `analytcs`; did you mean `analytics`?",
    ),
    (STRING, "{pseudonym: zzz}", "add `zzz: {secret: …}` under `pseudonyms`"),
    (STRINGS, "{at_most: 0}", "out-of-range: `at_most` must be 1 or more; write `at_most: 20`"),
    (STRINGS, "{at_most: a}", "wrong-type: `at_most` must be a whole number, not text; write `at_most: 20`"),
    (STRINGS, "{join: 5}", "put it in quotes"),
    (STRING, "{}", "unknown-step: a step isn't empty; write its name, for example `lower`"),
    (STRING, "5", "unknown-step: a step is a name or a mapping of one key, not a number; write `lower` or `{keep: …}`"),
    (STRING, "{lower: true}", "unknown-step: `lower` takes nothing; write `lower` alone"),
    (STRING, "strip_prefix", "unknown-step: `strip_prefix` needs an argument; write `{strip_prefix: …}`"),
    (
        STRING,
        "{keep: a, table: {a: b}}",
        "two-steps: `keep` and `table` are two steps; write a list: `[{keep: …}, {table: …}]`",
    ),
    (STRING, "{keep: a, lower: true}", "write a list: `[{keep: …}, lower]`"),
    (STRING, "{keep: a, zzz: b}", "unknown-key: a step is one key, and `zzz` is another; write `{keep: …}` alone"),
    (STRING, "{zzzzz: b}", "unknown-step: there is no step `zzzzz`; there are `lower`, `upper`"),
    (STRING, "hash", "unknown-step: a plain hash can be guessed, so there is no step `hash`; use `pseudonym: NAME`"),
    (STRING, "[]", "empty: `then` is empty; leave it out, or write `then: lower`"),
    (STRING, '{strip_prefix: ""}', "empty: `strip_prefix` is empty"),
]


@pytest.mark.parametrize(("path", "step", "gives"), GOOD)
def test_a_step_gives_its_type(load: Load, path: str, step: str, gives: str) -> None:
    """Each step takes and gives the types of the reference."""
    policy = load(f"derived: {{a: {{from: {path}, then: {step}}}}}\ntables: {{known: {{a: b}}}}").policy
    assert Typing(policy).of(policy.derived["a"]) == gives
    assert type(policy).model_validate(policy.plan()) == policy


@pytest.mark.parametrize(("path", "step", "message"), BAD)
def test_a_wrong_step_is_one_error(errors: Errors, path: str, step: str, message: str) -> None:
    """Each mistake gives one error in the language's words."""
    found = errors(f"derived: {{a: {{from: {path}, then: {step}}}}}\ntables: {{known: {{a: b}}}}")
    assert len(found) == 1, found
    assert message in found[0]


def test_every_step_is_tried_here() -> None:
    """The tables above name every step."""
    tried = " ".join(step for _, step, _ in GOOD)
    assert [step for step in (*PLAIN_STEPS, *STEPS_WITH_ARGUMENT) if step not in tried] == []


def test_a_step_after_a_wrong_one_is_not_blamed(errors: Errors) -> None:
    """Only the first step that doesn't fit is reported."""
    assert len(errors("derived: {a: {from: groups, then: [text, lower, {keep: {prefix: a}}], default: b}}")) == 1
