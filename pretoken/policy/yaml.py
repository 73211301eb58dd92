"""Rule files as YAML: JSON's data model, and the place of every value.

PyYAML's events are read instead of its nodes: they show anchors, aliases, tags and further documents, which rule files
don't have, and a hostile depth ends the reading instead of the process.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeAlias, cast

import yaml
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from pretoken.policy.errors import Place, RuleError, quoted
from pretoken.policy.report import Problem
from pretoken.policy.yaml_messages import syntax_error
from pretoken.policy.yaml_scalars import plain_scalar

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
_Node: TypeAlias = AliasEvent | ScalarEvent | CollectionStartEvent

MAX_BYTES = 5_000_000
MAX_DEPTH = 64

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one is missing where PyYAML was built without libyaml
# What YAML refuses, what it takes for a line break but editors don't, and what makes text look like other text.
_UNSEEN = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_SWALLOWED_ITEM = re.compile(r"[\n\r] *- ")


class _Spot(NamedTuple):
    line: int
    column: int
    parts: "dict[str, tuple[_Spot, _Spot]] | list[_Spot] | None" = None  # of a mapping: the key's and the value's


class Document(NamedTuple):
    """Hold what one file says, where it says so, and what is wrong with it.

    `data` is None where nothing could be read: there stands an error, so a None needs no further one.
    """

    file: str
    data: Json
    errors: list[RuleError]
    root: _Spot

    def place(self, path: tuple[str | int, ...]) -> Place:
        """Find the value at `path`, or the nearest value around it that exists."""
        return self._place(self._find(path)[1])

    def key_place(self, path: tuple[str | int, ...]) -> Place:
        """Find the key of the value at `path`, or of the nearest value around it; an item of a list is its own key."""
        return self._place(self._find(path)[0])

    def errors_of(self, problems: Iterable[Problem]) -> list[RuleError]:
        """Give the errors of the file: those of its reading, and problems at places that could be read."""
        unread = {error.place for error in self.errors}
        found = [
            RuleError(problem.name, (self.key_place if problem.key else self.place)(problem.at), problem.message)
            for problem in problems
        ]
        return [*self.errors, *(error for error in found if error.place not in unread)]

    def _find(self, path: tuple[str | int, ...]) -> tuple[_Spot, _Spot]:
        key = value = self.root
        for step in path:
            if isinstance(value.parts, dict) and step in value.parts:
                key, value = value.parts[step]
            elif isinstance(value.parts, list) and isinstance(step, int) and 0 <= step < len(value.parts):
                key = value = value.parts[step]
            else:
                break
        return key, value

    def _place(self, spot: _Spot) -> Place:
        return Place(self.file, spot.line, spot.column)


def read_yaml(source: str | bytes, file: str) -> Document:
    """Read one rule file, given as its text or its bytes (UTF-8); `file` is its name in the errors.

    A plain scalar is a boolean (`true`, `false`), a number (RFC 8259, section 6, integers within 2**53 - 1) or text.
    What other YAML readers would take for something else is an error, and so is all of YAML that JSON doesn't have.
    Never raises: all errors of the file are in the document, and one that ends the reading leaves `data` None.
    """
    text, error = decoded(source, file)
    if error:
        return Document(file, None, [error], _Spot(1, 1))
    reader = _Reader(text, file)
    try:
        data, root = reader.document()
    except yaml.MarkedYAMLError as unreadable:
        mark, message = syntax_error(unreadable, text)
        reader.error("syntax", _Spot(mark.line + 1, mark.column + 1), message)
        data, root = None, _Spot(1, 1)
    except _TooDeepError as too_deep:
        reader.error("too-deep", too_deep.spot, f"more than {MAX_DEPTH} levels; move a part under `derived`")
        data, root = None, _Spot(1, 1)
    return Document(file, data, reader.errors, root)


def too_large(file: str) -> RuleError:
    """Make the error for a file that is too large to be read."""
    return RuleError("too-large", Place(file), f"more than {MAX_BYTES} bytes; split the file")


def decoded(source: str | bytes, file: str) -> tuple[str, RuleError | None]:
    """Give the text of a file, and why it can't be read."""
    if len(source) > MAX_BYTES:
        return "", too_large(file)
    try:
        text = source.decode() if isinstance(source, bytes) else source
    except UnicodeDecodeError as error:
        before = cast("bytes", source)[: error.start].decode()
        return "", RuleError("not-text", _place_after(before, file), "this isn't UTF-8; save the file as UTF-8")
    text = text.removeprefix("\ufeff")
    if unseen := _UNSEEN.search(text):
        code = f"U+{ord(unseen[0]):04X}"
        message = f"{code} can't be seen; leave it out, or write its escape in double quotes"
        return "", RuleError("not-text", _place_after(text[: unseen.start()], file), message)
    return text, None


def _place_after(text: str, file: str) -> Place:
    return Place(file, text.count("\n") + 1, len(text) - text.rfind("\n"))


class _TooDeepError(Exception):
    def __init__(self, spot: _Spot) -> None:
        self.spot = spot


class _Reader:
    """Build the data of one document from its events."""

    def __init__(self, text: str, file: str) -> None:
        self.errors: list[RuleError] = []
        self._file = file
        self._text = text
        self._next: Callable[[], Any] = _LOADER(text).get_event

    def error(self, name: str, spot: _Spot, message: str) -> None:
        self.errors.append(RuleError(name, Place(self._file, spot.line, spot.column), message))

    def document(self) -> tuple[Json, _Spot]:
        self._next()  # the start of the stream
        start = self._next()
        event = start if isinstance(start, StreamEndEvent) else self._next()
        if isinstance(event, StreamEndEvent) or _is_empty(event):
            self.error("empty-value", _spot(event), "nothing stands in this file; write `{}` if that is meant")
            return None, _spot(event)
        if start.version or start.tags:
            self.error("unknown-yaml", _spot(start), "rule files have no directives; leave the lines with `%` out")
        content = self._value(event, 1)
        self._next()  # the end of the document
        if isinstance(further := self._next(), DocumentStartEvent):
            self.error("unknown-yaml", _spot(further), "a second document begins; move it to a file of its own")
        return content

    def _value(self, event: _Node, depth: int) -> tuple[Json, _Spot]:
        spot = _spot(event)
        if isinstance(event, AliasEvent):
            self.error("unknown-yaml", spot, f"{quoted(f'*{event.anchor}')} is an alias; write the value out")
            return None, spot
        has_property = self._has_property(event)
        if isinstance(event, ScalarEvent):
            if event.style or has_property:
                return event.value, spot
            return self._plain(event, spot), spot
        if depth > MAX_DEPTH:
            raise _TooDeepError(spot)
        return self._mapping(event, depth) if isinstance(event, MappingStartEvent) else self._list(event, depth)

    def _plain(self, event: ScalarEvent, spot: _Spot) -> Json:
        start, end = cast("yaml.Mark", event.start_mark), cast("yaml.Mark", event.end_mark)
        if end.line > start.line and _SWALLOWED_ITEM.search(self._text, start.index, end.index):
            self.error(
                "ambiguous-text", spot, "a `- ` below is read as part of this text; indent it like the other items"
            )
        data, error = plain_scalar(event.value)
        if error:
            self.error(error[0], spot, error[1])
        return data

    def _mapping(self, start: MappingStartEvent, depth: int) -> tuple[Json, _Spot]:
        data: dict[str, Json] = {}
        parts: dict[str, tuple[_Spot, _Spot]] = {}
        while not isinstance(event := self._next(), MappingEndEvent):
            key, key_spot = self._key(event, depth), _spot(event)
            event = self._next()
            if _is_empty(event):
                value, spot = None, _spot(event)
                if key is not None:
                    cure = "put the braces in quotes" if start.flow_style else "leave the key out"
                    self.error(
                        "empty-value", key_spot, f"{quoted(key)} has no value; write one after its `: `, or {cure}"
                    )
            else:
                value, spot = self._value(event, depth + 1)
            if key in parts:
                first = parts[key][0].line
                self.error("duplicate-key", key_spot, f"{quoted(key)} stands twice, first on line {first}")
            elif key is not None:
                data[key] = value
                parts[key] = key_spot, spot
        return data, _spot(start, parts)

    def _list(self, start: CollectionStartEvent, depth: int) -> tuple[Json, _Spot]:
        data: list[Json] = []
        parts: list[_Spot] = []
        while not isinstance(event := self._next(), SequenceEndEvent):
            if _is_empty(event):
                value, spot = None, _spot(event)
                self.error("empty-value", spot, "an item is empty; write it, or leave its `- ` out")
            else:
                value, spot = self._value(event, depth + 1)
            data.append(value)
            parts.append(spot)
        return data, _spot(start, parts)

    def _key(self, event: _Node, depth: int) -> str | None:
        """Read a key, which is text however it looks (`on` and `12` too), or None where an error stands."""
        if _is_empty(event):
            self.error("empty-value", _spot(event), "a key is missing; write it before the `:`")
        elif not isinstance(event, ScalarEvent):
            self._value(event, depth + 1)
            self.error("unknown-yaml", _spot(event), "a key is one text; put it in quotes")
        elif event.value == "<<" and not event.style:
            self.error("unknown-yaml", _spot(event), "`<<` merges mappings, which rule files don't; write the keys out")
        else:
            self._has_property(event)
            return event.value
        return None

    def _has_property(self, event: ScalarEvent | CollectionStartEvent) -> bool:
        """Report an anchor and a tag."""
        if event.anchor is not None:
            self.error("unknown-yaml", _spot(event), f"{quoted(f'&{event.anchor}')} is an anchor; leave it out")
        if event.tag is not None:
            self.error(
                "unknown-yaml",
                _spot(event),
                "a tag stands here; leave it out, or put text that begins with `!` in quotes",
            )
        return event.anchor is not None or event.tag is not None


def _is_empty(event: Event) -> bool:
    return isinstance(event, ScalarEvent) and not (event.value or event.style or event.tag or event.anchor)


def _spot(event: Event, parts: "dict[str, tuple[_Spot, _Spot]] | list[_Spot] | None" = None) -> _Spot:
    mark = cast("yaml.Mark", event.start_mark)
    return _Spot(mark.line + 1, mark.column + 1, parts)
