"""Inputs and other names: what is declared is known, and a typo gets a suggestion."""
# ruff: noqa: E501 - a row of a table is a line

import pytest

from pretoken.policy.types import Typing
from tests.policy.conftest import POOL, Errors, Load

TYPES = {
    "principal": "string",
    "client": "string",
    "client.id": "string",
    "pool.id": "string",
    "username": "string",
    "groups": "strings",
    "iam_roles": "strings",
    "identity_providers": "strings",
    "scopes": "strings",
    "attribute.sub": "string",
    "attribute.email_verified": "boolean",
    "attribute.phone_number_verified": "boolean",
    "attribute.cognito:user_status": "string",
    "attribute.email": "string",
    "attribute.birthdate": "date",
    "attribute.updated_at": "number",
    "attribute.custom:tenant": "string",
    "attribute.custom:tags": "strings",
    "attribute.custom:since": "time",
    "metadata.tenant": "string",
    "metadata.count": "number",
    "lookup.user.tenants": "strings",
    "lookup.user.more": "object",
    "derived.known": "boolean",
    "variable.ANY": "string",
}

UNKNOWN = {
    "attribute.custom:zzz": "pool.yaml doesn't declare `custom:zzz`; add `custom:zzz: {}` under `attributes`",
    "attribute.custom:tenants": "did you mean `custom:tenant`? to use it as it is, add `custom:tenants: {}` under `attributes`",
    "attribute.tenant": "Cognito has no standard attribute `tenant`; did you mean `attribute.custom:tenant`?",
    "attribute.emial": "Cognito has no standard attribute `emial`; did you mean `attribute.email`?",
    "attribute.qqqq": "Cognito has no standard attribute `qqqq`; write `attribute.custom:qqqq` and declare it",
    "metadata.tenat": "pool.yaml declares no metadata `tenat`; did you mean `metadata.tenant`?",
    "metadata.zzz": "pool.yaml declares no metadata `zzz`; add `zzz: string` under `metadata`",
    "variable.STAG": "pool.yaml declares no variable `STAG`; did you mean `variable.STAGE`?",
    "variable.QQQQ": "pool.yaml declares no variable `QQQQ`; add `QQQQ: any` under `variables`",
    "derived.knwon": "no rules file defines `derived.knwon`; did you mean `derived.known`?",
    "derived.qqqq": "no rules file defines `derived.qqqq`; add `qqqq: {from: …}` under `derived`",
    "lookup.usr.tenants": "pool.yaml declares no lookup `usr`; did you mean `lookup.user.tenants`?",
    "lookup.users": "pool.yaml declares no lookup `users`; did you mean `lookup.user.FIELD`?",
    "lookup.qqqq.a": "pool.yaml declares no lookup `qqqq`; add `qqqq: …` under `lookups`",
    "lookup.user": "an input is a field of a lookup: `user` has `age`, `at`, `day`",
    "lookup.user.qqqq": "lookup `user` has no field `qqqq`; it has",
    "grups": "there is no input `grups`; did you mean `groups`?",
    "email_verified": "there is no input `email_verified`; did you mean `attribute.email_verified`?",
    "email": "attributes begin with `attribute.`; write `attribute.email`",
    "qqqq": "there is no input `qqqq`; there are `principal`, `client`, `client.id`",
    "derived": "there is no input `derived`",
    "triggerSource": "the trigger source isn't an input: a refresh can arrive as a sign-in; use `principal` or `client`",
    "token.sub": "tokens aren't inputs, since rules read the event and never each other; use `derived.NAME`",
    "region": "the region isn't an input; use a variable: `variable.NAME`",
}


@pytest.mark.parametrize(("path", "expected"), TYPES.items())
def test_an_input_has_its_type(load: Load, path: str, expected: str) -> None:
    """Each row of the table of inputs is a known path with its static type."""
    policy = load(f"derived: {{known: {{test: {{groups: a}}}}, a: {{from: {path}}}}}").policy
    assert Typing(policy).path(path) == expected


@pytest.mark.parametrize(("path", "message"), UNKNOWN.items())
def test_an_unknown_input_gets_a_suggestion(errors: Errors, path: str, message: str) -> None:
    """A path that names nothing is an error with a cure."""
    found = errors(f"derived: {{known: {{test: {{groups: a}}}}, a: {{from: {path}}}}}")
    assert len(found) == 1, found
    assert found[0].startswith("rules/a.yaml:1:49: unknown-input: ")
    assert message in found[0]


def test_an_unknown_input_of_a_condition_is_pointed_at_by_its_key(errors: Errors) -> None:
    """The place is that of the path, not of its test."""
    assert errors("rules: {a: {deny: x, when: {grups: a}}}")[0].startswith("rules/a.yaml:1:29: unknown-input")


def test_nothing_follows_from_an_unknown_input(load: Load, errors: Errors) -> None:
    """An input without a type has no wrong type."""
    assert (
        len(errors("derived: {a: {from: grups, then: lower, default: 5}, b: {first_of: [{from: derived.a}, 1]}}")) == 1
    )
    assert Typing(load().policy).path("nothing") is None
    assert len(errors("derived: {a: {from: groups, then: text}, b: {from: derived.a}}")) == 1


def test_names_that_could_not_be_read_are_neither_known_nor_unknown(errors: Errors) -> None:
    """What uses a broken declaration is not blamed for it."""
    pool = (
        "language: 1\ntrigger: V3_0\nother_clients: deny\n"
        "attributes: {custom:a: {type: text}}\nmetadata: 5\nvariables: {A: 5}\n"
        "lookups: {a: {data: none, fields: {b: string}}}\nclients: {web: []}\nrecipients: {r: {}}\n"
    )
    rules = """\
derived:
  broken: {form: x}
  uses: {first_of: [{from: derived.broken}, {from: groups}]}
tables: {t: {}}
rules:
  broken: {unless: x}
  a:
    overrides: [broken]
    access_token:
      claims:
        a: {from: attribute.custom:a, then: {at_most: 1}}
        b: {from: lookup.a.b, then: {at_most: 1}}
        c: {from: metadata.x}
        d: "${A}"
        e: {from: attribute.name, then: {table: t}}
      encrypted_for: {r: {a: b}}
  b: {deny: x, when: {client: web}}
"""
    found = errors(rules, pool=pool)
    assert [message.split(": ")[0] for message in found] == [
        "pool.yaml:4:31",
        "pool.yaml:5:11",
        "pool.yaml:6:16",
        "pool.yaml:7:14",
        "pool.yaml:8:16",
        "pool.yaml:9:17",
        "rules/a.yaml:2:12",
        "rules/a.yaml:4:13",
        "rules/a.yaml:6:12",
    ]


def test_a_missing_key_of_the_pool_hides_no_unknown_name(errors: Errors) -> None:
    """The rest of pool.yaml is known."""
    found = errors("rules: {a: {deny: x, when: {client: nobody}}}", pool="trigger: V3_0\nother_clients: deny\n")
    assert [message.split(": ")[1] for message in found] == ["missing-key", "unknown-client"]


def test_a_file_that_cannot_be_read_hides_names_only(errors: Errors) -> None:
    """Names that an unreadable file may define are not called unknown, but Cognito's are."""
    found = errors("derived: {a: {from: derived.b}, c: {from: grups}}", **{"rules/b.yaml": "derived: [\n"})
    assert [message.split(": ")[1] for message in found] == ["unknown-input", "syntax"]


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ("{groups: '!captains'}", "unknown-group: pool.yaml has no group `!captains`; write `not: captains`"),
        ("{groups: captains*}", "unknown-group: pool.yaml has no group `captains*`; write `prefix: captains`"),
        ("{groups: 'crew,captains'}", "pool.yaml has no group `crew,captains`; write `groups: [crew, captains]`"),
        ("{groups: ['crew,captains']}", "pool.yaml has no group `crew,captains`; did you mean `crew`?"),
        ("{groups: 'crew,'}", "; did you mean `crew`?"),
        ("{groups: '!anna@example.org'}", "let `groups` there admit it: `example`"),
        ("{groups: '*'}", "let `groups` there admit it: `*`"),
        ("{groups: others}", "let `groups` there admit it: `others`"),
    ],
)
def test_what_other_languages_write_as_a_sign_is_spelt_out(errors: Errors, when: str, message: str) -> None:
    """A list, a negation and a prefix have words of their own."""
    (found,) = errors(f"rules: {{a: {{deny: x, when: {when}}}}}", pool=f"{POOL}groups: [crew]\n")
    assert message in found


def test_no_operator_is_proposed_where_a_value_stands(errors: Errors) -> None:
    """What is added, preferred or looked up is no test."""
    rules = "rules: {a: {groups: {add: '!crew'}}, b: {groups: {add: {from: groups, then: {prefer: [crew*]}}}}}"
    found = errors(
        f"{rules}\ntables: {{t: {{'a, b': c}}}}\nderived: {{d: {{from: groups, then: {{table: t}}}}}}",
        pool=f"{POOL}groups: [crew]\n",
    )
    assert [message.rpartition("; ")[2] for message in found] == ["did you mean `crew`?"] * 3 + [
        "write it like `order-admins`"
    ]
