"""Conditions that exclude each other are never true together: the trigger is the judge."""

from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pretoken.cognito.events import read_event
from pretoken.policy.conditions import Condition
from pretoken.policy.exclusion import Exclusion
from pretoken.policy.policy import Policy
from pretoken.trigger.context import Context, no_answers
from pretoken.trigger.link import Linker
from pretoken.trigger.outcomes import ABSENT

POOL = {
    "language": 1,
    "trigger": "V2_0",
    "other_clients": "apply_rules",
    "clients": {"web": "web-id", "worker": "worker-id"},
    "variables": {"V": ["a", "b"]},
    "attributes": {"custom:t": {}, "custom:n": "number"},
}
DERIVED = {"d": {"test": {"attribute.custom:t": "a"}}}
POLICY = Policy.model_validate({"pool": POOL, "derived": DERIVED})

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
        inner.map(lambda condition: {"not": condition}),
        st.lists(inner, min_size=1, max_size=2).map(lambda all_: {"all": all_}),
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


def context_of(world: dict[str, Any]) -> Context:
    """Make what the trigger decides on."""
    attributes = {"sub": "s", "custom:t": world["t"], "custom:n": world["n"]}
    event = {
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
    client = {"web-id": "web"}.get(world["client"], ABSENT)
    return Context(read_event(event, ["V2_0"]), client, no_answers, 0)


def test_conditions_that_exclude_each_other_never_hold_together() -> None:
    """In no world of a small universe, whatever the variable is; and the search finds such conditions."""
    found = []

    @settings(max_examples=300, deadline=None, database=None)
    @given(CONDITIONS, CONDITIONS)
    def search(one: Any, other: Any) -> None:
        if Exclusion(POLICY).reason(Condition.model_validate(one), Condition.model_validate(other)) is not None:
            found.append((one, other))
            assert not any(hold_together(one, other))

    search()
    assert len(found) > 20


def hold_together(one: Any, other: Any) -> Iterator[bool]:
    """Tell for each world whether the trigger finds both conditions true."""
    for variable in ("a", "b"):
        linker = Linker(POLICY.plan(), {"V": variable})
        conditions = [linker.condition(as_planned(condition), ()) for condition in (one, other)]
        for world in WORLDS:
            yield all(holds(context_of(world)) for holds in conditions)


def as_planned(condition: Any) -> Any:
    """Write a condition as the plan does."""
    return Condition.model_validate(condition).model_dump(mode="json", by_alias=True, exclude_defaults=True)
