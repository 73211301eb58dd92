"""Scopes that are computed, and what bounds them."""

import pytest

from tests.checks.conftest import POOL, Found

NAME = "unbounded-scopes"


def rule(scopes: str, derived: str = "{}") -> str:
    return f"derived: {derived}\nrules:\n  r:\n    when: {{principal: user}}\n    access_token: {{scopes: {scopes}}}\n"


def test_scopes_from_an_input_are_told_to_have_bounds(found: Found) -> None:
    """The finding names the inputs that can hold any scope."""
    assert found(
        NAME, rule("{add: {union: [{from: derived.d}, {from: groups}]}}", "{d: {from: lookup.user.scopes}}")
    ) == [
        (
            "rules/a.yaml:5:34: warning[unbounded-scopes]: `access_token.scopes.add` adds any scope that `groups` and "
            "`lookup.user.scopes` can hold; say which ones there are with `then: {keep: [orders/read]}`, or for all "
            "rules in pool.yaml with `scopes: {prefix: orders/}`"
        )
    ]


@pytest.mark.parametrize(
    "value",
    [
        "{from: groups, then: lower}",
        "{from: lookup.user.scopes, then: {keep: {prefix: orders/}}}",
        "{from: lookup.user.scopes, then: {keep: [a, {prefix: b}]}}",
        "{from: lookup.user.scopes, one_of: lookup.client.scopes}",
        "{template: 'tenant/{lookup.user.default_tenant}'}",
        "{first_of: [{from: metadata.tenant}, a/b]}",
        "{choose: [{when: {groups: a}, value: {from: metadata.tenant}}], otherwise: a/b}",
        "{from: metadata.tenant, default: a/b}",
    ],
)
def test_other_computed_scopes_are_found(value: str, found: Found) -> None:
    """A prefix is no list, and one of many is any."""
    assert len(found(NAME, rule(f"{{add: {value}}}"))) == 1


@pytest.mark.parametrize(
    "value",
    [
        "[a/b]",
        "a/b",
        "{from: groups, then: {table: {a: a/b}}}",
        "{from: groups, then: [lower, {prefer: [a, b]}, upper]}",
        "{from: lookup.user.scopes, then: {keep: [a/b, [a/c]]}}",
        "{from: lookup.user.scopes, then: {keep: a/b}}",
        "{from: lookup.allowed.allowed}",
        "{from: lookup.user.scopes, one_of: lookup.allowed.allowed}",
        "{from: scopes}",
        "{from: derived.d}",
        "{template: '${STAGE}/{derived.role}/{variable.STAGE}/{client}'}",
        "{union: [{from: derived.d}, {from: derived.d}, [a]]}",
        "{choose: [{when: {groups: a}, value: a/b}], otherwise: a/c}",
    ],
)
def test_scopes_that_the_policy_knows_are_fine(value: str, found: Found) -> None:
    """Constants, tables, actions, and what Cognito allows."""
    derived = "{d: {from: lookup.allowed.allowed}, role: {from: groups, then: {prefer: [a]}}}"
    assert found(NAME, rule(f"{{add: {value}}}", derived)) == []


def test_other_bounds_are_the_keep_of_the_rule_and_the_scopes_of_the_pool(found: Found) -> None:
    """A bound may stand beside the value, or above all rules."""
    assert found(NAME, rule("{add: {from: groups}, keep: [a/b, a/c]}")) == []
    assert len(found(NAME, rule("{add: {from: groups}, keep: {prefix: a}}"))) == 1
    assert found(NAME, rule("{add: {from: groups}}"), POOL + "scopes: {prefix: orders/}\n") == []


def test_rules_that_add_no_scopes_are_fine(found: Found) -> None:
    """Removing is always bounded."""
    assert found(NAME, rule("{remove: {one_of: lookup.user.scopes}}")) == []
    assert found(NAME, "rules: {r: {id_token: {claims: {a: b}}}, s: {access_token: {suppress: [a]}}}\n") == []
