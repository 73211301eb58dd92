"""Conditions that nobody meets."""

import pytest

from tests.checks.conftest import POOL, Found

NAME = "never-true"
ONE_KIND = POOL.replace("[V2_0, V3_0]", "V2_0")
ANY = "take one of the tests out, or put them under `any`"


def rule(when: str) -> str:
    return f"rules: {{r: {{when: {when}, deny: Closed.}}}}\n"


@pytest.mark.parametrize(
    ("when", "message"),
    [
        (
            "{all: [{client: web}, {client: worker}]}",
            f"`when` is never true: no value of `client` passes both tests; {ANY}",
        ),
        (
            "{attribute.custom:n: {above: 5, below: 3}}",
            f"`when` is never true: no value of `attribute.custom:n` passes both tests; {ANY}",
        ),
        (
            "{groups: a, all: [{groups: {not: a}}]}",
            f"`when` is never true: one test of `groups` is the `not` of the other; {ANY}",
        ),
        (
            "{any: [{groups: a}, {all: [{client: web}, {client: worker}]}]}",
            f"`when` is never true: no value of `client` passes both tests; {ANY}",
        ),
        (
            "{attribute.email: {domain: [example.com, someone@example.org]}}",
            "no domain has an `@`, so `when` is never true; write `domain: example.org`",
        ),
        (
            '{attribute.email: {not: {domain: "someone@"}}}',
            "no domain has an `@`, so `when` is never true; write `domain: example.com`",
        ),
    ],
)
def test_tests_that_nothing_passes_are_found_once(when: str, message: str, found: Found) -> None:
    """Also inside other conditions."""
    (finding,) = found(NAME, rule(when))
    assert finding.endswith(f"warning[never-true]: {message}")


def test_a_condition_in_a_value_is_looked_at(found: Found) -> None:
    """A branch that is never chosen, a fact that is never true."""
    rules = "derived: {d: {test: {all: [{client: web}, {client: worker}]}}}\n"
    assert len(found(NAME, rules)) == 1


def test_machines_can_be_asked_for_with_their_event_version_only(found: Found) -> None:
    """Without V3_0 no machine comes."""
    (finding,) = found(NAME, rule("{client: web, principal: machine}"), ONE_KIND)
    assert finding.endswith("leave it out, or write in pool.yaml `trigger: V3_0`")
    assert found(NAME, rule("{principal: machine}")) == []
    assert found(NAME, rule("{principal: [user, machine]}"), ONE_KIND) == []
    assert found(NAME, rule("{not: {principal: user}}"), ONE_KIND) == []


@pytest.mark.parametrize(
    "when",
    [
        "{any: [{client: web}, {client: worker}]}",
        "{all: [{groups: a}, {groups: b}]}",
        "{attribute.custom:n: {above: 3, below: 5}}",
        "{attribute.email: {domain: [example.com, '${ANY}']}}",
        "{attribute.custom:a: {exists: false}}",
        "{attribute.custom:a: '${ANY}', all: [{attribute.custom:a: b}]}",
    ],
)
def test_conditions_that_can_hold_are_fine(when: str, found: Found) -> None:
    """Two tests of a list may pass by two of its items."""
    assert found(NAME, rule(when)) == []
