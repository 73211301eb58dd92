"""Values and conditions about the flow of data: safe inputs, and now and then others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.properties.flow_world import (
    CHOSEN,
    PATHS,
    PERSONAL,
    PROVIDER,
    SAFE,
    SCOPES,
    SECRET,
    SENSITIVE,
    SHARED,
    UNTRUSTED,
    VOUCHED,
)
from tests.properties.values import Writer
from tests.properties.vocabulary import AGES, TEXTS

if TYPE_CHECKING:
    from tests.properties.choices import Choices

_SECRECY = (PERSONAL, SENSITIVE, SECRET)


class FlowWriter(Writer):
    """Write values and conditions of safe inputs, and now and then of others.

    Attributes:
        others: classes of inputs, of which some are used beside the safe ones.
        often: in how many of a hundred cases.
        gadgets: in how many of a hundred cases what is written is about a rule of the analysis.
    """

    def __init__(self, choices: Choices, others: tuple[str, ...]) -> None:
        super().__init__(choices)
        self.others = others
        self.often, self.gadgets = 45, 40
        self.derived: dict[str, list[str]] = {}

    def path(self, kind: str) -> str:
        choices = self.choices
        if kind in self.derived and choices.chance(20):
            return choices.pick(self.derived[kind])
        sorts = self.others if choices.chance(self.often) else (SAFE,)
        kind = "string" if kind == "item" else kind
        options = [path for sort in sorts for path in PATHS[sort].get(kind, ())]
        options = options or PATHS[SAFE].get(kind) or [path for sort in PATHS for path in PATHS[sort].get(kind, ())]
        return choices.pick(options)

    def _asked(self, kind: str, path: str | None) -> Any:
        return "a" if path == "identity_providers" else super()._asked(kind, path)

    def asked(self, kind: str, path: str) -> Any:
        """Write a constant that an input may be, or have among its items."""
        return self._asked("item" if kind == "strings" else kind, path)

    def add_input(self, path: str, kind: str, *, may_fail: bool = False) -> None:
        """Take nothing of the other vocabulary."""

    def value(self, kind: str, depth: int = 2, *, constant: bool = True) -> Any:
        choices = self.choices
        if depth and choices.chance(self.gadgets):
            sort = choices.pick((*self.others, *self.others, SAFE))
            written = self._gadget(sort, kind)
            if written is not None:
                return written
        return super().value(kind, depth, constant=constant)

    def _gadget(self, sort: str, kind: str) -> Any:
        """Write what a rule of the analysis is about; None if there is nothing of this kind."""
        choices = self.choices
        if kind == "string" and choices.chance(12):
            other = {"from": choices.pick(PATHS[sort].get("string") or PATHS[UNTRUSTED]["string"])}
            return {"object": {"k": {"from": "attribute.custom:plan"}, "l": other}, "then": ["json"]}
        if sort in (SAFE, UNTRUSTED, CHOSEN, SCOPES, SHARED) and kind in ("string", "strings"):
            return self.choice(kind)
        if sort in _SECRECY and kind in ("string", "strings", "boolean", "number"):
            return self._fact(kind)
        if sort in (VOUCHED, PROVIDER, SCOPES) and kind == "boolean":
            return {"test": self.condition(1)}
        if sort == SCOPES and choices.chance(40):
            branches = [{"when": self.condition(0), "value": self.value(kind, 0)}]
            return {"choose": branches, "otherwise": self.value(kind, 0)}
        if sort in (VOUCHED, PROVIDER) and kind in ("string", "strings"):
            branch = self.value(kind, 0) if choices.chance(60) else {"from": self.path(kind)}
            return {"choose": [{"when": self.condition(1), "value": branch}]}
        return None

    def choice(self, kind: str) -> Any:
        """Write a choice out of some list, with what may come in its place."""
        choices = self.choices
        sort = choices.pick((SAFE, SAFE, SAFE, CHOSEN, SHARED, UNTRUSTED, SCOPES))
        lists = PATHS[sort].get(choices.pick(("strings", "strings", "strings", "string")), [])
        source = choices.pick((UNTRUSTED, UNTRUSTED, UNTRUSTED, CHOSEN, SCOPES, SHARED))
        sources = PATHS[source].get(kind, []) or PATHS[UNTRUSTED][kind]
        if kind == "string" and choices.chance(10):
            return {"template": f"{{attribute.custom:plan}}-{{{choices.pick(sources)}}}"}
        if choices.chance(10):
            asked = {"one_of": choices.pick(PATHS[UNTRUSTED]["strings"])}
            test = asked if choices.chance(50) else {"not": asked}
            return {"from": choices.pick(PATHS[SAFE][kind]), "then": [{"keep": test}]}
        chosen: dict[str, Any] = {"from": choices.pick(sources)}
        if choices.chance(12):
            chosen["then"] = [choices.pick(("lower", "upper", "trim"))]
        chosen["one_of"] = choices.pick(lists or PATHS[SAFE]["strings"])
        if choices.chance(15):
            chosen["default"] = self.constant(kind)
        if choices.chance(25):
            fallback = self.value(kind, 0)
            return {"first_of": [chosen, fallback]}
        if kind == "strings" and choices.chance(15):
            return {"union": [chosen, self.value("strings", 0)]}
        return chosen

    def _fact(self, kind: str) -> Any:
        """Write a fact about something personal, or what looks like one."""
        choices = self.choices
        sort = choices.pick(self.others)
        if kind == "boolean":
            return {"test": self.condition(0)}
        if choices.chance(20) and kind != "number":
            return self._step_of(sort, kind)
        source = kind if kind in ("string", "strings") and choices.chance(70) else "string"
        if kind == "number" or (source == "string" and choices.chance(35)):
            path = choices.pick(PATHS[PERSONAL]["mail"])
            steps: list[Any] = ["email_domain"] if choices.chance(70) else []
            steps.append({"table": {choices.pick(("a", "b")): self.constant(kind) for _ in range(2)}})
            return {"from": path, "then": steps}
        path = choices.pick(PATHS[sort].get(source) or PATHS[PERSONAL][source])
        step = choices.pick(("keep", "table", "prefer", "pseudonym", "template", "keep"))
        if step == "template" and kind == "string" and source == "string":
            return {"template": choices.pick((f"x-{{{path}}}", f"{{attribute.custom:plan}}{{{path}}}"))}
        if step == "prefer" and kind == "string":
            return {"from": path, "then": [{"prefer": choices.some(TEXTS, 1, 2)}]}
        if source != kind and step != "table":
            step = "table"
        if step == "keep":
            test = choices.pick(
                (choices.pick(TEXTS), choices.some(TEXTS, 2, 2), {"prefix": "a"}, {"not": choices.pick(TEXTS)})
            )
            return {"from": path, "then": [{"keep": test}]}
        if step == "pseudonym":
            return {"from": path, "then": [{"pseudonym": "p"}]}
        return {"from": path, "then": [{"table": self._table(source, kind)}]}

    def _step_of(self, sort: str, kind: str) -> Any:
        """Write something that isn't public behind one step, or as what `keep` compares with."""
        choices = self.choices
        if choices.chance(25) and sort in PATHS:
            lists = PATHS[sort].get("strings") or PATHS[PERSONAL]["strings"]
            return {"from": choices.pick(PATHS[SAFE][kind]), "then": [{"keep": {"one_of": choices.pick(lists)}}]}
        steps: dict[Any, str] = {"lower": kind, "upper": kind, "trim": kind, "strip_prefix": kind}
        if kind == "strings":
            steps["at_most"] = kind
        else:
            steps |= {"only": "strings", "join": "strings", "json": "strings", "text": "number", "email_domain": "mail"}
        step = choices.pick(tuple(steps))
        source = PATHS[sort].get(steps[step]) or PATHS[PERSONAL][steps[step]]
        arguments = {"strip_prefix": "x", "at_most": 1, "join": ","}
        return {"from": choices.pick(source), "then": [{step: arguments[step]} if step in arguments else step]}

    def _table(self, source: str, result: str) -> Any:
        choices = self.choices
        if source in ("string", "strings") and choices.chance(55):
            if result == "string":
                return choices.pick(("merging", {"a": "x", "b": "x"}, {"a": "a", "b": "a"}, {"a": "x", "b": "y"}))
            one, other = self.constant(result), self.constant(result)
            return {"a": one, "b": one} if choices.chance(60) else {"a": one, "b": other}
        return super()._table(source, result)

    def condition(self, depth: int = 2) -> dict[str, Any]:
        choices = self.choices
        if not choices.chance(self.gadgets):
            return super().condition(depth)
        sort = choices.pick((*self.others, *self.others, SAFE))
        if sort == VOUCHED:
            return self._with_proof()
        if sort == PROVIDER:
            return self._with_provider()
        if sort == CHOSEN and choices.chance(25):
            named = {"principal": choices.pick(("machine", "machine", "user"))}
            return {**named, choices.pick(("lookup.app.text", "lookup.app.tags")): choices.pick(TEXTS)}
        path, kind = self.asked_path(sort)
        test: Any = self.asked(kind, path)
        if kind == "date":
            test = {"age_at_least": choices.pick(AGES)}
        elif kind in ("string", "strings") and choices.chance(30):
            test = {"one_of": self.path("strings")}
        sign = choices.below(5)
        if sign == 1:
            return {path: {"not": test}}
        if sign == 2:
            return {"not": {path: test}}
        if sign == 3:
            return {path: {"exists": choices.pick((True, False))}}
        if sign == 4 and kind == "strings":
            return {path: {"count": choices.pick((0, {"below": 2}, {"at_least": 1}))}}
        return {path: test}

    def asked_path(self, sort: str) -> tuple[str, str]:
        kinds = [kind for kind in PATHS[sort] if kind not in ("object", "mail", "time")]
        kind = self.choices.pick(kinds)
        return self.choices.pick(PATHS[sort][kind]), kind

    def _with_proof(self) -> dict[str, Any]:
        """Ask of an address, and of its proof in one of many ways."""
        choices = self.choices
        asked: dict[str, Any] = choices.pick(
            (
                {"attribute.email": {"domain": choices.pick(("a", ["a"], ["b"]))}},
                {"attribute.email": choices.pick(("x@a", "y@b"))},
                {"lookup.post.text": choices.pick(TEXTS)},
                {"lookup.post.tags": choices.pick(TEXTS)},
                {"lookup.dial.flag": True},
                {"attribute.phone_number": choices.pick(("x@a", "y@b"))},
            )
        )
        proved = "attribute.phone_number_verified" if choices.chance(25) else "attribute.email_verified"
        if choices.chance(55):
            return {proved: True, **asked}
        other: dict[str, Any] = choices.pick(({"attribute.custom:flag": True}, {"groups": "a"}))
        return choices.pick(
            (
                {"all": [{proved: True}, asked]},
                {"all": [{"all": [{proved: True}, other]}, asked]},
                {"any": [{proved: True}, asked]},
                {"all": [{"any": [{proved: True}, other]}, asked]},
                {"not": {proved: True}, **asked},
                {proved: {"not": False}, **asked},
                {proved: {"exists": True}, **asked},
                {proved: False, **asked},
                {proved: [True, False], **asked},
                {"derived.proved": True, **asked},
                {"derived.doubted": True, **asked},
                {"derived.proved": False, **asked},
                {"any": [{proved: True, **asked}, other]},
                asked,
            )
        )

    def _with_provider(self) -> dict[str, Any]:
        choices = self.choices
        asked: dict[str, Any] = choices.pick(
            (
                {"attribute.custom:unit": choices.pick(TEXTS)},
                {"attribute.custom:units": choices.pick(TEXTS)},
                {"attribute.custom:units": {"not": choices.pick(TEXTS)}},
            )
        )
        named: dict[str, Any] = choices.pick(
            (
                *({"identity_providers": "a"},) * 3,
                {"identity_providers": ["a"]},
                {"identity_providers": {"exists": True}},
                {"identity_providers": {"exists": True}},
                {"identity_providers": {"exists": False}},
                {"identity_providers": {"not": "a"}},
                {"not": {"identity_providers": "a"}},
                {"any": [{"identity_providers": "a"}, {"groups": "a"}]},
                {},
            )
        )
        return {**named, **asked}
