"""Event versions: what V1_0 events can't carry."""
# ruff: noqa: E501 - a row of a table is a line

import pytest

from tests.policy.conftest import POOL, Errors

V1 = POOL.replace("trigger: [V2_0, V3_0]", "trigger: V1_0")
BOTH = POOL.replace("trigger: [V2_0, V3_0]", "trigger: [V1_0, V2_0]")


@pytest.mark.parametrize(
    ("rule", "pool", "message"),
    [
        (
            "{access_token: {claims: {a: b}}}",
            V1,
            "1:13: not-in-this-event-version: V1_0 events can't change the access token; declare `trigger: V2_0` in pool.yaml, or use `id_token`",
        ),
        (
            "{id_token: {claims: {a: true}}}",
            V1,
            '1:36: not-in-this-event-version: `a` must be text in a V1_0 event; put the constant in quotes: `"…"`',
        ),
        (
            "{id_token: {claims: {a: {from: groups}}}}",
            BOTH,
            "not-in-this-event-version: `a` must be text in a V1_0 event; add `then: json`",
        ),
        ("{id_token: {claims: {a: {from: attribute.email_verified}}}}", BOTH, "add `then: text`"),
        (
            "{id_token: {claims: {a: {add: [b]}}}}",
            BOTH,
            '`a` must be text in a V1_0 event, and `add` makes a list; use `then: {join: ","}`',
        ),
        ("{id_token: {claims: {a: {object: {b: c}}}}}", BOTH, "add `then: json`"),
        (
            "{id_token: {claims: {a: b}}, when: {scopes: c}}",
            BOTH,
            "not-in-this-event-version: V1_0 events don't carry scopes, so nothing but the access token can depend on them; declare `trigger: V2_0`",
        ),
        ("{deny: b, when: {derived.d: c}}", BOTH, "V1_0 events don't carry scopes"),
        ("{id_token: {claims: {a: {from: derived.d}}}}", BOTH, "V1_0 events don't carry scopes"),
        ("{groups: {add: {template: '{derived.d}'}}}", BOTH, "V1_0 events don't carry scopes"),
        ("{iam_roles: {keep: {one_of: scopes}}}", BOTH, "V1_0 events don't carry scopes"),
    ],
)
def test_what_a_declared_version_does_not_have_is_an_error(errors: Errors, rule: str, pool: str, message: str) -> None:
    """Text only in the ID token, no access token, no scopes."""
    found = errors(f"rules: {{r: {rule}}}\nderived: {{d: {{from: scopes, then: only}}}}", pool=pool)
    assert len(found) == 1, found
    assert message in found[0]


@pytest.mark.parametrize(
    ("rule", "pool"),
    [
        ("{access_token: {claims: {a: {from: groups}}, scopes: {remove: x}}, when: {scopes: c}}", BOTH),
        ("{id_token: {claims: {a: b, c: {from: attribute.birthdate}, d: {object: {e: f}, then: json}}}}", V1),
        ("{groups: {add: a}, when: {client: web}}", V1),
        ("{id_token: {claims: {a: true}}, when: {scopes: c}}", POOL),
    ],
)
def test_the_rest_is_fine(errors: Errors, rule: str, pool: str) -> None:
    """Access-token effects don't apply to V1_0 events where V2_0 is declared beside it."""
    assert errors(f"rules: {{r: {rule}}}", pool=pool) == []


def test_a_rule_whose_effects_are_unreadable_is_taken_for_none(errors: Errors) -> None:
    """Perhaps it changes the access token alone."""
    pool = POOL.replace("[V2_0, V3_0]", "[V1_0, V2_0]")
    (message,) = errors("rules: {a: {when: {scopes: a}, access_token: {claim: {a: b}}}}", pool=pool)
    assert message.startswith("rules/a.yaml:1:47: unknown-key: ")
