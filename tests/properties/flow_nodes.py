"""The parts of a policy, one by one, as the oracle reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tests.properties.flow_world import (
    LOOKUPS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


class Node(NamedTuple):
    """A value, a condition or a test in a policy, and the paths that it reads itself."""

    kind: str
    item: Any


def nodes(part: Any, kind: str = "value") -> Iterator[Node]:
    """Give a value or a condition, and all that is in it."""
    if kind == "condition":
        yield Node(kind, part)
        for key, argument in part.items():
            if key in ("all", "any"):
                for member in argument:
                    yield from nodes(member, "condition")
            elif key == "not":
                yield from nodes(argument, "condition")
            else:
                yield Node("path", key)
                yield from in_test(argument)
    elif isinstance(part, dict) and "add" in part:
        yield from nodes(part["add"])
    elif isinstance(part, dict):
        yield Node("value", part)
        yield from _in_value(part)
    else:
        yield Node("constant", part)


def _in_value(value: dict[str, Any]) -> Iterator[Node]:
    if "from" in value:
        yield Node("path", value["from"])
    if "template" in value:
        yield from (Node("path", path) for path in placeholders(value["template"]))
    if "test" in value:
        yield from nodes(value["test"], "condition")
    members = [*value.get("first_of", ()), *value.get("union", ()), *value.get("object", {}).values()]
    for branch in value.get("choose", ()):
        yield from nodes(branch["when"], "condition")
        members.append(branch["value"])
    for member in [*members, *([value["otherwise"]] if "otherwise" in value else [])]:
        yield from nodes(member)
    for step in value.get("then", ()):
        if isinstance(step, dict) and "keep" in step:
            yield from in_test(step["keep"])
    if "one_of" in value:
        yield Node("path", value["one_of"])


def in_test(test: Any) -> Iterator[Node]:
    if isinstance(test, list):
        for member in test:
            yield from in_test(member)
    elif isinstance(test, dict):
        if "one_of" in test:
            yield Node("path", test["one_of"])
        for name in ("count", "not"):
            if name in test:
                yield from in_test(test[name])


def placeholders(template: str) -> list[str]:
    """Give the paths in a template."""
    return [part.partition("}")[0] for part in template.replace("{{", "").replace("}}", "").split("{")[1:]]


def parts_of(rule: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], str, Any]]:
    """Give the place, the kind and the content of all values, tests and conditions of a rule."""
    if "when" in rule:
        yield ("when",), "condition", rule["when"]
    for token in ("access_token", "id_token"):
        for name, value in rule.get(token, {}).get("claims", {}).items():
            yield (token, name), "value", value
        for recipient, members in rule.get(token, {}).get("encrypted_for", {}).items():
            for name, value in members.items():
                yield (token, "encrypted_for", recipient, name), "value", value
    for list_, edit in edits_of(rule):
        for sort, part in edit.items():
            if sort != "preferred":
                yield (list_, sort), "value" if sort == "add" else "test", part


def edits_of(rule: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the edits of a rule, by the list."""
    for list_, edit in (
        ("scopes", rule.get("access_token", {}).get("scopes")),
        ("groups", rule.get("groups")),
        ("iam_roles", rule.get("iam_roles")),
    ):
        if edit is not None:
            yield list_, edit


def key_paths(lookup: str) -> list[str]:
    """Name the inputs that choose a row of a lookup."""
    declaration = LOOKUPS[lookup]
    texts: list[str] = []
    for provider in ("dynamodb", "parameter", "lambda", "verified_permissions"):
        shape = declaration.get(provider, {})
        texts += [*shape.get("key", {}).values(), *shape.get("input", {}).values()]
        texts += [shape[part] for part in ("name", "principal", "resource") if part in shape]
    return [path for text in texts for path in placeholders(text)] + list(declaration.get("must_match", {}).values())
