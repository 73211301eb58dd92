"""What stands in the local tables, read from a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pretoken.local import parse_items
from pretoken.local.items import attribute_value
from pretoken.policy.errors import PolicyErrors
from pretoken.policy.load import load_policy
from pretoken.policy.yaml import read_yaml
from pretoken.trigger.fetching.items import plain

ROOT = Path(__file__).parents[2]
VARIABLES = {"TABLE": "memberships"}


def lookup(table: str, *attributes: str) -> dict[str, Any]:
    return {"dynamodb": {"table": table, "key": dict.fromkeys(attributes, "{attribute.sub}")}, "fields": {"plan": {}}}


POOL = {
    "lookups": {
        "user": lookup("${TABLE}", "pk"),
        "again": lookup("arn:aws:dynamodb:eu-west-1:111122223333:table/memberships", "pk"),
        "orders": lookup("orders", "pk", "sk"),
        "latest": lookup("orders", "sk", "pk"),
        "features": {"lambda": {"function": "features"}, "fields": {"plan": {}}},
    }
}


def items(text: str, pool: dict[str, Any] = POOL) -> dict[str, list[Any]]:
    found = parse_items(text.encode(), "items.yaml", pool, VARIABLES)
    return {table: [item.attributes for item in held] for table, held in found.items()}


def errors(text: str, pool: dict[str, Any] = POOL) -> list[str]:
    with pytest.raises(PolicyErrors) as caught:
        items(text, pool)
    return [*map(str, caught.value.errors)]


def test_items_stand_in_the_table_that_their_lookup_reads() -> None:
    assert items("user: [{pk: a, plan: pro}]\norders: [{pk: a, sk: b}, {pk: a, sk: c}]") == {
        "memberships": [{"pk": {"S": "a"}, "plan": {"S": "pro"}}],
        "orders": [{"pk": {"S": "a"}, "sk": {"S": "b"}}, {"pk": {"S": "a"}, "sk": {"S": "c"}}],
    }


def test_items_of_several_lookups_stand_in_their_one_table() -> None:
    assert items("user: [{pk: a}]\nagain: [{pk: b}]\norders: []") == {
        "memberships": [{"pk": {"S": "a"}}, {"pk": {"S": "b"}}],
        "orders": [],
    }


def test_an_item_knows_its_place() -> None:
    found = parse_items(b"user:\n  - {pk: a}\n  - {pk: b}\n", "items.yaml", POOL, VARIABLES)
    assert [str(item.place) for item in found["memberships"]] == ["items.yaml:2:5", "items.yaml:3:5"]


@pytest.mark.parametrize(
    ("value", "spelt"),
    [
        ("", {"S": ""}),
        (True, {"BOOL": True}),
        (7, {"N": "7"}),
        (-1.5, {"N": "-1.5"}),
        (["a", "b"], {"SS": ["a", "b"]}),
        ([], {"L": []}),
        (["a", 1], {"L": [{"S": "a"}, {"N": "1"}]}),
        ([["a"], {}], {"L": [{"SS": ["a"]}, {"M": {}}]}),
        ({"a": {"b": False}}, {"M": {"a": {"M": {"b": {"BOOL": False}}}}}),
    ],
)
def test_values_are_spelt_as_the_api_does(value: object, spelt: dict[str, Any]) -> None:
    assert attribute_value(value) == spelt


def test_the_function_reads_values_as_they_stand_in_the_file() -> None:
    held = {"a": ["x", "y"], "b": [1, "x", {"c": -0.5}], "d": {"e": True, "f": []}, "g": "", "h": 2**53 - 1, "i": 1e-7}
    assert plain(attribute_value(held)) == held


KEY = "`pk` is part of the table's key"
MISTAKES = {
    "[user]": "1:1: wrong-type: items stand by lookup; write `NAME: [{KEY: TEXT}]`",
    "usr: []": "1:1: unknown-name: `usr` isn't a lookup that is declared; did you mean `user`?",
    "features: []": "1:1: wrong-place: `features` asks `lambda`, not a table; leave it out",
    "user: {pk: a}": "1:7: wrong-type: the items of a table are a list; write `user: [{pk: TEXT}]`",
    "user: [a]": "1:8: wrong-type: an item is a mapping; write `{pk: TEXT}`",
    "user: [{plan: pro}]": f"1:8: missing-key: {KEY}; write `pk: TEXT`",
    "orders: [{pk: a, plan: pro}]": "1:10: missing-key: `sk` is part of the table's key; write `sk: TEXT`",
    "user: [{pk: 7}]": f'1:13: wrong-type: {KEY}, so it must be a text; write `pk: "TEXT"`',
    "user: [{pk: [a]}]": f'1:13: wrong-type: {KEY}, so it must be a text; write `pk: "TEXT"`',
    'user: [{pk: ""}]': f'1:13: wrong-type: {KEY}, so it must be a text; write `pk: "TEXT"`',
    "user:\n- {pk: a}\n- {pk: a, plan: pro}": (
        "3:3: duplicate-item: the item on line 2 has this key too; leave one out"
    ),
    "user: [{pk: a}]\nagain: [{pk: a}]": "2:9: duplicate-item: the item on line 1 has this key too; leave one out",
    "orders: [{pk: a, sk: b}]\nlatest: [{sk: b, pk: a}]": (
        "2:10: duplicate-item: the item on line 1 has this key too; leave one out"
    ),
    "user: [{pk: a, more: [{tenants: [a, b, a]}]}]": (
        "1:33: duplicate-text: a text stands twice in this list, which is a set in a table; leave one out"
    ),
    "user: [{pk: a, plan: null}]": "1:22: ambiguous-text: ",
    "user: [{pk: 1e999}]": "1:13: number-range: ",
    "user: [{pk: }]": "1:9: empty-value: ",
    "user:": "1:1: empty-value: ",
    "user:\n-": "2:2: empty-value: ",
    "": "1:1: empty-value: ",
    "user: ]": "1:7: syntax: ",
}


@pytest.mark.parametrize(("text", "message"), MISTAKES.items())
def test_a_mistake_is_told_with_its_place_and_a_cure(text: str, message: str) -> None:
    (error,) = errors(text)
    assert error.startswith(f"items.yaml:{message}")


def test_all_mistakes_are_told_at_once() -> None:
    told = errors("user:\n- {pk: 1}\n- {plan: pro}\nother: []\nfeatures: []\n")
    assert [error.split(": ")[1] for error in told] == ["wrong-type", "missing-key", "unknown-name", "wrong-place"]


def test_items_whose_key_could_not_be_read_are_not_the_same() -> None:
    assert [error.split(": ")[1] for error in errors("user: [{pk: }, {pk: }]")] == ["empty-value", "empty-value"]


def test_a_policy_without_lookups_says_where_to_declare_one() -> None:
    (error,) = errors("user: []", {})
    assert error.endswith("; declare it under `lookups` in pool.yaml, or leave it out")


def test_no_message_repeats_what_an_item_holds() -> None:
    """Not even a name that may be about a person."""
    lookups = {
        "lookups": {"anna@example.com": lookup("users", "1990-04-01"), "0555 555 0100": POOL["lookups"]["features"]}
    }
    text = (
        "anna@example.com: [{plan: [secret, secret]}, {1990-04-01: [secret]}, secret, {'1990-04-01': secret, a: 1}]\n"
        "0555 555 0100: secret\n"
        "bob@example.com: secret\n"
    )
    told = errors(text, lookups)
    assert len(told) == 6
    assert not [error for error in told if "secret" in error or "@" in error or "1990" in error or "0555" in error]


def test_the_items_of_this_repository_are_what_previews_answer_for_the_sample_event() -> None:
    """The row of the person who signs in first is the answer of previews."""
    pool = load_policy(ROOT / "policies").plan()["pool"]
    variables = dict.fromkeys(pool["variables"], "table")
    found = parse_items((ROOT / "events" / "items.yaml").read_bytes(), "items.yaml", pool, variables)["table"]
    subs = {
        json.loads(path.read_text())["request"]["userAttributes"].get("sub")
        for path in (ROOT / "events").glob("v*.json")
    }
    assert {item.attributes["pk"]["S"].removeprefix("USER#") for item in found} < subs
    answers: Any = read_yaml((ROOT / "events" / "lookups.yaml").read_bytes(), "lookups.yaml").data
    event = json.loads((ROOT / "events" / "v2-sign-in.json").read_text())
    key = {"S": f"USER#{event['request']['userAttributes']['sub']}"}
    (row,) = [item.attributes for item in found if item.attributes["pk"] == key]
    assert row == {"pk": key, **attribute_value(answers["user"])["M"]}
