"""Situations: what an event holds and what the tables say, with what an adversary can change of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from pretoken.cognito.events import read_event
from tests.properties.choices import Seeded
from tests.properties.flow_world import (
    ADMIN_SCOPE,
    ATTRIBUTES,
    LOOKUPS,
    METADATA,
    SECRECY,
    USERS_WRITE,
    kind_of,
)
from tests.properties.marks import MARKS
from tests.properties.vocabulary import ADDRESSES, DAYS, DOCUMENTS, GROUPS, INSTANTS, NUMBERS, POOL_ID, ROLES, TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from pretoken.cognito.events import Event
    from tests.properties.choices import Choices

MAILS = (*ADDRESSES, "z@b")
_SCOPES = ("a", "b", "ab", ADMIN_SCOPE)
_SUBS = ("s1", "s2")
_VERIFIED = "attribute.email_verified"
_PHONE_VERIFIED = "attribute.phone_number_verified"


class Situation(NamedTuple):
    """An event and the tables.

    Attributes:
        inputs: texts, or lists of them, by path; what isn't there is absent.
        tables: the seed of the tables that administrators write.
        mine: the seed of those that people write themselves.
        hidden: the seed of the fields that aren't public, None if they are as `tables` says.
        marked: whether these fields hold marks.
        empty: whether the tables know nobody.
    """

    inputs: dict[str, Any]
    tables: int
    mine: int
    hidden: dict[str, int]
    marked: bool = False
    empty: bool = False

    @property
    def is_machine(self) -> bool:
        return bool(self.inputs["principal"] == "machine")

    def verified(self, proof: str) -> bool:
        """Tell whether an address or a number is proved."""
        return bool(self.inputs.get(proof) == "true")

    def event(self) -> Event:
        """Give the event, as it is read."""
        inputs = self.inputs
        attributes = {path[10:]: text for path, text in inputs.items() if path.startswith("attribute.")}
        if inputs["identity_providers"]:
            identities = [{"userId": "u", "providerName": name} for name in inputs["identity_providers"]]
            attributes["identities"] = json.dumps(identities)
        groups = {"groupsToOverride": inputs["groups"], "iamRolesToOverride": inputs["iam_roles"]}
        raw = {
            "version": "3",
            "triggerSource": f"TokenGeneration_{'ClientCredentials' if self.is_machine else 'HostedAuth'}",
            "userPoolId": POOL_ID,
            "userName": inputs.get("username", "ClientCredentials"),
            "callerContext": {"clientId": inputs["client.id"]},
            "request": {
                "userAttributes": attributes,
                "groupConfiguration": None if self.is_machine else {**groups, "preferredRole": None},
                "scopes": inputs["scopes"],
                "clientMetadata": {path[9:]: text for path, text in inputs.items() if path.startswith("metadata.")},
            },
            "response": {"claimsAndScopeOverrideDetails": None},
        }
        return read_event(raw, ("V3_0",))

    def answers(self, *, keyed: bool = True) -> Callable[[str, dict[str, str]], Any]:
        """Give who answers lookups; by their name alone if not `keyed`."""

        def answer(lookup: str, key: dict[str, str]) -> Any:
            return self.row(lookup, *(key.values() if keyed else ()))

        return answer

    def row(self, lookup: str, *key: str) -> dict[str, Any] | None:
        """Give the row that a key has in a table."""
        if self.empty and lookup not in ("conf", "open", "mine"):
            return None
        seed = self.mine if lookup == "mine" else self.tables
        choices = Seeded(f"{seed} {lookup} {key}")
        if choices.chance(8):
            return None
        row: dict[str, Any] = {}
        for field, shape in LOOKUPS[lookup]["fields"].items():
            level = SECRECY.get(f"lookup.{lookup}.{field}")
            told = Seeded(f"{self.hidden[level]} {lookup} {field}") if level in self.hidden else choices
            known = told.chance(92)
            value = _value(told, shape["type"], field)
            if self.marked and level:
                value = _marked(told, value)
            if known:
                row[field] = value
        return row

    def hiding(self, seed: int, levels: Collection[str]) -> Situation:
        """Give the same with other tables of what isn't public."""
        return self._replace(hidden={**self.hidden, **dict.fromkeys(levels, seed)})


def _value(choices: Choices, kind: str, field: str = "") -> Any:
    if field == "mail":
        return choices.pick(MAILS)
    if field in ("owner", "name"):
        return choices.pick(_SUBS if field == "owner" else TEXTS)
    values: dict[str, tuple[Any, ...]] = {
        "string": TEXTS,
        "number": NUMBERS,
        "boolean": (True, False),
        "date": DAYS,
        "time": INSTANTS,
        "object": DOCUMENTS,
    }
    return choices.some(TEXTS, 0 if choices.chance(10) else 1, 2) if kind == "strings" else choices.pick(values[kind])


def _text(choices: Choices, path: str) -> str:
    """Write a value as Cognito sends it, now and then one that can't be read."""
    kind = kind_of(path)
    if choices.chance(3):
        return "?" if kind != "string" else ""
    if kind == "mail" or path == "attribute.phone_number":
        return choices.pick(MAILS)
    value = _value(choices, kind)
    if kind == "strings":
        return ",".join(value)
    return value if isinstance(value, str) else json.dumps(value)


def _marked(choices: Choices, value: Any) -> Any:
    if isinstance(value, str) and value not in DAYS:
        return choices.pick(MARKS) + choices.pick(("", "@a")) if choices.chance(70) else value
    if isinstance(value, list):
        return [*value, choices.pick(MARKS)]
    return {"k": choices.pick(MARKS)} if isinstance(value, dict) else value


_OPTIONAL = (
    "attribute.phone_number",
    "attribute.email",
    "attribute.given_name",
    *(f"attribute.{name}" for name in ATTRIBUTES),
    *(f"metadata.{name}" for name in METADATA),
)


def situation(choices: Choices, providers: list[str], *, machine: int = 8) -> Situation:
    """Make a situation in a pool with these providers; so many of a hundred are machines."""
    seed = choices.below(1 << 20)
    told = Seeded(f"situation {seed}")  # one choice for all, that Hypothesis needn't shrink one by one
    is_machine = told.chance(machine)
    inputs: dict[str, Any] = {
        "principal": "machine" if is_machine else "user",
        "client.id": told.pick(("a-id", "a-id", "b-id", "ab-id", "unknown-id")),
        "scopes": told.some(_SCOPES, 0, 3),
        "groups": [],
        "iam_roles": [],
        "identity_providers": [],
    }
    if not is_machine:
        inputs["groups"] = told.some(GROUPS, 0, 2)
        inputs["iam_roles"] = told.some(ROLES, 0, 2)
        inputs["identity_providers"] = [told.pick(providers)] if told.chance(60) else []
        inputs["attribute.sub"] = told.pick(_SUBS)
        inputs["username"] = told.pick(TEXTS)
        inputs["attribute.cognito:user_status"] = told.pick(("CONFIRMED", "EXTERNAL_PROVIDER"))
        for path in (_VERIFIED, _PHONE_VERIFIED):
            if told.chance(85):
                inputs[path] = told.pick(("true", "true", "false"))
    for path in _OPTIONAL:
        if told.chance(82) and not (is_machine and path.startswith("attribute.")):
            inputs[path] = _text(told, path)
    return Situation(inputs, seed, seed, {})


def with_other(situation: Situation, choices: Choices, paths: Collection[str], *, percent: int = 60) -> Situation:
    """Change some of these inputs, or leave them out."""
    told = Seeded(f"other {choices.below(1 << 20)}")
    inputs = dict(situation.inputs)
    for path in paths:
        if told.chance(percent) and not (situation.is_machine and path.startswith(("attribute.", "username"))):
            inputs.pop(path, None)
            if path == "username":
                inputs[path] = told.pick(TEXTS)
            elif told.chance(80):
                inputs[path] = _text(told, path)
    return situation._replace(inputs=inputs)


def adversary_moves(situation: Situation, choices: Choices, *, protected: bool) -> Situation:
    """Change what users and callers write; a proved address stays.

    Args:
        situation: what it was.
        choices: who decides.
        protected: whether users can't change attributes themselves, since their tokens lack the scope for it.
    """
    moved = with_other(situation, choices, writable(situation, protected=protected))
    return moved._replace(mine=choices.below(1 << 20))


def writable(situation: Situation, *, protected: bool) -> list[str]:
    """Name what the user or the caller can change."""
    free = list(USERS_WRITE)
    for path, proof in (("attribute.email", _VERIFIED), ("attribute.phone_number", _PHONE_VERIFIED)):
        if not situation.verified(proof):
            free.append(path)
    if not (protected and "a" in situation.inputs["identity_providers"]):
        free += ["attribute.custom:unit", "attribute.custom:units"]
    return free


def unverified(situation: Situation, choices: Choices) -> Situation:
    """Change the address or the number, which is unproved from then on; without an account there is neither."""
    path, proof = choices.pick((("attribute.email", _VERIFIED), ("attribute.phone_number", _PHONE_VERIFIED)))
    proofless = {} if situation.is_machine else {path: choices.pick(MAILS), proof: "false"}
    return situation._replace(inputs={**situation.inputs, **proofless})


def marked(situation: Situation, choices: Choices) -> Situation:
    """Put marks in the place of what isn't public."""
    inputs = dict(situation.inputs)
    for path in SECRECY:
        kind = kind_of(path)
        if path not in inputs or kind not in ("string", "strings", "mail", "object"):
            continue
        mark = choices.pick(MARKS)
        inputs[path] = {"mail": f"{mark}@{choices.pick(('a', 'b', mark))}", "object": json.dumps({"k": mark})}.get(
            kind, mark
        )
    return situation._replace(inputs=inputs, marked=True)


def nobody(situation: Situation) -> Situation:
    """Give a principal of the same kind and client of whom nothing is known."""
    kept = ("principal", "client.id", "scopes", "username", "attribute.sub", "attribute.cognito:user_status")
    inputs = {path: value for path, value in situation.inputs.items() if path in kept or path in USERS_WRITE}
    return situation._replace(inputs={**inputs, "groups": [], "iam_roles": [], "identity_providers": []}, empty=True)
