"""The data of a preview."""

import json
from pathlib import Path
from typing import Any

import pytest

from pretoken.simulator.preview import Preview, preview
from pretoken.simulator.rows import ClaimRow, ItemRow
from pretoken.simulator.simulation import Simulator
from pretoken.trigger.handler import NEUTRAL
from tests.simulator.folders import NOW, POOL, event, load, machine_event, preview_of, simulate

PRIVATE = {"email": "anna@example.com", "name": "Anna Example"}


def row(preview: Preview, claim: str, token: str = "access_token") -> ClaimRow:
    rows = {row.claim: row for row in getattr(preview, token).rows}
    found: ClaimRow = rows[claim]
    return found


def test_a_claim_that_a_rule_writes_is_added_with_its_rule_and_inputs(tmp_path: Path) -> None:
    rules = "rules: {plan: {access_token: {claims: {plan: {from: lookup.user.plan}}}}}"
    written = row(preview_of(tmp_path, rules, user={"plan": "pro"}), "plan")

    assert (written.mark, written.before, written.after) == ("added", None, "pro")
    assert (written.rules, written.inputs) == (("plan",), ("lookup.user.plan",))


def test_a_constant_rests_on_no_input(tmp_path: Path) -> None:
    written = row(preview_of(tmp_path, "rules: {a: {access_token: {claims: {kind: user}}}}"), "kind")

    assert written.inputs == ()


def test_through_derived_values_the_inputs_behind_them_are_shown(tmp_path: Path) -> None:
    rules = """\
derived:
  tenant: {first_of: [{from: attribute.custom:tenant, one_of: lookup.user.tenants}, {from: derived.other}]}
  other: {from: lookup.user.plan}
rules:
  a: {access_token: {claims: {tenant: {from: derived.tenant}}}}
  b: {access_token: {claims: {both: {template: "{derived.tenant}-{derived.other}"}}}}
"""
    seen = preview_of(tmp_path, rules, user={"plan": "pro"})

    assert row(seen, "tenant").inputs == ("attribute.custom:tenant", "lookup.user.plan", "lookup.user.tenants")
    assert row(seen, "both").inputs == row(seen, "tenant").inputs


def test_each_leaf_of_an_object_counts_with_its_rule(tmp_path: Path) -> None:
    rules = """\
rules:
  a: {access_token: {claims: {org: {object: {plan: {from: lookup.user.plan}, deep: {object: {x: 1}}}}}}}
  b: {access_token: {claims: {org: {object: {tenant: {from: attribute.custom:tenant}}}}}}
"""
    written = row(preview_of(tmp_path, rules, event(attributes={"custom:tenant": "acme"}), user={"plan": "pro"}), "org")

    assert written.after == {"plan": "pro", "deep": {"x": 1}, "tenant": "acme"}
    assert (written.rules, written.inputs) == (("a", "b"), ("attribute.custom:tenant", "lookup.user.plan"))


def test_a_claim_that_cognito_writes_itself_can_be_changed_or_written_again(tmp_path: Path) -> None:
    rules = "rules: {a: {id_token: {claims: {email: {from: attribute.email, then: lower}}}}}"

    changed = row(preview_of(tmp_path, rules, event(attributes={"email": "Anna@example.com"})), "email", "id_token")
    assert (changed.mark, changed.before, changed.after) == ("changed", "Anna@example.com", "anna@example.com")
    same = row(preview_of(tmp_path, rules, event(attributes={"email": "anna@example.com"})), "email", "id_token")
    assert (same.mark, same.rules) == ("same", ("a",))


def test_a_suppressed_claim_is_removed_by_its_rules(tmp_path: Path) -> None:
    rules = "rules: {a: {id_token: {suppress: [email, address]}}, b: {id_token: {suppress: [email]}}}"
    seen = preview_of(tmp_path, rules, event(attributes=PRIVATE))

    removed = row(seen, "email", "id_token")
    assert (removed.mark, removed.rules, removed.why) == ("removed", ("a", "b"), "suppressed")
    assert seen.id_token is not None
    assert "address" not in {row.claim for row in seen.id_token.rows}  # there was none


def test_a_claim_without_a_value_is_missing_with_the_rules_that_would_write_it(tmp_path: Path) -> None:
    rules = """\
rules:
  a: {when: {client: web}, access_token: {claims: {tenant: {from: attribute.custom:tenant}}}}
  b: {when: {client: worker}, access_token: {claims: {tenant: {from: lookup.user.plan}}}}
"""
    missing = row(preview_of(tmp_path, rules), "tenant")

    assert (missing.mark, missing.why, missing.rules) == ("missing", "no value", ("a",))
    assert missing.inputs == ("attribute.custom:tenant",)


def test_a_claim_of_cognito_without_a_value_of_ours_is_removed(tmp_path: Path) -> None:
    rules = "rules: {a: {id_token: {claims: {email: {from: lookup.user.plan}}}}}"
    removed = row(preview_of(tmp_path, rules, event(attributes=PRIVATE)), "email", "id_token")

    assert (removed.mark, removed.why) == ("removed", "no value")


def test_a_failed_value_says_so(tmp_path: Path) -> None:
    rules = "rules: {a: {access_token: {claims: {plan: {from: lookup.user.plan, default: free}}}}}"
    seen = preview_of(tmp_path, rules, user="failed")

    assert row(seen, "plan").why == "a value failed"
    assert seen.left_out == (("a", "access_token.claims.plan"),)


def test_rules_in_doubt_are_named_and_their_claims_missing(tmp_path: Path) -> None:
    rules = "rules: {a: {when: {lookup.user.vip: true}, access_token: {claims: {vip: true}}}}"
    seen = preview_of(tmp_path, rules, user="failed")

    assert (seen.applied, seen.in_doubt) == ((), ("a",))
    assert (row(seen, "vip").why, row(seen, "vip").rules) == ("rule in doubt", ("a",))
    assert row(seen, "vip").because == "can't be read: lookup.user.vip"


def test_rules_that_differ_write_nothing(tmp_path: Path) -> None:
    plan = load(tmp_path, "rules: {a: {access_token: {claims: {x: 1}}}}").plan()
    plan["rules"]["b"] = {"access_token": {"claims": {"x": 2}}}  # a finding before deploy
    simulator = Simulator(plan)
    seen = preview(simulator, simulator.run(event(), now=NOW))

    assert (row(seen, "x").why, row(seen, "x").rules, seen.conflicts) == (
        "rules differ", ("a", "b"), ("access_token.claims.x",),
    )  # fmt: skip


def test_an_encrypted_claim_names_its_recipient_and_members_and_never_their_values(tmp_path: Path) -> None:
    rules = """\
rules:
  a: {access_token: {encrypted_for: {billing-api: {email: {from: attribute.email}, who: {from: attribute.name}}}}}
  b: {access_token: {encrypted_for: {billing-api: {level: {from: attribute.custom:level}}}}}
"""
    raw = event(attributes={**PRIVATE, "custom:level": "734591"})
    seen = preview_of(tmp_path, rules, raw)
    encrypted = row(seen, "encrypted_for_billing_api")

    assert encrypted.encrypted is not None
    assert (encrypted.encrypted.recipient, encrypted.encrypted.members) == ("billing-api", ("email", "level", "who"))
    assert encrypted.encrypted.characters == len(encrypted.after)
    assert encrypted.rules == ("a", "b")
    assert encrypted.inputs == ("attribute.custom:level", "attribute.email", "attribute.name")
    told = json.dumps(encrypted.to_json())
    assert not any(value in told for value in (*PRIVATE.values(), "734591", encrypted.after))


def test_a_message_without_members_is_missing(tmp_path: Path) -> None:
    rules = "rules: {a: {access_token: {encrypted_for: {billing-api: {email: {from: attribute.email}}}}}}"
    missing = row(preview_of(tmp_path, rules), "encrypted_for_billing_api")

    assert (missing.mark, missing.why, missing.rules, missing.encrypted) == ("missing", "no value", ("a",), None)


def test_a_message_that_could_not_be_encrypted_is_missing_with_the_cause(tmp_path: Path) -> None:
    rules = "rules: {a: {access_token: {encrypted_for: {billing-api: {email: {from: attribute.email}}}}}}"
    pool = POOL.replace('"${KEY}"', f"arn:aws:kms:eu-west-1:123456789012:key/{'1' * 200}")  # longer than any of KMS
    seen = preview_of(tmp_path, rules, event(attributes=PRIVATE), pool)
    missing = row(seen, "encrypted_for_billing_api")

    assert (missing.mark, missing.why) == ("missing", "not encrypted")
    assert seen.not_encrypted == (("billing-api", "kms-key-not-found"),)
    assert seen.to_json()["not_encrypted"] == [{"recipient": "billing-api", "cause": "kms-key-not-found"}]


def test_scopes_groups_and_roles_are_shown_item_by_item(tmp_path: Path) -> None:
    rules = """\
rules:
  less: {access_token: {scopes: {remove: openid}}, groups: {remove: staff}}
  more: {access_token: {scopes: {add: [orders/read]}}, groups: {add: [orders]}, iam_roles: {add: [arn:new]}}
"""
    raw = event(scopes=["openid", "email"], groups={"groupsToOverride": ["staff", "admins"]})
    seen = preview_of(tmp_path, rules, raw)

    assert seen.scopes == (
        ItemRow("openid", "removed", ("less",)),
        ItemRow("email", "same"),
        ItemRow("orders/read", "added", ("more",)),
    )
    assert [item.mark for item in seen.groups] == ["removed", "same", "added"]
    assert seen.iam_roles == (ItemRow("arn:new", "added", ("more",)),)
    assert (row(seen, "scope").mark, row(seen, "scope").rules) == ("changed", ("less", "more"))
    for token in ("access_token", "id_token"):
        assert row(seen, "cognito:groups", token).rules == ("less", "more")
    assert row(seen, "cognito:roles", "id_token").rules == ("more",)


def test_without_edits_items_stay_the_same(tmp_path: Path) -> None:
    seen = preview_of(tmp_path, "rules: {}", event(scopes=["openid"]))

    assert seen.scopes == (ItemRow("openid", "same"),)
    assert (row(seen, "scope").mark, row(seen, "scope").rules) == ("same", ())


ROLES = {"groupsToOverride": ["a"], "iamRolesToOverride": ["arn:a", "arn:b"], "preferredRole": "arn:b"}


def test_the_preferred_role_comes_from_the_rule_that_writes_it(tmp_path: Path) -> None:
    written = row(
        preview_of(tmp_path, 'rules: {a: {iam_roles: {preferred: "arn:a"}}}', event(groups=ROLES)),
        "cognito:preferred_role",
        "id_token",
    )

    assert (written.mark, written.after, written.rules) == ("changed", "arn:a", ("a",))


def test_the_preferred_role_goes_with_the_role_that_is_removed(tmp_path: Path) -> None:
    rules = 'rules: {a: {iam_roles: {remove: "arn:b"}}}'
    removed = row(preview_of(tmp_path, rules, event(groups=ROLES)), "cognito:preferred_role", "id_token")
    assert (removed.mark, removed.rules) == ("removed", ("a",))

    rules = 'rules: {a: {iam_roles: {remove: "arn:a"}}}'
    kept = row(preview_of(tmp_path, rules, event(groups=ROLES)), "cognito:preferred_role", "id_token")
    assert (kept.mark, kept.rules) == ("same", ())


def test_sizes_and_limits_are_told(tmp_path: Path) -> None:
    rules = "rules: {a: {access_token: {claims: {x: {from: attribute.custom:tenant}}}}}"
    small = preview_of(tmp_path, rules, event(attributes={"custom:tenant": "x"})).access_token
    large = preview_of(tmp_path, rules, event(attributes={"custom:tenant": "x" * 4000})).access_token

    assert small is not None
    assert large is not None
    assert small.bytes_before == large.bytes_before < small.bytes_after < small.limit == 4096  # type: ignore[operator]
    assert (small.is_over_limit, large.is_over_limit) == (False, True)
    assert large.to_json()["bytes"] == {
        "before": large.bytes_before,
        "after": large.bytes_after,
        "limit": 4096,
        "over_limit": True,
    }


def test_a_machine_has_an_access_token_only(tmp_path: Path) -> None:
    seen = preview_of(tmp_path, "rules: {}", machine_event(scopes=["orders/read"]))

    assert (seen.principal, seen.client, seen.id_token) == ("machine", "worker", None)
    assert "id_token" not in seen.to_json()


@pytest.mark.parametrize(
    ("rules", "client_id", "denied"),
    [
        (
            "rules: {closed: {deny: We are closed.}}",
            "WEB_ID",
            {"rule": "closed", "why": "it has no condition", "text": "We are closed."},
        ),
        (
            "rules: {closed: {when: {lookup.user.vip: true}, deny: We are closed.}}",
            "WEB_ID",
            {
                "rule": "closed",
                "why": "its condition can't be known (can't be read: lookup.user.vip)",
                "text": "We are closed.",
            },
        ),
        (
            "rules: {closed: {when: {lookup.user.vip: true}, on_failure: deny, access_token: {suppress: [x]}}}",
            "WEB_ID",
            {
                "rule": "closed",
                "why": "`on_failure: deny`, and its condition can't be known (can't be read: lookup.user.vip)",
                "text": NEUTRAL,
            },
        ),
        (
            "rules: {closed: {on_failure: deny, access_token: {scopes: {add: {from: lookup.user.tenants}}}}}",
            "WEB_ID",
            {
                "rule": "closed",
                "why": "`on_failure: deny`, and scopes.add can't be known (can't be read: lookup.user.tenants)",
                "text": NEUTRAL,
            },
        ),
        (
            "rules: {closed: {on_failure: deny, id_token: {claims: {g: {from: groups, then: only}}}}}",
            "WEB_ID",
            {
                "rule": "closed",
                "why": "`on_failure: deny`, and id_token.claims.g can't be known (a step failed)",
                "text": NEUTRAL,
            },
        ),
        (
            "rules: {}",
            "another",
            {"rule": "other_clients", "why": "pool.yaml doesn't name this app client", "text": NEUTRAL},
        ),
    ],
)
def test_a_denied_sign_in_names_the_rule_and_shows_no_token(
    tmp_path: Path, rules: str, client_id: str, denied: dict[str, str]
) -> None:
    raw = event(client_id=client_id, groups={"groupsToOverride": ["a", "b"]})
    data = preview_of(tmp_path, rules, raw, user="failed").to_json()

    assert data["denied"] == denied
    assert "access_token" not in data


def test_a_refused_answer_says_what_cognito_would_refuse(tmp_path: Path) -> None:
    plan = load(tmp_path, "rules: {a: {access_token: {claims: {x: 1}}}}").plan()
    plan["rules"]["a"]["access_token"]["claims"] = {"iss": "forged"}  # no rule file gets so far
    simulator = Simulator(plan)
    data = preview(simulator, simulator.run(event(), now=NOW)).to_json()

    assert data["denied"]["problem"].startswith("access_token.claims.iss: reserved-claim")


def test_the_json_form_is_as_documented(tmp_path: Path) -> None:
    rules = """\
rules:
  plan: {access_token: {claims: {plan: {from: lookup.user.plan, default: free}}, scopes: {add: [orders/read]}}}
  tenant: {access_token: {claims: {tenant: {from: attribute.custom:tenant}}}}
"""
    pool = POOL.replace("limits: {access_token_bytes: 4096}", "")
    data: dict[str, Any] = preview_of(tmp_path, rules, pool=pool).to_json()
    claims = {claim.pop("claim"): claim for claim in data["access_token"].pop("claims")}
    size = data["access_token"].pop("bytes")

    assert set(size) == {"before", "after"}
    assert claims["plan"] == {"mark": "added", "after": "free", "rules": ["plan"], "inputs": ["lookup.user.plan"]}
    assert claims["tenant"] == {
        "mark": "missing",
        "rules": ["tenant"],
        "inputs": ["attribute.custom:tenant"],
        "why": "no value",
        "because": "nothing there: attribute.custom:tenant",
    }
    assert claims["sub"]["before"] == claims["sub"]["after"]
    del data["id_token"]
    assert data == {
        "event": {"version": "V3_0", "says": "V2_0", "principal": "user", "client": "web"},
        "access_token": {},
        "scopes": [{"item": "orders/read", "mark": "added", "rules": ["plan"]}],
        "rules": {"applied": ["plan", "tenant"], "in_doubt": []},
        "lookups": {"user": "none"},
    }


def test_a_value_of_which_nothing_is_left_says_so(tmp_path: Path) -> None:
    rules = "rules: {a: {access_token: {claims: {role: {from: groups, then: {prefer: [admin]}}}}}}"
    seen = preview_of(tmp_path, rules, event(groups={"groupsToOverride": ["staff"]}))

    assert row(seen, "role").because == "its inputs are there, but nothing of them is left"


def test_a_message_without_members_names_its_inputs(tmp_path: Path) -> None:
    rules = "rules: {a: {access_token: {encrypted_for: {billing-api: {from: {from: attribute.email}}}}}}"
    missing = row(preview_of(tmp_path, rules), "encrypted_for_billing_api")

    assert (missing.inputs, missing.because) == (("attribute.email",), "nothing there: attribute.email")


def test_an_event_that_names_its_version_as_it_is_read_or_none_says_nothing(tmp_path: Path) -> None:
    raw = event()
    assert preview_of(tmp_path, "rules: {}", raw | {"version": "3"}).says is None
    assert preview_of(tmp_path, "rules: {}", raw | {"version": None}).says is None
    assert preview_of(tmp_path, "rules: {}", raw | {"version": "1"}).says == "V1_0"


def test_a_lookup_whose_key_fails_is_not_asked(tmp_path: Path) -> None:
    pool = POOL.replace("{attribute.sub}", "{attribute.custom:level}")
    rules = "rules: {a: {access_token: {claims: {plan: {from: lookup.user.plan}}}}}"
    raw = event(attributes={"custom:level": "high"})
    simulator, simulation = simulate(tmp_path, rules, raw, pool, user={"plan": "pro"})

    assert preview(simulator, simulation, given=["user"]).not_asked == {
        "user": "its key can't be known (can't be read: attribute.custom:level)"
    }


MESSAGES = """\
rules:
  a:
    access_token: {encrypted_for: {billing-api: {email: {from: attribute.email}}}}
    id_token: {encrypted_for: {other-api: {email: {from: attribute.email}}}}
"""


@pytest.mark.parametrize(
    ("key", "variables", "unsealed"),
    [
        ("alias/billing", {}, (("billing-api", "not-a-key-arn"),)),
        ('"${KEY}"', {"KEY": "alias/billing"}, (("billing-api", "not-a-key-arn"),)),
        ('"${KEY}"', {}, ()),
        ('"arn:aws:kms:eu-west-1:000000000000:key/${KEY}"', {}, ()),
    ],
)
def test_a_key_that_is_none_encrypts_nothing_unless_it_stands_in_for_a_variable(
    tmp_path: Path, key: str, variables: dict[str, str], unsealed: tuple[tuple[str, str], ...]
) -> None:
    pool = POOL.replace('{key: "${KEY}"}', f'{{key: {key}}}, other-api: {{key: "${{KEY}}-"}}')
    simulator = Simulator(load(tmp_path, MESSAGES, pool).plan(), variables)
    seen = preview(simulator, simulator.run(event(attributes=PRIVATE), now=NOW))

    assert [pair for pair in seen.not_encrypted if pair[0] == "billing-api"] == [*unsealed]
    assert ("other-api" in dict(seen.not_encrypted)) == ("KEY" in variables)
