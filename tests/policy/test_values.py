"""Values: every form of the reference, and what isn't one."""
# ruff: noqa: E501 - a row of a table is a line

import pytest

from tests.policy.conftest import Errors, Load

GOOD = [
    "text",
    "5",
    "1.5",
    "true",
    "[a, b]",
    "[]",
    "[1, 2]",
    "{from: attribute.email}",
    "{from: attribute.email, then: lower}",
    "{from: attribute.email, then: [lower, trim], one_of: groups, default: none}",
    "{from: attribute.birthdate, default: 2000-01-31x}",
    "{from: lookup.user.at, default: 1767225600}",
    "{from: lookup.user.tenants, default: []}",
    '{template: "{{a}} {attribute.name} {lookup.user.age} {attribute.email_verified} $$ ${ANY}"}',
    "{test: {groups: admins}}",
    "{first_of: [{from: attribute.name}, {from: attribute.nickname}, friend]}",
    '{first_of: [{from: attribute.birthdate}, "2000-01-31"]}',
    "{union: [{from: groups}, [member], staff, {from: attribute.name}]}",
    "{choose: [{when: {groups: a}, value: 1}, {when: {groups: b}, value: 2}], otherwise: 3, then: text}",
    "{choose: [{when: {groups: a}, value: [x]}]}",
    "{object: {a: x, b: {object: {c: {from: groups}}}, d: {add: [x]}}}",
    "{object: {a: x}, then: json}",
    "{first_of: [[], [a]]}",
]

BAD = {
    "{}": "no-value: a value needs one of `from`, `template`, `test`, `first_of`, `union`, `choose`, `object`; write `{from: …}`",
    "{default: x}": "no-value",
    "{add: x}": "wrong-place: `add` stands only directly as a claim or as a member of an `object`; use `union: […]` here",
    "{when: {groups: a}, value: x}": "unknown-key: a value has no `when`; use `choose: [{when: {…}, value: …}]`",
    "{otherwise: x}": "unknown-key: `otherwise` stands beside `choose`; write `choose: [{when: {…}, value: …}]`",
    "{chose: [], otherwise: x}": "unknown-key: a value has no key `chose`; did you mean `choose`?",
    "{level: 5}": "unknown-key: a value has no key `level`; for a nested claim write `object: {level: 5}`",
    "{level: {deep: 5}}": "unknown-key: a value has no key `level`; for a nested claim write `object: {…}` around it",
    "{choose: [{when: {groups: a}, value: b}, {otherwise: b}]}": (
        "1:56: wrong-place: `otherwise` is no branch; move `otherwise` beside `choose`"
    ),
    "{from: 5}": 'wrong-type: `from` must be text, not a number; put it in quotes: `"5"`',
    "{from: groups, required: true}": "unknown-key: a value has no key `required`; write a rule with `deny: …`",
    "{test: {groups: a}, default: true}": "unknown-key: a value has no key `default`; it has `test`",
    "{first_of: [a]}": "too-short: `first_of` needs 2 or more; write `first_of: [{from: attribute.nickname}, {from: attribute.name}]`",
    "{first_of: a}": "wrong-type: `first_of` must be a list, not text",
    "{first_of: [{from: attribute.name}, true]}": (
        'wrong-type: `first_of` needs values of one type: `true` isn\'t text; put it in quotes: `"true"`'
    ),
    "{first_of: [{from: attribute.name}, {from: groups}]}": (
        "wrong-type: `first_of` needs values of one type: a list isn't text; add `then: only`"
    ),
    "{first_of: [{from: attribute.birthdate}, 2000-02-31x]}": "write a real day such as `2000-01-31`",
    "{union: [{from: lookup.user.age}]}": "wrong-type: this takes texts, not a number; add `then: text`",
    "{choose: []}": "empty: `choose` is empty; leave it out, or write",
    "{choose: [{when: {groups: a}}]}": "missing-key: a branch of `choose` needs `value`; write `value: admin`",
    "{choose: [{when: {groups: a}, value: 1}], otherwise: a}": (
        "wrong-type: `choose` needs values of one type: the text `a` isn't a number; write a number without quotes, such as `18`"
    ),
    "{object: {}}": "empty: `object` is empty; leave it out, or write",
    "{object: {a: b}, then: lower}": "wrong-choice: `then` must be `json`; write `then: json`",
    "{object: {a: b}, default: c}": "unknown-key: a value has no key `default`; it has `object`, `then`",
    "[a, 1]": 'wrong-constant: a list holds one type, not numbers and text; quote all: `["1", a]`',
    "[a, a]": "wrong-constant: `a` stands twice; write it once",
    "[[a]]": "wrong-constant: a list stands in a list; write one list, for example `[a, b]`",
    "{from: lookup.user.age, default: five}": "wrong-type: the value is a number and can't default to the text `five`",
    "{from: groups, default: a}": "wrong-type: the value is a list and can't default to the text `a`; write a list such as `[a]`",
    "{from: attribute.name, default: [a]}": "can't default to a list; write a single constant, without `[ ]`",
    "{from: lookup.user.more, default: a}": "leave the constant out; `exists: true` asks whether there is an object",
    "{from: attribute.email_verified, default: 1}": "can't default to the number `1`; write `true` or `false`",
    "{from: lookup.user.at, default: 1.5}": "write whole seconds since 1970 such as `1767225600`",
    "{from: attribute.name, default: a@b.example}": None,
    "{from: lookup.user.age, one_of: groups}": "wrong-type: `one_of` takes text or a list, not a number; add `then: text`",
    "{from: attribute.name, one_of: lookup.user.age}": "wrong-type: `lookup.user.age` is a number, and `one_of` needs a list",
    '{template: "{groups}"}': "wrong-type: `groups` is a list and can't stand in text; make it a derived value with `then: only`",
    '{template: "{lookup.user.more}"}': "wrong-type: `lookup.user.more` is an object and can't stand in text; use `then: json`",
    '{template: "{attribute.nmae}"}': "unknown-input: Cognito has no standard attribute `nmae`; did you mean `attribute.name`?",
    '{template: "a } b"}': "lone-brace: a lone brace; write `{{` and `}}` for braces, or `{PATH}` for an input",
    '{template: ""}': "empty: `template` is empty",
}


@pytest.mark.parametrize("value", GOOD)
def test_a_value_of_the_reference_loads_and_comes_back(load: Load, value: str) -> None:
    """Each form loads, and its plan loads as an equal policy."""
    value = value.replace("2000-01-31x", '"2000-01-31"')
    policy = load(f"derived: {{a: {value}}}").policy
    assert "a" in policy.derived
    assert type(policy).model_validate(policy.plan()) == policy


@pytest.mark.parametrize(("value", "message"), BAD.items())
def test_a_wrong_value_is_one_error(errors: Errors, value: str, message: str | None) -> None:
    """Each mistake gives one error in the language's words."""
    value = value.replace("2000-02-31x", '"2000-02-31"')
    found = errors(f"derived: {{a: {value}}}")
    if message is None:
        assert found == []
    else:
        assert len(found) == 1, found
        assert message in found[0]


def test_a_nested_claim_may_hold_items_to_add(load: Load) -> None:
    """`add` stands as a claim and inside an object."""
    load("rules: {a: {access_token: {claims: {b: {add: x}, c: {object: {d: {add: [z]}}}}}}}")


def test_the_short_forms_become_the_long_ones(load: Load) -> None:
    """One step becomes a list of steps in the plan."""
    plan = load("derived: {a: {from: groups, then: only}}").plan()
    assert plan["derived"] == {"a": {"from": "groups", "then": ["only"]}}
