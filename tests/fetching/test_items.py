"""Items: what DynamoDB's answers say of a key, and what attribute values mean."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pretoken.trigger.fetching.causes import FetchError
from pretoken.trigger.fetching.items import item_of, items_of, plain
from pretoken.trigger.fetching.kinds import UNREADABLE

ONE, TWO = {"pk": {"S": "anna"}}, {"pk": {"S": "otto"}}
ITEM = {**ONE, "plan": {"S": "pro"}}
WANTED: Any = {1: ONE, 2: TWO}
CAPACITY = {"TableName": "t", "CapacityUnits": 0.5}
ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/t"


def read_one(document: Any) -> Any:
    return _told(lambda: item_of(document, {1: ONE})[1])


def read_two(document: Any, table: str = "t") -> Any:
    return _told(lambda: items_of(document, WANTED, table))


def _told(read: Any) -> Any:
    try:
        answer = read()
    except FetchError as error:
        return error.cause
    if isinstance(answer, dict) and answer.keys() == WANTED.keys():
        return {one: item.cause if isinstance(item, FetchError) else item for one, item in answer.items()}
    return answer


@pytest.mark.parametrize(
    ("document", "item"),
    [
        ({}, None),
        ({"ConsumedCapacity": CAPACITY}, None),
        ({"Item": ITEM}, ITEM),
        ({"Item": ITEM, "Later": 1}, ITEM),
        ({"Item": ITEM, "ConsumedCapacity": CAPACITY}, ITEM),
        ({"Item": ONE}, ONE),
        ({"Item": TWO}, "unreadable"),
        ({"Item": {"pk": {"N": "anna"}}}, "unreadable"),
        ({"Item": {"pk": "anna"}}, "unreadable"),
        ({"Item": {"plan": {"S": "pro"}}}, "unreadable"),
        ({"Item": {}}, "unreadable"),
        ({"Item": None}, "unreadable"),
        ({"Item": []}, "unreadable"),
        ({"Item": False}, "unreadable"),
        ({"item": ITEM}, "unreadable"),
        ({"Responses": {"t": []}}, "unreadable"),
        ({"message": "Forbidden"}, "unreadable"),
        ({"__type": "ThrottlingException"}, "unreadable"),
        ([], "unreadable"),
        (None, "unreadable"),
        ("", "unreadable"),
        (0, "unreadable"),
    ],
    ids=str,
)
def test_that_there_is_no_item_is_what_an_answer_without_any_says_and_no_other(document: Any, item: Any) -> None:
    assert read_one(document) == item


@pytest.mark.parametrize(
    ("document", "items"),
    [
        ({"Responses": {"t": [ITEM, TWO]}}, {1: ITEM, 2: TWO}),
        ({"Responses": {"t": [TWO, ITEM]}, "UnprocessedKeys": {}}, {1: ITEM, 2: TWO}),
        ({"Responses": {"t": [ITEM]}, "UnprocessedKeys": {}}, {1: ITEM, 2: None}),
        ({"Responses": {"t": []}, "UnprocessedKeys": {}, "ConsumedCapacity": [CAPACITY]}, {1: None, 2: None}),
        ({"Responses": {"t": [ITEM]}, "UnprocessedKeys": {"t": {"Keys": [TWO]}}}, {1: ITEM, 2: "throttled"}),
        ({"Responses": {"t": []}, "UnprocessedKeys": {"t": {"Keys": [TWO]}}}, {1: None, 2: "throttled"}),
        ({"Responses": {"t": []}, "UnprocessedKeys": {"t": {"Keys": [TWO, ONE]}}}, {1: "throttled", 2: "throttled"}),
        ({"Responses": {}, "UnprocessedKeys": {"t": {"Keys": [TWO, ONE]}}}, {1: "throttled", 2: "throttled"}),
        ({"Responses": {}, "UnprocessedKeys": {"t": {"Keys": [TWO]}}}, {1: "unreadable", 2: "throttled"}),
        ({"Responses": {}}, {1: "unreadable", 2: "unreadable"}),
        ({"Responses": {"u": []}}, "unreadable"),
        ({"Responses": {"t": None}}, "unreadable"),
        ({"Responses": {"t": {}}}, "unreadable"),
        ({"Responses": {"t": ""}}, "unreadable"),
        ({"Responses": {"t": [None]}}, "unreadable"),
        ({"Responses": {"t": [{}]}}, "unreadable"),
        ({"Responses": {"t": [{"pk": {"S": "eve"}}]}}, "unreadable"),
        ({"Responses": {"t": [ITEM, ONE]}}, "unreadable"),
        ({"Responses": []}, "unreadable"),
        ({"Responses": None}, "unreadable"),
        ({"Responses": {"t": []}, "UnprocessedKeys": {"t": {"Keys": [{"pk": {"S": "eve"}}]}}}, "unreadable"),
        ({"Responses": {"t": []}, "UnprocessedKeys": {"t": {"Keys": ONE}}}, "unreadable"),
        ({"Responses": {"t": []}, "UnprocessedKeys": {"t": {}}}, "unreadable"),
        ({"Responses": {"t": []}, "UnprocessedKeys": {"t": [ONE]}}, "unreadable"),
        ({"Responses": {"t": []}, "UnprocessedKeys": {"u": {"Keys": [ONE]}}}, "unreadable"),
        ({"Responses": {"t": []}, "UnprocessedKeys": None}, "unreadable"),
        ({"Responses": {"t": []}, "message": "Forbidden"}, {1: "unreadable", 2: "unreadable"}),
        ({"Responses": {"t": [ITEM]}, "Later": 1}, {1: ITEM, 2: "unreadable"}),
        ({}, "unreadable"),
        ({"Item": ITEM}, "unreadable"),
        ([], "unreadable"),
        (None, "unreadable"),
    ],
    ids=str,
)
def test_of_several_keys_one_is_not_there_only_if_the_table_answered_without_it(document: Any, items: Any) -> None:
    """What the table didn't get to can't be known; what nobody asked for is the answer to another request."""
    assert read_two(document) == items


@pytest.mark.parametrize("name", ["t", ARN])
def test_a_table_that_is_asked_by_its_arn_answers_by_that_or_by_its_name(name: str) -> None:
    assert read_two({"Responses": {name: [ITEM]}}, ARN) == {1: ITEM, 2: None}
    assert read_two({"Responses": {f"x{name}": [ITEM]}}, ARN) == "unreadable"


def test_an_item_of_a_key_of_two_parts_has_both() -> None:
    key = {"pk": {"S": "a"}, "sk": {"S": "b"}}
    assert item_of({"Item": key}, {1: key}) == {1: key}
    with pytest.raises(FetchError, match="another item"):
        item_of({"Item": {**key, "sk": {"S": "c"}}}, {1: key})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "anna", "otto", "S", "pk"]),
    lambda members: (
        st.lists(members, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Item", "Responses", "UnprocessedKeys", "Keys", "ConsumedCapacity", "t", "pk", "S", "x"]),
            members,
            max_size=3,
        )
    ),
    max_leaves=12,
)
BATCH = {"Responses": {"t": [ITEM]}, "UnprocessedKeys": {"t": {"Keys": [TWO]}}}


@st.composite
def damaged(draw: st.DrawFn, document: Any) -> Any:
    """Put something else somewhere into an answer."""
    whole = {"": deepcopy(document)}
    part: Any = whole
    name: Any = ""
    while isinstance(part[name], (dict, list)) and part[name] and draw(st.booleans()):
        part = part[name]
        name = draw(st.sampled_from([*part] if isinstance(part, dict) else range(len(part))))
    if isinstance(part, dict) and part is not whole and draw(st.booleans()):
        del part[name]
    else:
        part[name] = draw(JSON)
    return whole[""]


@given(JSON | damaged({"Item": ITEM}))
def test_no_other_answer_says_that_there_is_no_item(document: Any) -> None:
    item = read_one(document)
    if item is None:
        assert isinstance(document, dict)
        assert document.keys() <= {"ConsumedCapacity"}
    else:
        assert item == "unreadable" or item == document["Item"]


@given(JSON | damaged(BATCH))
def test_no_other_answer_says_of_one_of_several_keys_that_it_is_not_there(document: Any) -> None:
    items = read_two(document)
    for one, item in items.items() if items != "unreadable" else ():
        if item is None:
            (found,) = document["Responses"].values()
            assert isinstance(found, list)
            assert WANTED[one] not in [{"pk": item["pk"]} for item in found]
            assert WANTED[one] not in document.get("UnprocessedKeys", {}).get("t", {"Keys": []})["Keys"]


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ({"S": "text"}, "text"),
        ({"S": ""}, ""),
        ({"S": "ä 😀"}, "ä 😀"),
        ({"N": "0"}, 0),
        ({"N": "-7.5"}, -7.5),
        ({"N": "9007199254740991"}, 9007199254740991),
        ({"N": "-9007199254740991"}, -9007199254740991),
        ({"N": "9007199254740992"}, UNREADABLE),
        ({"N": "12345678901234567890123456789012345678"}, UNREADABLE),
        ({"N": "0.12345678901234567890123456789012345678"}, 0.12345678901234568),
        ({"N": "1.5E+3"}, 1500),
        ({"N": "1E+2"}, 100),
        ({"N": "7.0"}, 7),
        ({"N": "1E+20"}, UNREADABLE),
        ({"N": "9007199254740993.0"}, UNREADABLE),
        ({"N": "12345678901234567E+3"}, UNREADABLE),
        ({"N": "9.9999999999999999999999999999999999999E+125"}, UNREADABLE),
        ({"N": "1E-130"}, 1e-130),
        ({"N": "1E+999"}, UNREADABLE),
        ({"N": "NaN"}, UNREADABLE),
        ({"N": "Infinity"}, UNREADABLE),
        ({"N": ""}, UNREADABLE),
        ({"N": " 7"}, UNREADABLE),
        ({"N": "٧"}, UNREADABLE),
        ({"BOOL": True}, True),
        ({"BOOL": False}, False),
        ({"NULL": True}, None),
        ({"SS": ["b", "a", "Z", "ä"]}, ["Z", "a", "b", "ä"]),
        ({"NS": ["10", "1.5", "-3", "9"]}, [-3, 1.5, 9, 10]),
        ({"NS": ["3", "12345678901234567890"]}, UNREADABLE),
        ({"L": []}, []),
        ({"L": [{"S": "b"}, {"N": "1"}, {"NULL": True}, {"L": [{"S": "a"}]}]}, ["b", 1, None, ["a"]]),
        ({"M": {}}, {}),
        ({"M": {"a": {"M": {"b": {"NULL": True}, "c": {"SS": ["y", "x"]}}}}}, {"a": {"b": None, "c": ["x", "y"]}}),
        ({"B": "AAEC"}, UNREADABLE),
        ({"BS": ["AAEC"]}, UNREADABLE),
        ({"M": {"a": {"B": "AAEC"}}}, {"a": UNREADABLE}),
        ({"FLOAT": "1"}, UNREADABLE),
    ],
    ids=str,
)
def test_an_attribute_value_is_what_json_can_hold_of_it(value: Any, read: Any) -> None:
    found = plain(value)
    assert found == read
    assert json.dumps(found, default=repr) == json.dumps(read, default=repr)  # 1 isn't True, and 7.0 isn't 7


@pytest.mark.parametrize(
    "value",
    [
        None,
        "pro",
        [],
        {},
        {"S": "a", "N": "1"},
        {"S": 5},
        {"S": None},
        {"N": 5},
        {"N": True},
        {"BOOL": "true"},
        {"BOOL": 1},
        {"NULL": False},
        {"NULL": "true"},
        {"SS": "cab"},
        {"SS": [1]},
        {"SS": [None, "a"]},
        {"SS": {"a": "b"}},
        {"NS": [1]},
        {"NS": "123"},
        {"L": {"S": "a"}},
        {"L": ["a"]},
        {"M": [{"S": "a"}]},
        {"M": {"a": "b"}},
        {"M": {"a": {"L": [{"M": {"b": {"S": 1}}}]}}},
    ],
    ids=str,
)
def test_what_is_no_attribute_value_is_no_answer_of_dynamodb(value: Any) -> None:
    with pytest.raises(FetchError) as raised:
        plain(value)
    assert raised.value.cause == "unreadable"


@given(st.dictionaries(st.sampled_from(["S", "N", "BOOL", "NULL", "SS", "NS", "L", "M", "B"]), JSON, max_size=2) | JSON)
def test_any_value_is_read_or_unreadable(value: Any) -> None:
    try:
        plain(value)
    except FetchError as error:
        assert error.cause == "unreadable"  # noqa: PT017 - either is right
