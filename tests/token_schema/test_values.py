"""What a claim can be, by the value that a rule gives it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.token_schema.tokens import tokens_of

TEXT, NUMBER, FLAG = "attribute.custom:text", "attribute.custom:number", "attribute.custom:flag"
TAGS, DOC = "attribute.custom:tags", "attribute.custom:doc"
FEW = {"from": TEXT, "then": [{"keep": ["a", "B"]}]}
SOME = {"from": TAGS, "then": [{"keep": ["a", "B"]}]}


def text(longest: int | None = None, **parts: Any) -> dict[str, Any]:
    return {"type": "string"} | ({} if longest is None else {"maxLength": longest}) | parts


def one_of(*texts: str) -> dict[str, Any]:
    return {"type": "string", "enum": sorted(texts)}


def items(schema: Any, most: int | None = None) -> dict[str, Any]:
    return {"type": "array", "items": schema} | ({} if most is None else {"maxItems": most})


def object_of(**members: Any) -> dict[str, Any]:
    return {"type": "object", "properties": members, "additionalProperties": False, "minProperties": 1}


CLAIMS: dict[str, tuple[Any, Any]] = {
    "a text constant": ("a", one_of("a")),
    "a variable with known values": ("x-${STAGE}", one_of("x-live", "x-test")),
    "a variable with any value": ("x-${ANY}", text(pattern="^x-")),
    "a variable that comes first": ("${ANY}", text()),
    "a number": (1, {"type": "number", "enum": [1]}),
    "a boolean": (True, {"type": "boolean", "enum": [True]}),
    "a list": (["a", "b"], items(one_of("a", "b"), 2)),
    "a list of numbers": ([1, 2], items({"type": "number", "enum": [1, 2]}, 2)),
    "a list with a variable": (["${STAGE}", "test", "live"], items(one_of("test", "live"), 3)),
    "a list with a variable, of which some items are kept": (
        {"first_of": [{"from": "derived.stages"}, []], "then": [{"keep": ["test", "x"]}]},
        items(one_of("test"), 3),
    ),
    "an empty list": ([], items(False, 0)),
    "an attribute": ({"from": TEXT}, text(8)),
    "a date": (
        {"from": "attribute.birthdate"},
        text(10, pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    ),
    "an instant": (
        {"from": "attribute.custom:since"},
        {"type": "integer", "minimum": 0, "maximum": 99_999_999_999},
    ),
    "an instant or a constant": ({"from": "attribute.custom:since", "default": 0}, {"type": "number"}),
    "two instants": (
        {"first_of": [{"from": "attribute.custom:since"}, {"from": "attribute.custom:since"}]},
        {"type": "integer", "minimum": 0, "maximum": 99_999_999_999},
    ),
    "a number of any size": ({"from": NUMBER}, {"type": "number"}),
    "a flag": ({"from": FLAG}, {"type": "boolean"}),
    "an object of any content": ({"from": DOC}, {"type": "object"}),
    "a list of bounded texts": ({"from": TAGS}, items(text(4), 3)),
    "a list without a bound": ({"from": "lookup.user.tags"}, items(text(2048))),
    "metadata": ({"from": "metadata.text"}, text(4)),
    "actions": ({"from": "lookup.vp.allowed"}, items(one_of("read", "write"), 2)),
    "a list that has no type of its own": ({"from": "identity_providers"}, items(text())),
    "the principal": ({"from": "principal"}, one_of("user")),
    "the client's name": ({"from": "client"}, one_of("web")),
    "the client's id": ({"from": "client.id"}, one_of("web-id")),
    "the pool": ({"from": "pool.id"}, text(55)),
    "a variable as an input": ({"from": "variable.STAGE"}, one_of("live", "test")),
    "a verified address": ({"from": "attribute.email_verified"}, {"type": "boolean"}),
    "a derived value": ({"from": "derived.plan"}, text(16)),
    "a condition that can't hold": ({"test": {"principal": "machine"}}, {"type": "boolean", "enum": [False]}),
    "a condition": ({"test": {TEXT: "a"}}, {"type": "boolean"}),
    "a default": ({"from": TEXT, "then": [{"keep": "a"}], "default": "none"}, one_of("a", "none")),
    "a text or a constant that it can be": ({"from": TEXT, "default": "none"}, text(8)),
    "a text or a longer constant": (
        {"from": TEXT, "default": "nothing at all"},
        {"anyOf": [one_of("nothing at all"), text(8)]},
    ),
    "the first that is there": ({"first_of": [{"from": TEXT}, {"from": "metadata.text"}, "none"]}, text(8)),
    "the first that is always there": (
        {"first_of": [{"from": TEXT, "then": [{"keep": "a"}]}, "b", "never"]},
        one_of("a", "b"),
    ),
    "all items": (
        {"union": [{"from": TAGS}, {"from": TEXT}, ["abcdefghi"]]},
        items({"anyOf": [one_of("abcdefghi"), text(8)]}, 5),
    ),
    "a chosen constant": (
        {
            "choose": [
                {"when": {"principal": "machine"}, "value": "machine"},
                {"when": {"groups": "a"}, "value": "a"},
                {"when": {"client": "web"}, "value": "web"},
                {"when": {"groups": "b"}, "value": "never"},
            ]
        },
        one_of("a", "web"),
    ),
    "a choice with a rest": (
        {"choose": [{"when": {"groups": "a"}, "value": 1}], "otherwise": 2},
        {"type": "number", "enum": [1, 2]},
    ),
    "a choice without a rest": ({"choose": [{"when": {"groups": "a"}, "value": "a"}]}, one_of("a")),
    "a choice of objects": (
        {"choose": [{"when": {"groups": "a"}, "value": {"object": {"k": "a"}}}], "otherwise": {"from": DOC}},
        {"type": "object"},
    ),
    "a template": ({"template": "t/{attribute.custom:text}"}, text(10, pattern="^t/")),
    "a template of few texts": (
        {"template": "{client}-${STAGE}-{attribute.custom:flag}"},
        one_of("web-live-false", "web-live-true", "web-test-false", "web-test-true"),
    ),
    "a template with a number": ({"template": "{attribute.custom:number}"}, text(24)),
    "a template with a variable": ({"template": "${ANY}/{client}"}, text()),
    "lower": (FEW | {"then": [{"keep": ["a", "B"]}, "lower"]}, one_of("a", "b")),
    "lower of any text": ({"from": TEXT, "then": ["lower"]}, text(8)),
    "trim": ({"from": TEXT, "then": [{"keep": [" a ", " "]}, "trim"]}, one_of("a")),
    "email_domain": ({"from": TEXT, "then": [{"keep": ["x@A", "a"]}, "email_domain"]}, one_of("a")),
    "strip_prefix": (
        {"from": TEXT, "then": [{"keep": ["a-x", "a-"]}, {"strip_prefix": "a-"}]},
        one_of("x"),
    ),
    "strip_prefix of a variable": ({"from": TEXT, "then": [{"keep": ["a-x"]}, {"strip_prefix": "${ANY}"}]}, text(3)),
    "strip_prefix of any text": ({"from": TEXT, "then": [{"strip_prefix": "a-"}]}, text(8)),
    "keep by prefix": ({"from": TEXT, "then": [{"keep": {"prefix": "a.b"}}]}, text(8, pattern=r"^a\.b")),
    "keep by a prefix that isn't known": ({"from": TEXT, "then": [{"keep": {"prefix": "${ANY}"}}]}, text(8)),
    "keep by two prefixes": (
        {"from": TEXT, "then": [{"keep": {"prefix": "a"}}, {"keep": {"prefix": "ab"}}]},
        text(8, pattern="^ab"),
    ),
    "keep of what is safe": (
        {"from": TEXT, "then": [{"keep": {"safe_as": "identifier"}}]},
        text(8, pattern="^[A-Za-z0-9_-]{1,128}$"),
    ),
    "keep of what is safe and begins so": (
        {"from": TEXT, "then": [{"keep": {"safe_as": "identifier", "prefix": "a"}}]},
        text(8, allOf=[{"pattern": "^a"}, {"pattern": "^[A-Za-z0-9_-]{1,128}$"}]),
    ),
    "keep of all but some": (
        {"from": TEXT, "then": [{"keep": {"not": ["a", "${STAGE}", {"prefix": "b"}]}}]},
        text(8, **{"not": {"enum": ["a"]}}),
    ),
    "keep of known texts but one": (
        {"from": TEXT, "then": [{"keep": ["a", "b"]}, {"keep": {"not": "a"}}]},
        one_of("b"),
    ),
    "keep of what is in a list": (
        {"from": TEXT, "then": [{"keep": {"one_of": "lookup.vp.allowed"}}]},
        one_of("read", "write"),
    ),
    "one_of": ({"from": TEXT, "one_of": "lookup.vp.allowed"}, one_of("read", "write")),
    "one_of of a list": ({"from": TAGS, "one_of": "client"}, items(one_of("web"), 1)),
    "keep of items": (SOME, items(one_of("B", "a"), 2)),
    "keep of a number": ({"from": NUMBER, "then": [{"keep": [1, 2]}]}, {"type": "number", "enum": [1, 2]}),
    "keep of a number twice": (
        {"from": NUMBER, "then": [{"keep": [1, 2]}, {"keep": {"above": 1}}]},
        {"type": "number", "enum": [2]},
    ),
    "keep of a number by bounds": ({"from": NUMBER, "then": [{"keep": {"above": 1}}]}, {"type": "number"}),
    "keep of numbers by bounds or constants": (
        {"from": NUMBER, "then": [{"keep": [{"above": 1}, 1]}]},
        {"type": "number"},
    ),
    "keep of no number": ({"from": NUMBER, "then": [{"keep": 1}, {"keep": 2}]}, False),
    "prefer of no number": ({"from": NUMBER, "then": [{"keep": 1}, {"prefer": [2]}]}, False),
    "a step on nothing": ({"from": TEXT, "then": [{"keep": "too long for it"}, "lower"]}, False),
    "a template of nothing": ({"template": "x{derived.nothing}"}, False),
    "keep of a flag": ({"from": FLAG, "then": [{"keep": True}]}, {"type": "boolean", "enum": [True]}),
    "keep of an object": (
        {"choose": [{"when": {"groups": "a"}, "value": {"object": {"k": "a"}}}], "then": [{"keep": {"exists": True}}]},
        object_of(k=one_of("a")),
    ),
    "a table": ({"from": TEXT, "then": [{"table": {"a": "x", "far too long": "y"}}]}, one_of("x")),
    "a table of known texts": (
        FEW | {"then": [{"keep": "a"}, {"table": {"a": 1, "b": 2}}]},
        {"type": "number", "enum": [1]},
    ),
    "a table over a list": (
        {"from": TAGS, "then": [{"table": {"a": ["x", "y"], "b": "z"}}]},
        items(one_of("x", "y", "z"), 3),
    ),
    "a table over a list without an entry for it": (
        SOME | {"then": [{"keep": "c"}, {"table": {"a": "x"}}]},
        items(False, 0),
    ),
    "a table over a flag": ({"from": FLAG, "then": [{"table": {"true": "yes", "maybe": "x"}}]}, one_of("yes")),
    "prefer": ({"from": TEXT, "then": [{"prefer": ["a", "far too long"]}]}, one_of("a")),
    "prefer of a list": ({"from": TAGS, "then": [{"prefer": ["a", "b"]}]}, one_of("a", "b")),
    "prefer of a number": ({"from": NUMBER, "then": [{"prefer": [1, 2]}]}, {"type": "number", "enum": [1, 2]}),
    "prefer of a flag that is known": (
        {"from": FLAG, "then": [{"keep": True}, {"prefer": [True, False]}]},
        {"type": "boolean", "enum": [True]},
    ),
    "only": ({"from": TAGS, "then": ["only"]}, text(4)),
    "at_most": ({"from": "lookup.user.tags", "then": [{"at_most": 2}]}, items(text(2048), 2)),
    "join": ({"from": TAGS, "then": [{"join": ", "}]}, text(3 * 4 + 2 * 2)),
    "join without a bound": ({"from": "lookup.user.tags", "then": [{"join": ","}]}, text()),
    "join of no items": ({"from": TAGS, "then": [{"keep": "too long"}, {"join": ","}]}, False),
    "join of one item": ({"from": TAGS, "then": [{"at_most": 1}, {"join": "${ANY}"}]}, text(4)),
    "text of a number": ({"from": NUMBER, "then": ["text"]}, text(24)),
    "text of a flag": ({"from": FLAG, "then": ["text"]}, one_of("false", "true")),
    "json": ({"from": TAGS, "then": ["json"]}, text()),
    "an object as text": ({"object": {"k": "a"}, "then": ["json"]}, text()),
    "a pseudonym": ({"from": TEXT, "then": [{"pseudonym": "p"}]}, text(43, pattern="^[A-Za-z0-9_-]{43}$")),
    "an object": (
        {"object": {"k": {"from": TEXT}, "l": {"object": {"m": True}}}},
        object_of(k=text(8), l=object_of(m={"type": "boolean", "enum": [True]})),
    ),
    "an object of which nothing can be there": (
        {"choose": [{"when": {"groups": "a"}, "value": {"object": {"k": {"from": "derived.nothing"}}}}]},
        False,
    ),
    "a claim of which no leaf can be there": (
        {"object": {"k": {"from": "attribute.sub", "then": [{"keep": {"prefix": "a"}}, {"keep": {"prefix": "b"}}]}}},
        False,
    ),
    "added items": ({"add": {"from": TEXT}}, items(text(8), 1)),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_has_the_shape_of_its_value(name: str) -> None:
    value, expected = CLAIMS[name]
    derived = {
        "plan": {"from": "lookup.user.plan"},
        "nothing": {"from": TEXT, "then": [{"keep": "too long for it"}]},
        "stages": ["${STAGE}", "test", "live"],
    }
    tokens = tokens_of({"r": {"access_token": {"claims": {"c": value}}}}, derived=derived)
    assert tokens.claim("c") == expected
