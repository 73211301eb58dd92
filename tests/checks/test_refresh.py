"""What a refresh loses: values and conditions that rest on metadata alone."""

import pytest

from tests.checks.conftest import Found

NAME = "lost-on-refresh"


def rule(text: str, derived: str = "{}", when: str = "{principal: user}") -> str:
    return f"derived: {derived}\nrules:\n  r:\n    when: {when}\n    access_token: {{claims: {{tenant: {text}}}}}\n"


def test_a_claim_that_rests_on_metadata_is_told_to_have_another_source(found: Found) -> None:
    """The finding names the metadata, through derived values and the keys of lookups."""
    rules = rule(
        "{first_of: [{from: derived.tenant}, {from: lookup.device.name}]}", "{tenant: {from: metadata.tenant}}"
    )
    assert found(NAME, rules) == [
        (
            "rules/a.yaml:5:29: warning[lost-on-refresh]: `access_token.claims.tenant` rests on `metadata.device` and "
            "`metadata.tenant` alone, which a plain refresh doesn't send; add a `default`, or another source with "
            "`first_of: […]`"
        )
    ]


def test_a_rule_that_requires_metadata_is_told_to_ask_for_what_lasts(found: Found) -> None:
    """One finding says it for all that the rule does."""
    assert found(NAME, rule("{from: metadata.tenant}", when="{client: web, metadata.tenant: {exists: true}}")) == [
        (
            "rules/a.yaml:4:5: warning[lost-on-refresh]: `when` rests on `metadata.tenant` alone, which a plain "
            "refresh doesn't send: this rule stops applying; ask for what lasts, such as `lookup.user.tenant`"
        )
    ]


@pytest.mark.parametrize(
    "text",
    [
        "{from: metadata.tenant, then: lower}",
        "{from: metadata.tenant, one_of: lookup.user.tenants}",
        "{from: lookup.user.plan, one_of: metadata.tenant}",
        "{template: '{attribute.sub}/{metadata.tenant}'}",
        "{from: lookup.device.name}",
        "{from: derived.d}",
        "{add: {from: metadata.tenant}}",
        "{object: {inner: {from: metadata.tenant}, other: a}}",
        "{union: [{from: metadata.tenant}, {from: metadata.device}]}",
        "{choose: [{when: {metadata.tenant: a}, value: a}]}",
    ],
)
def test_a_value_that_only_metadata_can_fill_is_found(text: str, found: Found) -> None:
    """Whatever its form, nothing is left of it."""
    assert len(found(NAME, rule(text, "{d: {from: metadata.tenant}}"))) == 1


@pytest.mark.parametrize(
    "effect",
    [
        "access_token: {encrypted_for: {billing-api: {t: {from: metadata.tenant}}}}",
        "id_token: {claims: {t: {from: metadata.tenant}}}",
        "access_token: {scopes: {add: {from: metadata.tenant}}}",
        "groups: {add: {from: metadata.tenant}}",
        "iam_roles: {add: {from: metadata.tenant}}",
    ],
)
def test_every_effect_is_looked_at(effect: str, found: Found) -> None:
    """Messages, both tokens, scopes, groups and roles."""
    assert len(found(NAME, f"rules: {{r: {{when: {{client: web}}, {effect}}}}}\n")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "{from: metadata.tenant, default: none}",
        "{first_of: [{from: metadata.tenant}, {from: attribute.custom:a}]}",
        "{union: [{from: metadata.tenant}, [a]]}",
        "{choose: [{when: {metadata.tenant: a}, value: a}], otherwise: b}",
        "{choose: [{when: {metadata.tenant: {not: a}}, value: a}]}",
        "{test: {metadata.tenant: a}}",
        "{from: attribute.custom:a}",
        "{choose: [{when: {principal: machine}, value: {from: metadata.tenant}}]}",
    ],
)
def test_a_value_that_says_what_a_refresh_gives_is_fine(text: str, found: Found) -> None:
    """It is there, or it never was there for users."""
    assert found(NAME, rule(text)) == []


@pytest.mark.parametrize(
    "when",
    [
        "{principal: machine}",
        "{any: [{metadata.tenant: a}, {groups: a}]}",
        "{metadata.tenant: {not: a}}",
        "{client: web}",
    ],
)
def test_a_condition_that_can_hold_at_a_refresh_or_is_for_machines_is_fine(when: str, found: Found) -> None:
    """Machines ask anew, with their metadata."""
    assert found(NAME, rule("a", when=when)) == []
    assert (
        found(NAME, "rules: {r: {when: {principal: machine, metadata.tenant: a}, access_token: {claims: {a: b}}}}\n")
        == []
    )


def test_a_denial_has_nothing_to_lose(found: Found) -> None:
    """What isn't asked for needn't be refused."""
    assert found(NAME, "rules: {r: {when: {metadata.tenant: a}, deny: No.}}\n") == []


def test_a_rule_without_a_condition_is_looked_at_too(found: Found) -> None:
    """Its values can be lost all the same."""
    assert len(found(NAME, "rules: {r: {id_token: {claims: {t: {from: metadata.tenant}}}}}\n")) == 1
