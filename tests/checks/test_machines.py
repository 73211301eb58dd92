"""Rules that reach machines: what machines have, and how a rule says whom it means."""

import pytest

from tests.checks.conftest import POOL, Found

NAME = "reaches-machines"


def rule(when: str | None, effect: str = "access_token: {claims: {plan: free}}", derived: str = "{}") -> str:
    condition = "" if when is None else f"when: {when}, "
    return f"derived: {derived}\nrules:\n  r: {{{condition}{effect}}}\n"


def value(text: str, derived: str = "{}") -> str:
    return rule(None, f"access_token: {{claims: {{plan: {text}}}}}", derived)


def test_a_rule_without_a_condition_is_told_whom_it_can_mean(found: Found) -> None:
    """The finding names what machines get, and both cures."""
    rules = """\
rules:
  plan:
    access_token:
      claims: {plan: {from: lookup.user.plan, default: free}, name: {from: attribute.custom:a}, tier: basic}
      scopes: {add: [orders/read]}
      encrypted_for: {billing-api: {tier: basic}}
"""
    assert found(NAME, rules) == [
        (
            "rules/a.yaml:3:5: warning[reaches-machines]: `access_token` gives machines `plan`, `tier`, "
            "`encrypted_for.billing-api` and 1 more too; add `when: {principal: user}` or `when: {client: NAME}`; "
            "if machines are meant, say so with `principal: [user, machine]`"
        )
    ]


def test_a_rule_with_a_condition_is_told_to_add_to_it(found: Found) -> None:
    """A machine can ask for scopes as a user can."""
    assert found(NAME, rule("{scopes: orders/read}")) == [
        (
            "rules/a.yaml:3:36: warning[reaches-machines]: `access_token` gives machines `plan` too; "
            "add `principal: user` or `client: NAME` to `when`; "
            "if machines are meant, say so with `principal: [user, machine]`"
        )
    ]


def test_machines_exist_from_v3_0_on(found: Found) -> None:
    """Cognito sends their events in no other version."""
    assert found(NAME, rule(None), POOL.replace("[V2_0, V3_0]", "V2_0")) == []
    assert found(NAME, rule(None), POOL.replace("[V2_0, V3_0]", "V3_0")) != []


@pytest.mark.parametrize(
    "when",
    [
        "{principal: user}",
        "{principal: [user, machine]}",
        "{client: web}",
        "{client: {not: web}}",
        "{not: {client: web}}",
        "{client.id: web-id}",
        "{any: [{client: web}, {principal: user}]}",
        "{any: [{client: web}, {groups: a}]}",
        "{all: [{client: web}, {scopes: a/b}]}",
        "{derived.is_web: true}",
        "{derived.kind: internal}",
        "{groups: admins}",
        "{groups: {count: {at_least: 1}}}",
        "{groups: {count: {above: 0, not: 0}}}",
        "{groups: {exists: true}}",
        "{attribute.custom:a: {not: {exists: false}}}",
        "{attribute.custom:a: {safe_as: identifier}}",
        "{attribute.custom:n: {at_least: 3}}",
        "{attribute.email_verified: true}",
        "{attribute.custom:a: [b, {prefix: c}]}",
        "{username: a}",
        "{iam_roles: a}",
        "{identity_providers: AcmeOkta}",
        "{lookup.user.plan: free}",
        "{lookup.client.tier: {one_of: lookup.user.tenants}}",
        "{derived.is_admin: true}",
        "{derived.role: admin}",
        "{derived.role: {prefix: adm}}",
        "{derived.rank: {at_least: 1}}",
        "{derived.list: {count: 2}}",
        "{derived.list: b}",
        "{derived.role: {exists: false}}",
    ],
)
def test_a_condition_that_no_machine_meets_or_that_says_whom_it_means_is_fine(when: str, found: Found) -> None:
    """It names the principal or the client, or needs what only users have."""
    derived = """
  is_web: {test: {client: web}}
  kind: {from: client, then: {table: {web: internal}}}
  is_admin: {test: {groups: admins}}
  role: {from: groups, then: {prefer: [admin]}, default: none}
  rank: {from: groups, then: {table: {a: 3}}, default: 0}
  rank_of: {choose: [{when: {groups: a}, value: 3}], otherwise: 0}
  list: {choose: [{when: {groups: a}, value: [b, c]}], otherwise: [a]}"""
    derived = derived.replace("  rank: {from: groups, then: {table: {a: 3}}, default: 0}\n", "").replace(
        "rank_of", "rank"
    )
    assert found(NAME, rule(when, derived=derived)) == []


@pytest.mark.parametrize(
    "when",
    [
        "{scopes: a/b}",
        "{pool.id: a}",
        "{metadata.tenant: a}",
        "{variable.STAGE: test}",
        "{not: {groups: a}}",
        "{groups: {not: a}}",
        "{groups: {exists: false}}",
        "{groups: {count: 0}}",
        "{groups: {count: {below: 1, at_most: 1, not: {above: 0}}}}",
        "{attribute.custom:a: {exists: false}}",
        "{lookup.client.beta: true}",
        "{any: [{groups: a}, {scopes: a/b}]}",
        "{any: [{client: web}, {scopes: a/b}]}",
        "{derived.role: none}",
        "{derived.role: {prefix: non}}",
        "{derived.role: '${ANY}'}",
        "{derived.list: a}",
        "{lookup.client.tier: {exists: true}}",
        "{lookup.client.tier: {safe_as: identifier}}",
        "{lookup.client.tier: [a, {prefix: b}]}",
        "{derived.is_admin: false}",
    ],
)
def test_a_condition_that_machines_can_meet_is_found(when: str, found: Found) -> None:
    """What a machine lacks makes the negative tests true."""
    derived = """
  is_admin: {test: {groups: admins}}
  role: {from: groups, then: {prefer: [admin]}, default: none}
  list: {choose: [{when: {groups: a}, value: [b, c]}], otherwise: [a]}"""
    assert len(found(NAME, rule(when, derived=derived))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "{from: attribute.custom:a}",
        "{from: groups, then: {table: {a: b}}}",
        "{template: 'a/{attribute.sub}'}",
        "{from: lookup.user.plan}",
        "{from: derived.plan}",
        "{from: lookup.client.tier, one_of: lookup.user.tenants}",
        "{first_of: [{from: attribute.custom:a}, {from: username}]}",
        "{union: [{from: groups}, {from: lookup.user.tenants}]}",
        "{object: {a: {from: attribute.custom:a}, b: {add: {from: groups}}}}",
        "{object: {a: {from: attribute.custom:a}}, then: json}",
        "{add: {from: groups}}",
        "{choose: [{when: {groups: a}, value: b}]}",
        "{choose: [{when: {groups: a}, value: b}], otherwise: {from: username}}",
        "{choose: [{when: {principal: machine}, value: a}], otherwise: b}",
        "{choose: [{when: {client: web}, value: a}], otherwise: b}",
        "{test: {principal: user}}",
        "{from: client, then: {table: {web: pro}}}",
        "{first_of: [{from: client, then: {table: {web: pro}}}, basic]}",
        "{from: client, then: {table: {web: pro}}, one_of: lookup.user.tenants}",
    ],
)
def test_a_value_that_machines_lack_or_that_says_whom_it_means_is_fine(text: str, found: Found) -> None:
    """Machines have no attributes and no groups, and so no lookups that are keyed by these."""
    assert found(NAME, value(text, "{plan: {from: lookup.user.plan, then: lower}}")) == []


@pytest.mark.parametrize(
    "text",
    [
        "free",
        "[]",
        "{add: [a]}",
        "{from: client.id}",
        "{from: principal}",
        "{from: scopes, then: {join: ','}}",
        "{from: metadata.tenant}",
        "{from: lookup.client.tier}",
        "{from: lookup.user.plan, default: free}",
        "{from: derived.plan}",
        "{template: 'a/{client.id}'}",
        "{test: {groups: admins}}",
        "{first_of: [{from: attribute.custom:a}, none]}",
        "{first_of: [{from: metadata.tenant}, {from: attribute.custom:a}]}",
        "{union: [{from: groups}, [member]]}",
        "{object: {a: {from: attribute.custom:a}, b: c}}",
        "{object: {a: b}, then: json}",
        "{choose: [{when: {groups: a}, value: b}], otherwise: c}",
        "{choose: [{when: {scopes: a/b}, value: b}]}",
        "{choose: [{when: {not: {groups: a}}, value: b}], otherwise: {from: username}}",
    ],
)
def test_a_value_that_machines_can_have_is_found(text: str, found: Found) -> None:
    """Constants, defaults, tests, and what machines have."""
    assert len(found(NAME, value(text, "{plan: {from: metadata.tenant}}"))) == 1


@pytest.mark.parametrize(
    "effect",
    [
        "access_token: {suppress: [username2]}",
        "access_token: {scopes: {remove: a/b}}",
        "access_token: {scopes: {add: {from: groups}}}",
        "access_token: {encrypted_for: {billing-api: {email: {from: attribute.email}}}}",
        "id_token: {claims: {plan: free}}",
        "groups: {add: a}",
        "deny: No.",
    ],
)
def test_removals_and_what_only_users_have_are_fine(effect: str, found: Found) -> None:
    """A machine has no ID token and no groups."""
    assert found(NAME, rule(None, effect)) == []
