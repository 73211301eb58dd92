"""Whether two values of a template can name the same resource."""

import math
import re
from collections.abc import Iterator
from itertools import product

from pretoken.pools.facts import Facts, Resource
from pretoken.pools.intrinsics import known, text
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

_PLACEHOLDER = re.compile(r"\$\{\s*([^}]*?)\s*\}")
_RESOURCE = re.compile(r"\$\{(\w+)\}")
_FIELDS = 5
"""How many fields of an ARN stand before the resource."""
_MOST = 100
"""How many texts a value can have and still be known."""


class _UnknownError(Exception):
    """It isn't known what a value names."""


def can_be_same(one: Node, other: Node, facts: Facts) -> bool:
    """Tell whether two values can name the same resource; false only if both are known.

    Of an ARN the resource part alone counts: two tables of one account aren't the same.
    """
    try:
        first, second = set(_names(one, facts, 0)), set(_names(other, facts, 0))
    except _UnknownError:
        return True
    return not first or not second or not first.isdisjoint(second)


def _names(value: Node, facts: Facts, depth: int) -> Iterator[str]:
    """Give the resources and the constant parts that a value can be made of."""
    for written in _texts(value):
        resolved = _PLACEHOLDER.sub(lambda match: _resolved(match[1].partition(".")[0], facts), written)
        for part in re.split("[:/]", _resource_part(resolved)):
            resource = _RESOURCE.fullmatch(part)
            if resource is not None:
                yield from _names_of(facts.resources[resource[1]], facts, depth)
            elif "?" in part or "*" in part or "$" in part:
                raise _UnknownError
            elif part not in _GENERIC:
                yield part


def _texts(value: Node) -> list[str]:
    """Give the possible texts of a value, as `Fn::Sub` would write them."""
    if isinstance(value.data, str):
        return [value.data]
    if not isinstance(value.data, dict) or len(value.data) != 1:
        raise _UnknownError
    ((function, argument),) = value.data.items()
    first, *more = argument.data if isinstance(argument.data, list) and argument.data else [argument]
    constant = text(first)
    if function == "Fn::If":
        return [one for branch in more for one in _texts(branch)]
    if constant is not None and function in ("Ref", "Fn::GetAtt"):
        return [f"${{{constant}}}"]
    if constant is not None and function == "Fn::Sub" and not more:
        return [constant]
    if constant is not None and function == "Fn::Join" and more and isinstance(more[0].data, list):
        parts = [_texts(part) for part in more[0].data]
        if math.prod(map(len, parts)) <= _MOST:
            return [constant.join(chosen) for chosen in product(*parts)]
    raise _UnknownError


def _resolved(name: str, facts: Facts) -> str:
    """Write what a placeholder names: a resource of the template by its name, all else as unknown text."""
    return f"${{{name}}}" if name in facts.resources else "?"


def _resource_part(written: str) -> str:
    """Give what stands behind the account in an ARN; all of what is no whole ARN."""
    arn = written.split(":", _FIELDS)
    return arn[_FIELDS] if arn[0] == "arn" and len(arn) > _FIELDS else written


def _names_of(resource: Resource, facts: Facts, depth: int) -> Iterator[str]:
    """Give a resource and the names that it has; an alias has that of its function."""
    if depth > 1:
        raise _UnknownError
    yield resource.name
    for value in known(resource.get(_NAMES[resource.type])) if resource.type in _NAMES else ():
        yield from _names(value, facts, depth + (1 if resource.type == "AWS::Lambda::Alias" else 2))
