"""What a policy wants of AWS in a local run: values of its variables, keys of its recipients, tables of its lookups."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from pretoken.local.env_file import FUNCTION
from pretoken.local.errors import LocalRunError
from pretoken.policy.variables import complete_variables
from pretoken.sealing.key_arn import region_of
from pretoken.trigger.lookups import provider_of
from pretoken.trigger.text import fill_in, parts_of

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCOUNT = "123456789012"
REGION = "eu-west-1"

_TABLE = re.compile(r"[A-Za-z0-9_.-]{3,255}")  # DynamoDB API reference, CreateTable


class LocalResources(NamedTuple):
    """What there must be for a local run.

    Attributes:
        variables: all declared variables, each with a value.
        keys: the names of recipients by the ARN of their KMS key.
        tables: the names of key attributes by the name of a DynamoDB table.
        elsewhere: the providers, other than DynamoDB, by the name of their lookup.
    """

    variables: dict[str, str]
    keys: dict[str, list[str]]
    tables: dict[str, list[str]]
    elsewhere: dict[str, str]


def resources_of(pool: dict[str, Any], known: Mapping[str, Any], file: str) -> LocalResources:
    """Give what a policy wants of AWS.

    A variable keeps the value that it has, if it can; else it is the ARN of a local key where it is a recipient's
    key, or what it is in previews. A local ARN depends on nothing but the variable's name.

    Args:
        pool: the plan's pool.
        known: values of variables, such as a developer wrote them.
        file: what messages call the file with these values.

    Raises:
        LocalRunError: there can be no such key or table.
    """
    variables = _variables(pool, known)
    keys: dict[str, list[str]] = {}
    for name, recipient in pool.get("recipients", {}).items():
        key = fill_in(recipient["key"], variables)
        if not _is_key(key):
            what = f"the key of recipient `{name}` would be `{key}`, which isn't the ARN of a KMS key"
            raise LocalRunError(f"{what}; {_cure(recipient['key'], file)}")
        keys.setdefault(key, []).append(name)
    tables: dict[str, list[str]] = {}
    elsewhere = {}
    for name, lookup in pool.get("lookups", {}).items():
        if "dynamodb" not in lookup:
            elsewhere[name] = provider_of(lookup)
            continue
        table = table_of(lookup, variables)
        if not _TABLE.fullmatch(table):
            what = f"the table of lookup `{name}` would be `{table}`, which isn't the name of a DynamoDB table"
            raise LocalRunError(f"{what}; {_cure(lookup['dynamodb']['table'], file)}")
        attributes = [*lookup["dynamodb"]["key"]]
        if {*tables.setdefault(table, attributes)} != {*attributes}:
            raise LocalRunError(
                f"lookup `{name}` reads the table `{table}` by other key attributes than another lookup; "
                "a table has one key: mend `key` in pool.yaml"
            )
    return LocalResources(variables, keys, tables, elsewhere)


def table_of(lookup: dict[str, Any], variables: Mapping[str, str]) -> str:
    """Give the name of the table that a DynamoDB lookup reads."""
    return fill_in(lookup["dynamodb"]["table"], variables).rpartition(":table/")[2]


def _variables(pool: dict[str, Any], known: Mapping[str, Any]) -> dict[str, str]:
    declared: dict[str, Any] = pool.get("variables", {})
    given = {}
    for recipient in pool.get("recipients", {}).values():
        match parts_of(recipient["key"]):
            case [("variable", name)] if declared[name] == "any":
                given[name] = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{uuid5(NAMESPACE_URL, f'pretoken:{name}')}"
    for name, allowed in declared.items():
        value = known.get(name)
        if isinstance(value, str) and value and (allowed == "any" or value in allowed):
            given[name] = value if name not in given or _is_key(value) else given[name]
    return complete_variables(declared, given)


def _is_key(text: str) -> bool:
    try:
        region_of(text)
    except ValueError:
        return False
    return True


def _cure(text: str, file: str) -> str:
    names = [part for kind, part in parts_of(text) if kind == "variable"]
    if not names:
        return "mend it in pool.yaml"
    return f"write {json.dumps({FUNCTION: dict.fromkeys(names, 'VALUE')})} with the right values into {file}"
