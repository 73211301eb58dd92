"""The messages that the language's reference gives as examples, word by word."""
# ruff: noqa: E501 - a row of a table is a line

from pathlib import Path

import pytest

from pretoken.policy.errors import PolicyErrors
from pretoken.simulator.cases import load_cases
from tests.policy.conftest import Errors

LOOKUP = '{dynamodb: {table: t, key: {pk: "{attribute.sub}"}}, data: none, fields: {tenants: strings, default_tenant: string}}'
POOL = f"""\
language: 1
trigger: V3_0
other_clients: deny
attributes: {{custom:tenant: {{}}}}
lookups: {{user: {LOOKUP}}}
"""

EXAMPLES = {
    "derived: {a: {form: derived.x}}": "1:15: unknown-key: a value has no key `form`; did you mean `from`?",
    "derived: {a: {from: groups, template: x}}": (
        "1:29: two-values: `from` and `template` are two values; use one, or `first_of`"
    ),
    "derived: {a: {from: lookup.user.tenant}}": (
        "1:21: unknown-input: lookup `user` has no field `tenant`; it has `default_tenant`, `tenants`; "
        "did you mean `lookup.user.tenants`?"
    ),
    "derived: {a: {from: attribute.custom:tennant}}": (
        "1:21: unknown-input: pool.yaml doesn't declare `custom:tennant`; did you mean `custom:tenant`? "
        "to use it as it is, add `custom:tennant: {}` under `attributes`"
    ),
    'rules: {a: {deny: x, when: {attribute.email_verified: "true"}}}': (
        "1:55: wrong-type: `attribute.email_verified` is a boolean and can't equal the text `true`; "
        "write true without quotes"
    ),
    "derived: {a: {from: attribute.name, then: [lowercase]}}": (
        "1:44: unknown-step: there is no step `lowercase`; did you mean `lower`?"
    ),
    "derived: {a: {from: groups, then: first}}": (
        "1:35: unknown-step: lists have no promised order, so there is no `first`; use `prefer: […]` or `only`"
    ),
    "rules: {a: {access_token: {groups: {add: x}}}}": (
        "1:28: wrong-place: groups are the same in both tokens; move `groups` beside `access_token`"
    ),
    "rules: {a: {access_token: {claims: {acr: high}}}}": (
        "1:37: reserved-claim: Cognito doesn't let a trigger set `acr`; choose another name, for example `assurance`"
    ),
    "rules: {a: {access_token: {claims: {aud: orders}}}}": (
        "1:37: reserved-claim: `aud` may only be the app client id; write `aud: {from: client.id}` in the access token"
    ),
    "rules: {a: {deny: x, when: {trigger_source: x}}}": (
        "1:29: unknown-input: the trigger source isn't an input: a refresh can arrive as a sign-in; "
        "use `principal` or `client`"
    ),
    "rules: {a: {why: a, why: b, deny: x}}": "1:21: duplicate-key: `why` stands twice, first on line 1",
    "rules: {a: {deny: x, unless: {client: web}}}": (
        "1:22: unknown-key: a rule has no key `unless`; write `not: {…}` inside `when`"
    ),
}


@pytest.mark.parametrize(("rules", "message"), EXAMPLES.items())
def test_messages_are_those_of_the_reference(errors: Errors, rules: str, message: str) -> None:
    """Each example of the reference gives its message, at the place of the mistake."""
    assert errors(rules, pool=POOL) == [f"rules/a.yaml:{message}"]


def test_ambiguous_text_comes_from_the_reader(errors: Errors) -> None:
    """A word that YAML readers disagree about is refused, once."""
    (message,) = errors("rules: {a: {deny: x, when: {attribute.locale: [SE, NO]}}}", pool=POOL)
    assert message.startswith("rules/a.yaml:1:52: ambiguous-text: `NO` is false to some YAML readers; put it in quotes")


def test_two_writers_are_both_named_with_their_lines(errors: Errors) -> None:
    """A conflict names both rules, their lines and the claim."""
    one = "\n\n\nrules:\n  default-tenant: {access_token: {claims: {tenant_id: a}}}\n"
    other = "rules:\n  active-tenant: {access_token: {claims: {tenant_id: b}}}\n"
    assert errors(one, pool=POOL, **{"rules/b.yaml": other}) == [
        (
            "rules/b.yaml:2:43: claim-written-twice: `default-tenant` (rules/a.yaml:5) and `active-tenant` "
            "(rules/b.yaml:2) can both write `tenant_id` in the access token: nothing in their conditions excludes the "
            "other; use `add`, one rule with `choose` or `first_of`, or `overrides: [default-tenant]`"
        )
    ]


def test_five_mistakes_in_three_files_are_five_errors(errors: Errors) -> None:
    """Mistakes of every sort, in every file, come in one run, sorted by place."""
    pool = POOL + "limits: {access_token_byte: 4096}\n"
    one = (
        "rules:\n"
        "  a:\n"
        "    when: {client: wbe}\n"
        "    access_token: {claims: {sub: x}}\n"
        "  b:\n"
        "    unless: {principal: machine}\n"
        "    deny: no\n"
    )
    other = "derived:\n  tenant: {from: attribute.custom:tenant, then: [trim, lowercase]}\n"
    found = errors(one, pool=pool, **{"rules/b.yaml": other})
    assert [message.split(": ")[:2] for message in found] == [
        ["pool.yaml:6:10", "unknown-key"],
        ["rules/a.yaml:3:20", "unknown-client"],
        ["rules/a.yaml:4:29", "reserved-claim"],
        ["rules/a.yaml:6:5", "unknown-key"],
        ["rules/a.yaml:7:11", "ambiguous-text"],
        ["rules/b.yaml:2:56", "unknown-step"],
    ]


def test_a_case_file_that_holds_text_is_told_how_one_begins(errors: Errors) -> None:
    """And not how a rules file does."""
    errors()
    Path("cases").mkdir()
    Path("cases/a.yaml").write_text("hello", encoding="utf-8")
    with pytest.raises(PolicyErrors, match="the file must be a mapping, not text; write `cases: ") as refused:
        load_cases(Path(), {"pool": {}})
    assert len(refused.value.errors) == 1
