"""How large values can get: each form, each step, each input."""

import math
from typing import Any

import pytest

from pretoken.checks.sizes.costs import cost_of, nested
from pretoken.checks.sizes.values import Values
from pretoken.policy.policy import Policy

POOL: dict[str, Any] = {
    "language": 1,
    "trigger": "V3_0",
    "other_clients": "deny",
    "clients": {"web": "id", "worker": "other"},
    "variables": {"ANY": "any", "STAGE": ["live", "te"]},
    "groups": ["aa", ["bbb"]],
    "scopes": ["a/b", {"prefix": "c/"}],
    "attributes": {
        "custom:text": {"max_length": 2},
        "custom:list": {"type": "strings", "max_length": 3, "max_items": 2},
        "custom:any": {"type": "strings"},
        "custom:doc": {"type": "object", "max_length": 10},
        "custom:n": {"type": "number"},
        "custom:b": {"type": "boolean"},
        "custom:t": {"type": "time"},
    },
    "metadata": {"list": {"type": "strings", "max_length": 1}, "text": {"max_length": 1}},
    "lookups": {
        "user": {
            "parameter": {"name": "a"},
            "data": "none",
            "fields": {
                "three": {"type": "strings", "max_length": 2, "max_items": 3},
                "endless": {"type": "strings", "max_length": 2},
                "doc": "object",
                "text": {"max_length": 4},
            },
        },
        "asked": {
            "verified_permissions": {"policy_store": "a", "principal": "a", "resource": "a", "actions": ["aa", "b"]},
            "data": "none",
            "fields": {"allowed": "strings"},
        },
    },
    "pseudonyms": {"p": {"secret": "a"}},
}
TABLES = {"one": {"a": "long", "b": "x"}, "many": {"a": ["aa", "bb"], "b": ["bb", "c"], "c": ["ddd"]}}


def bytes_of(value: object, derived: object = "x") -> float:
    """Give the most bytes of a value in the claims' JSON."""
    policy = Policy.model_validate({"pool": POOL, "tables": TABLES, "derived": {"d": derived, "v": value}})
    return Values(policy).value(policy.derived["v"]).in_json[0]


def text(length: int) -> int:
    """Give the most bytes of a text of so many characters, with its quotes."""
    return 6 * length + 2


@pytest.mark.parametrize(
    ("value", "most"),
    [
        ("abc", 5),
        ("a/b", 6),
        ('a"é', 7),
        ("${STAGE}", 6),
        ("x${ANY}", text(256) + 1),
        (12, 2),
        (True, 4),
        (["a", "bb"], 11),
        ([1, 2], 5),
        ([], 2),
        ({"test": {"groups": "aa"}}, 5),
        ({"object": {"k": "a", "l": {"add": ["b"]}}}, 21),
        ({"template": "t-{attribute.custom:text}${STAGE}{{{attribute.custom:n}"}, 2 + 12 + 4 + 1 + 24 + 2),
        ({"first_of": [{"from": "attribute.custom:text"}, "abcdefghijklmnop"]}, 18),
        ({"choose": [{"when": {"groups": "aa"}, "value": "a"}], "otherwise": "bc"}, 4),
        ({"choose": [{"when": {"groups": "aa"}, "value": "a"}], "default": "bcd"}, 5),
        ({"union": [["a", "b"], {"from": "lookup.asked.allowed"}, "b"]}, 2 + 4 + 4 + 5),
        ({"union": [["a"], {"from": "lookup.user.three"}]}, 2 + 4 + 3 * 15),
        ({"from": "derived.d"}, 3),
    ],
)
def test_forms_are_as_large_as_what_they_are_made_of(value: object, most: float) -> None:
    """Constants count as they are, and what is in several lists once; a list has a comma for each item."""
    assert bytes_of(value) == most


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("principal", 9),
        ("client", 8),
        ("client.id", 130),
        ("pool.id", 57),
        ("username", text(128)),
        ("attribute.sub", 38),
        ("attribute.email_verified", 5),
        ("attribute.email", text(2048)),
        ("attribute.birthdate", 12),
        ("attribute.updated_at", 24),
        ("attribute.custom:text", text(2)),
        ("attribute.custom:list", 2 + 2 * (text(3) + 1)),
        ("attribute.custom:any", 2 + 6 * 2048 + 3 * 1024),
        ("attribute.custom:doc", 60),
        ("attribute.custom:n", 24),
        ("attribute.custom:b", 5),
        ("attribute.custom:t", 11),
        ("metadata.text", text(1)),
        ("metadata.list", math.inf),
        ("lookup.user.three", 2 + 3 * 15),
        ("lookup.user.endless", math.inf),
        ("lookup.user.doc", math.inf),
        ("lookup.asked.allowed", 2 + 5 + 4),
        ("variable.STAGE", 6),
        ("variable.ANY", text(256)),
        ("identity_providers", 2 + 6 * (text(32) + 1)),
        ("groups", 2 + 5 + 6 + text(55 + 1 + 32) + 1),
        ("scopes", 2 + 50 * (2 * 256 + 3)),
        ("iam_roles", 2 + 3 * (2 * 613 + 3)),
    ],
)
def test_inputs_are_as_large_as_declared_or_as_cognito_lets_them_be(path: str, most: float) -> None:
    """Groups that pool.yaml lists are those, and one of an identity provider; a prefix lists no scopes."""
    assert bytes_of({"from": path}) == most


def test_groups_and_scopes_have_cognitos_limits_where_nothing_lists_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred groups with a role each, and the scopes that are listed with Cognito's own."""
    monkeypatch.delitem(POOL, "groups")
    monkeypatch.setitem(POOL, "scopes", ["a/b"])
    assert bytes_of({"from": "groups"}) == 2 + 100 * (text(128) + 1)
    assert bytes_of({"from": "iam_roles"}) == 2 + 100 * (2 * 613 + 3)
    own = ("openid", "email", "phone", "profile", "aws.cognito.signin.user.admin")
    assert bytes_of({"from": "scopes"}) == 2 + 4 + 3 + sum(len(scope) + 3 for scope in own)


@pytest.mark.parametrize(
    ("path", "steps", "most"),
    [
        ("lookup.user.text", ["lower", "upper", "trim", "email_domain", {"strip_prefix": "a"}], text(4)),
        ("lookup.user.text", [{"keep": "ab"}], 4),
        ("lookup.user.text", [{"keep": ["ab", "abcdefghijklmnopqrstuvwxyzabcdefghi"]}], text(4)),
        ("lookup.user.text", [{"keep": ["a", {"prefix": "b"}]}], text(4)),
        ("attribute.email", [{"keep": {"safe_as": "identifier"}}], 130),
        ("attribute.email", [{"keep": {"safe_as": "scope"}}], 514),
        ("attribute.email", [{"keep": [{"safe_as": "identifier"}, {"safe_as": "principal_tag"}]}], 514),
        ("attribute.email", [{"keep": {"one_of": "lookup.user.three"}}], text(2)),
        ("attribute.custom:n", [{"keep": {"above": 1}}], 24),
        ("attribute.custom:n", ["text"], 26),
        ("attribute.custom:b", ["text"], 7),
        ("lookup.user.text", [{"table": "one"}], 6),
        ("lookup.user.text", [{"table": {"a": 100}}], 3),
        ("lookup.user.endless", [{"table": "many"}], 2 + 5 + 5 + 4 + 6),
        ("lookup.user.endless", [{"at_most": 1}, {"table": "many"}], 2 + 2 * 3 + 4),
        ("lookup.user.endless", [{"keep": ["a", "b"]}], 2 + 4 + 4),
        ("lookup.user.endless", [{"prefer": ["a", "bb"]}], 4),
        ("lookup.user.endless", ["only"], text(2)),
        ("lookup.user.endless", [{"at_most": 2}], 2 + 2 * 15),
        ("lookup.user.endless", [{"pseudonym": "p"}, {"at_most": 2}], 2 + 2 * 46),
        ("lookup.user.endless", [{"pseudonym": "p"}], math.inf),
        ("lookup.user.text", [{"pseudonym": "p"}], 45),
        ("lookup.user.three", [{"join": ", "}], 3 * 12 + 4 + 2),
        ("lookup.user.three", ["json"], 2 + 2 + 3 * (2 * 7 + 4 + 1)),
        ("lookup.user.doc", ["json"], math.inf),
    ],
)
def test_steps_cut_values_or_leave_them_as_long(path: str, steps: list[object], most: float) -> None:
    """A table over a list gives each of its items once, and no more than so many entries hold."""
    assert bytes_of({"from": path, "then": steps}) == most


def test_a_tail_narrows_and_fills_in() -> None:
    """What is in a list is no longer than its items; a default may be the longest."""
    assert bytes_of({"from": "attribute.email", "one_of": "lookup.user.three"}) == text(2)
    assert bytes_of({"from": "lookup.user.endless", "one_of": "lookup.asked.allowed"}) == 2 + 5 + 4
    assert bytes_of({"from": "attribute.custom:text", "default": "abcdefghijklmnop"}) == 18


def test_json_in_json_is_escaped_again() -> None:
    """Texts of JSON may hold texts of JSON, to any depth."""
    once = {"object": {"k": 'a"'}, "then": "json"}
    assert bytes_of(once) == len('"{\\"k\\":\\"a\\\\\\"\\"}"') + 1  # and a comma that isn't there
    twice = {"object": {"k": {"from": "derived.d"}}, "then": "json"}
    thrice = '"{\\"k\\":\\"{\\\\\\"k\\\\\\":\\\\\\"a\\\\\\\\\\\\\\"\\\\\\"}\\"}"'
    assert bytes_of(twice, once) == len(thrice) + 2
    assert nested(cost_of('"')) == (4, 8, 16)
