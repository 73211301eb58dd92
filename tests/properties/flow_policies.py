"""Policies in the world of `flow_world`, written at random with an attack in mind."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from tests.properties.flow_world import (
    ADMIN_SCOPE,
    DERIVED,
    MERGING,
    PERSONAL,
    POOL,
    SENSITIVE,
    UNTRUSTED,
)
from tests.properties.vocabulary import GROUPS, ROLES, TEXTS

if TYPE_CHECKING:
    from tests.properties.choices import Choices

from tests.properties.flow_writer import FlowWriter

_LISTS = {"scopes": ("a", "b", "ab"), "groups": GROUPS, "iam_roles": ROLES}
_CLAIMED = ("string", "string", "strings", "strings", "number", "boolean", "date", "object")

Rule = dict[str, Any]


class Focus(NamedTuple):
    """What a search is about.

    Attributes:
        others: classes of inputs that are used beside the safe ones.
        effects: effects of rules that are more frequent than others.
        often: in how many of a hundred cases an input is one of the others.
        gadgets: in how many of a hundred cases a value or a condition is about a rule of the analysis.
    """

    others: tuple[str, ...]
    effects: tuple[str, ...] = ()
    often: int = 45
    gadgets: int = 40


def policy(choices: Choices, focus: Focus) -> dict[str, Any]:
    """Write a plan."""
    return _FlowPolicy(choices, focus).plan()


class _FlowPolicy:
    def __init__(self, choices: Choices, focus: Focus) -> None:
        self.choices = choices
        self.effects = (*_EFFECTS, *focus.effects * 4)
        self.writer = FlowWriter(choices, focus.others)
        self.writer.often, self.writer.gadgets = focus.often, focus.gadgets
        self.rules: list[Rule] = []

    def plan(self) -> dict[str, Any]:
        choices, writer = self.choices, self.writer
        derived = dict(DERIVED)
        derived["proved"] = {"test": {"attribute.email_verified": True}}
        derived["doubted"] = {"test": {"any": [{"attribute.email_verified": True}, {"groups": "a"}]}}
        for n in range(choices.below(3)):
            kind = choices.pick(("string", "strings", "boolean", "object"))
            derived[f"d{n}"] = writer.value(kind, 2, constant=False)
            writer.derived.setdefault(kind, []).append(f"derived.d{n}")
        tables = {
            "texts": {key: choices.pick(TEXTS) for key in TEXTS[:2]},
            "lists": {key: choices.some(TEXTS, 1, 2) for key in TEXTS[1:]},
            "merging": MERGING,
        }
        for number in range(3 + choices.below(3)):
            self.rules.append(self._rule(number))
        names = [f"r{number}" for number in range(len(self.rules))]
        providers = choices.pick((["a"], ["a", "b", "ab"]))
        if choices.chance(60):
            rule: Rule = {"access_token": {"scopes": {"remove": choices.pick((ADMIN_SCOPE, [ADMIN_SCOPE, "c"]))}}}
            when = choices.below(5)
            if when < 3:
                when_ = (None, {"principal": "user"}, self._plain_condition())[when]
                rule |= {"when": when_} if when_ else {}
            names.append("fewer-scopes")
            self.rules.append(rule)
        return {
            "pool": {**POOL, "identity_providers": providers, "id_token_authorizes": self._authorizing()},
            "derived": derived,
            "tables": tables,
            "rules": dict(zip(names, self.rules, strict=True)),
        }

    def _authorizing(self) -> list[str]:
        """Name the ID-token claims on which someone authorizes: now and then one that Cognito writes by itself."""
        first = self.rules[0]
        written = "when" not in first and "custom:choice" in first.get("id_token", {}).get("claims", {})
        native = written or self.choices.chance(8)
        return ["tier", "custom:plan", "custom:choice"] if native else ["tier", "custom:plan"]

    def _plain_condition(self) -> dict[str, Any]:
        plain = ({"groups": "a"}, {"attribute.custom:flag": True}, {"lookup.user.flag": True})
        return cast("dict[str, Any]", self.choices.pick((*plain, {"attribute.custom:plan": {"exists": True}})))

    def _weak_condition(self) -> dict[str, Any]:
        """Ask what whoever signs in can choose, or what is so for everybody."""
        weak = ({"client": ["a", "b"]}, {"client.id": "a-id"}, {"principal": "user"}, {"pool.id": "p_1"})
        return cast("dict[str, Any]", self.choices.pick((*weak, {"variable.STAGE": "a"})))

    def _rule(self, number: int) -> Rule:
        choices, writer = self.choices, self.writer
        rule: Rule = {}
        for sort in dict.fromkeys(choices.some(self.effects, 1, 2)):
            _EFFECT_WRITERS[sort](self, rule, number)
        if "deny" in rule:
            rule = {"deny": "No."}
        if "when" not in rule and choices.chance(55 if "deny" not in rule else 100):
            rule["when"] = writer.condition(1)
            if choices.chance(45 if "add" in json.dumps(rule) else 20):
                beside = self._plain_condition() if choices.chance(70) else self._weak_condition()
                rule["when"] = {choices.pick(("all", "all", "any")): [rule["when"], beside]}
        if choices.chance(4) and "deny" not in rule:
            rule["on_failure"] = "deny"
        return rule

    def _value(self, kinds: tuple[str, ...] = _CLAIMED) -> Any:
        return self.writer.value(self.choices.pick(kinds), 2)

    def _choose(self, rule: Rule, number: int) -> None:
        """Write what people choose, perhaps, from something that is theirs, perhaps."""
        claims = rule.setdefault("access_token", {}).setdefault("claims", {})
        claims[f"c{number}"] = self.writer.choice(self.choices.pick(("string", "string", "strings")))

    def _claim(self, rule: Rule, number: int) -> None:
        claims = rule.setdefault("access_token", {}).setdefault("claims", {})
        sort = self.choices.below(10)
        if sort == 0:
            claims["shared"] = {"add": self._value(("strings", "string"))}
        elif sort == 1:
            claims["leaves"] = {"object": {f"k{number}": self._value()}}
        else:
            claims[f"c{number}"] = self._value()

    def _override(self, rule: Rule, number: int) -> None:
        """Write a claim that an earlier rule writes as well, and override it."""
        if number and "deny" not in self.rules[number - 1]:
            before = self.rules[number - 1]
            before.setdefault("access_token", {}).setdefault("claims", {})[f"o{number}"] = self._value()
            rule["overrides"] = [f"r{number - 1}"]
            rule.setdefault("access_token", {}).setdefault("claims", {})[f"o{number}"] = self._value()
        else:
            self._claim(rule, number)

    def _id_claim(self, rule: Rule, number: int) -> None:
        claims = rule.setdefault("id_token", {}).setdefault("claims", {})
        if number == 0 and self.choices.chance(60):
            claims[self.choices.pick(("tier", "custom:choice", "custom:plan"))] = self._value(("string", "number"))
        else:
            claims[f"i{number}"] = self._value()

    def _suppress(self, rule: Rule, _number: int) -> None:
        token = self.choices.pick(("access_token", "access_token", "id_token"))
        rule.setdefault(token, {})["suppress"] = [self.choices.pick(("email", "nickname", "website"))]

    def _edit(self, rule: Rule, list_: str, sort: str) -> None:
        choices, writer = self.choices, self.writer
        if sort != "add":
            value: Any = writer.test("item")
        elif choices.chance(60):
            value = choices.some(_LISTS[list_], 1, 2)
        else:
            value = writer.value(choices.pick(("strings", "string")), 1)
        target = rule.setdefault("access_token", {}) if list_ == "scopes" else rule
        target.setdefault(list_, {})[sort] = value

    def _add(self, rule: Rule, _number: int) -> None:
        self._edit(rule, self.choices.pick(("scopes", "groups", "groups", "iam_roles")), "add")

    def _attenuate(self, rule: Rule, _number: int) -> None:
        """Grant by something untrusted and something else beside it."""
        choices = self.choices
        path, kind = self.writer.asked_path(UNTRUSTED)
        untrusted = {path: {"exists": True} if kind == "date" else self.writer.asked(kind, path)}
        beside = self._weak_condition() if choices.chance(50) else self._plain_condition()
        rule["when"] = {choices.pick(("all", "all", "all", "any")): [untrusted, beside]}
        if choices.chance(12):  # of what the user can bring about by changing his address
            proof = choices.pick(("attribute.email_verified", "attribute.phone_number_verified"))
            tests: tuple[Any, ...] = (False, {"not": True}, True, {"exists": False})
            rule["when"] = {proof: choices.pick(tests)}
        list_ = choices.pick(tuple(_LISTS))
        edit = {"add": choices.some(_LISTS[list_], 1, 2)}
        if list_ == "scopes":
            rule.setdefault("access_token", {})["scopes"] = edit
        else:
            rule[list_] = edit

    def _take(self, rule: Rule, _number: int) -> None:
        self._edit(
            rule, self.choices.pick(("scopes", "groups", "groups", "iam_roles")), self.choices.pick(("keep", "remove"))
        )

    def _preferred(self, rule: Rule, number: int) -> None:
        if number == 0 or not any("preferred" in rule.get("iam_roles", {}) for rule in self.rules):
            rule.setdefault("iam_roles", {})["preferred"] = self.choices.pick(ROLES)
        else:
            self._add(rule, number)

    def _encrypt(self, rule: Rule, number: int) -> None:
        """Encrypt for a recipient; the two of one claim are left out."""
        token = self.choices.pick(("access_token", "access_token", "id_token"))
        saved, often = self.writer.others, self.writer.often
        if self.choices.chance(60):
            self.writer.others, self.writer.often = (PERSONAL, PERSONAL, SENSITIVE), 90
        member = {f"m{number}": self.writer.value(self.choices.pick(_CLAIMED), self.choices.below(2))}
        self.writer.others, self.writer.often = saved, often
        recipient = self.choices.pick(("api-one", "api-two"))
        rule.setdefault(token, {}).setdefault("encrypted_for", {})[recipient] = member

    def _deny(self, rule: Rule, _number: int) -> None:
        rule["deny"] = "No."


_EFFECT_WRITERS = {
    "claim": _FlowPolicy._claim,
    "choose": _FlowPolicy._choose,
    "override": _FlowPolicy._override,
    "id claim": _FlowPolicy._id_claim,
    "suppress": _FlowPolicy._suppress,
    "add": _FlowPolicy._add,
    "attenuate": _FlowPolicy._attenuate,
    "take": _FlowPolicy._take,
    "preferred": _FlowPolicy._preferred,
    "encrypt": _FlowPolicy._encrypt,
    "deny": _FlowPolicy._deny,
}
_EFFECTS: tuple[str, ...] = (
    "claim",
    "claim",
    "claim",
    "choose",
    "add",
    "add",
    "take",
    "encrypt",
    "id claim",
    "override",
    "suppress",
    "deny",
)
_EFFECTS += ("preferred", "attenuate")
