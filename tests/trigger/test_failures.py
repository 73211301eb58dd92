"""Failure in one table: whatever fails, the answer is a refusal or takes away."""

from __future__ import annotations

import json
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest

from pretoken.cognito.response import respond
from pretoken.cognito.tokens import apply_response, default_tokens
from pretoken.trigger.answer import answer_of
from pretoken.trigger.errors import PlanError, SignInRefused
from pretoken.trigger.handler import NEUTRAL, create_handler
from pretoken.trigger.outcomes import FAILED
from tests.trigger.plans import (
    NOW,
    Lookups,
    claim,
    claims,
    decide,
    evaluate,
    given,
    items,
    lookup,
    make_event,
    make_plan,
    outcome,
    pool,
    program,
    suppressed,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pretoken.trigger.decision import Decision

DOWN = {"from": "lookup.down.string"}
UNKNOWN = {"lookup.down.string": "x"}


# the rows of the table


@pytest.mark.parametrize(
    "value",
    [
        DOWN,
        {"from": "attribute.birthdate"},
        {"from": "lookup.row.strings", "then": ["only"]},
        {"from": "lookup.row.strings", "then": [{"join": ","}]},
        {"from": "lookup.row.string", "then": ["email_domain"]},
    ],
    ids=["lookup", "unreadable text", "only of several", "join clash", "no domain"],
)
def test_a_value_that_cannot_be_known_is_failed(value: object) -> None:
    event = given(attributes={"birthdate": "soon"})
    row = {"row": {"strings": ["a,b", "c"], "string": "anna"}}
    assert evaluate(value, event, lookups=row) is FAILED


def test_a_failed_claim_leaf_scope_or_group_is_left_out() -> None:
    """The claim is suppressed, the list shorter."""
    rules: dict[str, Any] = {
        "claim": claim(DOWN),
        "leaf": {"id_token": {"claims": {"o": {"object": {"x": 1, "y": DOWN}}}}},
        "scope": {"access_token": {"scopes": {"add": DOWN}}},
        "group": {"groups": {"add": DOWN}},
        "role": {"iam_roles": {"add": DOWN}},
    }
    decision = decide(rules, given(scopes=["a"], groups=["b"], iam_roles=["c"]))
    assert (claims(decision.access_token), suppressed(decision.access_token)) == ({}, ["c"])
    assert claims(decision.id_token) == {"o": {"x": 1}}
    assert [items(each) for each in (decision.scopes, decision.groups, decision.iam_roles)] == [["a"], ["b"], ["c"]]
    assert sorted(decision.left_out) == [
        ("claim", "access_token.claims.c"),
        ("group", "groups.add"),
        ("leaf", "id_token.claims.o.y"),
        ("role", "iam_roles.add"),
        ("scope", "scopes.add"),
    ]


def test_a_failed_value_makes_a_condition_unknown_unless_the_rest_decides_it() -> None:
    assert outcome(UNKNOWN) is None
    assert outcome({**UNKNOWN, "client": "other"}) is False
    assert outcome({"any": [UNKNOWN, {"client": "web"}]}) is True


def test_what_a_rule_in_doubt_grants_does_not_happen_and_what_it_takes_away_does() -> None:
    doubtful = {
        "when": UNKNOWN,
        "overrides": ["sure"],
        "access_token": {
            "claims": {"c": "x", "new": "x"},
            "suppress": ["s"],
            "scopes": {"add": "new", "remove": "gone"},
            "encrypted_for": {"crm": {"m": "x"}},
        },
        "groups": {"add": "new", "keep": ["kept", "new"]},
        "iam_roles": {"add": "new", "preferred": "new"},
    }
    sure = {"access_token": {"claims": {"c": "sure", "s": "sure", "d": "sure"}}}
    event = given(scopes=["gone", "stays"], groups=["kept", "lost"], iam_roles=["a"])
    decision = decide({"sure": sure, "doubt": doubtful}, event, pool=pool(recipients={"crm": {"key": "k"}}))
    assert claims(decision.access_token) == {"d": "sure"}
    assert suppressed(decision.access_token) == ["c", "new", "s"]
    assert decision.access_token.encrypted == {"crm": {}}
    assert [items(each) for each in (decision.scopes, decision.groups, decision.iam_roles)] == [
        ["stays"],
        ["kept"],
        ["a"],
    ]
    assert decision.preferred_role is not None
    assert decide({"doubt": {"when": UNKNOWN, "deny": "No."}}).denied_by == "doubt"


def test_if_the_key_service_fails_the_message_is_left_out() -> None:
    def seal(_recipient: str, _members: Mapping[str, object], _sub: str) -> str:
        raise TimeoutError

    rules = {"r": {"access_token": {"claims": {"c": "x"}, "encrypted_for": {"crm": {"m": "x"}}}}}
    linked = program(rules, pool=pool(recipients={"crm": {"key": "k"}}))
    event = given()
    changes = answer_of(linked.decide(event, now=NOW), event, linked, seal).changes
    assert (changes.access_claims, changes.access_suppress) == ({"c": "x"}, ["encrypted_for_crm"])


@pytest.mark.parametrize("rule", [claim("x", when=UNKNOWN), claim(DOWN)], ids=["in doubt", "failed value"])
def test_a_rule_with_on_failure_deny_refuses_the_sign_in(rule: dict[str, Any]) -> None:
    assert decide({"r": {**rule, "on_failure": "deny"}}).denied_by == "r"


@pytest.mark.parametrize(
    ("plan", "missing"),
    [
        (make_plan(pool=pool(variables={"STAGE": "any"})), "STAGE"),
        (make_plan({"r": claim({"from": "attribute.sub", "then": [{"pseudonym": "billing"}]})}), "billing"),
    ],
    ids=["variable", "secret"],
)
def test_without_a_variable_or_a_secret_the_function_does_not_start(plan: dict[str, Any], missing: str) -> None:
    with pytest.raises(PlanError, match=missing):
        create_handler(plan, environment={}, answers=Lookups())


def test_anything_unforeseen_is_refused_with_the_neutral_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError("anna@example.com")

    monkeypatch.setattr("pretoken.trigger.handler.answer_of", fail)
    handler = create_handler(make_plan({"r": claim("x")}), environment={}, write=lambda _line: None)
    with pytest.raises(SignInRefused, match=f"^{NEUTRAL}") as refused:
        handler(make_event(), None)
    assert "anna" not in str(refused.value)


# a failure only ever takes away

LOOKUPS = ("user", "tenant", "flags")
ROWS: dict[str, object] = {
    "user": {"strings": ["acme", "globex"], "string": "acme", "boolean": True, "time": NOW - 60},
    "tenant": {"string": "gold", "strings": ["orders/read", "orders/write"], "object": {"seats": 5}},
    "flags": {"strings": ["beta"], "boolean": False},
}
DERIVED: dict[str, Any] = {
    "tenant": {
        "first_of": [
            {"from": "attribute.custom:string", "one_of": "lookup.user.strings"},
            {"from": "lookup.user.string"},
        ]
    },
    "beta": {"test": {"lookup.flags.strings": "beta"}},
}
RULES: dict[str, dict[str, Any]] = {
    "tenant": claim({"from": "derived.tenant"}),
    "plan": {"access_token": {"claims": {"plan": {"from": "lookup.tenant.string", "default": "free"}}}},
    "details": {
        "access_token": {
            "claims": {
                "o": {
                    "object": {
                        "seats": {"from": "lookup.tenant.object"},
                        "beta": {"from": "derived.beta"},
                        "tags": {"add": {"from": "lookup.flags.strings"}},
                    }
                }
            }
        }
    },
    "tags": {"access_token": {"claims": {"o": {"object": {"tags": {"add": ["always"]}, "n": 1}}}}},
    "old-name": {"id_token": {"claims": {"name": "old"}}},
    "new-name": {
        "when": {"derived.beta": True},
        "overrides": ["old-name"],
        "id_token": {"claims": {"name": {"template": "new {lookup.user.string}"}}},
    },
    "choice": {
        "id_token": {
            "claims": {
                "choice": {
                    "choose": [{"when": {"lookup.user.boolean": True}, "value": {"from": "lookup.tenant.string"}}],
                    "otherwise": "none",
                }
            }
        }
    },
    "clash-one": {"id_token": {"claims": {"clash": {"from": "lookup.flags.strings", "then": ["only"]}}}},
    "clash-two": {"id_token": {"claims": {"clash": {"from": "lookup.tenant.string"}}}},
    "same-one": {"when": {"lookup.flags.strings": "beta"}, "id_token": {"claims": {"same": "x"}}},
    "same-two": {"when": {"lookup.tenant.string": "gold"}, "id_token": {"claims": {"same": "x"}}},
    "grant": {"access_token": {"scopes": {"add": {"from": "lookup.tenant.strings"}}}},
    "limit": {"access_token": {"scopes": {"keep": ["openid", {"one_of": "lookup.tenant.strings"}]}}},
    "revoke": {"when": {"lookup.flags.boolean": False}, "groups": {"remove": "suspended"}},
    "member": {"groups": {"add": {"template": "tenant-{derived.tenant}"}}},
    "roles": {
        "when": {"lookup.user.time": {"within_last": "1h"}},
        "iam_roles": {"add": "arn:b", "preferred": "arn:b"},
    },
    "hide": {"when": {"lookup.flags.strings": {"not": "beta"}}, "id_token": {"suppress": ["email", "choice"]}},
    "message": {
        "when": {"lookup.user.boolean": True},
        "access_token": {"encrypted_for": {"crm": {"tenant": {"from": "derived.tenant"}, "x": 1}}},
    },
    "blocked": {"when": {"lookup.user.boolean": False}, "deny": "No."},
}


def run(failing: tuple[str, ...], rows: Mapping[str, object]) -> tuple[Decision, dict[str, dict[str, Any]] | None]:
    """Decide with these lookups failing; give the decision and what the tokens become, or None for a refusal."""
    declared = pool(
        lookups={"user": lookup(), "tenant": lookup("{derived.tenant}"), "flags": lookup("{client}")},
        recipients={"crm": {"key": "k"}},
    )
    event = given(
        attributes={"custom:string": "globex", "name": "Cognito's own", "email": "anna@example.com"},
        scopes=["openid", "orders/read", "admin"],
        groups=["staff", "suspended"],
        iam_roles=["arn:a"],
        preferred_role="arn:a",
    )
    linked = program(RULES, pool=declared, derived=DERIVED)
    decision = linked.decide(event, Lookups({**rows, **dict.fromkeys(failing, FAILED)}), now=NOW)
    if decision.denied_by is not None:
        return decision, None
    changes = answer_of(decision, event, linked, lambda _to, members, _sub: json.dumps([*members.items()])).changes
    tokens = apply_response(default_tokens(event, NOW), event, respond(event, changes))
    access, id_token = tokens.access_token, tokens.id_token
    assert id_token is not None
    access["scope"] = access.get("scope", "").split()
    if "encrypted_for_crm" in access:
        access["encrypted_for_crm"] = dict(json.loads(access["encrypted_for_crm"]))
    return decision, {"access": access, "id": id_token}


def is_part(new: object, old: object) -> bool:
    """Tell whether a value is the old one or a part of it."""
    if isinstance(new, dict) and isinstance(old, dict):
        return all(key in old and is_part(value, old[key]) for key, value in new.items())
    if isinstance(new, list) and isinstance(old, list):
        return all(item in old for item in new)
    return new == old


SUBSETS = [subset for size in range(4) for subset in combinations(LOOKUPS, size)]
OTHER_ROWS: dict[str, dict[str, object]] = {
    "all there": {},
    "no user": {"user": None},
    "no tenant": {"tenant": None},
    "no beta": {"flags": {"strings": [], "boolean": True}},
    "user without tenants": {"user": {"boolean": True}},
    "clash settled": {"flags": {"strings": ["gold"]}},
    "blocked": {"user": {"boolean": False}},
}


@pytest.mark.parametrize("rows", OTHER_ROWS)
@pytest.mark.parametrize("failing", SUBSETS[1:], ids="+".join)
def test_a_lookup_that_fails_only_ever_takes_away(failing: tuple[str, ...], rows: str) -> None:
    known = {**ROWS, **OTHER_ROWS[rows]}
    _, new = run(failing, known)
    for fewer in SUBSETS:
        if set(fewer) < set(failing):
            _, old = run(fewer, known)
            assert new is None or (old is not None and is_part(new, old))


def test_without_a_failure_the_sample_grants_everything() -> None:
    """So that the comparison above compares something."""
    decision, tokens = run((), ROWS)
    assert tokens is not None
    assert tokens["access"]["scope"] == ["openid", "orders/read", "orders/write"]
    assert tokens["id"]["cognito:roles"] == ["arn:a", "arn:b"]
    assert claims(decision.access_token) == {
        "c": "globex",
        "plan": "gold",
        "o": {"seats": {"seats": 5}, "beta": True, "tags": ["always", "beta"], "n": 1},
    }
    assert claims(decision.id_token) == {"name": "new acme", "choice": "gold", "same": "x"}
    assert decision.conflicts == ["id_token.claims.clash"]
    assert items(decision.scopes) == ["openid", "orders/read", "orders/write"]
    assert items(decision.groups) == ["staff", "tenant-globex"]
    assert decision.access_token.encrypted["crm"].keys() == {"tenant", "x"}
    assert decision.preferred_role == ("arn:b", (((), "roles"),))
