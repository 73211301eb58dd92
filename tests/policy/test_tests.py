"""Tests and conditions: every operator, what it judges, and what isn't one."""
# ruff: noqa: E501 - a row of a table is a line

import pytest

from pretoken.policy.tests import OPERATORS
from tests.policy.conftest import Errors, Load

GOOD = [
    ("attribute.name", "anna"),
    ("groups", "[a, b]"),
    ("lookup.user.age", "18"),
    ("attribute.email_verified", "true"),
    ("attribute.birthdate", '"2000-01-31"'),
    ("lookup.user.at", "1767225600"),
    ("attribute.name", '["${STAGE}", {prefix: a}]'),
    ("groups", "{prefix: a, safe_as: scope}"),
    ("attribute.custom:tenant", "{one_of: lookup.user.tenants}"),
    ("attribute.custom:level", "{above: 1, at_least: 2, below: 9, at_most: 8}"),
    ("attribute.email", "{domain: example.com}"),
    ("attribute.email", "{domain: [example.com, example.org]}"),
    ("attribute.birthdate", "{age_at_least: 18}"),
    ("lookup.user.at", "{after: now}"),
    ("lookup.user.at", "{within_last: 30d}"),
    ("attribute.name", "{safe_as: identifier}"),
    ("groups", "{from_identity_provider: true}"),
    ("lookup.user.more", "{exists: false}"),
    ("groups", "{count: {at_least: 1}}"),
    ("groups", "{count: 0}"),
    ("groups", "{not: staff}"),
    ("attribute.name", "{exists: true, not: {one_of: lookup.user.tenants}}"),
]

BAD = [
    (
        "attribute.name",
        "{count: 1}",
        "wrong-type: `count` judges a list, and `attribute.name` is text; use `prefix: a`",
    ),
    ("lookup.user.more", "{count: 1}", "wrong-type: `count` judges a list, and `lookup.user.more` is an object"),
    ("attribute.name", "5", "wrong-type: `attribute.name` is text and can't equal the number `5`; put it in quotes"),
    (
        "lookup.user.age",
        "'5'",
        "`lookup.user.age` is a number and can't equal the text `5`; write a number without quotes",
    ),
    (
        "attribute.birthdate",
        "2000",
        "`attribute.birthdate` is a date and can't equal the number `2000`; write a real day",
    ),
    ("lookup.user.at", "a", "is an instant and can't equal the text `a`; write whole seconds"),
    ("lookup.user.more", "a", "is an object and can't equal the text `a`; leave the constant out"),
    ("attribute.email", "{exists: maybe@example.com}", "must be `true` or `false`, not text; write `exists: true`"),
    (
        "attribute.email_verified",
        "{prefix: a}",
        "wrong-type: `prefix` judges text or a list, and `attribute.email_verified` is a boolean; use `true`",
    ),
    ("attribute.name", "{above: 3}", "`above` judges a number, and `attribute.name` is text; use `prefix: a`"),
    (
        "attribute.name",
        "{one_of: lookup.user.age}",
        "wrong-type: `lookup.user.age` is a number, and `one_of` needs a list",
    ),
    ("lookup.user.age", "{above: '3'}", "wrong-type: a bound is a number; write it without quotes, for example `18`"),
    ("lookup.user.age", "{above: 0123}", "ambiguous-text: YAML readers disagree about this number"),
    ("lookup.user.age", "{above: true}", "wrong-type: a bound is a number"),
    ("groups", "{count: a}", "a count is a number and can't equal the text `a`"),
    ("groups", "{}", "empty-test: a test asks something; write a constant or an operator, for example `exists: true`"),
    (
        "groups",
        "[]",
        "empty: `groups` is empty; write `groups: [a]`, or `groups: {exists: false}` if nothing may be there",
    ),
    (
        "groups",
        "{equals: a}",
        "unknown-key: a test has no key `equals`; write the constant itself, or a list such as `[a, b]`",
    ),
    (
        "groups",
        "{contains: captains}",
        "unknown-key: there is no `contains`: a test of a list asks for one item, and none looks into a text; write `groups: captains`",
    ),
    ("groups", "{contains: [a]}", "none looks into a text; write the constant itself"),
    ("groups", "[{contains: a}]", "none looks into a text; write the constant itself"),
    ("groups", f"{{contains: {'a' * 80}}}", "none looks into a text; write the constant itself"),
    (
        "groups",
        "{or: [a, b]}",
        "unknown-key: a test has no key `or`; write the constant itself, or a list such as `[a, b]`",
    ),
    (
        "attribute.custom:tenant",
        "{above: 1000}",
        "wrong-type: `above` judges a number, and `attribute.custom:tenant` is text; declare it with `type: number`",
    ),
    ("groups", "{regex: a}", "use `prefix`, `domain` or `safe_as: identifier`"),
    ("groups", "{prefx: a}", "unknown-key: a test has no key `prefx`; did you mean `prefix`?"),
    (
        "attribute.birthdate",
        "{age_at_least: -1}",
        "out-of-range: `age_at_least` must be 0 or more; write `age_at_least: 18`",
    ),
    ("attribute.birthdate", "{age_at_least: 999}", "out-of-range: `age_at_least` must be 200 or less"),
    ("lookup.user.at", "{after: tomorrow}", "wrong-choice: `after` must be `now`; write `after: now`"),
    ("lookup.user.at", "{within_last: 300}", "wrong-duration: `within_last` needs a unit; write `within_last: 300s`"),
    ("lookup.user.at", "{within_last: 30 days}", "wrong-duration: `30 days` is no duration"),
    ("lookup.user.at", "{within_last: 500ms}", "wrong-duration: `within_last` counts whole seconds; write `30d`"),
    (
        "attribute.name",
        "{safe_as: identifer}",
        "wrong-choice: `safe_as` must be `identifier`, `principal_tag` or `scope`; did you mean `identifier`?",
    ),
    ("groups", "{from_identity_provider: false}", "wrong-choice: `from_identity_provider` must be `true`; write"),
    ("attribute.email", "{domain: []}", "empty: `domain` is empty"),
    ("attribute.name", '"$x"', "lone-dollar: a lone dollar sign; write `$$` for the sign, or `${NAME}` for a variable"),
    ("attribute.name", '"${STAG}"', "unknown-variable: pool.yaml declares no variable `STAG`; did you mean `STAGE`?"),
    ("attribute.email", "{not: someone@example.com}", None),
    ("lookup.user.age", '"someone@example.com"', "`lookup.user.age` is a number and can't equal this text; write"),
    ("attribute.name", '{prefix: "${ZZZZZ}"}', "add `ZZZZZ: any` under `variables`"),
]


@pytest.mark.parametrize(("path", "test"), GOOD)
def test_a_test_of_the_reference_loads(load: Load, path: str, test: str) -> None:
    """Each operator judges the types of the reference, in a condition and in `keep`."""
    policy = load(f"rules: {{a: {{deny: x, when: {{{path}: {test}}}}}}}").policy
    assert type(policy).model_validate(policy.plan()) == policy


@pytest.mark.parametrize(("path", "test", "message"), BAD)
def test_a_wrong_test_is_one_error(errors: Errors, path: str, test: str, message: str | None) -> None:
    """Each mistake gives one error in the language's words."""
    found = errors(f"rules: {{a: {{deny: x, when: {{{path}: {test}}}}}}}")
    assert len(found) == (message is not None), found
    assert (message or "") in "".join(found)


def test_every_operator_is_tried_here() -> None:
    """The table above names every operator."""
    tried = " ".join(test for _, test in GOOD)
    assert [operator for operator in OPERATORS if f"{operator}:" not in tried] == []


def test_conditions_nest(load: Load) -> None:
    """`all`, `any` and `not` stand beside paths."""
    load(
        "rules: {a: {deny: x, when: {client: web, all: [{groups: a}, {groups: b}], any: [{groups: c}, {not: {groups: d}}]}}}"
    )


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ("{}", "empty-condition: a condition isn't empty; write a path and a test, for example `client: web`"),
        ("{all: []}", "empty: `all` is empty; write `all: [{groups: a}]`"),
        ("{any: {groups: a}}", "wrong-type: `any` must be a list, not a mapping"),
        (
            "{not: [{groups: a}]}",
            "wrong-type: `not` must be a mapping of paths and tests, not a list; write `all: […]` or `any: […]` inside a mapping",
        ),
        ("[a]", "wrong-type: `when` must be a mapping of paths and tests, not a list; write `all: […]`"),
        ("{all: [{groups: a}, {clinet: web}]}", "unknown-input: there is no input `clinet`; did you mean `client`?"),
        ("{or: [{client: web}]}", "1:29: unknown-key: there is no `or`; write `any: […]`"),
        (
            "{groups: a, AND: [{client: web}]}",
            "unknown-key: there is no `AND`, since everything in one mapping must hold; write one mapping, or `all: […]`",
        ),
        (
            "'groups: captains'",
            "wrong-type: `when` must be a mapping of paths and tests, not text; write `when: {groups: captains}`",
        ),
        ("{any: ['attribute.custom:tenant: a']}", "not text; write `{attribute.custom:tenant: a}`"),
        ("groups == captains", "not text; write `when: {groups: …}`"),
        ("attribute.custom:tenant is a", "not text; write `when: {attribute.custom:tenant: …}`"),
        (f"'groups: {'a' * 80}'", "not text; write `when: {groups: …}`"),
        ("5", "not a number; write `when: {PATH: …}`"),
        ("'a@b: c'", "not text; write `when: {PATH: …}`"),
        ("{attribute.email_verified: yes}", "ambiguous-text: `yes` is true to some YAML readers; put it in quotes"),
        ("{not: {attribute.name: 1}}", "can't equal the number `1`"),
    ],
)
def test_a_wrong_condition_is_one_error(errors: Errors, when: str, message: str) -> None:
    """Each mistake gives one error in the language's words."""
    found = errors(f"rules: {{a: {{deny: x, when: {when}}}}}")
    assert len(found) == 1, found
    assert message in found[0]
