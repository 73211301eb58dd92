"""One event through the rules, without AWS."""

import json
from pathlib import Path

import pytest

from pretoken.cognito.errors import EventError
from pretoken.sealing import Opener, local_kms_client
from pretoken.simulator.simulation import LOCAL_KEY, Simulator, pseudonym_secrets
from tests.simulator.folders import NOW, POOL, SUB, event, load, simulate

ENCRYPTS = "rules: {invoice: {access_token: {encrypted_for: {billing-api: {email: {from: attribute.email}}}}}}"
WRITES = "rules: {plan: {access_token: {claims: {plan: {from: lookup.user.plan, default: free}}}}}"


def test_a_pseudonym_has_a_secret_of_its_own_that_is_long_enough() -> None:
    secrets = pseudonym_secrets({"pseudonyms": {"analytics": {}, "support": {}}})

    assert len(set(secrets.values())) == 2
    assert all(len(secret) >= 32 for secret in secrets.values())
    assert pseudonym_secrets({}) == {}


def test_a_pseudonym_can_be_simulated(tmp_path: Path) -> None:
    pool = POOL + "pseudonyms: {analytics: {secret: arn}}\n"
    rules = "rules: {id: {access_token: {claims: {visitor: {from: attribute.sub, then: {pseudonym: analytics}}}}}}"
    _, first = simulate(tmp_path, rules, pool=pool)
    _, second = simulate(tmp_path, rules, pool=pool)

    assert first.after is not None
    assert second.after is not None
    assert len(first.after.access_token["visitor"]) == 43
    assert first.after.access_token == second.after.access_token


def test_the_tokens_after_hold_what_the_rules_wrote(tmp_path: Path) -> None:
    _, simulation = simulate(tmp_path, WRITES, user={"plan": "pro"})

    assert simulation.after is not None
    assert simulation.after.access_token == {**simulation.before.access_token, "plan": "pro"}
    assert simulation.after.id_token == simulation.before.id_token


@pytest.mark.parametrize(("answer", "outcome"), [({"plan": "pro"}, "row"), ("none", "none"), ("failed", "failed")])
def test_it_tells_which_lookups_were_made(tmp_path: Path, answer: object, outcome: str) -> None:
    _, simulation = simulate(tmp_path, WRITES, user=answer)

    assert simulation.lookups == {"user": outcome}


def test_a_lookup_that_is_not_given_has_no_row(tmp_path: Path) -> None:
    _, simulation = simulate(tmp_path, WRITES)

    assert simulation.lookups == {"user": "none"}


def test_members_are_encrypted_for_real_and_can_be_opened_in_this_process(tmp_path: Path) -> None:
    _, simulation = simulate(tmp_path, ENCRYPTS, event(attributes={"email": "anna@example.com"}))

    assert simulation.after is not None
    message = simulation.after.access_token["encrypted_for_billing_api"]
    opener = Opener("billing-api", LOCAL_KEY, client=local_kms_client("eu-west-1"))
    assert opener.open(message, sub=SUB) == {"email": "anna@example.com"}


def test_both_tokens_can_carry_a_message(tmp_path: Path) -> None:
    rules = """\
rules:
  a: {access_token: {encrypted_for: {billing-api: {email: {from: attribute.email}}}}}
  b: {id_token: {encrypted_for: {billing-api: {name: {from: attribute.email}}}}}
"""
    _, simulation = simulate(tmp_path, rules, event(attributes={"email": "anna@example.com"}))

    assert simulation.after is not None
    assert simulation.after.id_token is not None
    messages = [
        token["encrypted_for_billing_api"] for token in (simulation.after.access_token, simulation.after.id_token)
    ]
    opener = Opener("billing-api", LOCAL_KEY, client=local_kms_client("eu-west-1"))
    assert [opener.open(message, sub=SUB) for message in messages] == [
        {"email": "anna@example.com"},
        {"name": "anna@example.com"},
    ]


def test_a_key_that_pool_yaml_names_is_the_one_that_is_used(tmp_path: Path) -> None:
    key = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    pool = POOL.replace('"${KEY}"', key)
    _, simulation = simulate(tmp_path, ENCRYPTS, event(attributes={"email": "anna@example.com"}), pool)

    assert simulation.after is not None
    message = simulation.after.access_token["encrypted_for_billing_api"]
    opener = Opener("billing-api", key, client=local_kms_client("eu-central-1"))
    assert opener.open(message, sub=SUB) == {"email": "anna@example.com"}


def test_a_denied_sign_in_has_no_tokens(tmp_path: Path) -> None:
    _, simulation = simulate(tmp_path, "rules: {closed: {deny: We are closed.}}")

    assert (simulation.denied_by, simulation.decision.denial, simulation.after) == ("closed", "We are closed.", None)


def test_a_client_that_is_not_declared_is_denied_by_pool_yaml(tmp_path: Path) -> None:
    _, simulation = simulate(tmp_path, WRITES, event(client_id="another"))

    assert simulation.denied_by == "other_clients"


def test_an_answer_that_cognito_would_refuse_does_not_leave(tmp_path: Path) -> None:
    plan = load(tmp_path, WRITES).plan()
    plan["rules"]["plan"]["access_token"]["claims"] = {"iss": "forged"}  # no rule file gets so far
    simulation = Simulator(plan).run(event(), now=NOW)

    assert simulation.after is None
    assert simulation.refusal is not None
    assert simulation.refusal.code == "reserved-claim"
    assert simulation.denied_by is None


def test_what_is_no_event_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EventError, match="event-client"):
        simulate(tmp_path, WRITES, {"userPoolId": "eu-west-1_Ab12Cd34"})


def test_the_event_stays_as_it_came(tmp_path: Path) -> None:
    raw = event(attributes={"email": "anna@example.com"})
    before = json.dumps(raw)
    simulate(tmp_path, ENCRYPTS, raw)

    assert json.dumps(raw) == before
