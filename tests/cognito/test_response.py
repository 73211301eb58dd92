"""The answer: in the shape of the event's version, complete, and never against the contract."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pretoken.cognito.contract import MAX_CHANGES
from pretoken.cognito.errors import ContractError
from pretoken.cognito.events import Event, read_event
from pretoken.cognito.response import Changes, GroupOverride, respond

CLIENT = "client"
VERSIONS = ["V1_0", "V2_0", "V3_0"]


def event(version: str = "V2_0", *, machine: bool = False, **request: Any) -> Event:
    member = "claimsOverrideDetails" if version == "V1_0" else "claimsAndScopeOverrideDetails"
    raw = {
        "version": version[1],
        "userPoolId": "eu-west-1_Ab12Cd34",
        "userName": "anna",
        "callerContext": {"clientId": CLIENT},
        "request": {
            "userAttributes": {} if machine else {"sub": "s-1"},
            "groupConfiguration": {"groupsToOverride": ["a", "b"], "iamRolesToOverride": ["arn:a"]},
            **request,
        },
        "response": {member: None, "news": 1},
        "news": {"kept": True},
    }
    return read_event(raw, [version])


def details(version: str, **changes: Any) -> dict[str, Any]:
    answer = respond(event(version), Changes(**changes))["response"]
    found: dict[str, Any] = answer["claimsOverrideDetails" if version == "V1_0" else "claimsAndScopeOverrideDetails"]
    return found


def refused(changes: Changes, version: str = "V2_0", **request: Any) -> tuple[str, str]:
    with pytest.raises(ContractError) as error:
        respond(event(version, **request), changes)
    assert str(error.value).startswith(f"{error.value.place}: {error.value.code}: ")
    return error.value.code, error.value.place


def test_a_v1_answer_holds_id_claims_suppressions_and_groups() -> None:
    assert details(
        "V1_0", id_claims={"x": "y"}, id_suppress=["email"], groups=GroupOverride(["a"], ["arn:a"], "arn:a")
    ) == {
        "claimsToAddOrOverride": {"x": "y"},
        "claimsToSuppress": ["email"],
        "groupOverrideDetails": {
            "groupsToOverride": ["a"],
            "iamRolesToOverride": ["arn:a"],
            "preferredRole": "arn:a",
        },
    }


@pytest.mark.parametrize("version", ["V2_0", "V3_0"])
def test_a_later_answer_holds_both_tokens_and_the_groups_beside_them(version: str) -> None:
    assert details(
        version,
        id_claims={"x": "y"},
        id_suppress=["email"],
        access_claims={"tenant": "acme", "aud": CLIENT, "levels": [1, 2.5]},
        access_suppress=["plan"],
        scopes_to_add=["orders/read"],
        scopes_to_suppress=["openid"],
        groups=GroupOverride(["a"], []),
    ) == {
        "idTokenGeneration": {"claimsToAddOrOverride": {"x": "y"}, "claimsToSuppress": ["email"]},
        "accessTokenGeneration": {
            "claimsToAddOrOverride": {"tenant": "acme", "aud": CLIENT, "levels": [1, 2.5]},
            "claimsToSuppress": ["plan"],
            "scopesToAdd": ["orders/read"],
            "scopesToSuppress": ["openid"],
        },
        "groupOverrideDetails": {"groupsToOverride": ["a"], "iamRolesToOverride": []},
    }


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"id_claims": {"x": "y"}}, {"idTokenGeneration": {"claimsToAddOrOverride": {"x": "y"}}}),
        ({"id_suppress": ["x"]}, {"idTokenGeneration": {"claimsToSuppress": ["x"]}}),
        ({"access_claims": {"x": 1}}, {"accessTokenGeneration": {"claimsToAddOrOverride": {"x": 1}}}),
        ({"access_suppress": ["x"]}, {"accessTokenGeneration": {"claimsToSuppress": ["x"]}}),
        ({"scopes_to_add": ["x"]}, {"accessTokenGeneration": {"scopesToAdd": ["x"]}}),
        ({"scopes_to_suppress": ["x"]}, {"accessTokenGeneration": {"scopesToSuppress": ["x"]}}),
        (
            {"groups": GroupOverride([], [])},
            {"groupOverrideDetails": {"groupsToOverride": [], "iamRolesToOverride": []}},
        ),
    ],
)
def test_members_without_content_are_left_out(changes: dict[str, Any], expected: dict[str, Any]) -> None:
    assert details("V2_0", **changes) == expected


@pytest.mark.parametrize("version", VERSIONS)
def test_without_changes_the_event_goes_back_as_it_came(version: str) -> None:
    came = event(version)
    assert respond(came, Changes()) is came.raw


def test_the_whole_event_goes_back_with_unknown_members() -> None:
    came = event()
    answer = respond(came, Changes(id_claims={"x": "y"}))
    assert answer["news"] == {"kept": True}
    assert answer["response"]["news"] == 1
    assert {key: answer[key] for key in answer if key != "response"} == {
        key: came.raw[key] for key in came.raw if key != "response"
    }


@pytest.mark.parametrize("response", [None, [], "absent"])
def test_an_event_without_a_response_object_gets_one(response: object) -> None:
    came = event()
    came.raw["response"] = response
    if response == "absent":
        del came.raw["response"]
    assert respond(came, Changes(id_claims={"x": "y"}))["response"] == {
        "claimsAndScopeOverrideDetails": {"idTokenGeneration": {"claimsToAddOrOverride": {"x": "y"}}}
    }


@pytest.mark.parametrize(
    "changes",
    [
        Changes(access_claims={"x": "y"}),
        Changes(access_suppress=["x"]),
        Changes(scopes_to_add=["x"]),
        Changes(scopes_to_suppress=["x"]),
    ],
)
def test_a_v1_event_takes_nothing_for_the_access_token(changes: Changes) -> None:
    assert refused(changes, "V1_0") == ("not-in-this-event-version", "access_token")


def test_a_v1_event_takes_text_only() -> None:
    assert refused(Changes(id_claims={"x": True}), "V1_0") == ("claim-value", "id_token.claims.x")


@pytest.mark.parametrize(
    "changes",
    [Changes(id_claims={"x": "y"}), Changes(id_suppress=["x"]), Changes(groups=GroupOverride([], []))],
)
def test_a_machine_takes_nothing_for_an_id_token_or_groups(changes: Changes) -> None:
    assert refused(changes, machine=True) == ("not-in-a-machine-token", "id_token")


def test_a_machines_access_token_can_be_changed() -> None:
    answer = respond(event("V3_0", machine=True), Changes(access_claims={"x": 1}, scopes_to_add=["a"]))
    assert answer["response"]["claimsAndScopeOverrideDetails"] == {
        "accessTokenGeneration": {"claimsToAddOrOverride": {"x": 1}, "scopesToAdd": ["a"]}
    }


@pytest.mark.parametrize(
    ("changes", "code", "place"),
    [
        (Changes(id_claims={"sub": "x"}), "reserved-claim", "id_token.claims.sub"),
        (Changes(access_claims={"iss": "x"}), "reserved-claim", "access_token.claims.iss"),
        (Changes(id_claims={"aud": CLIENT}), "reserved-claim", "id_token.claims.aud"),
        (Changes(access_claims={"aud": "other"}), "claim-value", "access_token.claims.aud"),
        (Changes(access_claims={"x": None}), "claim-value", "access_token.claims.x"),
        (Changes(access_claims={"x": [{}]}), "claim-value", "access_token.claims.x"),
        (Changes(id_claims={"x": float("nan")}), "claim-value", "id_token.claims.x"),
        (Changes(id_claims={"address": {}}), "claim-value", "id_token.claims.address"),
        (Changes(id_suppress=["sub"]), "reserved-claim", "id_token.suppress"),
        (Changes(access_suppress=["aud"]), "reserved-claim", "access_token.suppress"),
        (Changes(id_suppress=["x", "y", "x"]), "duplicate", "id_token.suppress"),
        (Changes(id_claims={"x": "y"}, id_suppress=["x"]), "written-and-suppressed", "id_token.claims.x"),
        (Changes(access_claims={"x": "y"}, access_suppress=["x"]), "written-and-suppressed", "access_token.claims.x"),
        (Changes(scopes_to_add=["a b"]), "scope", "access_token.scopes.add"),
        (Changes(scopes_to_add=["a", "a"]), "duplicate", "access_token.scopes.add"),
        (Changes(scopes_to_suppress=["a", "a"]), "duplicate", "access_token.scopes.remove"),
        (Changes(scopes_to_add=["a"], scopes_to_suppress=["a"]), "added-and-suppressed", "access_token.scopes"),
        (Changes(groups=GroupOverride(["new group"], [])), "group", "groups"),
        (Changes(groups=GroupOverride(["a", "a"], [])), "duplicate", "groups"),
        (Changes(groups=GroupOverride([], [""])), "iam-role", "iam_roles"),
        (Changes(groups=GroupOverride([], ["arn:a", "arn:a"])), "duplicate", "iam_roles"),
        (Changes(groups=GroupOverride([], [], "")), "iam-role", "iam_roles.preferred"),
    ],
)
def test_what_cognito_would_refuse_or_ignore_never_leaves(changes: Changes, code: str, place: str) -> None:
    assert refused(changes) == (code, place)
    assert refused(changes) == (code, place)  # a name that passed once is no excuse for the next


def test_a_claim_that_passed_with_one_value_is_judged_again_with_the_next() -> None:
    respond(event(), Changes(access_claims={"aud": CLIENT, "x": "y"}))
    assert refused(Changes(access_claims={"aud": "other"})) == ("claim-value", "access_token.claims.aud")
    assert refused(Changes(access_claims={"x": None})) == ("claim-value", "access_token.claims.x")


def test_a_claim_that_passed_in_one_token_is_judged_again_in_the_other() -> None:
    respond(event(), Changes(access_claims={"aud": CLIENT}))
    assert refused(Changes(id_claims={"aud": CLIENT})) == ("reserved-claim", "id_token.claims.aud")


def test_the_same_claim_may_be_written_in_one_token_and_suppressed_in_the_other() -> None:
    assert details("V2_0", access_claims={"x": "y"}, id_suppress=["x"])


def test_a_group_that_cognito_sent_is_sent_back_whatever_its_name() -> None:
    odd = event(groupConfiguration={"groupsToOverride": ["old group"]})
    answer = respond(odd, Changes(groups=GroupOverride(["old group"], [])))
    assert answer["response"]["claimsAndScopeOverrideDetails"]["groupOverrideDetails"]["groupsToOverride"] == [
        "old group"
    ]


def test_claims_and_scopes_are_counted_against_the_quota() -> None:
    """Existing attributes and scopes and all additions count, suppressions don't."""
    scopes = [f"s{number}" for number in range(MAX_CHANGES - 3)]
    full = event(scopes=scopes)  # and one attribute
    claims = {"x": "y"}
    assert respond(full, Changes(id_claims=claims, access_claims=claims, scopes_to_suppress=scopes))
    assert refused(Changes(id_claims=claims, access_claims=claims, scopes_to_add=["a"]), scopes=scopes) == (
        "too-many-changes",
        "response",
    )


MARKER = "m4rker"


@pytest.mark.parametrize(
    "changes",
    [
        Changes(access_claims={"x": [[MARKER]]}),
        Changes(access_claims={"aud": MARKER}),
        Changes(scopes_to_add=[f"{MARKER} blank"]),
        Changes(scopes_to_add=[MARKER], scopes_to_suppress=[MARKER]),
        Changes(scopes_to_add=[MARKER, MARKER]),
        Changes(groups=GroupOverride([f"{MARKER} blank"], [])),
        Changes(groups=GroupOverride([], [MARKER, MARKER])),
    ],
)
def test_a_contract_error_holds_no_value(changes: Changes) -> None:
    with pytest.raises(ContractError) as error:
        respond(event(), changes)
    assert MARKER not in str(error.value) + error.value.place


names = st.sampled_from(["tenant", "plan", "email", "address", "aud", "custom:x", "cognito:groups", "sub", "dev:x"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda part: st.lists(part, max_size=2) | st.dictionaries(st.text(max_size=2), part, max_size=2),
    max_leaves=4,
)
claims = st.dictionaries(names, values | st.just(CLIENT), max_size=3)
lists = st.lists(st.sampled_from(["a", "b", "c", "d e", ""]), max_size=3)
overrides = st.none() | st.builds(GroupOverride, lists, lists, st.none() | st.just("arn:a"))
all_changes = st.builds(Changes, claims, st.lists(names), claims, st.lists(names), lists, lists, overrides)


@given(all_changes, st.sampled_from(VERSIONS), st.booleans())
def test_an_answer_is_whole_and_nothing_is_changed_in_place(changes: Changes, version: str, machine: bool) -> None:
    came = event(version, machine=machine)
    raw = copy.deepcopy(came.raw)
    before = repr({name: getattr(changes, name) for name in Changes.__slots__ if name != "groups"})
    try:
        answer = respond(came, changes)
    except ContractError:
        pass
    else:
        assert {key: answer[key] for key in answer if key != "response"} == {
            key: raw[key] for key in raw if key != "response"
        }
        member = "claimsOverrideDetails" if version == "V1_0" else "claimsAndScopeOverrideDetails"
        found = answer["response"][member]
        # Groups are never emptied by accident: the key is there only if somebody asked, and then as a filled object.
        assert ("groupOverrideDetails" in (found or {})) is (changes.groups is not None)
        if changes.groups is not None:
            assert found["groupOverrideDetails"]["groupsToOverride"] == changes.groups.groups
            assert None not in found["groupOverrideDetails"].values()
    assert came.raw == raw
    assert before == repr({name: getattr(changes, name) for name in Changes.__slots__ if name != "groups"})
