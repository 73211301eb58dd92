"""Tokens that can get too large are found, with what makes them so."""

import pytest

from tests.checks.conftest import POOL, Found

NAME = "token-too-large"
KNOWN = POOL + "groups: [admins]\nscopes: [orders/read]\n"


def rules(claims: str, token: str = "access_token") -> str:
    return f"rules:\n  r:\n    when: {{client: web}}\n    {token}: {{claims: {{{claims}}}}}\n"


def test_a_token_over_its_limit_is_found_with_its_largest_parts(found: Found) -> None:
    """Each limit is one finding, at its place."""
    claims = "plan: {from: lookup.user.plan}, s: {from: lookup.user.plan, then: {keep: {safe_as: identifier}}}"
    assert found(NAME, rules(claims), KNOWN + "limits: {access_token_bytes: 4096, lookups_total: 1s}\n") == [
        (
            "pool.yaml:36:30: warning[token-too-large]: the access token can have 19,774 bytes, and `limits` allows "
            "4,096; most of it is `plan` of rule `r` 16,387, Cognito's own `username` 1,027, Cognito's own "
            "`cognito:groups` 723; declare in pool.yaml how long what it holds can get, for example `max_length: 64` "
            "and `max_items: 20`, or cut lists with `then: {at_most: 20}`"
        )
    ]


def test_each_consumer_is_a_limit_for_its_tokens(found: Found) -> None:
    """A cookie holds either token; the others get the access token."""
    pool = KNOWN + "consumers: [cookie, alb, private_rest_api, api_gateway]\n"
    messages = [text.split(": ", 2)[2] for text in found(NAME, rules("plan: {from: lookup.user.plan}"), pool)]
    assert [message.split("; ")[0].split(" bytes, and ")[1] for message in messages] == [
        "`cookie` takes 4,096, of which 128 are for what else it counts",
        "`cookie` takes 4,096, of which 128 are for what else it counts",
        "`alb` takes 11,264, of which 1,024 are for what else it counts",
        "`private_rest_api` takes 8,000, of which 1,048 are for what else it counts",
        "`api_gateway` takes 10,240, of which 1,048 are for what else it counts",
    ]
    assert [message.split(" can")[0] for message in messages] == ["the ID token", *["the access token"] * 4]
    assert found(NAME, rules("plan: free"), KNOWN + "consumers: alb\n") == []


@pytest.mark.parametrize(
    ("claims", "told", "cure"),
    [
        (
            "t: {from: lookup.user.tenants}, s: {from: lookup.user.scopes}",
            "`lookup.user.scopes` has no `max_items`, and 1 more like it",
            "declare the most items there can be, for example `max_items: 20`, or cut them: `then: {at_most: 20}`",
        ),
        (
            "d: {from: lookup.doc.doc}",
            "`lookup.doc.doc` is an object of any size",
            "read what rules need of it as fields of their own, for example with `at: profile.plan`",
        ),
    ],
)
def test_a_token_without_a_largest_size_says_what_is_missing(claims: str, told: str, cure: str, found: Found) -> None:
    """The finding names the input."""
    document = "  doc: {parameter: {name: /doc}, data: none, fields: {doc: object}}\n"
    pool = KNOWN.replace("lookups:\n", f"lookups:\n{document}") + "limits: {access_token_bytes: 4096}\n"
    (text,) = found(NAME, rules(claims), pool)
    assert text.endswith(f"the access token has no largest size, and `limits` allows 4,096 bytes: {told}; {cure}")


def test_cognitos_own_groups_and_scopes_are_cured_by_naming_them(found: Found) -> None:
    """Which there are is known to whoever writes pool.yaml."""
    limits = "limits: {access_token_bytes: 4096}\n"
    (text,) = found(NAME, rules("a: b"), POOL + limits)
    assert text.endswith("; say in pool.yaml which groups there are, for example `groups: [admins]`")
    (text,) = found(NAME, rules("a: b"), POOL + "groups: [admins]\n" + limits)
    assert text.endswith("; say in pool.yaml which scopes there are, for example `scopes: [orders/read]`")
    assert found(NAME, rules("a: b"), KNOWN + limits) == []


def test_cognitos_own_roles_are_cured_by_a_rule(found: Found) -> None:
    """They can be long, and most pools have none."""
    pool = KNOWN.replace("  custom:a: {}\n  custom:b: {}\n", "").replace("  custom:region: {}\n  custom:site: {}\n", "")
    limits = "limits: {id_token_bytes: 5000}\n"
    (text,) = found(NAME, rules("a: b", "id_token"), pool + limits)
    assert text.endswith("for example `iam_roles: {keep: '${READER_ROLE_ARN}'}`")
    none = "  s: {iam_roles: {keep: none}}\n"
    assert found(NAME, rules("a: b", "id_token") + none, pool + limits) == []


def test_the_id_token_has_a_limit_of_its_own(found: Found) -> None:
    """Declared attributes are in it unless a rule always suppresses them."""
    limits = "limits: {id_token_bytes: 10000}\n"
    (text,) = found(NAME, rules("a: b", "id_token"), KNOWN + limits)
    assert "the ID token can have" in text
    gone = "  s: {id_token: {suppress: ['custom:a', 'custom:b', 'custom:region', 'custom:site']}}\n"
    assert found(NAME, rules("a: b", "id_token") + gone, KNOWN + limits) == []


def test_a_finding_can_be_accepted_at_its_limit(found: Found) -> None:
    """By the name of the consumer."""
    pool = (
        POOL + "consumers: [api_gateway]\naccept:\n- {finding: token-too-large, at: consumers.api_gateway, why: a.}\n"
    )
    assert found(NAME, rules("a: b"), pool) == []
