"""Acceptances that silence nothing."""

import pytest

from tests.checks.conftest import POOL, Check, Found

NAME = "unused-acceptance"

WHAT = "`lost-on-refresh` isn't found"
CURE = "leave out `finding: lost-on-refresh`"
RULES = """\
rules:
  stage:
    access_token: {{claims: {{stage: live}}}}
    accept: [{{{accept}, why: Every token names the stage.}}]
"""


def test_an_unknown_name_gets_a_suggestion(found: Found) -> None:
    """A typo is the likeliest reason."""
    assert found(NAME, RULES.format(accept="finding: reaches-machine, at: access_token")) == [
        f"rules/a.yaml:4:24: warning[{NAME}]: there is no finding `reaches-machine`; did you mean `reaches-machines`?"
    ]
    assert found(NAME, RULES.format(accept="finding: xyz, at: access_token")) == [
        f"rules/a.yaml:4:24: warning[{NAME}]: there is no finding `xyz`; leave out `finding: xyz`"
    ]


def test_another_place_is_answered_with_the_right_one(found: Found) -> None:
    """It is near, or the only one, or the first."""
    assert found(NAME, RULES.format(accept="finding: reaches-machines, at: acess_token")) == [
        f"rules/a.yaml:4:46: warning[{NAME}]: `reaches-machines` isn't found there; write `at: access_token`"
    ]
    assert found(NAME, RULES.format(accept="finding: reaches-machines")) == [
        f"rules/a.yaml:4:14: warning[{NAME}]: an acceptance names a place; write `at: access_token`"
    ]


def test_a_finding_that_is_gone_needs_no_acceptance(found: Found) -> None:
    """In a rule, and in pool.yaml."""
    assert found(NAME, RULES.format(accept="finding: lost-on-refresh, at: when")) == [
        f"rules/a.yaml:4:14: warning[{NAME}]: {WHAT} in this rule; {CURE}"
    ]
    assert found(NAME, pool=POOL + "accept: [{finding: lost-on-refresh, at: when, why: a}]\n") == [
        f"pool.yaml:34:10: warning[{NAME}]: {WHAT} outside of rules; {CURE}"
    ]


def test_an_acceptance_in_another_rule_silences_nothing(check: Check) -> None:
    """The finding still stands."""
    rules = RULES.format(accept="finding: reaches-machines, at: access_token").replace(
        "stage:\n    access", "stage:\n    when: {client: web}\n    access"
    )
    rules += "  other: {access_token: {claims: {other: live}}}\n"
    names = [finding.name for finding in check(rules).standing if finding.severity != "notice"]
    assert names == [NAME, "reaches-machines"]


def test_an_acceptance_cannot_be_accepted(found: Found) -> None:
    """It would be one more that silences nothing."""
    accept = "finding: lost-on-refresh, at: when, why: a}, {finding: unused-acceptance, at: accept.0"
    assert len(found(NAME, RULES.format(accept=accept))) == 2


def test_an_accepted_suppression_is_counted_and_a_needless_one_found(check: Check, found: Found) -> None:
    """It is accepted when the policy is loaded already."""
    rules = """\
rules:
  writes: {when: {client: CLIENT}, id_token: {claims: {nickname: a}}}
  hides:
    when: {client: web}
    id_token: {suppress: [email, nickname]}
    accept: [{finding: claim-suppressed-elsewhere, at: id_token.suppress.nickname, why: It is meant so.}]
  accepts:
    when: {client: web}
    access_token: {claims: {a: {from: metadata.tenant}}}
    accept: [{finding: lost-on-refresh, at: access_token.claims.a, why: It is meant so.}]
"""
    outcome = check(rules.replace("CLIENT", "[web, worker]"))
    assert [(accepted.finding.name, accepted.finding.at) for accepted in outcome.accepted] == [
        ("claim-suppressed-elsewhere", "id_token.suppress.nickname"),
        ("lost-on-refresh", "access_token.claims.a"),
    ]
    assert str(outcome.accepted[0].finding).startswith(
        "rules/a.yaml:5:26: error[claim-suppressed-elsewhere]: `writes` ("
    )
    (text,) = found(NAME, rules.replace("CLIENT", "worker"))
    assert text.startswith("rules/a.yaml:6:14: ")


def test_an_acceptance_silences_one_finding_and_the_next_one_needs_its_own(check: Check) -> None:
    """Who accepted an address in a claim hasn't accepted what somebody puts beside it later."""
    rules = """\
rules:
  contact:
    when: {{principal: user}}
    access_token: {{claims: {{contact: {{object: {{a: {{from: username}}, b: {{from: username}}}}}}}}}}
    accept: [{}]
"""
    one = "{finding: personal-data-in-clear, at: access_token.claims.contact, why: It is meant so.}"
    for accept, standing in ((one, 1), (f"{one}, {one}", 0)):
        found = check(rules.format(accept))
        assert len(found.accepted) == 2 - standing
        assert [finding.name for finding in found.standing if finding.severity == "error"] == (
            ["personal-data-in-clear"] * standing
        )
    three = check(rules.format(f"{one}, {one}, {one}"))
    assert [finding.name for finding in three.standing if finding.severity != "notice"] == [NAME]


def test_an_acceptance_of_what_is_found_in_the_pool_is_answered_with_the_place(found: Found) -> None:
    """The message of such a finding may name the rule."""
    accept = "finding: unused-name, at: access_token"
    (text,) = found(NAME, RULES.format(accept=accept))
    assert "isn't found in this rule; accept it in pool.yaml: `at: " in text


def test_a_blank_reason_is_none(check: Check) -> None:
    """Reviewers have nothing to read."""
    with pytest.raises(Exception, match="no-reason: an acceptance gives its reason"):
        check(
            RULES.format(accept="finding: unused-name, at: access_token").replace("Every token names the stage.", "' '")
        )
