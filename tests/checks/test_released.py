"""What a policy gives away is listed for those who review it."""

import pytest

from pretoken.checks.released import released
from pretoken.policy.load import load_policy
from tests.checks.conftest import Check
from tests.checks.test_flow import POOL

EFFECTS = [
    (
        "access_token: {claims: {adult: {test: {attribute.birthdate: {age_at_least: 18}}}}}",
        "fact",
        ["attribute.birthdate"],
    ),
    ("access_token: {claims: {x: w}}", None, []),
    ("id_token: {claims: {adult: {test: {attribute.birthdate: {age_at_least: 18}}}}}", None, []),
    ("access_token: {scopes: {add: {from: attribute.gender, then: {prefer: [m]}}}}", "fact", ["attribute.gender"]),
    (
        "when: {attribute.gender: m, attribute.birthdate: {age_at_least: 18}}, groups: {add: [a]}",
        "fact",
        ["attribute.birthdate", "attribute.gender"],
    ),
    (
        "access_token: {encrypted_for: {billing-api: {m: {from: attribute.email}}}}",
        "self-asserted",
        ["attribute.email"],
    ),
    ("access_token: {encrypted_for: {billing-api: {m: {from: attribute.birthdate}}}}", None, []),
    ("id_token: {encrypted_for: {billing-api: {m: {from: metadata.tenant}}}}", "self-asserted", ["metadata.tenant"]),
]


@pytest.mark.parametrize(("effect", "kind", "inputs"), EFFECTS)
def test_facts_and_self_asserted_data_are_listed(
    effect: str, kind: str | None, inputs: list[str], check: Check
) -> None:
    """Each with the inputs that it comes from."""
    effect = effect if effect.startswith("when") else f"when: {{client: web}}, {effect}"
    check(f"rules: {{r: {{{effect}}}}}\n", POOL)
    found = [(one.kind, [*one.inputs]) for one in released(load_policy(".").policy)]
    assert found == ([(kind, inputs)] if kind else [])
