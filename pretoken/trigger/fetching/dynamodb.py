"""Lookups in DynamoDB: one GetItem, or one BatchGetItem for those of an event that read one table.

Sources: DynamoDB API reference, GetItem and BatchGetItem; developer guide, "Projection expressions".
"""

from __future__ import annotations

from pretoken.trigger.fetching.aws import ask, document_of
from pretoken.trigger.fetching.call import identity_of
from pretoken.trigger.fetching.causes import FetchError
from pretoken.trigger.fetching.items import item_of, items_of, plain
from pretoken.trigger.fetching.kinds import LARGEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from pretoken.trigger.fetching.aws import AWS
    from pretoken.trigger.fetching.call import Answer, Key
    from pretoken.trigger.fetching.items import Item
    from pretoken.trigger.fetching.kinds import Declared

_NO_SUCCESS = 300
_AROUND = 1024  # bytes of an answer around its items


class DynamoDB:
    """Answers the lookups of the kind `dynamodb`.

    Connecting, and each wait for a piece of the answer, may take half of a lookup's time, so that after silence a
    second attempt has time as well.
    """

    def __init__(self, declared: Sequence[Declared], aws: AWS) -> None:
        self._declared = {one.name: one for one in declared}
        self._clients = {
            timeout: aws.client("dynamodb", connect_timeout=timeout / 2, read_timeout=timeout / 2)
            for timeout in {one.timeout for one in declared}
        }
        self._projections: dict[tuple[str, ...], dict[str, Any]] = {}
        for client in self._clients.values():
            client.meta.events.register("before-parse.dynamodb", _keep_content)

    def companions(self, lookup: str) -> tuple[str, bool, float]:
        """Ask with one request for all rows that are read from one table in one way, and waited for equally long."""
        declared = self._declared[lookup]
        return declared.source["table"], declared.source.get("consistent", False), declared.timeout

    def fetch(self, keys: Mapping[str, Key]) -> Mapping[str, Answer]:
        """Read the items."""
        return ask(lambda: self._read(keys))

    def _read(self, keys: Mapping[str, Key]) -> dict[str, Answer]:
        asked = [self._declared[lookup] for lookup in keys]
        table, consistent, timeout = self.companions(asked[0].name)
        client = self._clients[timeout]
        names = tuple(keys)
        if names not in self._projections:
            self._projections[names] = _projection(asked)
        request = {**self._projections[names], "ConsistentRead": consistent}
        wanted = {identity_of(key): {name: {"S": text} for name, text in key.items()} for key in keys.values()}
        distinct = [*wanted.values()]
        if len(asked) == 1:
            answer = client.get_item(TableName=table, Key=distinct[0], **request)
            items = item_of(document_of(answer, answer["Content"], LARGEST + _AROUND), wanted)
        else:
            answer = client.batch_get_item(RequestItems={table: {"Keys": distinct, **request}})
            items = items_of(document_of(answer, answer["Content"], LARGEST * len(distinct) + _AROUND), wanted, table)
        return {one.name: _row(one, items[identity_of(keys[one.name])]) for one in asked}


def _row(declared: Declared, item: Item | FetchError | None) -> Answer:
    if item is None or isinstance(item, FetchError):
        return item
    try:
        return declared.row({name: plain(value) for name, value in item.items()})
    except FetchError as error:  # of this row: its companions have rows of their own
        return error


def _keep_content(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any) -> None:
    """Keep an answer as it was sent: botocore makes one without an item of HTML, of nothing, and of much else."""
    if response_dict["status_code"] < _NO_SUCCESS:
        customized_response_dict["Content"] = response_dict["body"]
        response_dict["body"] = b"{}"


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
