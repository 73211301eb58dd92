"""CloudFormation's functions: which values are possible, and what an unknown one is made of.

A condition isn't computed: both branches of `Fn::If` are possible. A parameter is unknown, whatever its default is.

Source: CloudFormation, "Intrinsic function reference" and "Pseudo parameters reference".
"""

import re
from collections.abc import Iterator, Mapping

from pretoken.pools.template import Node

_PLACEHOLDER = re.compile(r"\$\{(?!!)\s*([^}]*?)\s*\}")


def options(node: Node | None) -> list[Node | None]:
    """Give the possible values of a property; None is that it isn't set."""
    if node is None or node.data is None:
        return [None]
    if isinstance(node.data, dict):
        branches = node.data.get("Fn::If")
        if branches is not None and isinstance(branches.data, list) and len(branches.data) == 3:  # noqa: PLR2004 - its form
            return [*options(branches.data[1]), *options(branches.data[2])]
        if (ref := node.data.get("Ref")) is not None and ref.data == "AWS::NoValue":
            return [None]
    return [node]


def is_unknown(node: Node) -> bool:
    """Tell whether a value is what a function makes, or has members that one makes."""
    if not isinstance(node.data, dict):
        return False
    return [*node.data] == ["Ref"] or any(key.startswith("Fn::") for key in node.data)


def member(node: Node | None, *keys: str) -> list[Node | None]:
    """Give the possible values of a property inside others; where a holder is unknown, so is what it holds."""
    found = options(node)
    for key in keys:
        found = [one for holder in found for one in _inside(holder, key)]
    return found


def _inside(holder: Node | None, key: str) -> list[Node | None]:
    if holder is None or not isinstance(holder.data, dict):
        return [None]
    if key not in holder.data and is_unknown(holder):
        return [holder]
    return options(holder.data.get(key))


def known(values: list[Node | None]) -> list[Node]:
    """Give the possible values that are set."""
    return [value for value in values if value is not None]


def items(node: Node) -> list[Node]:
    """Give the possible items of a list; what is no list is its own only item."""
    if not isinstance(node.data, list):
        return [node]
    return [one for item in node.data for one in known(options(item))]


def may_be_empty(node: Node) -> bool:
    """Tell whether a list can have no items."""
    return isinstance(node.data, list) and all(None in options(item) for item in node.data)


def text(node: Node | None) -> str | None:
    """Give a text; None for all else."""
    return node.data if node is not None and isinstance(node.data, str) else None


def may_be_true(values: list[Node | None]) -> bool:
    """Tell whether a boolean that is false by default can be true."""
    return any((text(value) or "true").lower() == "true" for value in known(values))


def written_text(node: Node) -> str:
    """Give a text, that of `Fn::Sub` with its placeholders; nothing for all else."""
    if isinstance(node.data, dict) and "Fn::Sub" in node.data:
        node = node.data["Fn::Sub"]
        if isinstance(node.data, list) and node.data:
            node = node.data[0]
    return text(node) or ""


def references(node: Node) -> Iterator[str]:
    """Give the names of the resources, parameters and pseudo parameters that a value is made of."""
    if isinstance(node.data, list):
        for item in node.data:
            yield from references(item)
    elif isinstance(node.data, dict):
        for key, value in node.data.items():
            if key in ("Ref", "Fn::GetAtt", "Fn::Sub"):
                yield from _referenced(key, value)
            else:
                yield from references(value)


def _referenced(function: str, value: Node) -> Iterator[str]:
    first, *more = value.data if isinstance(value.data, list) and value.data else [value]
    name = text(first) or ""
    if function != "Fn::Sub":
        yield name.partition(".")[0]  # SAM's own attributes stand behind a dot in `!Ref` too
        return
    own = more[0].data if more and isinstance(more[0].data, dict) else {}
    for placeholder in placeholders(name):
        if placeholder not in own:
            yield placeholder.partition(".")[0]
    yield from _all_references(own)


def _all_references(values: Mapping[str, Node]) -> Iterator[str]:
    for value in values.values():
        yield from references(value)


def placeholders(template: str) -> list[str]:
    """Give the names in a text of `Fn::Sub`."""
    return _PLACEHOLDER.findall(template)
