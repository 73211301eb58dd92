"""From a decision to the changes that Cognito is asked for: claims, groups, encrypted messages."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from pretoken.cognito.response import respond
from pretoken.trigger.answer import Answer, answer_of
from tests.trigger.plans import NOW, SUB, WEB, Lookups, given, pool, program

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pretoken.cognito.events import Event

UNKNOWN = {"lookup.down.string": "x"}
DOWN = {"from": "lookup.down.string"}
NONE = {"from": "attribute.name"}
ROLES = ["arn:role/a", "arn:role/b"]
MESSAGE = "encrypted_for_billing_api"
POOL = pool(
    recipients={
        "billing-api": {"key": "k"},
        "crm": {"key": "${KEY}", "claim": "encrypted_for_partners"},
        "erp": {"key": "k", "claim": "encrypted_for_partners"},
    }
)


class SealingFailsError(Exception):
    """Sealing's own error, with a cause of a closed set."""

    def __init__(self, cause: str | None) -> None:
        super().__init__("the text of it")
        if cause:
            self.cause = cause


class Sealer:
    """Seal in the clear and remember for whom; or fail."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.messages: list[tuple[str, dict[str, object], str]] = []

    def __call__(self, recipient: str, members: Mapping[str, object], sub: str) -> str:
        self.messages.append((recipient, dict(members), sub))
        if self.error:
            raise self.error
        return f"sealed for {recipient}"


def answer(rules: dict[str, Any], event: Event | None = None, seal: Sealer | None = None) -> Answer:
    """Answer an event by these rules, and hold the answer against Cognito's contract."""
    event = event or given()
    linked = program(rules, pool=POOL | {"trigger": [event.version]}, variables={"KEY": "k"})
    found = answer_of(linked.decide(event, Lookups(), now=NOW), event, linked, seal)
    respond(event, found.changes)
    return found


def sealing(token: str = "access_token", recipient: str = "billing-api", **members: object) -> dict[str, Any]:
    """Make the effects of a rule that encrypts these members."""
    return {token: {"encrypted_for": {recipient: members}}}


def groups_of(rules: dict[str, Any], event: Event) -> tuple[list[str], list[str], str | None] | None:
    """Give the override of groups, roles and preferred role, or None if they are left alone."""
    override = answer(rules, event).changes.groups
    return (override.groups, override.iam_roles, override.preferred_role) if override else None


def test_claims_suppressions_and_scopes_are_asked_for() -> None:
    rules = {
        "r": {
            "access_token": {
                "claims": {"a": 1, "b": NONE},
                "suppress": ["x"],
                "scopes": {"add": ["new", "old"], "remove": "gone"},
            },
            "id_token": {"claims": {"c": ["d"], "name": DOWN}, "suppress": ["email"]},
        }
    }
    changes = answer(rules, given(scopes=["old", "gone"])).changes
    assert (changes.access_claims, sorted(changes.access_suppress)) == ({"a": 1}, ["b", "x"])
    assert (changes.id_claims, sorted(changes.id_suppress)) == ({"c": ["d"]}, ["email", "name"])
    assert (changes.scopes_to_add, changes.scopes_to_suppress) == (["new"], ["gone"])
    assert changes.groups is None


def test_an_object_made_of_leaves_is_json_to_the_contract() -> None:
    rules = {
        "a": {"access_token": {"claims": {"c": {"object": {"x": 1, "o": {"object": {"p": ["q"]}}}}}}},
        "b": {"access_token": {"claims": {"c": {"object": {"y": {"from": "groups"}}}}}},
    }
    found = answer(rules).changes.access_claims["c"]
    assert found == {"x": 1, "o": {"p": ["q"]}, "y": []}
    assert (type(found), type(found["o"])) == (dict, dict)


def test_where_no_rule_does_anything_the_event_goes_back_as_it_came() -> None:
    event = given(groups=["a"], scopes=["b"])
    found = answer({"r": {"when": {"client": "other"}, "groups": {"remove": "a"}}}, event)
    assert respond(event, found.changes) is event.raw


# groups


EVENT = given(groups=["a", "b"], iam_roles=ROLES, preferred_role=ROLES[0])


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"r": {"groups": {"add": ["c"]}}}, (["a", "b", "c"], ROLES, ROLES[0])),
        ({"r": {"groups": {"remove": ["a", "b"]}}}, ([], ROLES, ROLES[0])),
        ({"r": {"groups": {"add": ["a"], "remove": "z"}}}, None),
        ({"r": {"iam_roles": {"remove": ROLES[1]}}}, (["a", "b"], [ROLES[0]], ROLES[0])),
        ({"r": {"iam_roles": {"remove": ROLES[0]}}}, (["a", "b"], [ROLES[1]], None)),
        ({"r": {"iam_roles": {"keep": "none"}}}, (["a", "b"], [], None)),
        ({"r": {"iam_roles": {"keep": ROLES}}}, None),
        ({"r": {"iam_roles": {"preferred": ROLES[1]}}}, (["a", "b"], ROLES, ROLES[1])),
        ({"r": {"iam_roles": {"preferred": "arn:other"}}}, (["a", "b"], ROLES, None)),
        ({"r": {"iam_roles": {"add": ["arn:c"], "preferred": "arn:c"}}}, (["a", "b"], [*ROLES, "arn:c"], "arn:c")),
        ({"r": {"iam_roles": {"add": ["arn:c"], "preferred": "arn:c"}, "when": UNKNOWN}}, (["a", "b"], ROLES, None)),
        ({"r": {"iam_roles": {"preferred": ROLES[1], "remove": ROLES[1]}}}, (["a", "b"], [ROLES[0]], None)),
        ({"r": {"groups": {"remove": "a"}, "iam_roles": {"remove": ROLES[1]}}}, (["b"], [ROLES[0]], ROLES[0])),
        ({"r": {"groups": {"remove": "a"}, "when": UNKNOWN}}, (["b"], ROLES, ROLES[0])),
    ],
    ids=str,
)
def test_groups_roles_and_preferred_role_are_sent_whole_and_only_if_something_changed(
    rules: dict[str, Any], expected: object
) -> None:
    """Roles are copied unless a rule edits them; the preferred role if it is still among them."""
    assert groups_of(rules, EVENT) == expected


def test_a_preferred_role_that_is_none_of_the_roles_is_judged_only_by_rules_on_roles() -> None:
    """Otherwise a change of groups would take it away, and the failure of that change would bring it back."""
    event = given(groups=["a"], iam_roles=ROLES, preferred_role="arn:stale")
    assert groups_of({"r": {"groups": {"remove": "a"}}}, event) == ([], ROLES, "arn:stale")
    assert groups_of({"r": {"iam_roles": {"remove": "none"}}}, event) == (["a"], ROLES, None)
    assert groups_of({"r": {"groups": {"remove": "b"}}}, event) is None


def test_without_a_preferred_role_there_is_none_to_judge() -> None:
    assert groups_of({"r": {"iam_roles": {"remove": "none"}}}, given(groups=["a"], iam_roles=ROLES)) is None


# encrypted messages


def test_a_message_is_sealed_for_each_recipient_and_token_with_the_users_id() -> None:
    seal = Sealer()
    rules = {"a": sealing(email="e", age=3), "b": sealing("id_token", "crm", phone="p")}
    found = answer(rules, seal=seal)
    assert found.changes.access_claims == {MESSAGE: "sealed for billing-api"}
    assert found.changes.id_claims == {"encrypted_for_partners": "sealed for crm"}
    assert seal.messages == [("billing-api", {"email": "e", "age": 3}, SUB), ("crm", {"phone": "p"}, SUB)]
    assert (found.sealed, found.unsealed) == (2, [])


def test_a_machines_message_carries_its_client_id() -> None:
    """Which is the `sub` of its access token."""
    seal = Sealer()
    answer({"a": sealing(x=1)}, given(machine=True), seal)
    assert seal.messages == [("billing-api", {"x": 1}, WEB)]


@pytest.mark.parametrize(
    "rule", [sealing(x=NONE), sealing(x=DOWN), sealing(x=1) | {"when": UNKNOWN}], ids=["absent", "failed", "in doubt"]
)
def test_an_empty_message_is_not_written_but_suppressed(rule: dict[str, Any]) -> None:
    seal = Sealer()
    found = answer({"a": rule}, seal=seal)
    assert (found.changes.access_claims, found.changes.access_suppress) == ({}, [MESSAGE])
    assert (seal.messages, found.unsealed) == ([], [])


def test_a_message_that_a_rule_suppresses_is_not_sealed() -> None:
    seal = Sealer()
    found = answer({"a": sealing(x=1), "s": {"access_token": {"suppress": [MESSAGE]}}}, seal=seal)
    assert (found.changes.access_claims, found.changes.access_suppress, seal.messages) == ({}, [MESSAGE], [])


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (SealingFailsError("kms-timeout"), "kms-timeout"),
        (SealingFailsError(None), "sealing-failed"),
        (RuntimeError("anna@example.com"), "sealing-failed"),
    ],
    ids=["with a cause", "without", "unforeseen"],
)
def test_a_message_that_cannot_be_sealed_is_left_out_and_the_rest_goes_on(error: Exception, cause: str) -> None:
    rules = {"a": sealing(x=1), "b": sealing(y=1), "c": {"access_token": {"claims": {"c": "x"}}}}
    found = answer(rules, seal=Sealer(error))
    assert (found.changes.access_claims, found.changes.access_suppress) == ({"c": "x"}, [MESSAGE])
    assert (found.sealed, found.unsealed) == (0, [("billing-api", cause, {"a", "b"})])


def test_without_a_sealer_no_message_is_written() -> None:
    found = answer({"a": sealing(x=1)})
    assert (found.changes.access_claims, found.changes.access_suppress) == ({}, [MESSAGE])


@pytest.mark.parametrize(
    ("crm", "erp", "sealed"),
    [
        (sealing(recipient="crm", x=1), None, "crm"),
        (None, sealing(recipient="erp", x=1), "erp"),
        (sealing(recipient="crm", x=1), sealing(recipient="erp", x=1), None),
        (sealing(recipient="crm", x=1), sealing(recipient="erp", x=DOWN), None),
        (sealing(recipient="crm", x=1), sealing(recipient="erp", x=1) | {"when": UNKNOWN}, None),
        (sealing(recipient="crm", x=1), sealing(recipient="erp", x=1) | {"when": {"client": "other"}}, "crm"),
    ],
    ids=["one", "the other", "both", "one failed", "one in doubt", "one not applying"],
)
def test_of_two_recipients_that_share_a_claim_neither_has_it_if_both_might(
    crm: dict[str, Any] | None, erp: dict[str, Any] | None, sealed: str | None
) -> None:
    """They may share it because their rules exclude each other; a failure must not decide between them."""
    rules = {name: rule for name, rule in (("a", crm), ("b", erp)) if rule}
    found = answer(rules, seal=Sealer())
    claim = "encrypted_for_partners"
    assert found.changes.access_claims == ({claim: f"sealed for {sealed}"} if sealed else {})
    assert found.changes.access_suppress == ([] if sealed else [claim])


def test_a_recipient_has_a_claim_and_a_key() -> None:
    linked = program({}, pool=POOL, variables={"KEY": "arn:key"})
    assert linked.recipients == {
        "billing-api": (MESSAGE, "k"),
        "crm": ("encrypted_for_partners", "arn:key"),
        "erp": ("encrypted_for_partners", "k"),
    }


@pytest.mark.parametrize(
    ("cause", "tried", "second"),
    [
        ("kms-timeout", 1, "kms-timeout"),
        ("kms-unreachable", 1, "kms-unreachable"),
        ("no-credentials", 1, "no-credentials"),
        ("kms-access-denied", 2, "kms-access-denied"),
    ],
)
def test_after_an_outage_of_kms_nobody_waits_for_it_again(cause: str, tried: int, second: str) -> None:
    """Cognito waits five seconds in all, and a KMS that doesn't answer costs two of them."""
    seal = Sealer(SealingFailsError(cause))
    found = answer({"a": sealing(x=1), "b": sealing(recipient="crm", x=1), "c": sealing("id_token", y=1)}, seal=seal)
    assert [(recipient, why) for recipient, why, _ in found.unsealed][:2] == [("billing-api", cause), ("crm", second)]
    assert len(seal.messages) == (tried if tried == 1 else 3)
    assert len(found.unsealed) == 3


def test_after_a_message_that_took_long_no_other_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each may take 2.5 seconds, and the function has 4."""
    clock = iter([10.0, 11.1, 11.1])
    monkeypatch.setattr("pretoken.trigger.answer.time", SimpleNamespace(monotonic=lambda: next(clock)))
    found = answer(
        {"a": sealing(x=1), "b": sealing(recipient="crm", x=1), "c": sealing("id_token", y=1)}, seal=(seal := Sealer())
    )
    assert len(seal.messages) == 1
    assert [(recipient, why) for recipient, why, _ in found.unsealed] == [
        ("crm", "kms-timeout"),
        ("billing-api", "kms-timeout"),
    ]
