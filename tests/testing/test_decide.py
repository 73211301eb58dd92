"""What the rules make of a sign-in, for Python tests."""

import doctest
import os
from pathlib import Path

import pytest

from pretoken.policy.errors import PolicyErrors
from pretoken.policy.load import LoadedPolicy, load_policy
from pretoken.testing import GivenError, Outcome, decide, decision
from tests.simulator.folders import write

RULES = """\
rules:
  plan: {access_token: {claims: {plan: {from: lookup.user.plan, default: free}}, scopes: {add: [orders/read]}}}
  tenant: {access_token: {claims: {tenant: {from: attribute.custom:tenant}}}}
  invoice: {access_token: {encrypted_for: {billing-api: {email: {from: attribute.email}}}}}
  hide: {id_token: {claims: {display: {from: username}}, suppress: [address]}, groups: {remove: staff}}
  roles: {iam_roles: {add: ["arn:new"], preferred: "arn:new"}}
  vip: {when: {lookup.user.vip: true}, access_token: {claims: {vip: true}}}
  closed: {when: {attribute.custom:tenant: closed}, deny: We are closed.}
"""


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    """Write a policy folder."""
    return write(tmp_path / "policies", RULES)


def test_the_docstrings_example_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])

    assert doctest.testmod(decision).attempted >= 5
    assert doctest.testmod(decision).failed == 0


def test_an_outcome_tells_what_the_tokens_get(policies: Path) -> None:
    outcome = decide(
        policies,
        client="web",
        username="anna",
        attributes={"custom:tenant": "acme", "email": "anna@example.com"},
        groups=["staff", "admins"],
        scopes=("openid",),
        lookups={"user": {"plan": "pro"}},
    )

    assert not outcome.denied
    assert outcome.access_token.claims == {"plan": "pro", "tenant": "acme"}
    assert outcome.access_token.written_by == {"plan": ("plan",), "tenant": ("tenant",)}
    assert outcome.access_token.scopes == {"openid", "orders/read"}
    assert outcome.access_token.encrypted_for == {"billing-api": {"email": "anna@example.com"}}
    assert outcome.access_token.suppressed == frozenset()
    assert outcome.id_token.claims == {"display": "anna"}
    assert outcome.id_token.suppressed == {"address"}
    assert outcome.groups == {"admins"}
    assert outcome.iam_roles == {"arn:new"}
    assert outcome.preferred_role == "arn:new"
    assert outcome.edited_by == {
        "scopes": {"orders/read": ("added", ("plan",))},
        "groups": {"staff": ("removed", ("hide",))},
        "iam_roles": {"arn:new": ("added", ("roles",))},
    }
    assert outcome.applied == ("hide", "invoice", "plan", "roles", "tenant")


def test_a_denied_sign_in_tells_the_rule_and_its_text(policies: Path) -> None:
    outcome = decide(policies, client="web", attributes={"custom:tenant": "closed"})

    assert (outcome.denied, outcome.denied_by, outcome.denial) == (True, "closed", "We are closed.")
    assert outcome.access_token.claims == {}
    assert decide(policies, client_id="another").denied_by == "other_clients"


def test_failures_are_told(policies: Path) -> None:
    outcome = decide(policies, client="web", lookups={"user": "failed"})

    assert outcome.in_doubt == ("vip",)
    assert outcome.left_out == (("plan", "access_token.claims.plan"), ("vip", "access_token.claims.vip"))
    assert outcome.access_token.suppressed == {"plan", "tenant", "vip", "encrypted_for_billing_api"}


def test_a_machine_has_no_id_token(policies: Path) -> None:
    outcome = decide(policies, client="worker", principal="machine", scopes=["orders/write"], version="V3_0")

    assert outcome.access_token.scopes == {"orders/write", "orders/read"}
    assert outcome.id_token == Outcome().id_token


def test_the_instant_of_a_sign_in_can_be_given(tmp_path: Path) -> None:
    rules = "rules: {adult: {access_token: {claims: {adult: {test: {attribute.birthdate: {age_at_least: 18}}}}}}}"
    folder = write(tmp_path, rules)
    born = {"birthdate": "2008-01-01"}

    assert decide(folder, client="web", attributes=born).access_token.claims == {"adult": True}
    early = decide(folder, client="web", attributes=born, now="2025-12-31T23:59:59Z")
    assert early.access_token.claims == {"adult": False}
    assert decide(folder, client="web", attributes=born, now=1767225600).access_token.claims == {"adult": True}


MISTAKES = {
    "given-nothing": ({}, "missing-key: `given` needs an app client; write `client: web`"),
    "client": (
        {"client": "wbe"},
        "client: unknown-name: `wbe` isn't a client that is declared; there are `web`, `worker`",
    ),
    "attribute": (
        {"client": "web", "attributes": {"email_verified": True}},
        'attributes.email_verified: wrong-type: `email_verified` must be text, not `true`; put it in quotes: `"true"`',
    ),
    "lookup": (
        {"client": "web", "lookups": {"user": {"plan": 1}}},
        "lookups.user.plan: wrong-type: `plan` must be a text; write `plan: acme`",
    ),
    "now": (
        {"client": "web", "now": "today"},
        'now: wrong-time: this is no instant with a time zone; write `"2026-01-01T00:00:00Z"`',
    ),
    "groups": ({"client": "web", "groups": "admins"}, "groups: wrong-type: `groups` must be a list, not text; "),
}


@pytest.mark.parametrize(("given", "message"), MISTAKES.values(), ids=MISTAKES)
def test_what_can_not_be_is_an_error_with_a_cure(given: dict[str, object], message: str, policies: Path) -> None:
    with pytest.raises(GivenError) as caught:
        decide(policies, **given)  # type: ignore[arg-type]

    assert str(caught.value).startswith(message)


def test_several_mistakes_are_told_at_once(policies: Path) -> None:
    with pytest.raises(GivenError) as caught:
        decide(policies, client="web", metadata={"x": "y"}, variables={"Y": "z"})

    assert len(str(caught.value).splitlines()) == 2


def test_a_folder_without_a_sound_policy_raises_its_errors(tmp_path: Path) -> None:
    with pytest.raises(PolicyErrors):
        decide(tmp_path / "nowhere", client="web")


def test_a_policy_is_loaded_once_and_again_when_a_file_changes(policies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[Path] = []

    def load(folder: Path) -> LoadedPolicy:
        loads.append(folder)
        return load_policy(folder)

    monkeypatch.setattr(decision, "load_policy", load)

    decide(policies, client="web")
    decide(policies, client="worker")
    monkeypatch.chdir(policies.parent)
    decide(client="web")
    assert len(loads) == 1

    rules = policies / "rules" / "a.yaml"
    rules.write_text(RULES.replace("default: free", "default: test"))
    os.utime(rules, ns=(0, 0))
    assert decide(policies, client="web").access_token.claims["plan"] == "test"
    assert len(loads) == 2

    (policies / "rules" / "b.yaml").write_text("rules: {more: {access_token: {claims: {more: 1}}}}")
    assert decide(policies, client="web").access_token.claims["more"] == 1
    assert len(loads) == 3
