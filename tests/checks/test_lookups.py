"""Lookups that ask for one row whoever signs in."""

import pytest

from tests.checks.conftest import POOL, Found

NAME = "constant-key"
FIELDS = "data: none, fields: {plan: string}"
ALLOWED = "data: none, fields: {allowed: strings}"


def pool(lookup: str) -> str:
    head, _, rest = POOL.partition("lookups:\n")
    return f"{head}lookups:\n  one: {{{lookup}}}\n{rest}"


@pytest.mark.parametrize(
    ("lookup", "at", "cure"),
    [
        ("dynamodb: {table: t, key: {id: attribute.sub}}, " + FIELDS, "dynamodb.key", '{id: "{attribute.sub}"}'),
        ("dynamodb: {table: t, key: {pk: 'a{{b}}', sk: '${ANY}'}}, " + FIELDS, "dynamodb.key", "{pk: "),
        (
            "verified_permissions: {policy_store: p, principal: 'U::a', resource: 'R::a', actions: [a]}, " + ALLOWED,
            "verified_permissions.principal",
            'principal: "User::{attribute.sub}"',
        ),
        ("lambda: {function: f, input: {kind: a}}, " + FIELDS, "lambda.input", '{sub: "{attribute.sub}"}'),
    ],
)
def test_a_key_without_an_input_is_found(lookup: str, at: str, cure: str, found: Found) -> None:
    """Everybody would get the same row."""
    (finding,) = found(NAME, pool=pool(lookup))
    assert f"`lookups.one.{at}` has no input in it, so there is one answer for everybody; write `{cure}" in finding


@pytest.mark.parametrize(
    "lookup",
    [
        "dynamodb: {table: t, key: {pk: settings, sk: '{client.id}'}}, " + FIELDS,
        "parameter: {name: /settings}, " + FIELDS,
        "appconfig: {application: a, environment: b, profile: c}, " + FIELDS,
        "lambda: {function: f, input: {kind: a, sub: '{attribute.sub}'}}, " + FIELDS,
    ],
)
def test_one_input_is_enough_and_settings_for_all_are_fine(lookup: str, found: Found) -> None:
    """A part of a key may well be constant."""
    assert found(NAME, pool=pool(lookup)) == []
