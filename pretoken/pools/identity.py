"""Whether two values of a template can name the same resource."""

import re
from collections.abc import Iterator

from pretoken.pools.facts import Facts
from pretoken.pools.intrinsics import known, literals, placeholders, text
from pretoken.pools.template import Node

_GENERIC = frozenset({"", "arn", "aws", "dynamodb", "table", "lambda", "function", "kms", "key"})
_NAMES = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::DynamoDB::GlobalTable": "TableName",
    "AWS::Serverless::SimpleTable": "TableName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Serverless::Function": "FunctionName",
    "AWS::Lambda::Alias": "FunctionName",
}
"""The properties that name a resource, by its type."""


class _UnknownError(Exception):
    """It isn't known what a value names."""


def can_be_same(one: Node, other: Node, facts: Facts) -> bool:
    """Tell whether two values can name the same resource; false only if both are known."""
    try:
        first, second = set(_parts(one, facts, 0)), set(_parts(other, facts, 0))
    except _UnknownError:
        return True
    return not first or not second or not first.isdisjoint(second)


def _parts(node: Node, facts: Facts, depth: int) -> Iterator[str]:
    """Give the resources and the constant parts that a value is made of."""
    if isinstance(node.data, str):
        yield from _constant(node.data)
    elif isinstance(node.data, list):
        for item in node.data:
            yield from _parts(item, facts, depth)
    else:
        for function, value in (node.data or {}).items():
            yield from _made(function, value, facts, depth)


def _constant(part: str) -> Iterator[str]:
    if "*" in part or "?" in part:
        raise _UnknownError
    yield from (piece for piece in re.split("[:/]", part) if piece not in _GENERIC)


def _made(function: str, value: Node, facts: Facts, depth: int) -> Iterator[str]:
    """Give the parts of what a function makes."""
    first, *more = value.data if isinstance(value.data, list) and value.data else [value]
    if function == "Fn::Join" or (function == "Fn::If" and more):
        for part in more:
            yield from _parts(part, facts, depth)
    elif function in ("Ref", "Fn::GetAtt"):
        yield from _resource((text(first) or "").partition(".")[0], facts, depth)
    elif function == "Fn::Sub" and not more:
        yield from _constant(literals(text(first) or ""))
        for name in placeholders(text(first) or ""):
            yield from _resource(name.partition(".")[0], facts, depth)
    else:
        raise _UnknownError


def _resource(name: str, facts: Facts, depth: int) -> Iterator[str]:
    if name.startswith("AWS::"):
        return
    if name not in facts.resources or depth:
        raise _UnknownError
    yield name
    resource = facts.resources[name]
    for value in known(resource.get(_NAMES[resource.type])) if resource.type in _NAMES else ():
        yield from _parts(value, facts, depth + (resource.type != "AWS::Lambda::Alias"))
