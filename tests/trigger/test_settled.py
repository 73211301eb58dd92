"""Rules that client, groups and scopes settle: decided once for each combination, with the same outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pretoken.cognito.events import read_event
from pretoken.trigger import settled
from pretoken.trigger.decision import Decision
from pretoken.trigger.rules import link_rules
from tests.trigger.plans import NOW, SUB, claim, claims, given, items, linker, make_event, pool, program, suppressed

if TYPE_CHECKING:
    from pretoken.cognito.events import Event
    from pretoken.trigger.plan import Program

TENANT = {"from": "attribute.custom:string"}
SETTLED: dict[str, dict[str, Any]] = {
    "constant": claim("x"),
    "client": claim("x", when={"client": "web"}),
    "principal": claim({"from": "principal"}),
    "groups": {"groups": {"add": {"from": "iam_roles"}, "remove": {"one_of": "scopes"}}},
    "derived": claim({"from": "derived.role"}),
    "variable": claim({"from": "variable.STAGE"}),
    "denial": {"when": {"groups": "blocked"}, "deny": "No."},
    "provider group": {"groups": {"remove": {"from_identity_provider": True}}},
}
OPEN: dict[str, dict[str, Any]] = {
    "attribute": claim(TENANT),
    "condition": claim("x", when={"attribute.email_verified": True}),
    "identity provider": claim("x", when={"identity_providers": "Okta"}),
    "user name": claim({"template": "{username}"}),
    "lookup": claim({"from": "lookup.row.string"}),
    "metadata": claim({"from": "metadata.string"}),
    "endorsement": claim({"from": "client", "one_of": "attribute.custom:strings"}),
    "test": {"groups": {"keep": {"one_of": "attribute.custom:strings"}}},
    "derived attribute": claim({"from": "derived.tenant"}),
    "sub": claim({"from": "attribute.sub"}),
}
DERIVED = {"role": {"from": "groups", "then": [{"prefer": ["admins"]}]}, "tenant": TENANT}


def parted(rules: dict[str, dict[str, Any]]) -> tuple[list[str], list[str]]:
    """Part rules, and give the names of those that are settled and of the others."""
    declared = {"crm": {"key": "k", "claim": "shared"}, "erp": {"key": "k", "claim": "shared"}}
    used = linker(rules=rules, derived=DERIVED, variables={"STAGE": "prod"}, pool=pool(recipients=declared))
    parts = settled.split(link_rules(used, (False, False)), used.plan, dict.fromkeys(declared, "shared"))
    return [rule.name for rule in parts[0]], [rule.name for rule in parts[1]]


@pytest.mark.parametrize("name", SETTLED)
def test_a_rule_is_settled_if_it_reads_nothing_but_client_groups_and_scopes(name: str) -> None:
    assert parted({"r": SETTLED[name]}) == (["r"], [])


@pytest.mark.parametrize("name", OPEN)
def test_a_rule_that_reads_anything_else_is_not_settled(name: str) -> None:
    assert parted({"r": OPEN[name]}) == ([], ["r"])


def effect(**claims: object) -> dict[str, Any]:
    """Make a rule that writes these claims into the access token."""
    return {"access_token": {"claims": claims}}


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (effect(a=TENANT), effect(b="x"), False),
        (effect(a=TENANT), effect(a="x"), True),
        (effect(a=TENANT), {"id_token": {"claims": {"a": "x"}}}, False),
        (effect(a=TENANT), {"access_token": {"suppress": ["a"]}}, True),
        (effect(a=TENANT), {"id_token": {"suppress": ["a"]}}, False),
        ({"groups": {"add": TENANT}}, {"groups": {"remove": "x"}}, True),
        ({"groups": {"add": TENANT}}, {"iam_roles": {"remove": "x"}}, False),
        ({"access_token": {"scopes": {"add": TENANT}}}, {"access_token": {"scopes": {"add": "x"}}}, True),
        ({"iam_roles": {"add": TENANT}}, {"iam_roles": {"preferred": "x"}}, True),
        (
            {"access_token": {"encrypted_for": {"crm": {"x": TENANT}}}},
            {"access_token": {"encrypted_for": {"erp": {"y": "x"}}}},
            True,
        ),
        ({"access_token": {"encrypted_for": {"crm": {"x": TENANT}}}}, {"access_token": {"suppress": ["shared"]}}, True),
        ({"deny": "No.", "when": {"attribute.name": "x"}}, {"deny": "No."}, False),
    ],
    ids=str,
)
def test_rules_that_touch_the_same_claim_or_list_stay_together(
    one: dict[str, Any], other: dict[str, Any], *, together: bool
) -> None:
    expected = ([], ["one", "other"]) if together else (["other"], ["one"])
    assert parted({"one": one, "other": other}) == expected


def test_rules_stay_together_through_others() -> None:
    rules = {"c": effect(z=TENANT), "a": effect(x="1", y="1"), "b": effect(y="1", z="1"), "d": effect(w="1")}
    assert parted(rules) == (["d"], ["a", "b", "c"])


def known(linked: Program) -> dict[Any, Decision]:
    """Give the decisions that a program knows."""
    assert linked._known is not None
    return linked._known._decisions


RULES: dict[str, dict[str, Any]] = {
    "admins": {
        "when": {"groups": "admins"},
        "access_token": {"claims": {"role": "admin"}, "scopes": {"add": ["orders/write"]}, "suppress": ["s"]},
    },
    "tenant": {"access_token": {"claims": {"tenant": TENANT}, "suppress": ["t"]}},
    "blocked": {"when": {"attribute.custom:string": "blocked"}, "deny": "No."},
    "quarantine": {"when": {"groups": "quarantine"}, "deny": "Not now."},
}


def admin(tenant: str) -> Event:
    """Make the event of an admin of a tenant."""
    return given(groups=["admins"], attributes={"custom:string": tenant})


def test_what_is_settled_is_decided_once_and_the_rest_for_every_event() -> None:
    linked = program(RULES)
    for tenant in ("acme", "globex", "acme"):
        decision = linked.decide(admin(tenant), now=NOW)
        assert claims(decision.access_token) == {"role": "admin", "tenant": tenant}
        assert suppressed(decision.access_token) == ["s", "t"]
        assert items(decision.scopes) == ["orders/write"]
        assert (decision.applied, decision.denied_by) == (["admins", "tenant"], None)
    assert len(known(linked)) == 1


def test_a_known_decision_does_not_remember_the_event_that_it_was_made_for() -> None:
    linked = program(RULES)
    linked.decide(admin("acme"), now=NOW)
    (decision,) = known(linked).values()
    assert claims(decision.access_token) == {"role": "admin"}
    assert (decision.applied, suppressed(decision.access_token)) == (["admins"], ["s"])
    linked.decide(admin("blocked"), now=NOW)
    assert linked.decide(admin("acme"), now=NOW).denied_by is None


@pytest.mark.parametrize(
    ("tenant", "groups", "by"),
    [
        ("blocked", ["quarantine"], "blocked"),
        ("acme", ["quarantine"], "quarantine"),
        ("blocked", [], "blocked"),
        ("acme", [], None),
    ],
)
def test_the_first_denial_by_name_counts_whether_it_is_settled_or_not(
    tenant: str, groups: list[str], by: str | None
) -> None:
    linked = program(RULES)
    for _ in range(2):
        event = given(groups=groups, attributes={"custom:string": tenant})
        assert linked.decide(event, now=NOW).denied_by == by


def read(**parts: Any) -> Event:
    """Read an event of a pool that sends V1_0 and V2_0."""
    return read_event(make_event(**{"version": "V2_0", **parts}), ["V1_0", "V2_0"])


@pytest.mark.parametrize(
    "parts",
    [
        {"client": "other"},
        {"machine": True},
        {"version": "V1_0"},
        {"userPoolId": "eu-west-1_Other"},
        {"groups": ["a"]},
        {"groups": ["b", "a"]},
        {"iam_roles": ["a"]},
        {"scopes": ["a"]},
    ],
    ids=str,
)
def test_whatever_could_settle_a_rule_otherwise_is_decided_anew(parts: dict[str, Any]) -> None:
    linked = program({"r": claim("x")}, pool=pool(trigger=["V1_0", "V2_0"]))
    linked.decide(read(), now=NOW)
    linked.decide(read(attributes={"name": "x", "sub": SUB}), now=NOW)
    assert len(known(linked)) == 1
    linked.decide(read(**parts), now=NOW)
    assert len(known(linked)) == 2


def test_only_so_many_decisions_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for ever other scopes can't fill the memory."""
    monkeypatch.setattr(settled, "_MOST_KNOWN", 3)
    linked = program({"r": claim({"from": "scopes"})})
    for number in (1, 2, 3, 4, 5, 1):
        scopes = [f"s/{number}"]
        assert claims(linked.decide(given(scopes=scopes), now=NOW).access_token) == {"c": scopes}
        assert len(known(linked)) <= 3
    assert len(known(linked)) == 3


def test_a_copy_can_be_changed_by_itself() -> None:
    remembered = settled.DecisionCache()
    remembered.put("key", Decision())
    first = remembered.get("key")
    assert first is not None
    first.access_token.claims["c"] = ("x", ())
    first.id_token.suppressed["c"] = []
    first.applied.append("r")
    first.left_out.append(("r", "c"))
    again = remembered.get("key")
    assert again is not None
    assert (again.access_token.claims, again.id_token.suppressed, again.applied, again.left_out) == ({}, {}, [], [])
    assert remembered.get("other") is None
