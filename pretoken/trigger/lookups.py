"""Lookups: when one is made, by which key, and what its row means. Who answers is given from outside."""

from __future__ import annotations

from pretoken.trigger.outcomes import ABSENT, FAILED, PENDING
from pretoken.trigger.reading import bounded, value_reader
from pretoken.trigger.text import link_template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from pretoken.trigger.context import Context
    from pretoken.trigger.link import Linker
    from pretoken.trigger.outcomes import Outcome, ReadValue, Value

    Row = Mapping[str, Any] | None
    """A row by field name, JSON values; None where there is no row."""
    Answers = Callable[[str, dict[str, str]], Row | Outcome]
    """Answers a lookup by its name and key; `FAILED` if it can't, `PENDING` if it won't wait for the answer.

    It may have a method `anticipate` of found rules, other rules and the context, which starts what these may need, and
    gives back those that may apply.
    """

KEYS: dict[str, Callable[[dict[str, Any]], dict[str, str]]] = {
    "dynamodb": lambda source: source["key"],
    "parameter": lambda source: {"name": source["name"]},
    "appconfig": lambda _source: {},
    "verified_permissions": lambda source: {"principal": source["principal"], "resource": source["resource"]},
    "lambda": lambda source: source.get("input", {}),
}
"""The providers of lookups, and the templates that make each one's key."""


def provider_of(declaration: dict[str, Any]) -> str:
    """Give the provider of a declared lookup, a key of `KEYS`."""
    return next(provider for provider in KEYS if provider in declaration)


def key_templates(declaration: dict[str, Any]) -> dict[str, str]:
    """Give the templates that the key of a declared lookup is made of, by the key's part."""
    provider = provider_of(declaration)
    return KEYS[provider](declaration[provider])


class Lookup:
    """A lookup, made at most once per event and only if something needs it."""

    __slots__ = ("_fields", "_key", "_matches", "name")

    def __init__(self, name: str, declaration: dict[str, Any], linker: Linker) -> None:
        self.name = name
        self._key = [(part, link_template(text, linker)) for part, text in key_templates(declaration).items()]
        self._fields = {field: field_reader(shape) for field, shape in declaration["fields"].items()}
        self._matches = [(field, linker.input(path)) for field, path in declaration.get("must_match", {}).items()]

    def field(self, name: str) -> ReadValue:
        """Give the function that reads one field of the row."""
        read = self._fields[name]

        def field(context: Context) -> Value:
            row = context.rows.get(self.name)
            if row is None:
                row = self.row(context)
                if row is PENDING:
                    return FAILED  # for now, and therefore not remembered
                context.rows[self.name] = row
            if row is ABSENT or row is FAILED:
                return row
            value = read(row.get(name))
            if value is FAILED:
                context.misread.add(self.name)
            return value

        return field

    def row(self, context: Context) -> Value:
        """Ask for the row: absent, failed or `PENDING` where there is none."""
        key, absent = {}, False
        for part, template in self._key:
            text = template(context)
            if text is FAILED:
                return FAILED
            absent = absent or text is ABSENT
            key[part] = text
        if absent:
            return ABSENT
        try:
            row: Value = context.answers(self.name, key)
        except Exception:  # noqa: BLE001 - whatever a provider raises, its answer can't be known
            return FAILED
        if row is None:
            return ABSENT
        if row is PENDING:
            return PENDING
        return self._matching(row, context) if isinstance(row, dict) else FAILED

    def _matching(self, row: Mapping[str, Any], context: Context) -> Value:
        """Take a row about somebody else for no row."""
        matching: Value = row
        for field, expected in self._matches:
            wanted, found = expected(context), self._fields[field](row.get(field))
            if found is FAILED:
                context.misread.add(self.name)
            if wanted is FAILED or found is FAILED:
                return FAILED
            if wanted is ABSENT or found is ABSENT or wanted != found:
                matching = ABSENT
        return matching


def field_reader(shape: dict[str, Any]) -> Callable[[Any], Value]:
    """Read a field as its type; one that is longer than declared is failed."""
    return bounded(value_reader(shape), shape)
