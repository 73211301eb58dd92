"""Reading what Cognito sends, and refusing what it never sends."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pretoken.cognito.errors import EVENT_PROBLEMS, EventError
from pretoken.cognito.events import Event, read_event, read_identities

SAMPLES = Path(__file__).parents[2] / "events"
FILES = sorted(path.name for path in SAMPLES.glob("*.json"))
ALL = ("V1_0", "V2_0")


def sample(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((SAMPLES / name).read_text())
    return event


def event(**request: Any) -> dict[str, Any]:
    return {
        "userPoolId": "eu-west-1_Ab12Cd34",
        "userName": "anna",
        "callerContext": {"clientId": "client"},
        "request": {"userAttributes": {"sub": "s-1"}, **request},
    }


def read(raw: object, *versions: str) -> Event:
    return read_event(raw, versions or ALL)


def refused(raw: object, *versions: str) -> str:
    with pytest.raises(EventError) as error:
        read(raw, *versions)
    assert str(error.value) == f"{error.value.code}: {EVENT_PROBLEMS[error.value.code]}"
    return error.value.code


@pytest.mark.parametrize("name", FILES)
def test_every_sample_is_read_in_the_version_of_its_name(name: str) -> None:
    declared = name[:2].upper() + "_0"
    raw = sample(name)
    before = copy.deepcopy(raw)
    found = read(raw, declared)
    assert found.version == declared
    assert found.raw is raw
    assert raw == before


@pytest.mark.parametrize("name", FILES)
def test_a_sample_says_machine_only_if_it_is_one(name: str) -> None:
    assert read(sample(name), name[:2].upper() + "_0").is_machine is name.startswith("v3-machine")


def test_the_samples_cover_every_version_and_trigger_source() -> None:
    sources = {sample(name)["triggerSource"].removeprefix("TokenGeneration_") for name in FILES}
    assert len(FILES) >= 14
    assert {name[:2] for name in FILES} == {"v1", "v2", "v3"}
    assert sources >= {
        "HostedAuth",
        "Authentication",
        "NewPasswordChallenge",
        "ClientCredentials",
        "AuthenticateDevice",
        "RefreshTokens",
    }
    assert "TokenExchange" in sources  # one that nobody has documented


def test_the_samples_are_listed_in_their_readme_with_version_and_source() -> None:
    rows = re.findall(r"\| \[([^]]+)\]\(\1\) \| (V\d_0) \| `(\w+)` \| [^|]+\. \|", (SAMPLES / "README.md").read_text())
    assert sorted(rows) == [(name, name[:2].upper() + "_0", sample(name)["triggerSource"]) for name in FILES]


@pytest.mark.parametrize("name", FILES)
def test_the_samples_name_invented_people_of_one_pool(name: str) -> None:
    text = (SAMPLES / name).read_text()
    assert sample(name)["userPoolId"] == "eu-west-1_Ab12Cd34"
    assert set(re.findall(r"@([\w.-]+)", text)) <= {"example.com"}
    assert json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n" == text


def test_a_user_event_is_read_whole() -> None:
    found = read(sample("v2-sign-in.json"), "V3_0")
    assert found.version == "V3_0"
    assert found.client_id == "7q3webexample1client0id"
    assert found.pool_id == "eu-west-1_Ab12Cd34"
    assert found.username == "anna"
    assert found.attributes["custom:active_tenant"] == "acme"
    assert found.metadata == {}
    assert found.groups == ["admins", "editors"]
    assert found.iam_roles == ["arn:aws:iam::123456789012:role/admins", "arn:aws:iam::123456789012:role/editors"]
    assert found.preferred_role == "arn:aws:iam::123456789012:role/admins"
    assert found.scopes == ["openid", "email", "profile", "invoices/read", "aws.cognito.signin.user.admin"]
    assert found.is_machine is False


def test_a_machine_event_has_no_user_name() -> None:
    found = read(sample("v3-machine.json"), "V3_0")
    assert (found.is_machine, found.username, found.groups, found.attributes) == (True, None, [], {})
    assert found.scopes == ["invoices/read", "orders/read"]


def test_a_machine_event_is_read_even_if_only_v2_is_declared() -> None:
    found = read(sample("v3-machine.json"), "V2_0")
    assert (found.version, found.is_machine) == ("V2_0", True)


def test_a_user_named_like_machines_is_a_user() -> None:
    found = read(sample("v3-user-named-client-credentials.json"), "V3_0")
    assert (found.is_machine, found.username) == (False, "ClientCredentials")


@pytest.mark.parametrize("attributes", [None, {}, {"sub": None}, {"sub": ""}, {"email": "x@example.com"}])
def test_without_a_sub_it_is_a_machine(attributes: object) -> None:
    assert read(event(userAttributes=attributes)).is_machine is True


def test_client_credentials_are_a_machine_whatever_the_attributes() -> None:
    found = read({**event(), "triggerSource": "TokenGeneration_ClientCredentials"})
    assert (found.is_machine, found.username) == (True, None)


@pytest.mark.parametrize("name", [None, "", 7])
def test_a_user_may_come_without_a_name(name: object) -> None:
    assert read({**event(), "userName": name}).username is None


@pytest.mark.parametrize(
    "change",
    [
        {"scopes": []},
        {"scopes": ["openid"]},
        {"version": "2"},
        {"version": "3"},
        {"version": "1", "scopes": []},
        {"response": {"claimsAndScopeOverrideDetails": None}},
    ],
)
def test_scopes_the_answers_member_or_the_version_show_a_later_event(change: dict[str, Any]) -> None:
    raw = event()
    if "scopes" in change:
        raw["request"]["scopes"] = change["scopes"]
    raw.update({key: change[key] for key in ("version", "response") if key in change})
    assert read(raw, "V1_0", "V2_0").version == "V2_0"
    assert read(raw, "V2_0").version == "V2_0"
    assert read(raw, "V2_0", "V3_0").version == "V3_0"
    assert read(raw, "V3_0").version == "V3_0"
    assert refused(raw, "V1_0") == "event-version"
    assert read(raw, "V2_0").scopes is not None


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"version": "1"},
        {"version": "0"},
        {"version": 2},
        {"response": None},
        {"response": []},
        {"response": {}},
        {"response": {"claimsOverrideDetails": None}},
    ],
)
def test_without_that_evidence_it_is_a_v1_event(change: dict[str, Any]) -> None:
    raw = {**event(), **change}
    assert read(raw, "V1_0").version == "V1_0"
    assert read(raw, "V1_0", "V2_0").version == "V1_0"
    assert read(raw, "V1_0").scopes is None
    assert refused(raw, "V2_0") == "event-version"
    assert refused(raw, "V2_0", "V3_0") == "event-version"


@pytest.mark.parametrize("source", ["TokenGeneration_Invented", None, 3, []])
def test_any_trigger_source_and_unknown_members_are_welcome(source: object) -> None:
    raw = {**event(news={}), "triggerSource": source, "news": 1, "region": None}
    assert read(raw).username == "anna"


@pytest.mark.parametrize(
    "configuration",
    [None, {}, {"groupsToOverride": None, "iamRolesToOverride": None, "preferredRole": None}, {"preferredRole": []}],
)
def test_groups_may_be_null_or_absent(configuration: object) -> None:
    found = read(event(groupConfiguration=configuration))
    assert (found.groups, found.iam_roles, found.preferred_role) == ([], [], None)


def test_a_preferred_role_in_a_list_is_read_as_in_cognitos_own_sample() -> None:
    assert read(event(groupConfiguration={"preferredRole": ["arn:a"]})).preferred_role == "arn:a"
    assert read(event(groupConfiguration={"preferredRole": "arn:a"})).preferred_role == "arn:a"
    assert read(event(groupConfiguration={"preferredRole": ""})).preferred_role is None


def test_a_role_that_two_groups_share_is_read_once() -> None:
    found = read(sample("v2-rotated-refresh.json"), "V2_0")
    assert found.iam_roles == ["arn:aws:iam::123456789012:role/staff"]


def test_absent_scopes_of_a_later_event_are_no_scopes() -> None:
    assert read(sample("v3-bare.json"), "V3_0").scopes == []


def test_metadata_are_as_sent() -> None:
    assert read(event(clientMetadata={"a": "b"})).metadata == {"a": "b"}
    assert read(event(clientMetadata=None)).metadata == {}


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (None, "event-not-an-object"),
        ([], "event-not-an-object"),
        ("{}", "event-not-an-object"),
        ({}, "event-pool"),
        ({**event(), "userPoolId": ""}, "event-pool"),
        ({**event(), "userPoolId": 1}, "event-pool"),
        ({**event(), "callerContext": None}, "event-client"),
        ({**event(), "callerContext": {}}, "event-client"),
        ({**event(), "callerContext": {"clientId": ""}}, "event-client"),
        ({**event(), "callerContext": {"clientId": ["client"]}}, "event-client"),
        ({**event(), "request": None}, "event-request"),
        ({**event(), "request": []}, "event-request"),
        (event(userAttributes=[]), "event-attributes"),
        (event(userAttributes={"sub": 7}), "event-attributes"),
        (event(clientMetadata=["a"]), "event-metadata"),
        (event(groupConfiguration=[]), "event-groups"),
        (event(groupConfiguration={"groupsToOverride": "admins"}), "event-groups"),
        (event(groupConfiguration={"groupsToOverride": ["a", None]}), "event-groups"),
        (event(groupConfiguration={"iamRolesToOverride": [{}]}), "event-groups"),
        (event(groupConfiguration={"preferredRole": 1}), "event-groups"),
        (event(groupConfiguration={"preferredRole": [1]}), "event-groups"),
        (event(groupConfiguration={"preferredRole": ["a", "b"]}), "event-groups"),
        (event(scopes="openid"), "event-scopes"),
        (event(scopes=["openid", 1]), "event-scopes"),
        (event(scopes={}), "event-scopes"),
    ],
)
def test_what_cognito_never_sends_is_refused_by_name(raw: object, code: str) -> None:
    assert refused(raw) == code


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=5), part, max_size=3),
    max_leaves=8,
)


def mapping_of(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw an object with some of these members, mostly good ones, or anything else."""
    return st.fixed_dictionaries({}, optional={key: good | json_values for key, good in members.items()}) | json_values


texts = st.lists(st.text(max_size=5), max_size=3) | st.none()
events = mapping_of(
    version=st.sampled_from(["1", "2", "3"]),
    triggerSource=st.sampled_from(["TokenGeneration_Authentication", "TokenGeneration_ClientCredentials"]),
    userPoolId=st.just("eu-west-1_Ab12Cd34"),
    userName=st.text(max_size=5),
    callerContext=st.just({"clientId": "client"}),
    request=mapping_of(
        userAttributes=st.dictionaries(st.sampled_from(["sub", "email", "identities", "address"]), json_values),
        groupConfiguration=mapping_of(groupsToOverride=texts, iamRolesToOverride=texts, preferredRole=st.text()),
        scopes=texts,
        clientMetadata=st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
    ),
    response=st.sampled_from([{}, {"claimsAndScopeOverrideDetails": None}, {"claimsOverrideDetails": None}]),
)
versions = st.sampled_from([("V1_0",), ("V2_0",), ("V3_0",), ("V1_0", "V2_0"), ("V2_0", "V3_0")])


@given(events, versions)
def test_any_json_gives_an_event_or_an_event_error_and_stays_as_it_is(raw: Any, versions: tuple[str, ...]) -> None:
    before = copy.deepcopy(raw)
    try:
        found = read_event(raw, versions)
    except EventError:
        found = None
    if found is not None:
        assert found.version in versions
        assert (found.scopes is None) is (found.version == "V1_0")
        for items in (found.groups, found.iam_roles, found.scopes or []):
            assert all(type(item) is str for item in items)
            assert len(set(items)) == len(items)
        assert found.is_machine or found.attributes["sub"]
    assert repr(raw) == repr(before)  # by text, since NaN differs from itself


MARKER = "m4rker"


@pytest.mark.parametrize(
    "raw",
    [
        MARKER,
        event(userAttributes={"sub": [MARKER]}),
        event(userAttributes=MARKER),
        event(clientMetadata=MARKER),
        event(groupConfiguration={"groupsToOverride": MARKER}),
        event(scopes=[MARKER, None]),
        {**event(), "userPoolId": [MARKER]},
        {**event(), "callerContext": MARKER},
        {**event(), "request": MARKER},
        {**event(), "userName": MARKER, "version": "2"},
    ],
)
def test_an_event_error_holds_no_value_of_the_event(raw: object) -> None:
    with pytest.raises(EventError) as error:
        read(raw, "V1_0")
    assert MARKER not in str(error.value) + repr(error.value)


def test_identities_are_read_from_their_json_text() -> None:
    attributes = sample("v3-linked-user.json")["request"]["userAttributes"]
    assert [identity["providerName"] for identity in read_identities(attributes) or []] == ["GlobexEntra", "Google"]


@pytest.mark.parametrize("attributes", [{}, {"identities": None}, {"identities": ""}, {"identities": "[]"}])
def test_a_user_without_providers_has_no_identities(attributes: dict[str, object]) -> None:
    assert read_identities(attributes) == []


@pytest.mark.parametrize(
    "identities",
    ["[", "{}", "7", '["a"]', "[{}]", '[{"providerName": 1}]', "[" * 100_000, 7, {"providerName": "x"}, [None]],
)
def test_identities_that_cannot_be_read_are_none(identities: object) -> None:
    assert read_identities({"identities": identities}) is None
