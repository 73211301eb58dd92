"""Each input: its value, when it is absent, when it is failed, and its label."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pretoken.cognito.contract import claim_problem
from pretoken.trigger.errors import PlanError
from pretoken.trigger.inputs import (
    CONFIDENTIALITY,
    FIXED_INPUTS,
    INTEGRITY,
    ROOTS,
    STANDARD_ATTRIBUTES,
    TYPES,
    is_public,
    split_path,
)
from pretoken.trigger.outcomes import ABSENT, FAILED
from tests.trigger.plans import POOL_ID, SUB, WEB, Lookups, evaluate, given, lookup, pool

IDENTITIES = json.dumps([{"providerName": "Okta"}, {"providerName": "Google"}, {"providerName": "Okta"}])
VERIFIED = ("email_verified", "phone_number_verified")


def read(path: str, event: dict[str, Any] | None = None, **parts: object) -> object:
    """Read an input of an event made of these parts."""
    return evaluate({"from": path}, given(**(event or {})), **parts)


@pytest.mark.parametrize(
    ("path", "event", "value"),
    [
        ("principal", {}, "user"),
        ("principal", {"machine": True}, "machine"),
        ("client", {}, "web"),
        ("client.id", {}, WEB),
        ("client.id", {"client": "other"}, "other"),
        ("client.id", {"machine": True}, WEB),
        ("pool.id", {}, POOL_ID),
        ("attribute.sub", {}, SUB),
        ("attribute.email_verified", {"attributes": {"email_verified": "true"}}, True),
        ("attribute.phone_number_verified", {"attributes": {"phone_number_verified": "FALSE"}}, False),
        ("attribute.cognito:user_status", {"attributes": {"cognito:user_status": "CONFIRMED"}}, "CONFIRMED"),
        ("attribute.email", {"attributes": {"email": "a@example.com"}}, "a@example.com"),
        ("attribute.birthdate", {"attributes": {"birthdate": "1990-04-01"}}, "1990-04-01"),
        ("attribute.updated_at", {"attributes": {"updated_at": "1767225600"}}, 1767225600),
        ("attribute.custom:strings", {"attributes": {"custom:strings": "a,b"}}, ["a", "b"]),
        ("attribute.custom:a.b:c", {"attributes": {"custom:a.b:c": "x"}}, "x"),
        ("attribute.dev:custom:x", {"attributes": {"dev:custom:x": "x"}}, "x"),
        ("username", {}, "anna"),
        ("groups", {"groups": ["b", "a"]}, ["b", "a"]),
        ("groups", {}, []),
        ("iam_roles", {"iam_roles": ["arn:r", "arn:q", "arn:r"]}, ["arn:r", "arn:q"]),
        ("iam_roles", {}, []),
        ("identity_providers", {"attributes": {"identities": IDENTITIES}}, ["Okta", "Google"]),
        ("identity_providers", {}, []),
        ("identity_providers", {"attributes": {"identities": ""}}, []),
        ("scopes", {"scopes": ["openid", "orders/read"]}, ["openid", "orders/read"]),
        ("scopes", {}, []),
        ("scopes", {"machine": True, "scopes": ["a/b"]}, ["a/b"]),
        ("metadata.string", {"metadata": {"string": "x"}}, "x"),
        ("metadata.number", {"metadata": {"number": "5"}}, 5),
        ("metadata.string", {"machine": True, "metadata": {"string": "x"}}, "x"),
    ],
)
def test_an_input_has_the_value_of_the_event(path: str, event: dict[str, Any], value: object) -> None:
    found = read(path, event)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("path", "event"),
    [
        ("client", {"client": "other"}),
        ("attribute.sub", {"machine": True}),
        ("attribute.sub", {"machine": True, "attributes": {"sub": SUB}}),
        *((f"attribute.{name}", {}) for name in (*VERIFIED, *STANDARD_ATTRIBUTES)),
        *((f"attribute.{name}", {"attributes": {name: ""}}) for name in (*VERIFIED, *STANDARD_ATTRIBUTES)),
        ("attribute.cognito:user_status", {"machine": True}),
        ("attribute.cognito:user_status", {"machine": True, "attributes": {"cognito:user_status": "CONFIRMED"}}),
        ("attribute.cognito:user_status", {}),
        ("attribute.custom:number", {}),
        ("attribute.custom:number", {"attributes": {"custom:number": ""}}),
        ("attribute.custom:number", {"attributes": {"custom:number": None}}),
        ("username", {"machine": True}),
        ("username", {"machine": True, "userName": "anna"}),
        ("groups", {"machine": True}),
        ("iam_roles", {"machine": True}),
        ("identity_providers", {"machine": True}),
        ("identity_providers", {"machine": True, "attributes": {"identities": IDENTITIES}}),
        ("metadata.number", {}),
        ("metadata.number", {"metadata": {"number": ""}}),
        ("metadata.string", {"metadata": {"string": None}}),
    ],
)
def test_an_input_that_is_known_not_to_be_there_is_absent(path: str, event: dict[str, Any]) -> None:
    assert read(path, event) is ABSENT


@pytest.mark.parametrize(
    ("path", "event"),
    [
        ("attribute.email_verified", {"attributes": {"email_verified": "perhaps"}}),
        ("attribute.phone_number_verified", {"attributes": {"phone_number_verified": True}}),
        ("attribute.birthdate", {"attributes": {"birthdate": "1 April 1990"}}),
        ("attribute.updated_at", {"attributes": {"updated_at": "today"}}),
        ("attribute.email", {"attributes": {"email": ["a@example.com"]}}),
        ("attribute.custom:string", {"attributes": {"custom:string": 0}}),
        ("attribute.custom:string", {"attributes": {"custom:string": False}}),
        ("attribute.custom:date", {"attributes": {"custom:date": "x"}}),
        ("attribute.cognito:user_status", {"attributes": {"cognito:user_status": 1}}),
        ("identity_providers", {"attributes": {"identities": "not JSON"}}),
        ("identity_providers", {"attributes": {"identities": '[{"providerName": 1}]'}}),
        ("identity_providers", {"attributes": {"identities": '{"providerName": "Okta"}'}}),
        ("scopes", {"version": "V1_0"}),
        ("metadata.number", {"metadata": {"number": "five"}}),
        ("metadata.string", {"metadata": {"string": {"a": 1}}}),
    ],
)
def test_an_input_that_cannot_be_known_is_failed(path: str, event: dict[str, Any]) -> None:
    assert read(path, event) is FAILED


def test_a_user_without_an_id_is_a_machine() -> None:
    """Neither the trigger source nor the name makes a machine of a person, or a person of a machine."""
    assert read("principal", {"attributes": {"sub": ""}}) == "machine"
    assert read("principal", {"userName": "ClientCredentials"}) == "user"
    assert read("username", {"userName": "ClientCredentials"}) == "ClientCredentials"
    assert read("principal", {"machine": True, "attributes": {"sub": SUB}, "userName": "anna"}) == "machine"


def test_a_user_name_that_the_event_does_not_tell_is_absent() -> None:
    assert read("username", {"userName": None}) is ABSENT


def test_an_attribute_that_is_not_declared_has_its_standard_type() -> None:
    assert read("attribute.birthdate", {"attributes": {"birthdate": "x"}}, pool=pool(attributes={})) is FAILED
    assert read("attribute.nickname", {"attributes": {"nickname": "x"}}, pool=pool(attributes={})) == "x"


def test_a_declaration_without_a_type_keeps_the_standard_one() -> None:
    attributes: dict[str, object] = {"birthdate": {"writable_by": "admin"}, "custom:x": {"data": "none"}}
    event = {"attributes": {"birthdate": "x", "custom:x": "1"}}
    assert read("attribute.birthdate", event, pool=pool(attributes=attributes)) is FAILED
    assert read("attribute.custom:x", event, pool=pool(attributes=attributes)) == "1"


@pytest.mark.parametrize(
    ("declared", "text", "value"),
    [
        ({}, "x" * 2048, "x" * 2048),
        ({"max_length": 3}, "abc", "abc"),
        ({"max_length": 3}, "abcd", FAILED),
        ({"type": "strings", "max_length": 3}, "abc,def", ["abc", "def"]),
        ({"type": "strings", "max_length": 3}, "abc,defg", FAILED),
        ({"type": "strings", "max_items": 2}, "a,b", ["a", "b"]),
        ({"type": "strings", "max_items": 2}, "a,b,c", FAILED),
        ({"type": "number", "max_length": 3}, "12345", 12345),
    ],
)
def test_what_is_longer_than_declared_is_failed(declared: dict[str, object], text: str, value: object) -> None:
    """The sizes of tokens are computed from what is declared."""
    given = pool(attributes={"custom:x": declared}, metadata={"x": declared})
    assert read("attribute.custom:x", {"attributes": {"custom:x": text}}, pool=given) == value
    assert read("metadata.x", {"metadata": {"x": text}}, pool=given) == value


def test_metadata_are_bounded_where_nothing_is_declared() -> None:
    """Cognito bounds attributes, and nobody bounds what callers send."""
    given = pool(attributes={"custom:x": {}}, metadata={"x": {}})
    assert read("metadata.x", {"metadata": {"x": "x" * 2049}}, pool=given) is FAILED
    assert read("attribute.custom:x", {"attributes": {"custom:x": "x" * 2049}}, pool=given) == "x" * 2049


def test_a_lookup_field_is_an_input() -> None:
    """A value, absent (no row, no such field, a key part absent), or failed."""
    assert read("lookup.row.string", lookups={"row": {"string": "x"}}) == "x"
    assert read("lookup.row.string", lookups={"row": {}}) is ABSENT
    assert read("lookup.row.string", lookups={"row": None}) is ABSENT
    assert read("lookup.row.string", {"machine": True}, lookups={"row": {"string": "x"}}) is ABSENT
    assert read("lookup.row.string", lookups={"row": FAILED}) is FAILED


def test_a_derived_value_is_an_input_of_its_own_type() -> None:
    derived = {"d": {"from": "lookup.row.strings", "then": ["only"]}}
    assert read("derived.d", derived=derived, lookups={"row": {"strings": ["x"]}}) == "x"
    assert read("derived.d", derived=derived, lookups={"row": {"strings": []}}) is ABSENT
    assert read("derived.d", derived=derived, lookups={"row": {"strings": ["x", "y"]}}) is FAILED


def test_a_derived_value_is_computed_once_for_an_event() -> None:
    """All who read it share one value, so the lookups of its key are asked once."""
    lookups = Lookups({"row": {"string": "x"}})
    derived = {"d": {"from": "lookup.row.string"}, "e": {"template": "{derived.d}{derived.d}"}}
    both = {"template": "{derived.e} {derived.d}"}
    assert evaluate(both, derived=derived, lookups=lookups) == "xx x"
    assert len(lookups.asked) == 1


def test_a_variable_is_an_input() -> None:
    assert read("variable.STAGE", variables={"STAGE": "prod"}) == "prod"


@pytest.mark.parametrize("path", ["triggerSource", "region", "user", "client.name", "pool", "attributes.email"])
def test_nothing_else_is_an_input(path: str) -> None:
    with pytest.raises(PlanError, match=path):
        read(path)


def test_a_path_is_a_root_a_dot_and_all_the_rest() -> None:
    assert split_path("attribute.custom:a.b") == ("attribute", "custom:a.b")
    assert split_path("groups") == ("groups", "")
    assert {split_path(f"{root}.x")[0] for root in ROOTS} == set(ROOTS)


LABELS = {
    "principal": ("string", "public", "trusted", True, "trusted"),
    "client": ("string", "public", "trusted", True, "trusted"),
    "client.id": ("string", "public", "trusted", True, "trusted"),
    "pool.id": ("string", "public", "trusted", False, "trusted"),
    "attribute.sub": ("string", "public", "trusted", True, "trusted"),
    "attribute.email_verified": ("boolean", "public", "trusted", True, "trusted"),
    "attribute.phone_number_verified": ("boolean", "public", "trusted", True, "trusted"),
    "attribute.cognito:user_status": ("string", "public", "trusted", True, "trusted"),
    "username": ("string", "personal", "trusted", True, "trusted"),
    "groups": ("strings", "public", "trusted", True, "trusted"),
    "iam_roles": ("strings", "public", "trusted", True, "trusted"),
    "identity_providers": ("strings", "public", "trusted", True, "trusted"),
    "scopes": ("strings", "public", "trusted", False, "caller"),
}


@pytest.mark.parametrize("path", LABELS)
def test_an_input_of_cognito_has_its_label(path: str) -> None:
    declared = FIXED_INPUTS[path]
    label = (declared.type, declared.confidentiality, declared.integrity, declared.about, declared.absence)
    assert label == LABELS[path]


def test_there_are_no_more_inputs_of_cognito() -> None:
    assert FIXED_INPUTS.keys() == LABELS.keys()


@pytest.mark.parametrize("name", STANDARD_ATTRIBUTES)
def test_a_standard_attribute_is_personal_and_written_by_users_unless_declared_otherwise(name: str) -> None:
    declared = STANDARD_ATTRIBUTES[name]
    assert declared.type == {"birthdate": "date", "updated_at": "number"}.get(name, "string")
    assert (declared.confidentiality, declared.integrity, declared.absence) == ("personal", "user", "user")
    assert declared.about
    assert declared.data is not None
    assert declared.data.startswith("user.")
    assert claim_problem(name, "id_token") is None


def test_every_label_is_one_of_the_language() -> None:
    for declared in (*FIXED_INPUTS.values(), *STANDARD_ATTRIBUTES.values()):
        assert declared.type in TYPES
        assert declared.confidentiality in CONFIDENTIALITY
        assert {declared.integrity, declared.absence} <= set(INTEGRITY)
        assert declared.doc


@pytest.mark.parametrize(
    ("path", "public"),
    [
        ("groups", True),
        ("attribute.sub", True),
        ("username", False),
        ("attribute.email", False),
        ("attribute.birthdate", True),
        ("attribute.custom:tenant", True),
        ("attribute.custom:number", False),
        ("metadata.device", True),
        ("metadata.string", False),
        ("lookup.row.string", True),
        ("lookup.row.date", False),
        ("lookup.secret.string", False),
        ("lookup.secret.number", True),
    ],
)
def test_an_input_is_public_only_if_pool_yaml_says_so(path: str, *, public: bool) -> None:
    declared = pool(
        attributes={"custom:tenant": {"data": "none"}, "custom:number": {}, "birthdate": {"data": "none"}},
        metadata={"device": {"data": "none"}, "string": {}},
        lookups={
            "row": lookup(fields={"string": {}, "date": {"data": "user.demographic"}}),
            "secret": lookup(data="secret", fields={"string": {}, "number": {"data": "none"}}),
        },
    )
    assert is_public(path, declared) is public


def test_without_declarations_attributes_are_not_public() -> None:
    assert not is_public("attribute.email", {})
