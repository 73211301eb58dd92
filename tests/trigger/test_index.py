"""The index: a decision doesn't depend on it, and rules that can't apply aren't looked at."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from pretoken.trigger.index import Index
from pretoken.trigger.rules import link_rules
from tests.trigger.plans import NOW, Lookups, context, given, linker, pool, program

if TYPE_CHECKING:
    from pretoken.cognito.events import Event
    from pretoken.trigger.decision import Decision

CONDITIONS: dict[str, dict[str, Any] | None] = {
    "none": None,
    "client": {"client": "web"},
    "clients": {"client": ["web", "worker"]},
    "client id": {"client.id": "${WEB}"},
    "group": {"groups": "admins"},
    "groups": {"groups": ["admins", "staff", "admins"]},
    "scope": {"scopes": "orders/read", "client": "web"},
    "provider": {"identity_providers": "Okta"},
    "attribute": {"attribute.custom:string": "acme"},
    "variable attribute": {"attribute.custom:string": ["${TENANT}", "globex"]},
    "number": {"attribute.custom:number": [1, 2]},
    "boolean": {"attribute.email_verified": True},
    "day": {"attribute.birthdate": "2000-01-01"},
    "list attribute": {"attribute.custom:strings": ["a", "b"]},
    "constant and test": {"groups": ["admins", {"prefix": "s"}]},
    "operator": {"groups": {"not": "admins"}},
    "negative": {"not": {"groups": "admins"}},
    "any": {"any": [{"groups": "admins"}, {"client": "web"}]},
    "all": {"all": [{"groups": "admins"}, {"groups": "staff"}]},
    "no constant": {"groups": []},
    "lookup": {"lookup.row.string": "x"},
    "lookup and group": {"lookup.down.string": "x", "groups": "admins"},
    "not indexed": {"principal": "user", "groups": {"count": 1}},
}
EVENTS: dict[str, Event] = {
    "plain": given(),
    "other client": given(client="other"),
    "admin": given(groups=["admins"], scopes=["orders/read"]),
    "several": given(groups=["admins", "staff", "x"], scopes=["orders/read", "openid"]),
    "attributes": given(
        attributes={
            "custom:string": "acme",
            "custom:number": "1.0",
            "email_verified": "true",
            "birthdate": "2000-01-01",
            "custom:strings": "a,b,c",
            "identities": '[{"providerName": "Okta"}]',
        }
    ),
    "unreadable": given(
        attributes={"custom:number": "one", "email_verified": "?", "birthdate": "soon", "identities": "?"},
        groups=["admins"],
    ),
    "not text": given(attributes={"custom:string": 5, "custom:strings": ["a"]}),
    "machine": given(machine=True, scopes=["orders/read"]),
    "v1": given("V1_0", groups=["admins"]),
}
VARIABLES = {"WEB": "7q3webexample1client0id", "TENANT": "acme"}
EFFECTS: list[dict[str, Any]] = [
    {"access_token": {"claims": {"c": {"add": ["{}"]}}, "suppress": ["s{}"], "scopes": {"add": ["{}"]}}},
    {"id_token": {"claims": {"same": "{}"}}, "groups": {"remove": "admins"}},
]


def rules() -> dict[str, Any]:
    """Make two rules for each condition: one that adds, one that clashes with its like."""
    made: dict[str, Any] = {}
    for (number, when), (kind, effect) in product(enumerate(CONDITIONS.values()), enumerate(EFFECTS)):
        name = f"{'ba'[kind]}-{number:02}"
        made[name] = {**_fill(effect, name), **({} if when is None else {"when": when})}
    return made


def _fill(part: Any, name: str) -> Any:
    if isinstance(part, dict):
        return {key: _fill(member, name) for key, member in part.items()}
    if isinstance(part, list):
        return [_fill(item, name) for item in part]
    return part.replace("{}", name)


def facts(decision: Decision) -> dict[str, object]:
    """Give everything about a decision; neither rules nor claims have an order."""
    found: dict[str, object] = {
        name: sorted(getattr(decision, name)) for name in ("applied", "in_doubt", "left_out", "conflicts")
    }
    for name in ("denied_by", "denial", "preferred_role"):
        found[name] = getattr(decision, name)
    for token in (decision.access_token, decision.id_token):
        found[str(len(found))] = (
            {name: (value, sorted(source)) for name, (value, source) in token.claims.items()},
            {name: sorted(by) for name, by in token.suppressed.items()},
            token.encrypted,
        )
    for name in ("scopes", "groups", "iam_roles"):
        edited = getattr(decision, name)
        found[name] = edited and (
            edited.items,
            {item: sorted(by) for item, by in edited.added.items()},
            {item: sorted(by) for item, by in edited.removed.items()},
        )
    return found


@pytest.mark.parametrize("name", EVENTS)
def test_the_index_gives_the_same_decision_as_evaluating_every_rule(name: str) -> None:
    event = EVENTS[name]
    parts: dict[str, Any] = {"pool": pool(trigger=[event.version]), "variables": VARIABLES}
    indexed = program(rules(), **parts)
    plain = program(rules(), **parts, observe=lambda _place, _truth: None)
    for row in ({"string": "x"}, None):
        decisions = [each.decide(event, Lookups({"row": row}), now=NOW) for each in (indexed, plain)]
        assert facts(decisions[0]) == facts(decisions[1])


@pytest.mark.parametrize("condition", [name for name in CONDITIONS if name != "none"])
def test_each_condition_alone_is_decided_the_same(condition: str) -> None:
    """So that no other rule hides a difference."""
    only = {"r": {"when": CONDITIONS[condition], "access_token": {"claims": {"c": "x"}}, "groups": {"add": "g"}}}
    truths = set()
    for event in EVENTS.values():
        parts: dict[str, Any] = {"pool": pool(trigger=[event.version]), "variables": VARIABLES}
        indexed = program(only, **parts).decide(event, Lookups(), now=NOW)
        plain = program(only, **parts, observe=lambda _place, _truth: None).decide(event, Lookups(), now=NOW)
        assert facts(indexed) == facts(plain)
        truths.add((bool(plain.applied), bool(plain.in_doubt)))
    assert len(truths) > 1 or condition in ("no constant", "lookup")


def candidates(when: dict[str, Any], event: Event) -> list[str]:
    """Give the rules that the index has looked at; `other` asks for something else."""
    plan = {
        "r": {"when": when, "deny": "No."},
        "other": {"when": dict.fromkeys(when, "something else"), "deny": "No."},
    }
    used = linker(rules=plan, variables=VARIABLES)
    found, others = Index(link_rules(used, (False, event.is_machine)), used).candidates(context(event))
    return [rule.name for rule in (*found, *others)]


@pytest.mark.parametrize(
    ("when", "event"),
    [
        ({"client": "web"}, EVENTS["plain"]),
        ({"client.id": "${WEB}"}, EVENTS["plain"]),
        ({"groups": "admins"}, EVENTS["several"]),
        ({"groups": ["admins", "staff"]}, EVENTS["several"]),
        ({"scopes": "orders/read"}, EVENTS["several"]),
        ({"identity_providers": "Okta"}, EVENTS["attributes"]),
        ({"attribute.custom:string": "acme"}, EVENTS["attributes"]),
        ({"attribute.custom:string": "acme", "groups": "x"}, EVENTS["attributes"]),
        ({"attribute.custom:strings": ["a", "b", "c"]}, EVENTS["attributes"]),
    ],
)
def test_a_rule_is_looked_at_once_and_only_if_its_constant_is_there(when: dict[str, Any], event: Event) -> None:
    assert candidates(when, event) == ["r"]
    if "client" not in next(iter(when)):
        assert candidates(when, EVENTS["plain"]) == []


def test_if_an_input_failed_every_rule_that_asks_for_it_is_looked_at() -> None:
    assert candidates({"identity_providers": "Okta"}, EVENTS["unreadable"]) == ["other", "r"]


@pytest.mark.parametrize(
    "when",
    [{"groups": {"prefix": "a"}}, {"groups": ["a", {"prefix": "b"}]}, {"groups": [["a"]]}, {"principal": "machine"}],
)
def test_a_rule_that_asks_for_no_constant_is_always_looked_at(when: dict[str, Any]) -> None:
    used = linker(rules={"r": {"when": when, "deny": "No."}})
    found, others = Index(link_rules(used, (False, False)), used).candidates(context())
    assert (found, [rule.name for rule in others]) == ([], ["r"])


def test_rules_are_indexed_unless_their_conditions_are_observed() -> None:
    """Who observes wants to see every condition."""
    seen: list[object] = []
    rule = {"r": {"when": {"groups": "admins"}, "deny": "No."}}
    program(rule, observe=lambda place, _truth: seen.append(place)).decide(given(), now=NOW)
    assert seen == [("rules", "r", "when")]
    assert program(rule)._indexes is not None
