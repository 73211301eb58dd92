"""What stands in the local tables: items by the lookup that reads them, from a YAML file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from pretoken.local.resources import table_of
from pretoken.policy.errors import PolicyErrors, quoted, typed
from pretoken.policy.report import Problem
from pretoken.simulator.lookups import read_by_lookup
from pretoken.simulator.unknown import unknown
from pretoken.trigger.lookups import provider_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pretoken.policy.errors import Place
    from pretoken.policy.report import At
    from pretoken.policy.yaml import Document


class Item(NamedTuple):
    """An item of a table.

    Attributes:
        place: where it stands.
        attributes: what it holds, as DynamoDB's API spells it.
    """

    place: Place
    attributes: dict[str, dict[str, Any]]


def parse_items(content: bytes, file: str, pool: dict[str, Any], variables: Mapping[str, str]) -> dict[str, list[Item]]:
    """Read a file of items by lookup name; give them by the name of their table.

    Args:
        content: YAML in UTF-8.
        file: what messages call the file.
        pool: the plan's pool.
        variables: all declared variables, each with a value.

    Raises:
        PolicyErrors: something is wrong in it; with all its errors.
    """
    document, data = read_by_lookup(content, file, "items stand by lookup; write `NAME: [{KEY: TEXT}]`")
    errors = document.errors_of(_Check(document, pool, variables).items(data))
    if errors:
        raise PolicyErrors(errors)
    found: dict[str, list[Item]] = {}
    for name, items in data.items():
        table = found.setdefault(table_of(pool["lookups"][name], variables), [])
        for number, item in enumerate(items):
            table.append(Item(document.place((name, number)), attribute_value(item)["M"]))
    return found


def attribute_value(value: Any) -> dict[str, Any]:
    """Spell a JSON value without nulls as DynamoDB's API does; texts in a list are a string set.

    Source: Amazon DynamoDB API reference, "AttributeValue".
    """
    match value:
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case dict():
            return {"M": {name: attribute_value(part) for name, part in value.items()}}
        case list():
            return {"SS": value} if _is_set(value) else {"L": [attribute_value(part) for part in value]}
        case _:
            return {"N": json.dumps(value)}


def _is_set(parts: list[Any]) -> bool:
    return bool(parts) and all(isinstance(part, str) for part in parts)


class _Check:
    """Check that items are of tables, and have their keys."""

    def __init__(self, document: Document, pool: dict[str, Any], variables: Mapping[str, str]) -> None:
        self._document = document
        self._lookups: dict[str, Any] = pool.get("lookups", {})
        self._variables = variables
        self._lines: dict[tuple[str, ...], int] = {}  # of items, by table and key

    def items(self, data: Mapping[str, Any]) -> Iterator[Problem]:
        for name, items in data.items():
            if name not in self._lookups:
                cure = "declare it under `lookups` in pool.yaml, or leave it out"
                yield unknown((name,), "a lookup", name, self._lookups, cure)
                continue
            lookup = self._lookups[name]
            if "dynamodb" not in lookup:
                what = f"{quoted(name, 'this lookup')} asks `{provider_of(lookup)}`, not a table"
                yield Problem("wrong-place", (name,), f"{what}; leave it out", key=True)
            elif isinstance(items, list):
                table, keys = table_of(lookup, self._variables), sorted(lookup["dynamodb"]["key"])
                for number, item in enumerate(items):
                    yield from self._item((name, number), item, table, keys)
            elif items is not None:  # nothing stands there, which was reported
                example = f"{typed(name)}: [{{{typed(min(lookup['dynamodb']['key']))}: TEXT}}]"
                yield Problem("wrong-type", (name,), f"the items of a table are a list; write `{example}`")

    def _item(self, at: At, item: Any, table: str, keys: list[str]) -> Iterator[Problem]:
        if isinstance(item, dict):
            yield from _check_keys(at, item, keys)
            yield from _check_sets(at, item)
            key = [text for attribute in keys if isinstance(text := item.get(attribute), str)]
            if len(key) == len(keys):
                yield from self._unique(at, (table, *key))
        elif item is not None:
            yield Problem("wrong-type", at, f"an item is a mapping; write `{{{typed(keys[0])}: TEXT}}`")

    def _unique(self, at: At, key: tuple[str, ...]) -> Iterator[Problem]:
        if key in self._lines:
            what = f"the item on line {self._lines[key]} has this key too"
            yield Problem("duplicate-item", at, f"{what}; leave one out")
        else:
            self._lines[key] = self._document.place(at).line


def _check_keys(at: At, item: dict[str, Any], keys: list[str]) -> Iterator[Problem]:
    for key in keys:
        what = f"{quoted(key, 'an attribute')} is part of the table's key"
        if key not in item:
            yield Problem("missing-key", at, f"{what}; write `{typed(key)}: TEXT`")
        elif item[key] is not None and (not isinstance(item[key], str) or not item[key]):
            yield Problem("wrong-type", (*at, key), f'{what}, so it must be a text; write `{typed(key)}: "TEXT"`')


def _check_sets(at: At, value: Any) -> Iterator[Problem]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _check_sets((*at, name), part)
    elif isinstance(value, list):
        if _is_set(value) and len({*value}) < len(value):
            what = "a text stands twice in this list, which is a set in a table"
            yield Problem("duplicate-text", at, f"{what}; leave one out")
        for number, part in enumerate(value):
            yield from _check_sets((*at, number), part)
