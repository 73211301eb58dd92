"""Which inputs the parts of a plan read, through derived values and the keys of lookups."""

from __future__ import annotations

from pretoken.trigger.inputs import is_public, split_path
from pretoken.trigger.text import parts_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

LISTS = ("scopes", "groups", "iam_roles")


def complete(plan: dict[str, Any]) -> dict[str, Any]:
    """Give a plan with all its sections: those that are empty don't stand in its JSON."""
    return {"derived": {}, "tables": {}, "rules": {}, **plan}


def paths_of_rule(rule: dict[str, Any]) -> set[str]:
    """Give the paths that a rule names: in its condition, its values and the tests of its edits."""
    return paths_of_condition(rule.get("when", {})).union(*paths_of_effects(rule))


def paths_of_effects(rule: dict[str, Any]) -> list[set[str]]:
    """Give the paths that each effect of a rule names: a value, or the tests of an edit."""
    paths: list[set[str]] = []
    tokens = [rule.get("access_token", {}), rule.get("id_token", {})]
    for token in tokens:
        values = [*token.get("claims", {}).values()]
        for members in token.get("encrypted_for", {}).values():
            values += members.values()
        paths += map(paths_of_value, values)
    for edit in edits_of(rule).values():
        paths += [paths_of_value(edit.get("add")), paths_of_edit_tests(edit)]
    return paths


def edits_of(rule: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give a rule's edit of each list; an empty one where it has none."""
    return {list_: (rule.get("access_token", {}) if list_ == "scopes" else rule).get(list_, {}) for list_ in LISTS}


def paths_of_edit_tests(edit: dict[str, Any]) -> set[str]:
    """Give the paths that the tests of an edit name."""
    return paths_of_test(edit.get("keep")) | paths_of_test(edit.get("remove"))


def paths_of_condition(condition: dict[str, Any]) -> set[str]:
    """Give the paths that a condition names."""
    paths: set[str] = set()
    for key, argument in condition.items():
        if key in ("all", "any"):
            paths.update(*map(paths_of_condition, argument))
        elif key == "not":
            paths |= paths_of_condition(argument)
        else:
            paths.add(key)
            paths |= paths_of_test(argument)
    return paths


def paths_of_test(test: Any) -> set[str]:
    """Give the paths that a test names."""
    if isinstance(test, list):
        return set().union(*map(paths_of_test, test))
    if not isinstance(test, dict):
        return set()
    paths = {test["one_of"]} if "one_of" in test else set()
    for name in ("count", "not"):
        if name in test:
            paths |= paths_of_test(test[name])
    return paths


def paths_of_value(value: Any) -> set[str]:
    """Give the paths that a value names."""
    if not isinstance(value, dict):
        return set()
    paths = {value[key] for key in ("from", "one_of") if key in value}
    if "template" in value:
        paths |= paths_of_template(value["template"])
    if "test" in value:
        paths |= paths_of_condition(value["test"])
    members = [*value.get("first_of", ()), *value.get("union", ()), *_inner(value)]
    paths.update(*map(paths_of_value, members))
    for branch in value.get("choose", ()):
        paths |= paths_of_condition(branch["when"]) | paths_of_value(branch["value"])
    for step in value.get("then", ()) if isinstance(value.get("then"), list) else ():
        if isinstance(step, dict) and "keep" in step:
            paths |= paths_of_test(step["keep"])
    return paths


def _inner(value: dict[str, Any]) -> list[Any]:
    inner = [value[key] for key in ("otherwise", "add") if key in value]
    return [*inner, *value.get("object", {}).values()]


def paths_of_template(text: str) -> set[str]:
    """Give the paths of a template's placeholders."""
    return {part for kind, part in parts_of(text, template=True) if kind == "input"}


def opened(paths: Iterable[str], plan: dict[str, Any]) -> set[str]:
    """Give paths, and in place of derived values the paths that those read."""
    found: set[str] = set()
    waiting, seen = list(paths), set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        root, name = split_path(path)
        if root == "derived":
            waiting += paths_of_value(plan["derived"][name])
        else:
            found.add(path)
    return found


def inputs_behind(paths: Iterable[str], plan: dict[str, Any]) -> set[str]:
    """Give the inputs that paths rest on: what derived values read, and what the keys of lookups are made of.

    Lookup fields are among them; derived values and variables aren't.
    """
    found: set[str] = set()
    new = opened(paths, plan)
    while new:
        found |= new
        keys = set().union(*(paths_of_lookup(plan["pool"]["lookups"][lookup]) for lookup in _lookups_among(new)))
        new = opened(keys, plan) - found
    return {path for path in found if not path.startswith("variable.")}


def tell_nothing(paths: Iterable[str], plan: dict[str, Any]) -> bool:
    """Tell whether paths rest on public inputs only."""
    return all(is_public(path, plan["pool"]) for path in inputs_behind(paths, plan))


def lookups_behind(paths: Iterable[str], plan: dict[str, Any]) -> set[str]:
    """Give the lookups that paths rest on, those included that the keys of others need."""
    return _lookups_among(inputs_behind(paths, plan))


def _lookups_among(paths: Iterable[str]) -> set[str]:
    return {split_path(split_path(path)[1])[0] for path in paths if path.startswith("lookup.")}


def paths_of_lookup(lookup: dict[str, Any]) -> set[str]:
    """Give the paths that decide which row a lookup gives."""
    from pretoken.trigger.lookups import key_templates  # a package for which nothing is looked up lacks it

    paths = set(lookup.get("must_match", {}).values())
    return paths.union(*map(paths_of_template, key_templates(lookup).values()))
