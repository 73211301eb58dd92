"""Lookups in DynamoDB, asked of moto's: what is asked for, and what comes back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from pretoken.trigger.fetching.causes import FetchError
from pretoken.trigger.fetching.dynamodb import DynamoDB
from pretoken.trigger.fetching.kinds import UNREADABLE
from tests.fetching.declarations import in_table
from tests.fetching.local_tables import LocalTables
from tests.local.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pretoken.trigger.fetching.aws import AWS
    from pretoken.trigger.fetching.kinds import Declared


@pytest.fixture(scope="module")
def server() -> Iterator[LocalTables]:
    server = LocalTables()
    with serving(server):
        yield server


@pytest.fixture
def tables(server: LocalTables, environment: pytest.MonkeyPatch) -> LocalTables:
    """Lead to tables that nobody asked yet."""
    environment.setenv("AWS_ENDPOINT_URL", server.endpoint)
    server.requests.clear()
    return server


@pytest.fixture
def pk() -> str:
    """Give a key that no other test has."""
    return f"USER#{uuid4()}"


def row(aws: AWS, declared: Declared, **key: str) -> Any:
    return DynamoDB([declared], aws).fetch({declared.name: key})[declared.name]


def rows(aws: AWS, declared: list[Declared], keys: dict[str, dict[str, str]]) -> Any:
    return DynamoDB(declared, aws).fetch(keys)


def projected(request: dict[str, Any]) -> set[str]:
    """Give the paths that a request asks for, their names with quotes around."""
    names = request["ExpressionAttributeNames"]
    paths = request["ProjectionExpression"].split(",")
    used = set(re.findall(r"#\w+", request["ProjectionExpression"]))
    assert used == {*names}, "DynamoDB refuses names that aren't used"
    return {".".join(repr(names[number]) for number in path.split(".")) for path in paths}


def test_an_item_is_asked_for_by_its_key_and_no_more_of_it_than_its_fields(
    aws: AWS, tables: LocalTables, pk: str
) -> None:
    tables.put({"pk": {"S": pk}, "plan": {"S": "pro"}, "secret": {"S": "x"}, "limits": {"M": {"seats": {"N": "5"}}}})
    fields = {"plan": {}, "seats": {"type": "number", "at": "limits.seats"}}
    assert row(aws, in_table(fields), pk=pk) == {"plan": "pro", "seats": 5}
    (request,) = tables.requests
    assert request.operation == "GetItem"
    assert projected(request.content) == {"'pk'", "'plan'", "'limits'.'seats'"}
    del request.content["ProjectionExpression"], request.content["ExpressionAttributeNames"]
    assert request.content == {"TableName": "memberships", "Key": {"pk": {"S": pk}}, "ConsistentRead": False}


def test_a_key_may_have_two_parts(aws: AWS, tables: LocalTables, pk: str) -> None:
    for number in "12":
        tables.put({"pk": {"S": pk}, "sk": {"S": number}, "plan": {"S": f"plan {number}"}}, "orders")
    declared = in_table(key={"pk": "…", "sk": "…"})
    declared.source["table"] = "orders"
    assert row(aws, declared, pk=pk, sk="2") == {"plan": "plan 2"}
    assert row(aws, declared, pk=pk, sk="3") is None
    assert projected(tables.requests[0].content) == {"'pk'", "'sk'", "'plan'"}


@pytest.mark.parametrize(
    ("declared", "sent"), [({}, False), ({"consistent": False}, False), ({"consistent": True}, True)]
)
def test_what_was_written_last_is_read_only_if_that_is_declared(
    aws: AWS, tables: LocalTables, pk: str, declared: dict[str, Any], *, sent: bool
) -> None:
    assert row(aws, in_table(**declared), pk=pk) is None
    assert rows(aws, [in_table(name=name, **declared) for name in "ab"], {"a": {"pk": pk}, "b": {"pk": "x"}}) == {
        "a": None,
        "b": None,
    }
    one, batch = tables.requests
    assert one.content["ConsistentRead"] is sent
    assert batch.content["RequestItems"]["memberships"]["ConsistentRead"] is sent


def test_no_item_is_no_row(aws: AWS, tables: LocalTables, pk: str) -> None:
    assert row(aws, in_table(), pk=pk) is None
    assert len(tables.requests) == 1


def test_an_item_without_the_fields_is_a_row_without_fields(aws: AWS, tables: LocalTables, pk: str) -> None:
    tables.put({"pk": {"S": pk}, "other": {"S": "x"}})
    assert row(aws, in_table(), pk=pk) == {}


@pytest.mark.parametrize(
    ("limits", "read"),
    [
        ({"S": "seats"}, "seats"),
        ({"N": "5"}, 5),
        ({"L": [{"S": "seats"}]}, ["seats"]),
        ({"SS": ["seats"]}, ["seats"]),
        ({"B": "AAEC"}, UNREADABLE),
    ],
    ids=str,
)
def test_what_can_have_no_members_fails_the_field_inside_it(
    aws: AWS, tables: LocalTables, pk: str, limits: dict[str, Any], read: object
) -> None:
    """Where DynamoDB is asked for the member alone, it gives nothing; moto knows only maps there."""
    tables.put({"pk": {"S": pk}, "limits": limits})
    found = row(aws, in_table({"limits": {}, "seats": {"at": "limits.seats"}}), pk=pk)
    assert found == {"limits": read, "seats": UNREADABLE}


@pytest.mark.parametrize("seats", [{}, {"seats": {"NULL": True}}], ids=str)
def test_what_has_no_such_member_has_no_such_field(
    aws: AWS, tables: LocalTables, pk: str, seats: dict[str, Any]
) -> None:
    tables.put({"pk": {"S": pk}, "limits": {"M": seats}})
    assert row(aws, in_table({"limits": {}, "seats": {"at": "limits.seats"}}), pk=pk).keys() == {"limits"}


def test_a_null_has_no_members(aws: AWS, tables: LocalTables, pk: str) -> None:
    tables.put({"pk": {"S": pk}, "limits": {"NULL": True}})
    assert row(aws, in_table({"limits": {}, "seats": {"at": "limits.seats"}}), pk=pk) == {}


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ({"S": "pro"}, "pro"),
        ({"S": ""}, ""),
        ({"S": 'ä 😀 " \\ \x00 \u2028'}, 'ä 😀 " \\ \x00 \u2028'),
        ({"N": "7"}, 7),
        ({"N": "-0.5"}, -0.5),
        ({"N": "9007199254740991"}, 2**53 - 1),
        ({"N": "9007199254740992"}, UNREADABLE),
        ({"N": "99999999999999999999999999999999999999"}, UNREADABLE),
        ({"N": "0.10000000000000000000000000000000000001"}, 0.1),
        ({"N": "1.5E+3"}, 1500),
        ({"N": "1E+20"}, UNREADABLE),
        ({"N": "1E-20"}, 1e-20),
        ({"BOOL": True}, True),
        ({"BOOL": False}, False),
        ({"SS": ["b", "ä", "a", "B"]}, ["B", "a", "b", "ä"]),
        ({"NS": ["3", "1", "2.5"]}, [1, 2.5, 3]),
        ({"L": []}, []),
        ({"L": [{"S": "b"}, {"S": "a"}]}, ["b", "a"]),
        ({"L": [{"NULL": True}, {"M": {"a": {"L": []}}}]}, [None, {"a": []}]),
        ({"M": {}}, {}),
        ({"M": {"a": {"M": {"b": {"M": {"c": {"NULL": True}, "d": {"N": "1"}}}}}}}, {"a": {"b": {"c": None, "d": 1}}}),
        ({"B": "AAEC"}, UNREADABLE),
        ({"BS": ["AAEC", "AAED"]}, UNREADABLE),
        ({"M": {"a": {"B": "AAEC"}}}, {"a": UNREADABLE}),
    ],
    ids=str,
)
def test_each_type_of_attribute_is_read(
    aws: AWS, tables: LocalTables, pk: str, value: dict[str, Any], read: object
) -> None:
    """What JSON can't hold is a value of no type, and therefore fails alone."""
    tables.put({"pk": {"S": pk}, "plan": value, "tier": {"S": "gold"}})
    found = row(aws, in_table({"plan": {}, "tier": {}}), pk=pk)
    assert found == {"plan": read, "tier": "gold"}
    assert type(found["plan"]) is type(read)


def test_null_is_no_field(aws: AWS, tables: LocalTables, pk: str) -> None:
    tables.put({"pk": {"S": pk}, "plan": {"NULL": True}})
    assert row(aws, in_table(), pk=pk) == {}


@pytest.mark.parametrize("name", ["name", "SIZE", "a.b", "a#b", "#", ":x", "a b", "größe", "😀", "0", "-", "pk"])
def test_an_attribute_may_have_any_name(aws: AWS, tables: LocalTables, pk: str, name: str) -> None:
    """DynamoDB reserves some words, and a dot in an expression is a path."""
    tables.put({"pk": {"S": pk}, name: {"S": pk}, "a": {"M": {"b": {"S": "wrong"}}}})
    assert row(aws, in_table({name: {}, "b": {"at": "a.b"}}), pk=pk) == {name: pk, "b": "wrong"}
    assert projected(tables.requests[0].content) == {"'pk'", repr(name), "'a'.'b'"}


@pytest.mark.parametrize("name", ["name", "SIZE", "a#b", "#", "a b", "größe", "😀", "0"])
def test_a_member_may_have_any_name_without_a_dot(aws: AWS, tables: LocalTables, pk: str, name: str) -> None:
    tables.put({"pk": {"S": pk}, name: {"M": {name: {"M": {name: {"S": "pro"}}}}}})
    assert row(aws, in_table({"plan": {"at": f"{name}.{name}.{name}"}}), pk=pk) == {"plan": "pro"}
    assert projected(tables.requests[0].content) == {"'pk'", f"{name!r}.{name!r}.{name!r}"}


def test_a_name_that_looks_like_an_index_is_a_name(aws: AWS, tables: LocalTables, pk: str) -> None:
    """To moto it is an index, so that it can't be answered here."""
    assert row(aws, in_table({"a[0]": {}, "b": {"at": "b.c[1]"}}), pk=pk) is None
    assert projected(tables.requests[0].content) == {"'pk'", "'a[0]'", "'b'.'c[1]'"}


def test_a_field_inside_another_is_asked_for_once(aws: AWS, tables: LocalTables, pk: str) -> None:
    """DynamoDB refuses a path beside one that it is a part of."""
    limits = {"M": {"seats": {"M": {"max": {"N": "5"}}}, "seat": {"N": "1"}}}
    tables.put({"pk": {"S": pk}, "limits": limits, "limit": {"S": "x"}})
    fields = {
        "limits": {"type": "object"},
        "seats": {"at": "limits.seats"},
        "max": {"at": "limits.seats.max"},
        "again": {"at": "limits.seats.max"},
        "limit": {},
        "key": {"at": "pk"},
    }
    assert row(aws, in_table(fields), pk=pk) == {
        "limits": {"seats": {"max": 5}, "seat": 1},
        "seats": {"max": 5},
        "max": 5,
        "again": 5,
        "limit": "x",
        "key": pk,
    }
    assert projected(tables.requests[0].content) == {"'pk'", "'limits'", "'limit'"}


def test_fields_beside_one_another_do_not_stand_in_each_others_way(aws: AWS, tables: LocalTables, pk: str) -> None:
    tables.put({"pk": {"S": pk}, "a": {"M": {"b": {"N": "1"}, "bc": {"N": "2"}, "x": {"N": "3"}}}})
    assert row(aws, in_table({"one": {"at": "a.b"}, "two": {"at": "a.bc"}}), pk=pk) == {"one": 1, "two": 2}
    assert projected(tables.requests[0].content) == {"'pk'", "'a'.'b'", "'a'.'bc'"}


def test_several_lookups_in_one_table_are_one_request(aws: AWS, tables: LocalTables, pk: str) -> None:
    """Each gets its own fields, whatever the others ask for."""
    tables.put({"pk": {"S": pk}, "plan": {"S": "pro"}, "limits": {"M": {"seats": {"N": "5"}, "x": {"N": "1"}}}})
    tables.put({"pk": {"S": f"{pk}2"}, "plan": {"S": "free"}, "limits": {"M": {"seats": {"N": "1"}}}})
    declared = [
        in_table({"plan": {}}, name="user"),
        in_table({"seats": {"at": "limits.seats"}}, name="tenant"),
        in_table({"limits": {}, "plan": {}}, name="owner"),
    ]
    keys = {"user": {"pk": pk}, "tenant": {"pk": f"{pk}2"}, "owner": {"pk": f"{pk}3"}}
    assert rows(aws, declared, keys) == {"user": {"plan": "pro"}, "tenant": {"seats": 1}, "owner": None}
    (request,) = tables.requests
    assert request.operation == "BatchGetItem"
    part = request.content["RequestItems"]["memberships"]
    assert request.content == {"RequestItems": {"memberships": part}}
    assert [key["pk"]["S"] for key in part["Keys"]] == [pk, f"{pk}2", f"{pk}3"]
    assert projected(part) == {"'pk'", "'plan'", "'limits'"}


def test_only_those_that_are_asked_for_are(aws: AWS, tables: LocalTables, pk: str) -> None:
    """The other lookups in the table are of other events."""
    tables.put({"pk": {"S": pk}, "plan": {"S": "pro"}})
    kind = DynamoDB([in_table(name="user"), in_table({"seats": {}}, name="tenant"), in_table(name="owner")], aws)
    assert kind.fetch({"user": {"pk": pk}}) == {"user": {"plan": "pro"}}
    assert kind.fetch({"owner": {"pk": pk}, "user": {"pk": "x"}}) == {"owner": {"plan": "pro"}, "user": None}
    assert all("seats" not in str(request.content) for request in tables.requests)


def test_a_key_that_several_have_is_asked_for_once(aws: AWS, tables: LocalTables, pk: str) -> None:
    """DynamoDB refuses a batch that has a key twice."""
    tables.put({"pk": {"S": pk}, "plan": {"S": "pro"}, "seats": {"N": "5"}})
    declared = [in_table({"plan": {}}, name="user"), in_table({"seats": {}}, name="tenant"), in_table(name="owner")]
    keys = {"user": {"pk": pk}, "tenant": {"pk": pk}, "owner": {"pk": "x"}}
    assert rows(aws, declared, keys) == {"user": {"plan": "pro"}, "tenant": {"seats": 5}, "owner": None}
    assert rows(aws, declared[:2], {"user": {"pk": pk}, "tenant": {"pk": pk}}) == {
        "user": {"plan": "pro"},
        "tenant": {"seats": 5},
    }
    assert [len(request.content["RequestItems"]["memberships"]["Keys"]) for request in tables.requests] == [2, 1]


def test_lookups_are_one_request_if_they_read_one_table_in_one_way(aws: AWS) -> None:
    kind = DynamoDB(
        [
            in_table(name="user"),
            in_table({"seats": {}}, name="tenant", consistent=False),
            in_table(name="owner", consistent=True),
            in_table(name="order", key={"pk": "…", "sk": "…"}),
            in_table(name="plan", timeout="1s"),
        ],
        aws,
    )
    kind._declared["order"].source["table"] = "orders"
    ways = [kind.companions(name) for name in ("user", "tenant", "owner", "order", "plan")]
    assert ways[0] == ways[1]
    assert len({*ways}) == 4, "who waits longer must not keep another from its answer"


def test_an_attempt_has_half_of_the_time(aws: AWS) -> None:
    """The other half is for the second attempt."""
    kind = DynamoDB([in_table(name="user", timeout="1s"), in_table(name="tenant", timeout="300ms")], aws)
    patience = {
        timeout: (client.meta.config.connect_timeout, client.meta.config.read_timeout)
        for timeout, client in kind._clients.items()
    }
    assert patience == {1.0: (0.5, 0.5), 0.3: (0.15, 0.15)}


@pytest.mark.parametrize(
    ("change", "cause"),
    [({"table": "nowhere"}, "not-found"), ({"key": {"sk": "…"}}, "refused"), ({"table": ""}, "refused")],
    ids=str,
)
@pytest.mark.parametrize("number", [1, 2])
def test_a_lookup_that_does_not_fit_the_table_fails(
    aws: AWS, tables: LocalTables, pk: str, change: dict[str, Any], cause: str, number: int
) -> None:
    declared = [in_table(name=name) for name in "ab"[:number]]
    for one in declared:
        one.source.update(change)
    keys = {one.name: dict.fromkeys(one.source["key"], pk + one.name) for one in declared}
    with pytest.raises(FetchError) as raised:
        rows(aws, declared, keys)
    assert raised.value.cause == cause
    assert pk not in f"{raised.value!r} {raised.value.__context__!r}"
    assert len(tables.requests) <= 1


def test_an_empty_key_is_refused(aws: AWS, tables: LocalTables) -> None:
    with pytest.raises(FetchError) as raised:
        row(aws, in_table(), pk="")
    assert raised.value.cause == "refused"
    assert len(tables.requests) == 1


def test_an_item_of_more_than_64_kib_is_too_large_unless_little_of_it_is_read(
    aws: AWS, tables: LocalTables, pk: str
) -> None:
    tables.put({"pk": {"S": pk}, "plan": {"S": "x" * 70_000}, "tier": {"S": "gold"}})
    assert row(aws, in_table({"tier": {}}), pk=pk) == {"tier": "gold"}
    with pytest.raises(FetchError) as raised:
        row(aws, in_table(), pk=pk)
    assert raised.value.cause == "too-large"
