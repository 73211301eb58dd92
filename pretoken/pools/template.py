"""CloudFormation and SAM templates, in YAML or JSON: what stands in them, and where.

PyYAML's events are read, as for rule files: a hostile depth ends the reading instead of the process, and aliases are
counted for what they stand for. Short tags become the functions that they stand for: `!Ref X` is `{Ref: X}`.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, TypeAlias, cast

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

from pretoken.policy.errors import Place, PolicyErrors, RuleError, quoted
from pretoken.policy.files import read_file
from pretoken.policy.yaml import decoded
from pretoken.policy.yaml_messages import syntax_error

NAMES = ("template.yaml", "template.yml", "template.json")
"""What a template beside the policies folder is called."""
MAX_DEPTH = 64
MAX_NODES = 200_000
"""How many values a template may have, those behind aliases included; CloudFormation ends at 1 MB of text."""

Data: TypeAlias = "str | list[Node] | dict[str, Node] | None"

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one is missing where PyYAML was built without libyaml
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BARE = frozenset({"Ref", "Condition"})
"""The functions whose long form has no `Fn::`."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a template; scalars are text. Its place is that of its key, or its own in a list."""

    data: Data
    place: Place


class Template(NamedTuple):
    """A template."""

    file: str
    root: dict[str, Node]


def find_template(folder: Path) -> Path | None:
    """Find the template beside a policies folder."""
    beside = folder / ".." if folder.name in ("", "..") else folder.parent
    return next((path for name in NAMES if os.path.lexists(path := beside / name)), None)


def read_template(path: Path) -> Template:
    """Read a template.

    Raises:
        PolicyErrors: it can't be read; it has the one error that says why.

    """
    content = read_file(path, Path(os.path.realpath(path)).parent)  # a link may lead anywhere
    if isinstance(content, RuleError):
        raise PolicyErrors([content])
    return parse_template(content, str(path))


def parse_template(source: str | bytes, file: str) -> Template:
    """Read a template, given as its text or its bytes (UTF-8); `file` is its name in the error.

    Raises:
        PolicyErrors: it can't be read; it has the one error that says why.

    """
    text, error = decoded(source, file)
    if error is not None:
        raise PolicyErrors([error])
    reader = _Reader(text, file)
    try:
        root = reader.document()
    except yaml.MarkedYAMLError as unreadable:
        mark, message = syntax_error(unreadable, text)
        _refuse("syntax", Place(file, mark.line + 1, mark.column + 1), message)
    resources = root.data.get("Resources") if isinstance(root.data, dict) else None
    if resources is None or not isinstance(resources.data, dict):
        _refuse("no-resources", root.place, "this is no template: it has no `Resources`; name it: `--template FILE`")
    return Template(file, cast("dict[str, Node]", root.data))


def _refuse(name: str, place: Place, message: str) -> NoReturn:
    raise PolicyErrors([RuleError(name, place, message)])


class _Reader:
    """Build the nodes of one document from its events."""

    def __init__(self, text: str, file: str) -> None:
        self._file = file
        self._events: Any = _LOADER(text)
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._count = 0

    def document(self) -> Node:
        self._next()  # the start of the stream
        if isinstance(start := self._next(), StreamEndEvent):
            return Node(None, self._place(start))
        event = self._next()
        node = self._node(event, self._place(event), 1)
        self._next()  # the end of the document
        if isinstance(further := self._next(), DocumentStartEvent):
            _refuse("unknown-yaml", self._place(further), "a second document begins; move it to a file of its own")
        return node

    def _next(self) -> Event:
        return cast("Event", self._events.get_event())

    def _place(self, event: Event) -> Place:
        mark = cast("yaml.Mark", event.start_mark)
        return Place(self._file, mark.line + 1, mark.column + 1)

    def _counted(self, many: int, place: Place) -> None:
        self._count += many
        if self._count > MAX_NODES:
            _refuse("too-large", place, f"more than {MAX_NODES:,} values, with what aliases repeat; split the template")

    def _node(self, event: Event, place: Place, depth: int) -> Node:
        if isinstance(event, AliasEvent):
            if event.anchor not in self._anchors:
                message = f"{quoted(f'*{event.anchor}')} has no anchor above it; write the value out"
                _refuse("unknown-yaml", self._place(event), message)
            known, size = self._anchors[event.anchor]
            self._counted(size, self._place(event))
            return Node(known.data, place)
        before = self._count
        self._counted(1, self._place(event))
        if depth > MAX_DEPTH:
            _refuse("too-deep", self._place(event), f"more than {MAX_DEPTH} levels; write less of them")
        started = cast("ScalarEvent | CollectionStartEvent", event)
        node = Node(_in_full(started.tag, self._data(started, depth), place), place)
        if started.anchor is not None:
            self._anchors[started.anchor] = node, self._count - before
        return node

    def _data(self, event: ScalarEvent | CollectionStartEvent, depth: int) -> Data:
        if isinstance(event, ScalarEvent):
            return None if event.value in _NULLS and not event.style and event.tag is None else event.value
        if isinstance(event, MappingStartEvent):
            return dict(self._members(depth))
        items = []
        while not isinstance(item := self._next(), SequenceEndEvent):
            items.append(self._node(item, self._place(item), depth + 1))
        return items

    def _members(self, depth: int) -> Iterator[tuple[str, Node]]:
        seen: set[str] = set()
        while not isinstance(event := self._next(), MappingEndEvent):
            place = self._place(event)
            if not isinstance(event, ScalarEvent) or (event.value == "<<" and not event.style):
                _refuse("unknown-yaml", place, "a key is one text, and `<<` isn't CloudFormation's; write the keys out")
            if event.value in seen:
                _refuse("duplicate-key", place, f"{quoted(event.value)} stands twice; rename one, or leave it out")
            seen.add(event.value)
            yield event.value, self._node(self._next(), place, depth + 1)


def _in_full(tag: str | None, data: Data, place: Place) -> Data:
    """Write a short tag as the function that it stands for."""
    if tag is None or not tag.startswith("!") or tag == "!":
        return data
    name = tag[1:]
    return {name if name in _BARE else f"Fn::{name}": Node(data, place)}
