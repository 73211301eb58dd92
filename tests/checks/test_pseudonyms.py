"""Pseudonyms beside `sub`."""

import pytest

from tests.checks.conftest import Found

NAME = "pseudonym-beside-sub"

DERIVED = """\
derived:
  p: {from: attribute.sub, then: {pseudonym: analytics}}
  q: {template: 'x-{derived.p}'}
  r: {from: groups}
"""


def test_a_pseudonym_in_a_token_is_named(found: Found) -> None:
    """Through derived values and templates too."""
    rules = DERIVED + "rules:\n  a:\n    id_token:\n      claims:\n        p: {object: {id: {from: derived.q}}}\n"
    assert found(NAME, rules) == [
        (
            f"rules/a.yaml:9:22: notice[{NAME}]: `id_token.claims.p` is a pseudonym beside `sub`, which says who it "
            "is; leave it out, or let readers use `sub`"
        )
    ]


@pytest.mark.parametrize(
    ("effect", "count"),
    [
        ("access_token: {claims: {p: {from: derived.p}, q: {from: derived.q}}}", 2),
        ("id_token: {encrypted_for: {billing-api: {p: {from: attribute.email, then: {pseudonym: analytics}}}}}", 1),
        ("id_token: {claims: {p: {from: derived.r}}}", 0),
        ("id_token: {claims: {p: {from: attribute.sub}}}", 0),
    ],
)
def test_each_value_with_a_pseudonym_is_found(effect: str, count: int, found: Found) -> None:
    """A message has `sub` inside as well."""
    assert len(found(NAME, f"{DERIVED}rules: {{a: {{when: {{principal: user}}, {effect}}}}}\n")) == count
