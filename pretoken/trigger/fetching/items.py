"""What DynamoDB answers: items, which are made of attribute values.

Sources: DynamoDB API reference, GetItem, BatchGetItem and AttributeValue.
"""

from __future__ import annotations

import json

from pretoken.trigger.fetching.causes import FetchError
from pretoken.trigger.fetching.kinds import LARGEST, UNREADABLE
from pretoken.trigger.outcomes import FAILED
from pretoken.trigger.reading import MAX_INTEGER, read_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping
    from typing import Any

    Item = dict[str, Any]
    Wanted = Mapping[Hashable, Item]
    """The keys that were asked for, by whatever identifies them."""
    Items = dict[Hashable, Item | FetchError | None]
    """What was answered for each: the item, None if there is none, or why that isn't known."""


def item_of(document: Any, wanted: Wanted) -> Items:
    """Read the answer of GetItem.

    Raises:
        FetchError: it isn't one. That there is no item says an answer with nothing in it, and no other.
    """
    answer = _object(document)
    if "Item" in answer:
        return _by_key(wanted, [answer["Item"]], [], None)
    _object(answer, ("ConsumedCapacity",))
    return dict.fromkeys(wanted)


def items_of(document: Any, wanted: Wanted, table: str) -> Items:
    """Read the answer of BatchGetItem: what DynamoDB didn't get to can't be known, and what it leaves out isn't there.

    Raises:
        FetchError: it isn't one.
    """
    answer = _object(document)
    names = (table, table.rpartition(":table/")[2])
    responses = _object(answer.get("Responses"), names)
    unprocessed = _object(answer.get("UnprocessedKeys", {}), names)
    found = [item for items in responses.values() for item in _list(items)]
    unread = [key for part in unprocessed.values() for key in _list(_object(part).get("Keys"))]
    is_known = answer.keys() <= {"Responses", "UnprocessedKeys", "ConsumedCapacity"}
    return _by_key(wanted, found, unread, None if responses and is_known else _unreadable())


def _by_key(wanted: Wanted, found: list[Any], unread: list[Any], otherwise: FetchError | None) -> Items:
    answers: Items = {one: FetchError("throttled") if key in unread else otherwise for one, key in wanted.items()}
    if not all(key in wanted.values() for key in unread):
        raise _unreadable()
    left = dict(wanted)
    for item in found:
        one = next((one for one, key in left.items() if _has(item, key)), None)
        if one is None:
            raise _unreadable()  # nobody asked for it, so this is the answer to another request
        del left[one]
        answers[one] = item if len(json.dumps(item)) <= LARGEST else FetchError("too-large")
    return answers


def _has(item: Any, key: Item) -> bool:
    return isinstance(item, dict) and all(item.get(name) == value for name, value in key.items())


def _object(value: Any, names: Iterable[str] | None = None) -> dict[str, Any]:
    """Take an object that has these members at most."""
    if not isinstance(value, dict) or (names is not None and not value.keys() <= {*names}):
        raise _unreadable()
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _unreadable()
    return value


def _unreadable() -> FetchError:
    return FetchError("unreadable")


def plain(value: Any) -> Any:
    """Read an attribute value as JSON: sets as sorted lists, null as None, what JSON can't hold as `UNREADABLE`.

    Raises:
        FetchError: it isn't an attribute value.
    """
    if not isinstance(value, dict) or len(value) != 1:
        raise _unreadable()
    ((type_, content),) = value.items()
    if type_ not in _READERS:
        return UNREADABLE
    shape, read = _READERS[type_]
    if not isinstance(content, shape):
        raise _unreadable()
    return read(content)


def _number(text: str) -> Any:
    """Read one of DynamoDB's decimals: JSON's numbers, an integer exactly or not at all, however it is written."""
    number = read_number(text)
    if isinstance(number, float) and number.is_integer():
        number = int(number) if -MAX_INTEGER <= number <= MAX_INTEGER else FAILED
    return UNREADABLE if number is FAILED else number


def _null(holds: bool) -> None:
    if not holds:
        raise _unreadable()


def _texts(values: list[Any]) -> list[str]:
    if not all(isinstance(value, str) for value in values):
        raise _unreadable()
    return sorted(values)


def _numbers(values: list[Any]) -> Any:
    numbers = [_number(text) for text in _texts(values)]
    return UNREADABLE if UNREADABLE in numbers else sorted(numbers)


_READERS: dict[str, tuple[type, Callable[[Any], Any]]] = {
    "S": (str, str),
    "N": (str, _number),
    "BOOL": (bool, bool),
    "NULL": (bool, _null),
    "SS": (list, _texts),
    "NS": (list, _numbers),
    "L": (list, lambda values: [plain(value) for value in values]),
    "M": (dict, lambda members: {name: plain(value) for name, value in members.items()}),
}
