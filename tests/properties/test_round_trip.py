"""A plan loads back as an equal policy."""

from __future__ import annotations

import json

from hypothesis import given, settings

from pretoken.policy.policy import Policy
from tests.properties.choices import made_by
from tests.properties.policies import policy


@settings(max_examples=60)
@given(made_by(policy))
def test_a_plan_becomes_a_policy_that_gives_the_same_plan(plan: dict[str, object]) -> None:
    loaded = Policy.model_validate(plan)
    assert _spelt(loaded.plan()) == _spelt(plan)
    again = Policy.model_validate_json(json.dumps(loaded.plan()))
    assert again == loaded
    assert _spelt(again.plan()) == _spelt(plan)


def _spelt(plan: object) -> str:
    """Spell a plan, since `1 == True`."""
    return json.dumps(plan, sort_keys=True)
