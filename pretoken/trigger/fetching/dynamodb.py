"""Lookups in DynamoDB: one GetItem, or one BatchGetItem for those of an event that read one table.

Sources: DynamoDB API reference, GetItem, BatchGetItem and AttributeValue; developer guide, "Projection expressions".
"""

from __future__ import annotations

import json

from pretoken.trigger.fetching.aws import fetch_error
from pretoken.trigger.fetching.causes import FetchError
from pretoken.trigger.fetching.kinds import LARGEST
from pretoken.trigger.outcomes import FAILED
from pretoken.trigger.reading import read_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
    from typing import Any

    from pretoken.trigger.fetching.aws import AWS
    from pretoken.trigger.fetching.call import Answer, Key
    from pretoken.trigger.fetching.kinds import Declared

    Item = dict[str, Any]

_SUCCESS = 200


class DynamoDB:
    """Answers the lookups of the kind `dynamodb`.

    Half of a lookup's time is for one attempt, so that the second has time as well.
    """

    def __init__(self, declared: Sequence[Declared], aws: AWS) -> None:
        self._declared = {one.name: one for one in declared}
        clients: dict[float, Any] = {}
        for timeout in {one.timeout for one in declared}:
            clients[timeout] = aws.client("dynamodb", connect_timeout=timeout / 2, read_timeout=timeout / 2)
            clients[timeout].meta.events.register("after-call.dynamodb.GetItem", _tell_whether_readable)
        self._clients = clients

    def companions(self, lookup: str) -> Hashable:
        """Ask with one request for all rows that are read from one table in one way."""
        source = self._declared[lookup].source
        return source["table"], source.get("consistent", False)

    def fetch(self, keys: Mapping[str, Key]) -> Mapping[str, Answer]:
        """Read the items."""
        asked = [self._declared[lookup] for lookup in keys]
        client = self._clients[max(one.timeout for one in asked)]
        table, consistent = asked[0].source["table"], asked[0].source.get("consistent", False)
        request = {**_projection(asked), "ConsistentRead": consistent}
        try:
            if len(asked) == 1:
                key = keys[asked[0].name]
                found, unread = _get(client.get_item(TableName=table, Key=_typed(key), **request))
            else:
                distinct = [_typed(dict(key)) for key in sorted({_identity(key) for key in keys.values()})]
                answer = client.batch_get_item(RequestItems={table: {"Keys": distinct, **request}})
                found, unread = _batch(answer, len(distinct))
        except FetchError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told by its cause alone
            raise fetch_error(error) from None
        keyed = {one.name: _typed(keys[one.name]) for one in asked}
        items = {name: [item for item in found if _has(item, key)] for name, key in keyed.items()}
        if sum(any(item in own for own in items.values()) for item in found) < len(found):
            raise FetchError("unreadable")  # it holds what nobody asked for, so it is the answer to another request
        return {one.name: _answer(one, items[one.name], keyed[one.name] in unread) for one in asked}


def _has(item: Item, key: Item) -> bool:
    return all(item.get(name) == value for name, value in key.items())


def _answer(declared: Declared, items: list[Item], is_unread: bool) -> Answer:
    """Give the row: what DynamoDB didn't get to can't be known, and what it doesn't mention isn't there."""
    if items:
        return declared.row({name: plain(value) for name, value in items[0].items()})
    return FetchError("throttled") if is_unread else None


def _get(answer: dict[str, Any]) -> tuple[list[Item], list[Item]]:
    _check_size(answer, 1)
    if "Item" in answer:
        return [answer["Item"]], []
    if answer.get("Unreadable"):
        raise FetchError("unreadable")
    return [], []


def _batch(answer: dict[str, Any], number: int) -> tuple[list[Item], list[Item]]:
    _check_size(answer, number)
    if "Responses" not in answer:
        raise FetchError("unreadable")
    found = [item for items in answer["Responses"].values() for item in items]
    unread = [key for keys in answer.get("UnprocessedKeys", {}).values() for key in keys["Keys"]]
    return found, unread


def _check_size(answer: dict[str, Any], number: int) -> None:
    headers = answer["ResponseMetadata"].get("HTTPHeaders", {})
    if int(headers.get("content-length", 0)) > LARGEST * number:
        raise FetchError("too-large")


def _tell_whether_readable(http_response: Any, parsed: dict[str, Any], **_: Any) -> None:
    """Tell an answer without an item from one that is no answer: botocore makes the same of both."""
    if http_response.status_code == _SUCCESS and "Item" not in parsed:
        try:
            content = json.loads(http_response.content)
        except (ValueError, RecursionError):
            content = None
        parsed["Unreadable"] = not isinstance(content, dict) or "Item" in content


def _projection(asked: Iterable[Declared]) -> dict[str, Any]:
    """Name what is read, and nothing else: the declared fields, and the key by which an answer is recognised."""
    paths = {path for one in asked for path in one.paths.values()}
    paths |= {(name,) for one in asked for name in one.source["key"]}
    # DynamoDB refuses a path beside one that it is a part of.
    outermost = sorted(path for path in paths if not any(path[:length] in paths for length in range(1, len(path))))
    numbers = {name: f"#{n}" for n, name in enumerate(sorted({name for path in outermost for name in path}))}
    return {
        "ProjectionExpression": ",".join(".".join(numbers[name] for name in path) for path in outermost),
        "ExpressionAttributeNames": {number: name for name, number in numbers.items()},
    }


def _typed(key: Mapping[str, str]) -> Item:
    return {name: {"S": text} for name, text in key.items()}


def _identity(key: Key) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(key.items()))


UNREADABLE = object()
"""Stands for what has no JSON form, such as binary data: a value of no type of the language."""


def plain(value: dict[str, Any]) -> Any:
    """Read an attribute value as JSON: sets as sorted lists, null as None, what JSON can't hold as `UNREADABLE`."""
    for type_, read in _READERS.items():
        if type_ in value:
            return read(value[type_])
    return UNREADABLE


def _number(text: str) -> Any:
    """Read one of DynamoDB's decimals: JSON's numbers, an integer exactly or not at all."""
    number = read_number(text)
    return UNREADABLE if number is FAILED else number


_READERS: dict[str, Callable[[Any], Any]] = {
    "S": lambda text: text,
    "N": _number,
    "BOOL": lambda truth: truth,
    "NULL": lambda _true: None,
    "SS": sorted,
    "NS": lambda texts: [_number(text) for text in texts],
    "L": lambda values: [plain(value) for value in values],
    "M": lambda members: {name: plain(value) for name, value in members.items()},
}
