"""Typed values, tests and conditions of the rule language, written at random."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.properties.vocabulary import (
    AGES,
    CONSTANTS_OF_PATHS,
    DAYS,
    DURATIONS,
    EVENT_INPUTS,
    INSTANTS,
    MAIL_INPUTS,
    NUMBERS,
    TEXTS,
)

if TYPE_CHECKING:
    from tests.properties.choices import Choices

_STEPS: dict[str, tuple[tuple[str, str], ...]] = {
    # kind of the result -> the steps that give it, each with the kind it takes
    "string": (
        ("lower", "string"),
        ("upper", "string"),
        ("trim", "string"),
        ("email_domain", "mail"),
        ("strip_prefix", "string"),
        ("keep", "string"),
        ("keep", "string"),
        ("keep", "string"),
        ("table", "string"),
        ("table", "number"),
        ("table", "boolean"),
        ("table", "date"),
        ("table", "time"),
        ("prefer", "string"),
        ("prefer", "strings"),
        ("only", "strings"),
        ("only", "strings"),
        ("join", "strings"),
        ("text", "number"),
        ("text", "boolean"),
        ("json", "strings"),
        ("json", "object"),
        ("json", "object"),
        ("pseudonym", "string"),
        ("pseudonym", "string"),
    ),
    "mail": (("lower", "mail"), ("keep", "mail")),
    "number": (("keep", "number"), ("table", "string"), ("prefer", "number")),
    "boolean": (("keep", "boolean"), ("table", "string"), ("prefer", "boolean")),
    "date": (("keep", "date"), ("prefer", "date")),
    "time": (("keep", "time"),),
    "strings": (
        ("lower", "strings"),
        ("upper", "strings"),
        ("trim", "strings"),
        ("strip_prefix", "strings"),
        ("keep", "strings"),
        ("keep", "strings"),
        ("table", "strings"),
        ("table", "string"),
        ("at_most", "strings"),
        ("at_most", "strings"),
        ("pseudonym", "strings"),
    ),
    "object": (("keep", "object"),),
}
_NUMBER_TESTS = ("above", "at_least", "below", "at_most")
_OPERATORS: dict[str, tuple[str, ...]] = {
    "string": ("prefix", "one_of", "one_of", "safe_as", "from_identity_provider", "exists", "not"),
    "mail": ("domain", "domain", "exists", "not"),
    "strings": ("prefix", "one_of", "one_of", "safe_as", "from_identity_provider", "exists", "count", "not"),
    "item": ("prefix", "one_of", "one_of", "safe_as", "from_identity_provider", "not"),
    "number": (*_NUMBER_TESTS, "exists", "not"),
    "boolean": ("exists", "not"),
    "date": ("age_at_least", "age_at_least", "exists", "not"),
    "time": ("after", "within_last", "exists", "not"),
    "object": ("exists", "not"),
}
_CONSTANTS: dict[str, tuple[Any, ...]] = {
    "string": TEXTS,
    "item": TEXTS,
    "mail": ("x@a", "y@b"),
    "number": NUMBERS,
    "boolean": (True, False),
    "date": DAYS,
    "time": INSTANTS,
}
_ASKED = ("string", "strings", "string", "strings", "boolean", "number", "date", "time", "mail", "object", "object")


class Writer:
    """Write values, tests and conditions of given types.

    Args:
        choices: who decides.
        pseudonyms: whether the step `pseudonym` may be used, which needs secrets.
    """

    def __init__(self, choices: Choices, *, pseudonyms: bool = True) -> None:
        self.choices = choices
        self.steps = {
            kind: tuple(step for step in steps if pseudonyms or step[0] != "pseudonym")
            for kind, steps in _STEPS.items()
        }
        self.paths: dict[str, list[str]] = {kind: [] for kind in (*_STEPS, "item")}
        self.failing: dict[str, list[str]] = {kind: [] for kind in (*_STEPS, "item")}
        for path, kind in EVENT_INPUTS.items():
            self.add_input(path, kind)

    def add_input(self, path: str, kind: str, *, may_fail: bool = False) -> None:
        """Make an input known; one that may fail is preferred."""
        kind = "mail" if path in MAIL_INPUTS else kind
        (self.failing if may_fail else self.paths)[kind].append(path)

    def path(self, kind: str) -> str:
        """Give the path of an input of this kind."""
        event, failing = self.paths[kind], self.failing[kind]
        if not failing or (event and not self.choices.chance(65)):
            return self.choices.pick(event)
        return self.choices.pick(failing)

    def constant(self, kind: str) -> Any:
        """Write a constant."""
        choices = self.choices
        if kind == "strings":
            return choices.some(TEXTS, 0 if choices.chance(10) else 1, 2)
        if kind == "string" and choices.chance(8):
            return choices.pick(("${STAGE}", "a$$b", "x${STAGE}"))
        return choices.pick(_CONSTANTS[kind])

    def value(self, kind: str, depth: int = 2, *, constant: bool = True) -> Any:
        """Write a value of this kind; `constant` tells whether it may be just a constant."""
        choices = self.choices
        if constant and kind not in ("object", "date", "time") and choices.chance(14):
            return self.constant(kind)
        steps: list[Any] = []
        source = kind
        while len(steps) < 2 and choices.chance(34):
            result = source
            name, source = choices.pick(self.steps[result])
            steps.insert(0, self._step(name, source, result))
        if source == "object" and steps == ["json"] and choices.chance(50):
            return {**self._object(depth), "then": ["json"]}
        value = self._head(source, depth, tailed=bool(steps))
        if set(value) & {"test", "object"}:
            return value
        if steps:
            value["then"] = steps
        if kind in ("string", "strings") and choices.chance(20):
            value["one_of"] = self.path(choices.pick(("strings", "strings", "string")))
        # A default, too, that would show if a failure were taken for an absence.
        if kind != "object" and choices.chance(45 if "one_of" in value or steps else 18):
            value["default"] = self.constant(kind)
        return value

    def _head(self, kind: str, depth: int, *, tailed: bool) -> dict[str, Any]:
        choices = self.choices
        forms = ["from", "from", "from"]
        if depth:
            forms += ["first_of", "choose"]
            forms += {"string": ["template"], "strings": ["union", "union"]}.get(kind, [])
            if not tailed:
                forms += {"boolean": ["test", "test", "test"], "object": ["object"] * 5}.get(kind, [])
        form = choices.pick(forms)
        if form == "from":
            path = self.path(kind)
            return {"from": "username" if tailed and path == "principal" else path}
        if form == "template":
            return {"template": self._template()}
        if form == "test":
            return {"test": self.condition(depth - 1)}
        if form == "object":
            return self._object(depth)
        if form == "union":
            kinds = [choices.pick(("strings", "strings", "string")) for _ in range(1 + choices.below(2))]
            return {"union": [self.value(member, depth - 1) for member in kinds]}
        if form == "first_of":
            first = self.value(kind, depth - 1, constant=False)
            return {"first_of": [first, *(self.value(kind, depth - 1) for _ in range(1 + choices.below(2)))]}
        branches = [
            {"when": self.condition(depth - 1), "value": self.value(kind, depth - 1, constant=n > 0)}
            for n in range(1 + choices.below(2))
        ]
        value: dict[str, Any] = {"choose": branches}
        if choices.chance(60):
            value["otherwise"] = self.value(kind, depth - 1)
        return value

    def _template(self) -> str:
        choices = self.choices
        parts = [choices.pick(("t-", "{{", "}}", "$$", "${STAGE}-", ""))]
        kinds = [choices.pick(("string", "string", "number", "boolean", "date")) for _ in range(1 + choices.below(2))]
        parts += ["{" + self.path(kind) + "}" for kind in kinds]
        return "".join(parts)

    def _object(self, depth: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for key in self.choices.some(("k", "l", "m"), 1, 2):
            if self.choices.chance(15):
                members[key] = {"add": self.value("strings", 0)}
            else:
                kind = self.choices.pick(
                    ("string", "number", "strings", "boolean", "object" if depth > 1 else "string")
                )
                members[key] = self.value(kind, depth - 1)
        return {"object": members}

    def _step(self, name: str, source: str, result: str) -> Any:
        choices = self.choices
        if name == "strip_prefix":
            return {name: "a"}
        if name == "keep":
            if source in ("string", "strings") and choices.chance(40):
                return {name: {"one_of": self.path(choices.pick(("strings", "string")))}}
            return {name: self.test("item" if source == "strings" else source)}
        if name == "prefer":
            return {name: choices.some(_CONSTANTS["item" if source == "strings" else source], 1, 2)}
        if name == "at_most":
            return {name: 1 + choices.below(2)}
        if name == "join":
            return {name: choices.pick((",", "b"))}
        if name == "pseudonym":
            return {name: "p"}
        if name == "table":
            return {name: self._table(source, result)}
        return name

    def _table(self, source: str, result: str) -> Any:
        if source in ("string", "strings") and result in ("string", "strings") and self.choices.chance(40):
            return "lists" if result == "strings" else "texts"
        keys = {
            "number": ("1", "2", "3"),
            "boolean": ("true", "false"),
            "date": DAYS,
            "time": tuple(map(str, INSTANTS)),
        }.get(source, TEXTS)
        return {key: self.constant(result) for key in self.choices.some(keys, 1, 2)}

    def test(self, kind: str, depth: int = 1, path: str | None = None) -> Any:
        """Write a test for a subject of this kind; `item` is a member of a list, which is always there."""
        choices = self.choices
        if kind != "object" and choices.chance(36):
            constant = self._asked(kind, path)
            if choices.chance(20):
                return [constant, self.test(kind, 0, path) if depth else self._asked(kind, path)]
            return constant
        operators = choices.some(_OPERATORS[kind], 1, 2 if choices.chance(20) else 1)
        return {name: self._argument(name, kind, depth, path) for name in operators}

    def _asked(self, kind: str, path: str | None) -> Any:
        """Write a constant that a subject may equal."""
        if path in CONSTANTS_OF_PATHS:
            return self.choices.pick(CONSTANTS_OF_PATHS[path])
        if kind in ("string", "strings", "item"):
            return self.choices.pick((*TEXTS, *TEXTS, "${STAGE}"))
        return self.constant(kind)

    def _argument(self, name: str, kind: str, depth: int, path: str | None) -> Any:
        choices = self.choices
        if name == "prefix":
            return choices.pick(("a", "ab"))
        if name == "one_of":
            return self.path(choices.pick(("strings", "strings", "string")))
        if name == "domain":
            return choices.pick((["a"], ["a", "b"], ["B"]))
        if name == "safe_as":
            return choices.pick(("identifier", "principal_tag", "scope"))
        if name in ("from_identity_provider", "exists"):
            return name == "from_identity_provider" or choices.pick((True, False))
        if name == "count":
            return choices.pick((0, 1, {"at_least": 1}, {"at_most": 1}, {"below": 1}))
        if name == "age_at_least":
            return choices.pick(AGES)
        if name == "after":
            return "now"
        if name == "within_last":
            return choices.pick(DURATIONS)
        if name == "not":
            return (
                self.test(kind, 0, path) if depth else {"exists": True} if kind == "object" else self._asked(kind, path)
            )
        return choices.pick(NUMBERS)

    def condition(self, depth: int = 2) -> dict[str, Any]:
        """Write a condition."""
        choices = self.choices
        condition: dict[str, Any] = {}
        for _ in range(2 if choices.chance(22) else 1):
            if depth > 0 and choices.chance(24):
                name = choices.pick(("all", "any", "not"))
                if name == "not":
                    condition[name] = self.condition(depth - 1)
                else:
                    condition[name] = [self.condition(depth - 1) for _ in range(1 + choices.below(2))]
            else:
                kind = choices.pick(_ASKED)
                path = self.path(kind)
                condition[path] = self.test(kind, 1, path)
        return condition
