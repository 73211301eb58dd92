"""Shapes: what a value of a policy can be, once it is a claim or a part of one."""

import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from pretoken.token_schema.texts import Texts, any_of, either, unknown
from pretoken.trigger.reading import json_text

_NUMBER_TEXT = 24  # the longest is -2.2250738585072014e-308


class Plain(NamedTuple):
    """A number, whole or not, a boolean or an object of any content; `known`: the only values, if they are known."""

    kind: Literal["number", "integer", "boolean", "object"]
    known: frozenset[Any] | None = None
    least: int | None = None
    most: int | None = None

    def schema(self) -> dict[str, Any]:
        """Give its JSON Schema."""
        found: dict[str, Any] = {"type": self.kind}
        if self.known is not None and self != BOOLEAN:
            found["enum"] = sorted(self.known)
        bounds = {"minimum": self.least, "maximum": self.most}
        return found | {name: bound for name, bound in bounds.items() if bound is not None}


class Lists(NamedTuple):
    """A list of at most so many items; `twice`: an item can be there twice, since variables can have one value."""

    items: "Texts | Plain"
    many: float
    twice: bool = False

    @property
    def most(self) -> float:
        """The most items that there can be."""
        few = isinstance(self.items, Texts) and not self.items.others and not self.twice
        return min(self.many, len(self.items.known or ())) if few else self.many

    def schema(self) -> dict[str, Any]:
        """Give its JSON Schema."""
        found: dict[str, Any] = {"type": "array", "items": self.items.schema()}
        return found if math.isinf(self.most) else found | {"maxItems": int(self.most)}


class Objects(NamedTuple):
    """An object with some of these members, and no others."""

    members: tuple[tuple[str, "Shape"], ...]

    def schema(self) -> dict[str, Any]:
        """Give its JSON Schema."""
        return object_schema({key: shape.schema() for key, shape in self.members})


Shape: TypeAlias = Texts | Lists | Plain | Objects

OBJECT = Plain("object")
BOOLEAN = Plain("boolean", frozenset({False, True}))


def object_schema(members: dict[str, Any]) -> dict[str, Any]:
    """Give the JSON Schema of an object that rules write: any member can be missing, but not all of them."""
    return {"type": "object", "properties": members, "additionalProperties": False, "minProperties": 1}


def joined(one: Shape | None, other: Shape | None) -> Shape | None:
    """Give the shape of a value that is one or the other, which have one type; None is no value at all."""
    if one is None or other is None:
        return other if one is None else one
    if isinstance(one, Texts) and isinstance(other, Texts):
        return either((one, other))
    if isinstance(one, Lists) and isinstance(other, Lists):
        return Lists(_items((one.items, other.items)), max(one.most, other.most), one.twice or other.twice)
    if isinstance(one, Plain) and isinstance(other, Plain):
        return _plain(one, other)
    return one if one == other else OBJECT


def _plain(one: Plain, other: Plain) -> Plain:
    if one == other:
        return one
    if one.known is not None and other.known is not None:
        return Plain(one.kind, one.known | other.known)
    return Plain(one.kind if one.kind == other.kind else "number")


def _items(every: Sequence[Texts | Plain]) -> Texts | Plain:
    plain = [items for items in every if isinstance(items, Plain)]
    if plain:  # which has constants alone, of one type
        return Plain(plain[0].kind, frozenset().union(*(items.known or () for items in plain)))
    return either(items for items in every if isinstance(items, Texts))


def union(members: Iterable[Shape | None]) -> Lists:
    """Give the shape of all items of several lists, or texts as single items."""
    lists = [as_list(member) for member in members if member is not None]
    return Lists(_items([found.items for found in lists]), sum(found.most for found in lists))


def listed(items: Iterable[Shape], *, twice: bool) -> Lists:
    """Give the shape of a list of scalars of one type, each of a known shape."""
    every = [item for item in items if isinstance(item, (Texts, Plain))]
    return Lists(_items(every), len(every), twice)


def as_list(shape: Shape) -> Lists:
    """Take a text for a list of one item."""
    return shape if isinstance(shape, Lists) else Lists(as_text(shape), 1)


def texts_of(shape: Shape | None) -> Texts:
    """Give the texts that a text, or an item of a list, can be."""
    return Texts() if shape is None else as_text(shape.items if isinstance(shape, Lists) else shape)


def as_text(shape: Shape) -> Texts:
    """Give the texts that a value can be as a part of a template or of a key."""
    if isinstance(shape, Texts):
        return shape
    if isinstance(shape, Plain) and shape.kind == "boolean":
        return Texts(frozenset(map(json_text, shape.known or ())))
    return unknown(_NUMBER_TEXT)  # a number that is known can be spelt in several ways: 1, 1.0


def merged(shapes: Iterable[Shape]) -> list[Shape]:
    """Give several shapes of which a claim has one, those of one type together."""
    found: list[Shape] = []
    for shape in shapes:
        for at, other in enumerate(found):
            if _together(other, shape):
                found[at] = joined(other, shape) or shape
                break
        else:
            found.append(shape)
    return found


def _together(one: Shape, other: Shape) -> bool:
    if isinstance(one, Plain) and isinstance(other, Plain):
        return one.kind == other.kind or {one.kind, other.kind} == {"number", "integer"}
    if isinstance(one, Lists) and isinstance(other, Lists):
        return _together(one.items, other.items)
    return isinstance(one, Texts) and isinstance(other, Texts)


def schema_of(shapes: Iterable[Shape]) -> dict[str, Any] | bool:
    """Give the JSON Schema of a claim that has one of these shapes."""
    return any_of(shape.schema() for shape in merged(shapes))
