"""Whole policies, written at random, that the loader accepts: no two rules write one claim differently."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.properties.values import Writer
from tests.properties.vocabulary import GROUPS, KINDS, LOOKUP_INPUTS, POOL, ROLES, SCOPES, TEXTS

if TYPE_CHECKING:
    from tests.properties.choices import Choices

TRIGGERS = (["V3_0"], ["V2_0", "V3_0"], ["V2_0"], ["V1_0", "V2_0"], ["V1_0"])
_ACCESS = ("tenant", "roles", "level", "email", "given_name")
_ID = ("tenant", "given_name", "email", "custom:text", "birthdate", "email_verified", "updated_at", "address")
_ONLY_SCALARS = ("email_verified", "updated_at", "address")
_MODES = ("own", "own", "own", "override", "override", "add", "same", "exclusive", "leaves", "above")
_LISTS = {"scopes": SCOPES, "groups": GROUPS, "iam_roles": ROLES}

Rule = dict[str, Any]


def policy(choices: Choices, *, pseudonyms: bool = True) -> dict[str, Any]:
    """Write a plan: canonical JSON of a policy.

    Args:
        choices: who decides.
        pseudonyms: whether pseudonyms may be used, which need secrets.
    """
    return _Policy(choices, pseudonyms=pseudonyms).plan()


class _Policy:
    def __init__(self, choices: Choices, *, pseudonyms: bool) -> None:
        self.choices = choices
        self.writer = Writer(choices, pseudonyms=pseudonyms)
        self.trigger = choices.pick(TRIGGERS)
        if "V1_0" in self.trigger:
            self.writer.paths["strings"].remove("scopes")  # of which a V1_0 event doesn't tell
        self.rules: list[Rule] = []
        self.gates: list[list[dict[str, Any]]] = []
        self.closed: set[int] = set()  # rules with a whole condition to which nothing may be added

    def plan(self) -> dict[str, Any]:
        choices, writer = self.choices, self.writer
        tables = {
            "texts": {key: choices.pick(TEXTS) for key in TEXTS[:2]},
            "lists": {key: choices.some(TEXTS, 1, 2) for key in TEXTS[1:]},
        }
        derived = {"key": writer.value("string", 1)}
        writer.add_input("derived.key", "string")
        for path, kind in LOOKUP_INPUTS.items():
            writer.add_input(path, kind, may_fail=True)
        for n in range(choices.below(3)):
            kind = choices.pick((*KINDS, "object"))
            derived[f"d{n}"] = writer.value(kind, 2, constant=False)
            for _ in range(3):
                writer.add_input(f"derived.d{n}", kind, may_fail=True)
        count = 2 + choices.below(3)
        self.rules = [{} for _ in range(count)]
        self.gates = [[] for _ in range(count)]
        self._write_targets()
        for rule in self.rules:
            self._add_effects(rule)
        for n, rule in enumerate(self.rules):
            self._accept(rule)
            self._add_condition(rule, self.gates[n], closed=n in self.closed)
        if choices.chance(10):
            denial = {"deny": choices.pick(("No.", "Ask us."))}
            self._add_condition(denial, [])
            self.rules.append(denial)
        names = choices.some(("r-a", "r-b", "r-c", "r-d", "r-e", "r-f"), len(self.rules), len(self.rules))
        for rule in self.rules:
            if "overrides" in rule:
                rule["overrides"] = [names[n] for n in rule["overrides"]]
        return {
            "pool": {**POOL, "trigger": self.trigger, "other_clients": "deny" if choices.chance(15) else "apply_rules"},
            "derived": derived,
            "tables": tables,
            "rules": dict(zip(names, self.rules, strict=True)),
        }

    def _write_targets(self) -> None:
        choices = self.choices
        targets: list[tuple[str, str]] = []
        if self.trigger != ["V1_0"]:
            targets += [("access_token", name) for name in choices.some(_ACCESS, 1, 3)]
            if choices.chance(8):
                self._put(self.rules[0], ("access_token", "claims", "aud"), {"from": "client.id"})
            if choices.chance(20):
                self._write_message("access_token")
        targets += [("id_token", name) for name in choices.some(_ID, 1, 2)]
        if choices.chance(15):
            self._write_message("id_token")
        for token, name in targets:
            self._write_claim(token, name)
        if choices.chance(15):
            self._write_many(choices.pick(("own", "same", "exclusive")), ("iam_roles", "preferred"), None)

    def _write_message(self, token: str) -> None:
        """Write into an encrypted message, or into the two of recipients that share a claim."""
        choices = self.choices
        pair = self._exclusive_pair() if choices.chance(25) else []
        if len(pair) > 1:
            for rule, recipient in zip(pair, ("api-two", "api-three"), strict=True):
                self._put(
                    self.rules[rule], (token, "encrypted_for", recipient, "email"), self._claim_value(token, "email")
                )
            return
        for member in choices.some(("email", "name"), 1, 2):
            mode = choices.pick(("own", "own", "same", "override", "exclusive"))
            self._write_many(mode, (token, "encrypted_for", "api-one", member), member)

    def _write_claim(self, token: str, name: str) -> None:
        modes = [mode for mode in _MODES if not self._plain(token, name) or mode not in ("add", "leaves", "above")]
        mode, path = self.choices.pick(modes), (token, "claims", name)
        if mode in ("leaves", "above"):
            one, other, *_ = self.choices.shuffled(range(len(self.rules)))
            if mode == "leaves":
                shared = {"n": {"add": self.writer.value("strings", 1)}} if self.choices.chance(40) else {}
                also = {"n": {"add": self.writer.value("string", 1)}} if shared else {}
                self._put(self.rules[one], path, {"object": {"k": self._claim_value(token, name, 1), **shared}})
                self._put(self.rules[other], path, {"object": {"l": self._claim_value(token, name, 1), **also}})
            else:
                one, other = sorted((one, other))
                leaves = {"object": {"k": self._claim_value(token, name, 1)}}
                whole = self._claim_value(token, name, 1)
                first, second = self.choices.shuffled((leaves, whole))
                self._put(self.rules[one], path, first)
                self._put(self.rules[other], path, second)
                self._override(other, one)
        else:
            self._write_many(mode, path, name)

    def _write_many(self, mode: str, path: tuple[str, ...], name: str | None) -> None:
        """Let one rule, or several by a mode that keeps them from clashing, write to one place; None: a role."""
        choices = self.choices
        if mode == "exclusive":
            writers = self._exclusive_pair()
        else:
            writers = sorted(choices.some(range(len(self.rules)), 1, 1 if mode == "own" else 3))
        constant = choices.pick(ROLES)
        for at, rule in enumerate(writers):
            if mode == "add":
                value: Any = {"add": self.writer.value(choices.pick(("strings", "strings", "string")))}
            elif mode == "same":
                value = constant
            else:
                value = choices.pick(ROLES) if name is None else self._claim_value(path[0], name)
            self._put(self.rules[rule], path, value)
            if mode == "override":
                for earlier in writers[:at]:
                    self._override(rule, earlier)

    def _plain(self, token: str, name: str) -> bool:
        """Tell whether a claim can't hold a list or an object."""
        return token == "id_token" and (name in _ONLY_SCALARS or "V1_0" in self.trigger)

    def _claim_value(self, token: str, name: str, depth: int = 2) -> Any:
        kinds = ["string", "string", "number", "boolean", "date", "time", "strings", "strings", "object"]
        if token == "id_token" and "V1_0" in self.trigger:
            kinds = ["string"]
        elif self._plain(token, name):
            kinds = ["string", "number", "boolean", "date", "time"]
        return self.writer.value(self.choices.pick(kinds), depth)

    def _override(self, one: int, other: int) -> None:
        """Let a rule override an earlier one: always in the same direction, so that there is no circle."""
        overrides = self.rules[one].setdefault("overrides", [])
        if other not in overrides:
            overrides.append(other)

    def _exclusive_pair(self) -> list[int]:
        """Give two rules conditions that exclude each other; one rule alone if there aren't two that are open to it."""
        choices = self.choices
        open_rules = choices.shuffled([n for n in range(len(self.rules)) if n not in self.closed])[:2]
        if len(open_rules) < 2:
            return [0]
        sort = choices.below(5)
        if sort == 0:
            gates: tuple[dict[str, Any], dict[str, Any]] = ({"client": "a"}, {"client": ["b", "ab"]})
        elif sort == 1:
            path = self.writer.path("string")
            gates = ({path: {"exists": True}}, {path: {"exists": False}})
        elif sort == 2:
            path = self.writer.path("strings")
            test = self.writer.test("strings", 1, path)
            gates = ({path: test}, {path: {"not": test}})
        elif sort == 3:
            path = self.writer.path("number")
            gates = ({path: {"at_least": 2}}, {path: {"below": 2}})
        else:
            condition = self.writer.condition(1)
            gates = (condition, {"not": condition})
            if any(self.gates[rule] for rule in open_rules):
                return open_rules[:1]
            self.closed.update(open_rules)
        for rule, gate in zip(open_rules, gates, strict=True):
            self.gates[rule].append(gate)
        return open_rules

    @staticmethod
    def _put(rule: Rule, path: tuple[str, ...], value: Any) -> None:
        for key in path[:-1]:
            rule = rule.setdefault(key, {})
        rule[path[-1]] = value

    def _add_effects(self, rule: Rule) -> None:
        """Add suppressions and edits of lists, and at least one effect."""
        choices = self.choices
        lists = ("groups", "iam_roles") if self.trigger == ["V1_0"] else ("scopes", "groups", "iam_roles")
        tokens = ("id_token",) if self.trigger == ["V1_0"] else ("access_token", "id_token")
        for list_ in lists:
            if choices.chance(26):
                self._add_edit(rule, list_)
        for token in tokens:
            if choices.chance(7):
                names = ("email", "given_name", "cognito:groups", "tenant", "custom:text", "dev:doc")
                free = [name for name in names if name not in rule.get(token, {}).get("claims", {})]
                self._put(rule, (token, "suppress"), choices.some(free, 1, 2))
        if not set(rule) & {"access_token", "id_token", "groups", "iam_roles"}:
            self._add_edit(rule, choices.pick(lists))
        if choices.chance(8):
            rule["on_failure"] = "deny"
        if choices.chance(5):
            rule["why"] = "Because."

    def _add_edit(self, rule: Rule, list_: str) -> None:
        choices, writer = self.choices, self.writer
        edit: dict[str, Any] = rule.get(list_, {})
        for name in choices.some(("add", "remove", "keep"), 1, 2 if choices.chance(20) else 1):
            if name != "add":
                edit[name] = writer.test("item")
            elif choices.chance(50):
                edit[name] = choices.some(_LISTS[list_], 1, 2)
            else:
                edit[name] = writer.value(choices.pick(("strings", "strings", "string")), 1)
        self._put(rule, ("access_token", "scopes") if list_ == "scopes" else (list_,), edit)

    def _accept(self, rule: Rule) -> None:
        """Accept that a rule suppresses what others write."""
        accepted = [
            {"finding": "claim-suppressed-elsewhere", "at": f"{token}.suppress.{name}", "why": "It is meant so."}
            for token in ("access_token", "id_token")
            for name in rule.get(token, {}).get("suppress", ())
            if any(name in other.get(token, {}).get("claims", {}) for other in self.rules)
        ]
        if accepted:
            rule["accept"] = accepted

    def _add_condition(self, rule: Rule, gates: list[dict[str, Any]], *, closed: bool = False) -> None:
        parts = [self.writer.condition(), *gates] if not closed and self.choices.chance(50) else gates
        if len(parts) == 1:
            rule["when"] = parts[0]
        elif parts:
            rule["when"] = {"all": parts}
