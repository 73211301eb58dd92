"""Wildcards on which someone authorizes."""

import pytest

from tests.checks.conftest import POOL, Found

WILD = [
    ("{from: lookup.user.plan}", True),
    ("{template: 'a/{lookup.user.plan}'}", True),
    ("{from: lookup.user.plan, then: {keep: {safe_as: scope}}}", True),
    ("{from: lookup.user.plan, then: {keep: {safe_as: identifier}}}", False),
    ("{from: lookup.user.plan, then: {table: {a: b}}}", False),
    ("{from: lookup.user.plan, then: {table: {a: 'b*'}}}", True),
    ("{from: attribute.sub}", False),
    ("'a?'", True),
    ("acme", False),
    ("['a*', b]", True),
]


@pytest.mark.parametrize(("value", "wild"), WILD)
def test_claims_that_can_hold_a_wildcard_are_found_if_someone_authorizes_on_them(
    value: str, wild: bool, found: Found
) -> None:
    """`all` names every claim of the ID token, and none of the access token."""
    rules = "rules: {{r: {{when: {{client: web}}, {token}: {{claims: {{x: {value}}}}}}}}}\n"
    for authorizing in ("[x]", "all"):
        pool = f"{POOL}id_token_authorizes: {authorizing}\n"
        assert bool(found("iam-wildcard", rules.format(token="id_token", value=value), pool)) is wild
        assert found("iam-wildcard", rules.format(token="access_token", value=value), pool) == []
    assert found("iam-wildcard", rules.format(token="id_token", value=value), f"{POOL}id_token_authorizes: [z]\n") == []
