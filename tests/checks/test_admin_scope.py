"""Attributes that whoever holds an access token rewrites."""

import pytest

from tests.checks.conftest import POOL, Found

NAME = "admin-scope-kept"
CLAIM = "  r: {when: {principal: user}, access_token: {claims: {region: {from: attribute.custom:region}}}}\n"


def test_the_finding_names_the_claim_the_attribute_and_the_scope(found: Found) -> None:
    assert found(NAME, f"rules:\n{CLAIM}") == [
        (
            "pool.yaml:11:3: warning[admin-scope-kept]: `access_token.claims.region` of the rule `r` rests on "
            "`custom:region`, and no rule takes `aws.cognito.signin.user.admin` away from everybody, with which "
            "whoever holds a token rewrites it; add a rule without `when`: `access_token: {scopes: {remove: "
            "aws.cognito.signin.user.admin}}`"
        )
    ]


@pytest.mark.parametrize(
    "rule",
    [
        "access_token: {claims: {c: {from: attribute.nickname}}}",
        "access_token: {claims: {c: {test: {attribute.birthdate: {age_at_least: 18}}}}}",
        "access_token: {claims: {c: {from: derived.d}}}",
        "when: {attribute.custom:a: x}, access_token: {claims: {c: constant}}",
        "access_token: {scopes: {add: {from: attribute.custom:a, then: {keep: a}}}}",
        "groups: {add: {from: attribute.custom:a, then: {keep: a}}}",
    ],
)
def test_whatever_it_decides_in_access_tokens(rule: str, found: Found) -> None:
    """Claims, scopes and groups, by value or condition; undeclared attributes are users' own."""
    assert len(found(NAME, f"derived: {{d: {{from: attribute.custom:b}}}}\nrules: {{r: {{{rule}}}}}\n")) == 1


@pytest.mark.parametrize(
    "rule",
    [
        "access_token: {claims: {c: {from: attribute.sub}}}",
        "access_token: {claims: {c: {from: lookup.user.plan}}}",
        "when: {attribute.email_verified: true}, access_token: {claims: {c: constant}}",
        "access_token: {encrypted_for: {billing-api: {c: {from: attribute.custom:a}}}}",
        "id_token: {claims: {c: {from: attribute.custom:a}}}",
        "when: {attribute.custom:a: x}, access_token: {scopes: {remove: a}}",
        "when: {attribute.custom:a: x}, deny: No.",
    ],
)
def test_what_users_cannot_rewrite_or_apis_cannot_read_is_fine(rule: str, found: Found) -> None:
    assert found(NAME, f"rules: {{r: {{{rule}}}}}\n") == []


@pytest.mark.parametrize(("who", "many"), [("admin", 0), ("provider", 1), ("user", 1)])
def test_attributes_of_administrators_are_fine(who: str, many: int, found: Found) -> None:
    pool = POOL.replace("custom:region: {}", f"custom:region: {{writable_by: {who}}}")
    assert len(found(NAME, f"rules:\n{CLAIM}", pool)) == many


@pytest.mark.parametrize(
    ("rule", "gone"),
    [
        ("access_token: {scopes: {remove: aws.cognito.signin.user.admin}}", True),
        ("access_token: {scopes: {remove: [openid, aws.cognito.signin.user.admin]}}", True),
        ("access_token: {scopes: {remove: {prefix: aws.}}}", True),
        ("access_token: {scopes: {keep: {prefix: orders/}}}", True),
        ("when: {principal: user}, access_token: {scopes: {remove: aws.cognito.signin.user.admin}}", True),
        ("when: {principal: [user, machine]}, access_token: {scopes: {keep: openid}}", True),
        ("when: {principal: machine}, access_token: {scopes: {keep: openid}}", False),
        ("when: {client: web}, access_token: {scopes: {remove: aws.cognito.signin.user.admin}}", False),
        ("access_token: {scopes: {remove: openid}}", False),
        ("access_token: {scopes: {keep: {prefix: aws.}}}", False),
        ('access_token: {scopes: {remove: "${ANY}"}}', False),
        ("access_token: {scopes: {add: openid}}", False),
    ],
)
def test_a_rule_that_takes_the_scope_from_everybody_ends_it(rule: str, gone: bool, found: Found) -> None:
    assert len(found(NAME, f"rules:\n{CLAIM}  clear: {{{rule}}}\n")) == (not gone)


def test_an_event_version_without_scopes_has_no_cure(found: Found) -> None:
    """V1_0 can't change access tokens but for their groups."""
    pool = "language: 1\ntrigger: V1_0\nother_clients: apply_rules\nattributes: {custom:a: {}}\n"
    rules = "rules: {r: {groups: {add: {from: attribute.custom:a, then: {keep: a}}}}}\n"
    assert found(NAME, rules, pool) == []
    assert len(found(NAME, rules, pool.replace("V1_0", "[V1_0, V2_0]"))) == 1
