"""The plan: canonical JSON that loads back as an equal policy."""

import json
import subprocess
import sys
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pretoken.policy.policy import Policy
from pretoken.policy.steps import PLAIN_STEPS

NAMES = st.sampled_from(["a", "b1", "c-d"])
PATHS = st.sampled_from(["groups", "client", "attribute.email", "lookup.user.tenants", "derived.x", "metadata.y"])
TEXTS = st.text(min_size=1, max_size=5)
SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
)
CONSTANTS = st.one_of(SCALARS, st.lists(TEXTS, unique=True, max_size=3))


def one_or_more(items: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Write a list, or its only item."""
    return st.one_of(items, st.lists(items, min_size=1, max_size=2))


TESTS = st.recursive(
    st.one_of(
        SCALARS,
        st.fixed_dictionaries(
            {},
            optional={
                "prefix": TEXTS,
                "domain": one_or_more(TEXTS),
                "above": st.integers(0, 9),
                "exists": st.booleans(),
            },
        ).filter(bool),
        st.builds(lambda path: {"one_of": path}, PATHS),
        st.sampled_from([{"after": "now"}, {"within_last": "30d"}, {"safe_as": "scope"}, {"age_at_least": 18}]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=2),
        inner.map(lambda test: {"not": test}),
        inner.map(lambda test: {"count": test}),
    ),
    max_leaves=3,
)
CONDITIONS = st.recursive(
    st.dictionaries(PATHS, TESTS, min_size=1, max_size=2),
    lambda inner: st.one_of(
        st.builds(lambda members: {"all": members}, st.lists(inner, min_size=1, max_size=2)),
        st.builds(lambda members: {"any": members, "client": "web"}, st.lists(inner, min_size=1, max_size=2)),
        st.builds(lambda member: {"not": member}, inner),
    ),
    max_leaves=3,
)
STEPS = st.one_of(
    st.sampled_from(sorted(PLAIN_STEPS)),
    TEXTS.map(lambda text: {"strip_prefix": text}),
    TESTS.map(lambda test: {"keep": test}),
    st.dictionaries(TEXTS, CONSTANTS, min_size=1, max_size=2).map(lambda table: {"table": table}),
    one_or_more(SCALARS).map(lambda constants: {"prefer": constants}),
    st.integers(1, 9).map(lambda number: {"at_most": number}),
    st.sampled_from([{"join": ","}, {"pseudonym": "p"}, {"table": "named"}]),
)


@st.composite
def tailed(draw: st.DrawFn, head: st.SearchStrategy[dict[str, Any]]) -> dict[str, Any]:
    """Write a tail behind a head."""
    tail = draw(st.fixed_dictionaries({}, optional={"then": one_or_more(STEPS), "one_of": PATHS, "default": CONSTANTS}))
    return {**draw(head), **tail}


VALUES = st.recursive(
    st.one_of(
        CONSTANTS,
        tailed(PATHS.map(lambda path: {"from": path})),
        tailed(st.just({"template": "{client}/x"})),
        CONDITIONS.map(lambda condition: {"test": condition}),
    ),
    lambda inner: st.one_of(
        tailed(st.lists(inner, min_size=2, max_size=3).map(lambda members: {"first_of": members})),
        tailed(st.lists(inner, min_size=1, max_size=2).map(lambda members: {"union": members})),
        tailed(
            st.builds(
                lambda when, value, rest: {"choose": [{"when": when, "value": value}], **rest},
                CONDITIONS,
                inner,
                st.one_of(st.just({}), inner.map(lambda value: {"otherwise": value})),
            )
        ),
        st.builds(
            lambda members, rest: {"object": members, **rest},
            st.dictionaries(TEXTS, st.one_of(inner, inner.map(lambda value: {"add": value})), min_size=1, max_size=2),
            st.sampled_from([{}, {"then": "json"}, {"then": ["json"]}]),
        ),
    ),
    max_leaves=4,
)
RULES = st.builds(
    lambda when, claims, rest: {**({"when": when} if when else {}), "access_token": {"claims": claims}, **rest},
    st.one_of(st.none(), CONDITIONS),
    st.dictionaries(TEXTS, VALUES, min_size=1, max_size=2),
    st.fixed_dictionaries(
        {},
        optional={"why": TEXTS, "on_failure": st.sampled_from(["deny", "restrict"]), "overrides": one_or_more(NAMES)},
    ),
)
POOL = {"language": 1, "trigger": "V3_0", "other_clients": "deny"}


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(NAMES, RULES, max_size=2), st.dictionaries(st.sampled_from(["d", "e_1"]), VALUES, max_size=2))
def test_a_plan_loads_back_as_an_equal_policy(rules: dict[str, Any], derived: dict[str, Any]) -> None:
    """Through JSON text, and a second time gives the same plan."""
    policy = Policy.model_validate({"pool": POOL, "rules": rules, "derived": derived})
    text = json.dumps(policy.plan())
    again = Policy.model_validate(json.loads(text))
    assert again == policy
    assert json.dumps(again.plan()) == text


def test_another_vocabulary_of_the_trigger_is_refused_at_import() -> None:
    """What may be written and what the trigger does are the same names, or nothing starts."""
    program = "from pretoken.trigger.steps import STEPS\ndel STEPS['lower']\nimport pretoken.policy.policy"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)  # noqa: S603
    assert "the rule language and the trigger don't know the same forms, steps and tests" in done.stderr
