"""Answers of lookups, given by a case or by a file: `none`, `failed`, or the fields of a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pretoken.policy.errors import PolicyErrors, quoted, typed
from pretoken.policy.report import Problem
from pretoken.policy.yaml import read_yaml
from pretoken.simulator.unknown import unknown
from pretoken.trigger.lookups import field_reader
from pretoken.trigger.outcomes import FAILED
from pretoken.trigger.reading import value_reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pretoken.policy.yaml import Document
    from pretoken.trigger.lookups import Answers, Row
    from pretoken.trigger.outcomes import Outcome

_TYPES = {
    "string": ("a text", "acme"),
    "number": ("a number", "1"),
    "boolean": ("a boolean", "true"),
    "date": ("a day", '"2000-01-31"'),
    "time": ("an instant with a time zone", '"2026-01-01T00:00:00Z"'),
    "strings": ("a list of texts", "[acme]"),
    "object": ("a mapping without nulls", "{plan: pro}"),
}
_ANSWER = "a lookup answers `none`, `failed` or its fields"


def check_answers(answers: Mapping[str, Any], pool: dict[str, Any]) -> Iterator[Problem]:
    """Check that answers are of lookups and fields that pool.yaml declares, and of their types."""
    lookups: dict[str, Any] = pool.get("lookups", {})
    for name, answer in answers.items():
        if name not in lookups:
            yield unknown((name,), "a lookup", name, lookups, "declare it under `lookups` in pool.yaml")
            continue
        if answer is None:
            continue  # nothing stands there, which was reported
        fields = lookups[name]["fields"]
        if isinstance(answer, dict):
            yield from _check_row(answer, name, fields)
        elif answer not in ("none", "failed"):
            field, declaration = next(iter(fields.items()))
            example = _TYPES[declaration.get("type", "string")][1]
            yield Problem("wrong-answer", (name,), f"{_ANSWER}; write `{typed(name)}: {{{typed(field)}: {example}}}`")


def _check_row(row: dict[str, Any], name: str, fields: dict[str, Any]) -> Iterator[Problem]:
    for field, value in row.items():
        if field not in fields:
            yield unknown(
                (name, field),
                f"a field of {quoted(name, 'this lookup')}",
                field,
                fields,
                "declare it under `fields` in pool.yaml",
            )
        elif value is not None and value_reader(fields[field])(value) is FAILED:
            noun, example = _TYPES[fields[field].get("type", "string")]
            yield Problem(
                "wrong-type",
                (name, field),
                f"{quoted(field, 'this')} must be {noun}; write `{typed(field)}: {example}`",
            )
        elif value is not None and field_reader(fields[field])(value) is FAILED:
            message = (
                f"{quoted(field, 'this')} is longer than pool.yaml lets it be, so the function takes it for failed; "
                "shorten it, or raise `max_length` or `max_items`"
            )
            yield Problem("too-long", (name, field), message)


def answers_of(given: Mapping[str, Any]) -> Answers:
    """Give the function that answers lookups as given; those that aren't given have no row."""
    rows = rows_of(given)
    return lambda lookup, _key: rows.get(lookup)


def rows_of(given: Mapping[str, Any]) -> dict[str, Row | Outcome]:
    """Give what a lookup is answered with for `none`, `failed` or its fields."""
    return {name: {"none": None, "failed": FAILED}[row] if isinstance(row, str) else row for name, row in given.items()}


def parse_answers(content: bytes, file: str, pool: dict[str, Any]) -> dict[str, Any]:
    """Read a file of answers by lookup name.

    Args:
        content: YAML in UTF-8.
        file: what messages call the file.
        pool: the plan's pool.

    Raises:
        PolicyErrors: something is wrong in it; with all its errors.
    """
    document, data = read_by_lookup(content, file, "answers stand by lookup; write `NAME: none`")
    errors = document.errors_of(check_answers(data, pool))
    if errors:
        raise PolicyErrors(errors)
    return data


def read_by_lookup(content: bytes, file: str, otherwise: str) -> tuple[Document, dict[str, Any]]:
    """Read a YAML file that has something for each lookup; give it with its places, and its content.

    Args:
        content: YAML in UTF-8.
        file: what messages call the file.
        otherwise: what to say if it is no mapping.

    Raises:
        PolicyErrors: it can't be read, or is no mapping.
    """
    document = read_yaml(content, file)
    if document.data is None:
        raise PolicyErrors(document.errors)
    if not isinstance(document.data, dict):
        raise PolicyErrors(document.errors_of([Problem("wrong-type", (), otherwise)]))
    return document, document.data
