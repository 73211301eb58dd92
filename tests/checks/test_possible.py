"""What is possible in one kind of event: the evaluator is the judge."""

from collections.abc import Callable
from typing import Any

import pytest

from pretoken.checks.machines import of_machine
from pretoken.checks.possible import ANY, EITHER, EMPTY, Outcomes, Possible
from pretoken.checks.refresh import of_refresh
from pretoken.cognito.events import read_event
from pretoken.policy.policy import Policy
from pretoken.trigger.outcomes import ABSENT
from pretoken.trigger.plan import link
from tests.properties.choices import Choices, Seeded
from tests.properties.events import answering, event, rows
from tests.properties.values import Writer
from tests.properties.vocabulary import KINDS, LOOKUP_INPUTS, NOW, POOL, SECRETS, TEXTS, VARIABLES

EXAMPLES = 300
CLAIMS = tuple("abcd")


def a_plan(choices: Choices) -> dict[str, Any]:
    """Write a plan with one rule of a few claims, and another that only has a condition."""
    writer = Writer(choices)
    derived = {"key": writer.value("string", 1)}
    for path, kind in {"derived.key": "string", **LOOKUP_INPUTS}.items():
        writer.add_input(path, kind)
    for name in ("one", "two"):
        kind = choices.pick(KINDS)
        derived[name] = writer.value(kind, 2)
        for _ in range(4):
            writer.add_input(f"derived.{name}", kind)
    tables = {"texts": {"a": "b", "b": "a"}, "lists": {"a": ["a", "b"], "ab": list(TEXTS)}}
    claims = {name: writer.value(choices.pick(KINDS)) for name in CLAIMS}
    rules = {
        "claims": {"access_token": {"claims": claims}},
        "condition": {"when": writer.condition(), "access_token": {"suppress": ["x"]}},
    }
    pool = {**POOL, "trigger": ["V3_0"], "other_clients": "apply_rules"}
    return {"pool": pool, "derived": derived, "tables": tables, "rules": rules}


def a_machine(choices: Choices) -> dict[str, Any]:
    raw = event(choices, ["V3_0"])
    raw["triggerSource"] = "TokenGeneration_ClientCredentials"
    raw["request"]["userAttributes"] = {}
    raw["request"]["groupConfiguration"] = None
    return raw


def a_refresh(choices: Choices) -> dict[str, Any]:
    raw = event(choices, ["V2_0"])
    raw["request"]["clientMetadata"] = None
    return raw


def allows(outcomes: Outcomes, value: Any) -> bool:
    """Tell whether a value is among the outcomes; a text with a variable among them may be any."""
    if ANY in outcomes and value is not ABSENT:
        return True
    if value == [] and EMPTY in outcomes:
        return True
    constant = tuple(value) if isinstance(value, list) else value
    typed = {(type(outcome), outcome) for outcome in outcomes}
    return (type(constant), constant) in typed or any("$" in str(outcome) for outcome in outcomes)


@pytest.mark.parametrize(("make", "known"), [(a_machine, of_machine), (a_refresh, of_refresh)])
def test_what_happens_is_possible(
    make: Callable[[Choices], dict[str, Any]], known: Callable[[str], Outcomes | None]
) -> None:
    """No value and no condition is ever anything else than what the checks thought possible."""
    sharp = {"values": 0, "conditions": 0}
    for seed in range(EXAMPLES):
        choices = Seeded(f"{make.__name__}-{seed}")
        plan = a_plan(choices)
        policy = Policy.model_validate(plan)
        possible = Possible(policy, known)
        program = link(plan, VARIABLES, SECRETS)
        for _ in range(3):
            decision = program.decide(read_event(make(choices), program.versions), answering(rows(choices)), now=NOW)
            failed = {place for _, place in decision.left_out}
            token = policy.rules["claims"].access_token
            assert token is not None
            for name in CLAIMS:
                if f"access_token.claims.{name}" in failed:
                    continue
                value = decision.access_token.claims.get(name, (ABSENT,))[0]
                outcomes = possible.value(token.claims[name])
                assert allows(outcomes, value), (plan["rules"], plan["derived"], name, value, outcomes)
                sharp["values"] += ANY not in outcomes
            if "condition" not in decision.in_doubt:
                when = policy.rules["condition"].when
                assert when is not None
                truths = possible.condition(when)
                assert ("condition" in decision.applied) in truths, (plan["rules"], plan["derived"], truths)
                sharp["conditions"] += truths != EITHER
    assert min(sharp.values()) > EXAMPLES / 10, sharp
