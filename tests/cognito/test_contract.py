"""What a trigger may change, held against Cognito's own table."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pretoken.cognito.contract import (
    CLAIMS,
    MAX_CHANGES,
    TOKENS,
    claim_problem,
    group_problem,
    scope_problem,
    suppression_problem,
    value_problem,
)

# fmt: off
STANDARD = [
    "address", "birthdate", "email", "email_verified", "family_name", "gender", "given_name",
    "locale", "middle_name", "name", "nickname", "phone_number", "phone_number_verified", "picture",
    "preferred_username", "profile", "updated_at", "website", "zoneinfo",
]
UNTOUCHABLE = [
    "acr", "amr", "at_hash", "auth_time", "azp", "client_id", "cognito:username",
    "cognito:user_status", "device_key", "event_id", "exp", "iat", "identities", "iss",
    "jti", "nbf", "nonce", "origin_jti", "sub", "token_use", "username",
    "version",
]
# fmt: on

# claim, add or override in the access token, in the ID token, suppress in either: Cognito's table, one row per claim.
TABLE = [
    *[(name, True, True, True) for name in ("tenant_id", "https://example.com/claims", "urn:x", "Sub", "customs")],
    ("scope", False, False, False),
    ("cognito:groups", False, False, True),
    ("cognito:preferred_role", False, False, False),
    ("cognito:roles", False, False, False),
    *[(name, True, True, True) for name in STANDARD],
    ("custom:department", True, True, True),
    ("dev:department", False, False, True),
    ("aud", True, False, False),
    *[(name, False, False, False) for name in UNTOUCHABLE],
]


@pytest.mark.parametrize(("name", "access", "identity", "suppress"), TABLE)
def test_a_claim_may_be_set_and_suppressed_as_the_table_says(
    name: str, access: bool, identity: bool, suppress: bool
) -> None:
    assert (claim_problem(name, "access_token") is None) is access
    assert (claim_problem(name, "id_token") is None) is identity
    for token in TOKENS:
        assert (suppression_problem(name, token) is None) is suppress


def test_every_row_of_the_contract_is_covered_by_the_table() -> None:
    """A claim added to the contract needs a row here."""
    listed = {name for names, *_ in CLAIMS for name in names.split() if "*" not in name}
    assert listed <= {name for name, *_ in TABLE}


def test_no_claim_stands_in_two_rows_and_modify_is_like_add() -> None:
    names = [name for row in CLAIMS for name in row[0].split()]
    assert len(set(names)) == len(names)
    assert all(add == modify for _, _, add, modify, *_ in CLAIMS)


def test_a_row_names_the_way_to_what_it_allows() -> None:
    """Something that can be changed says how, and something that can't says nothing."""
    for _, _, add, _, suppress, how, _ in CLAIMS:
        assert (add or suppress) is bool(how)


@pytest.mark.parametrize("name", ["cognito", "custom", "dev"])
@pytest.mark.parametrize("token", TOKENS)
def test_bare_names_that_break_verified_permissions_are_refused_but_may_be_suppressed(name: str, token: str) -> None:
    assert claim_problem(name, token) == (
        f"a claim `{name}` makes Amazon Verified Permissions refuse the token; "
        f"choose another name, for example `app_{name}`"
    )
    assert suppression_problem(name, token) is None


@pytest.mark.parametrize("token", TOKENS)
def test_a_claim_without_a_name_is_refused(token: str) -> None:
    assert claim_problem("", token) == "a claim needs a name; write one, for example `tenant_id`"
    assert suppression_problem("", token) == "a claim needs a name; write one, for example `suppress: [email]`"


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("acr", "Cognito doesn't let a trigger set `acr`; choose another name, for example `assurance`"),
        ("exp", "Cognito doesn't let a trigger set `exp`; choose another name, for example `app_exp`"),
        ("dev:x", "Cognito doesn't let a trigger set `dev:x`; choose another name, for example `app_x`"),
        ("scope", "`scope` can't be set as a claim; use `scopes: {add: [...]}`"),
        ("cognito:groups", "`cognito:groups` can't be set as a claim; use `groups`"),
        ("cognito:roles", "`cognito:roles` can't be set as a claim; use `iam_roles`"),
        (
            "cognito:preferred_role",
            "`cognito:preferred_role` can't be set as a claim; use `iam_roles: {preferred: ...}`",
        ),
        ("aud", "`aud` can't be set in the ID token; write `aud: {from: client.id}` in the access token"),
    ],
)
def test_a_refused_claim_names_the_cure(name: str, problem: str) -> None:
    assert claim_problem(name, "id_token") == problem


@pytest.mark.parametrize("name", [name for name, _, identity, _ in TABLE if not identity])
def test_a_name_that_a_message_proposes_is_allowed(name: str) -> None:
    problem = claim_problem(name, "id_token") or ""
    for proposed in re.findall(r"for example `([^`]+)`", problem):
        assert claim_problem(proposed, "id_token") is None


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("sub", "Cognito doesn't let a trigger suppress `sub`; leave it out of `suppress`"),
        ("aud", "Cognito doesn't let a trigger suppress `aud`; leave it out of `suppress`"),
        ("scope", "`scope` can't be suppressed as a claim; use `scopes: {remove: [...]}`"),
        (
            "cognito:roles",
            (
                "`cognito:roles` can't be suppressed as a claim; "
                "write `suppress: [cognito:groups]`, which takes the roles with it"
            ),
        ),
    ],
)
def test_a_refused_suppression_names_the_cure(name: str, problem: str) -> None:
    assert suppression_problem(name, "access_token") == problem


def value(name: str, value: object, *, token: str = "access_token", version: str = "V2_0") -> str | None:
    return value_problem(name, value, token, version, "client")


@pytest.mark.parametrize("version", ["V2_0", "V3_0"])
@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize(
    "good",
    ["", "text", 0, -(2**63), 1.5, True, [], ["a", 1, 2.5, False], {}, {"a": {"b": [1, "x"], "c": 1.79e308}}],
)
def test_later_versions_take_text_numbers_booleans_lists_and_objects(good: object, token: str, version: str) -> None:
    assert value("x", good, token=token, version=version) is None


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        (None, "null"),
        ({"a": {"b": None}}, "null"),
        ([None], "list of something else"),
        ([{"a": 1}], "list of something else"),
        ([["a"]], "list of something else"),
        ({"a": [{"b": 1}]}, "list of something else"),
        (float("nan"), "finite"),
        (float("inf"), "finite"),
        ([1.0, float("-inf")], "finite"),
        ({"a": float("nan")}, "finite"),
        ({1: "a"}, "key that isn't text"),
        ((1, 2), "isn't JSON"),
        (b"x", "isn't JSON"),
        ({"a": object()}, "isn't JSON"),
    ],
)
def test_later_versions_refuse_what_isnt_in_cognitos_list_of_types_at_any_depth(bad: object, what: str) -> None:
    problem = value("x", bad)
    assert problem is not None
    assert what in problem
    assert "`x`" in problem


def test_a_deep_object_is_judged_without_recursion() -> None:
    deep: object = None
    for _ in range(100_000):
        deep = {"a": deep}
    assert "null" in (value("x", deep) or "")


@pytest.mark.parametrize("name", ["address", "email_verified", "phone_number_verified", "updated_at"])
@pytest.mark.parametrize("complex_value", [{"formatted": "x"}, ["x"]])
def test_four_claims_hold_no_object_in_the_id_token(name: str, complex_value: object) -> None:
    assert value(name, complex_value, token="id_token") == (
        f"`{name}` can't hold a list or an object in the ID token; add `then: json`"
    )
    assert value(name, complex_value) is None
    assert value(name, "x", token="id_token") is None
    assert value(name, True, token="id_token") is None


@pytest.mark.parametrize(
    ("bad", "step"), [(1, "text"), (True, "text"), (None, "text"), (["a"], "json"), ({"a": "b"}, "json")]
)
def test_v1_takes_text_only(bad: object, step: str) -> None:
    assert value("x", bad, token="id_token", version="V1_0") == (
        f"`x` must be text in a V1_0 event; add `then: {step}`"
    )
    assert value("x", "text", token="id_token", version="V1_0") is None


def test_v1_cannot_set_access_token_claims() -> None:
    assert value("x", "text", version="V1_0") == (
        "a V1_0 event can't set `x` in the access token; declare `trigger: V2_0`"
    )


@pytest.mark.parametrize("audience", ["other", ["client"], True])
def test_the_audience_may_only_be_the_client_id(audience: object) -> None:
    assert value("aud", "client") is None
    assert value("aud", audience) == (
        "`aud` may only be the app client id; write `aud: {from: client.id}` in the access token"
    )


SCOPE = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]{1,256}")


@given(st.text(alphabet=st.characters(max_codepoint=0x100), max_size=4) | st.sampled_from(["x" * 256, "x" * 257]))
def test_a_scope_is_what_the_api_reference_says(scope: str) -> None:
    assert (scope_problem(scope) is None) is bool(SCOPE.fullmatch(scope))


@pytest.mark.parametrize("scope", ["orders/read", "MyAPI.read", "aws.cognito.signin.user.admin", "urn:a:b", "!"])
def test_a_good_scope_passes(scope: str) -> None:
    assert scope_problem(scope) is None


@pytest.mark.parametrize("scope", ["", "a b", 'a"b', "a\\b", "a\n", "\x7f", "é", "x" * 257, None, 1, ["a"]])
def test_a_bad_scope_is_refused_without_naming_it(scope: object) -> None:
    assert scope_problem(scope) == (
        "a scope is 1 to 256 visible ASCII characters without quotes and backslashes; write it like `orders/read`"
    )


@given(st.text(max_size=3) | st.sampled_from(["x" * 128, "x" * 129]))
def test_a_group_name_is_letters_marks_symbols_numbers_and_punctuation(name: str) -> None:
    allowed = 0 < len(name) <= 128 and all(unicodedata.category(letter)[0] in "LMSNP" for letter in name)
    assert (group_problem(name) is None) is allowed


@pytest.mark.parametrize("name", ["", "a b", "a\tb", "a\u00a0b", "x" * 129, None, 1])
def test_a_bad_group_name_is_refused_without_naming_it(name: object) -> None:
    assert group_problem(name) == "a group name is 1 to 128 characters without blanks; write it like `order-admins`"


def test_the_quota_is_cognitos() -> None:
    assert MAX_CHANGES == 5000
