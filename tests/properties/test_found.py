"""What the searches once found, each as its smallest example."""

from __future__ import annotations

from typing import Any

from pretoken.cognito.events import read_event
from pretoken.cognito.tokens import apply_response
from pretoken.trigger.plan import link
from tests.properties.events import answering
from tests.properties.outcome import Outcome
from tests.properties.vocabulary import POOL, POOL_ID, SECRETS, VARIABLES

FAILS = answering({}, ["user", "conf"])


def _outcome(rules: dict[str, Any], groups: dict[str, Any] | None = None, answers: Any = FAILS) -> Outcome:
    pool = {**POOL, "trigger": ["V2_0"], "other_clients": "apply_rules"}
    program = link({"pool": pool, "derived": {"key": "a"}, "rules": rules}, VARIABLES, SECRETS)
    event = {
        "userPoolId": POOL_ID,
        "callerContext": {"clientId": "a-id"},
        "request": {"userAttributes": {"sub": "s1"}, "groupConfiguration": groups, "scopes": []},
    }
    return Outcome(program, read_event(event, program.versions), answers)


def test_an_object_put_together_of_leaves_is_a_claim_that_the_contract_allows() -> None:
    outcome = _outcome({"r": {"access_token": {"claims": {"plan": {"object": {"k": {"object": {"l": "a"}}}}}}}})
    assert outcome.tokens.access_token["plan"] == {"k": {"l": "a"}}


def test_a_group_that_is_only_added_makes_nobody_refuse() -> None:
    """Or the failure of the addition would let in whom a rule with `on_failure: deny` refused."""
    strict = {"on_failure": "deny", "groups": {"keep": {"one_of": "lookup.conf.tags"}}}
    added = _outcome({"adds": {"groups": {"add": ["a"]}}, "keeps": strict})
    failed = _outcome({"adds": {"groups": {"add": {"from": "lookup.user.tags"}}}, "keeps": strict})
    for outcome in (added, failed):
        assert not outcome.refused
        assert "cognito:groups" not in outcome.tokens.access_token


def test_a_group_of_the_user_that_cannot_be_judged_is_a_reason_to_refuse() -> None:
    strict = {"on_failure": "deny", "groups": {"keep": {"one_of": "lookup.conf.tags"}}}
    assert _outcome({"keeps": strict}, {"groupsToOverride": ["a"]}).refused


def test_an_object_that_is_added_as_text_is_left_out_as_a_whole() -> None:
    """A part of an item would be another item, that wasn't there without the failure."""
    text = {"object": {"k": "a", "l": {"from": "lookup.user.text"}}, "then": ["json"]}
    outcome = _outcome({"r": {"access_token": {"claims": {"roles": {"add": text}, "plan": text}}}})
    assert outcome.tokens.access_token["plan"] == '{"k":"a"}'
    assert "roles" not in outcome.tokens.access_token


def test_a_preferred_role_that_is_no_role_stays_unless_a_rule_edits_the_roles() -> None:
    """Or it would come back where the failure of an added group leaves nothing to change."""
    groups = {"iamRolesToOverride": ["a"], "preferredRole": "b"}
    adds_a_group = _outcome({"r": {"groups": {"add": ["a"]}}}, groups)
    keeps_roles = _outcome({"r": {"iam_roles": {"keep": "a"}}}, groups)
    assert adds_a_group.tokens.id_token is not None
    assert keeps_roles.tokens.id_token is not None
    assert adds_a_group.tokens.id_token["cognito:preferred_role"] == "b"
    assert keeps_roles.tokens.id_token["cognito:roles"] == ["a"]
    assert "cognito:preferred_role" not in keeps_roles.tokens.id_token


def test_an_event_with_anything_in_the_place_of_the_answer_changes_no_token() -> None:
    outcome = _outcome({})
    for anything in ("x", ["x"], {"claimsAndScopeOverrideDetails": "x"}):
        answer = {**outcome.event.raw, "response": anything}
        assert apply_response(outcome.default, outcome.event, answer).access_token == outcome.default.access_token
