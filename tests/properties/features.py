"""Which parts of the language a policy uses, so that tests can tell what their generators reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pretoken.trigger.inputs import FIXED_INPUTS
from pretoken.trigger.reads import inputs_behind, paths_of_template
from pretoken.trigger.steps import STEPS
from pretoken.trigger.tests import TESTS
from pretoken.trigger.values import FORMS
from tests.properties.vocabulary import ATTRIBUTES, LOOKUPS, METADATA

if TYPE_CHECKING:
    from collections.abc import Iterable

_EDITS = ("add", "keep", "remove")
INPUTS = {
    *(f"input {path}" for path in FIXED_INPUTS),
    *(f"input attribute {shape.get('type', 'string')}" for shape in ATTRIBUTES.values()),
    *(f"input {shape['encoded_as']}" for shape in ATTRIBUTES.values() if "encoded_as" in shape),
    *(f"input metadata {shape.get('type', 'string')}" for shape in METADATA.values()),
    *(f"input lookup {name}" for name in LOOKUPS),
    *(f"input lookup {shape.get('type', 'string')}" for shape in LOOKUPS["user"]["fields"].values()),
    "input derived",
    "input variable",
}
EFFECTS = {
    *(
        f"effect {token} {name}"
        for token in ("access_token", "id_token")
        for name in ("claims", "suppress", "encrypted_for")
    ),
    *(f"effect {list_} {edit}" for list_ in ("scopes", "groups", "iam_roles") for edit in _EDITS),
    "effect preferred",
    "effect add",
    "effect leaves",
    "effect overrides",
    "effect on_failure",
    "effect deny",
}
ALL = {
    *INPUTS,
    *EFFECTS,
    *(f"form {form}" for form in (*FORMS, "constant")),
    *(f"step {step}" for step in STEPS),
    *(f"test {test}" for test in (*TESTS, "constant", "list")),
    *(f"tail {key}" for key in ("then", "one_of", "default")),
    *(f"condition {key}" for key in ("all", "any", "not", "tests")),
}


def features_of_rule(name: str, plan: dict[str, Any]) -> set[str]:
    """Name what a rule uses, the derived values that it rests on included."""
    finder = _Finder(plan)
    finder.rule(plan["rules"][name])
    for path in [path for path in finder.paths if path.startswith("derived.")]:
        finder.found.add("input derived")
        finder.value(plan["derived"][path.removeprefix("derived.")])
    finder.found.update(map(_input, inputs_behind(finder.paths - {"variable.STAGE"}, plan)))
    for path in finder.paths:
        finder.found |= {"input variable"} if path.startswith("variable.") else _lookup_and_encoding(path)
    return finder.found & ALL


def features_of_part(part: Any, kind: str, plan: dict[str, Any]) -> set[str]:
    """Name what a value, a condition or a test uses, what it reads aside."""
    finder = _Finder(plan)
    {"value": finder.leaf, "condition": finder.condition, "test": finder.test}[kind](part)
    return finder.found


def _input(path: str) -> str:
    root, _, name = path.partition(".")
    if path in FIXED_INPUTS:
        return f"input {path}"
    if root in ("attribute", "metadata"):
        shape = (ATTRIBUTES if root == "attribute" else METADATA).get(name, {})
        return f"input {root} {shape.get('type', 'string')}"
    lookup, _, field = name.partition(".")
    return f"input lookup {LOOKUPS[lookup]['fields'][field].get('type', 'string')}"


def _lookup_and_encoding(path: str) -> set[str]:
    root, _, name = path.partition(".")
    if root == "lookup":
        return {f"input lookup {name.partition('.')[0]}"}
    return {f"input {ATTRIBUTES[name]['encoded_as']}"} if "encoded_as" in ATTRIBUTES.get(name, {}) else set()


class _Finder:
    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.found: set[str] = set()
        self.paths: set[str] = set()

    def rule(self, rule: dict[str, Any]) -> None:
        self.found |= {f"effect {key}" for key in ("overrides", "on_failure", "deny") if key in rule}
        if "when" in rule:
            self.condition(rule["when"])
        for token in ("access_token", "id_token"):
            effects = rule.get(token, {})
            self.found |= {f"effect {token} {name}" for name in effects if name != "scopes"}
            for leaf in effects.get("claims", {}).values():
                self.leaf(leaf)
            for members in effects.get("encrypted_for", {}).values():
                self.values(members.values())
        lists = {"scopes": rule.get("access_token", {}).get("scopes", {})}
        for list_, edit in (lists | {name: rule.get(name, {}) for name in ("groups", "iam_roles")}).items():
            self.found |= {f"effect {list_} {name}" for name in edit if name in _EDITS}
            self.found |= {"effect preferred"} if "preferred" in edit else set()
            if "add" in edit:
                self.value(edit["add"])
            for name in ("keep", "remove"):
                if name in edit:
                    self.test(edit[name])

    def leaf(self, leaf: Any) -> None:
        if isinstance(leaf, dict) and "add" in leaf:
            self.found.add("effect add")
            self.value(leaf["add"])
        elif isinstance(leaf, dict) and "object" in leaf and "then" not in leaf:
            self.found.add("effect leaves")
            for member in leaf["object"].values():
                self.leaf(member)
        else:
            self.value(leaf)

    def values(self, values: Iterable[Any]) -> None:
        for value in values:
            self.value(value)

    def value(self, value: Any) -> None:
        if not isinstance(value, dict):
            self.found.add("form constant")
            return
        self.found |= {f"form {form}" for form in FORMS if form in value}
        self.found |= {f"tail {key}" for key in ("then", "one_of", "default") if key in value}
        self.paths |= {value[key] for key in ("from", "one_of") if key in value}
        if "template" in value:
            self.paths |= paths_of_template(value["template"])
        if "test" in value:
            self.condition(value["test"])
        self.values([*value.get("first_of", ()), *value.get("union", ())])
        for member in value.get("object", {}).values():
            self.value(member["add"] if isinstance(member, dict) and "add" in member else member)
        for branch in value.get("choose", ()):
            self.condition(branch["when"])
            self.value(branch["value"])
        if "otherwise" in value:
            self.value(value["otherwise"])
        for step in value.get("then", ()):
            self.found.add(f"step {step if isinstance(step, str) else next(iter(step))}")
            if isinstance(step, dict) and "keep" in step:
                self.test(step["keep"])

    def test(self, test: Any) -> None:
        if isinstance(test, list):
            self.found.add("test list")
            for member in test:
                self.test(member)
        elif isinstance(test, dict):
            self.found |= {f"test {name}" for name in test}
            self.paths |= {test["one_of"]} if "one_of" in test else set()
            for name in ("count", "not"):
                if name in test:
                    self.test(test[name])
        else:
            self.found.add("test constant")

    def condition(self, condition: dict[str, Any]) -> None:
        for key, argument in condition.items():
            if key in ("all", "any"):
                self.found.add(f"condition {key}")
                for member in argument:
                    self.condition(member)
            elif key == "not":
                self.found.add("condition not")
                self.condition(argument)
            else:
                self.found.add("condition tests")
                self.paths.add(key)
                self.test(argument)
