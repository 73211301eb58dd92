"""Conditions that exclude each other are never true together: the trigger is the judge."""

import json
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pretoken.cognito.events import read_event
from pretoken.policy.conditions import Condition
from pretoken.policy.exclusion import exclude
from pretoken.policy.policy import Policy
from pretoken.trigger.plan import link

POOL = {
    "language": 1,
    "trigger": "V2_0",
    "other_clients": "apply_rules",
    "clients": {"web": "web-id", "worker": "worker-id"},
    "variables": {"V": ["a", "b"]},
    "attributes": {"custom:t": {}, "custom:n": "number"},
}
DERIVED = {"d": {"test": {"attribute.custom:t": "a"}}}

TEXTS = st.sampled_from(["a", "b", "${V}"])
TEXT_TESTS = st.recursive(
    st.one_of(TEXTS, st.booleans().map(lambda wanted: {"exists": wanted}), st.just({"prefix": "a"})),
    lambda inner: st.one_of(st.lists(inner, min_size=1, max_size=2), inner.map(lambda test: {"not": test})),
    max_leaves=2,
)
BOUNDS = st.dictionaries(
    st.sampled_from(["above", "at_least", "below", "at_most"]), st.integers(0, 2), min_size=1, max_size=2
)
NUMBER_TESTS = st.one_of(st.integers(0, 2), BOUNDS, BOUNDS.map(lambda test: {"not": test}))
GROUP_TESTS = st.one_of(TEXT_TESTS, NUMBER_TESTS.map(lambda test: {"count": test}))
CONDITIONS = st.recursive(
    st.fixed_dictionaries(
        {},
        optional={
            "attribute.custom:t": TEXT_TESTS,
            "attribute.custom:n": NUMBER_TESTS,
            "groups": GROUP_TESTS,
            "derived.d": st.booleans(),
            "client": st.one_of(st.just("web"), st.just({"not": "web"}), st.just({"exists": False})),
        },
    ).filter(bool),
    lambda inner: st.one_of(
        inner.map(lambda condition: {"not": condition}), st.lists(inner, min_size=1, max_size=2).map(lambda all_: {"all": all_})
    ),
    max_leaves=2,
)
WORLDS = [
    {"t": t, "n": n, "groups": groups, "client": client}
    for t in (None, "a", "b")
    for n in (None, "0", "1", "2")
    for groups in ([], ["a"], ["b"], ["a", "b"])
    for client in ("web-id", "other-id")
]


def holds(condition: Any, world: dict[str, Any], variable: str) -> bool:
    """Tell whether a rule with this condition applies, by the trigger's own evaluator."""
    rule = {"when": condition, "access_token": {"claims": {"x": "y"}}}
    policy = Policy.model_validate({"pool": POOL, "derived": DERIVED, "rules": {"r": rule}})
    attributes = {"sub": "s", "custom:t": world["t"], "custom:n": world["n"]}
    event = {
        "version": "2",
        "triggerSource": "TokenGeneration_Authentication",
        "userPoolId": "pool",
        "userName": "u",
        "callerContext": {"clientId": world["client"]},
        "request": {
            "userAttributes": {name: text for name, text in attributes.items() if text is not None},
            "groupConfiguration": {"groupsToOverride": world["groups"]},
            "scopes": [],
        },
        "response": {"claimsAndScopeOverrideDetails": None},
    }
    program = link(policy.plan(), {"V": variable})
    decision = program.decide(read_event(json.loads(json.dumps(event)), ["V2_0"]), {}, 0)
    return "x" in decision.changes.access_claims


@settings(max_examples=60, deadline=None)
@given(CONDITIONS, CONDITIONS)
def test_conditions_that_exclude_each_other_never_hold_together(one: Any, other: Any) -> None:
    """In no world of a small universe, whatever the variable is."""
    policy = Policy.model_validate({"pool": POOL, "derived": DERIVED})
    assume(exclude(Condition.model_validate(one), Condition.model_validate(other), policy) is not None)
    for variable in ("a", "b"):
        for world in WORLDS:
            assert not (holds(one, world, variable) and holds(other, world, variable)), (world, variable)
