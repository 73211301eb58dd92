"""Cases run: what passes, and what a failing case says."""

from pathlib import Path
from typing import Any

import pytest

from pretoken.policy.load import load_policy
from pretoken.simulator.cases import load_cases
from pretoken.simulator.compare import same
from pretoken.simulator.running import Result, Runner
from tests.simulator.folders import POOL, write

RULES = """\
derived: {vip: {from: lookup.user.vip}}
rules:
  plan: {when: {client: web}, access_token: {claims: {plan: {from: lookup.user.plan}, kind: user}}}
  tenant: {access_token: {claims: {tenant: {from: attribute.custom:tenant}}}}
  vip: {when: {lookup.user.vip: true}, access_token: {claims: {vip: true}}}
  levels: {when: {attribute.custom:level: {at_least: 5}}, access_token: {claims: {level: high}}}
  invoice:
    when: {scopes: invoices/read}
    access_token: {encrypted_for: {billing-api: {email: {from: attribute.email}, age: {from: lookup.user.age}}}}
  secret: {when: {scopes: secret}, id_token: {encrypted_for: {billing-api: {plan: {from: lookup.user.plan}}}}}
  less: {access_token: {scopes: {remove: openid}}, groups: {remove: staff}, iam_roles: {remove: {prefix: "arn:x"}}}
  more: {when: {scopes: more}, groups: {add: [more]}}
  hide: {id_token: {claims: {display: me}, suppress: [address]}}
  closed: {when: {attribute.name: closed}, deny: We are closed.}
  strict: {when: {scopes: strict}, on_failure: deny, access_token: {claims: {age: {from: lookup.user.age}}}}
  stricter: {when: {lookup.user.more: {exists: true}, scopes: stricter}, on_failure: deny, id_token: {suppress: [name]}}
"""


def run(folder: Path, given: str, expect: str, rules: str = RULES, pool: str = POOL) -> Result:
    case = f"cases:\n  - name: one\n    given: {given}\n    expect: {expect}\n"
    write(folder, rules, pool, **{"cases/a.yaml": case})
    plan = load_policy(folder).plan()
    (located,) = load_cases(folder, plan)
    return Runner(plan).run(located)


PASSING = [
    ("{client: web}", "{denied: false}"),
    ("{client: web, lookups: {user: {plan: pro}}}", "{access_token: {claims: {plan: pro, kind: user}}}"),
    ("{client: web}", "{access_token: {claims: {kind: user}, without: [plan], suppressed: [plan, tenant]}}"),
    ("{client: web}", "{access_token: {claims: {kind: user}, exactly: true}}"),
    ("{client: web}", "{id_token: {claims: {display: me}, suppressed: [address], exactly: true}}"),
    (
        "{client: web, scopes: [invoices/read], attributes: {email: a@b.c}, lookups: {user: {age: 7}}}",
        "{access_token: {encrypted_for: {billing-api: {email: a@b.c, age: 7}}}}",
    ),
    ("{client: web}", "{access_token: {encrypted_for: {billing-api: {}}}}"),
    ("{client: web, scopes: [openid, email]}", "{access_token: {scopes: {has: [email], has_not: [openid]}}}"),
    ("{client: web, groups: [b, staff, a]}", "{groups: [a, b]}"),
    ('{client: web, iam_roles: ["arn:x1", "arn:y"]}', '{iam_roles: ["arn:y"]}'),
    ("{client: web, attributes: {name: closed}}", "{denied: true}"),
    ("{client: web, attributes: {name: closed}}", "{denied: closed}"),
    ("{client_id: another}", "{denied: other_clients}"),
    ("{client: web, scopes: [strict], lookups: {user: failed}}", "{denied: strict}"),
    ("{client: worker, principal: machine, scopes: [openid, a]}", "{access_token: {scopes: {has_not: [openid]}}}"),
]


@pytest.mark.parametrize(("given", "expect"), PASSING)
def test_a_case_passes_if_everything_came_as_expected(given: str, expect: str, tmp_path: Path) -> None:
    result = run(tmp_path, given, expect)

    assert result.passed, str(result)


# given, expected, and the failing part of the message: its place, what was expected, what came and why
FAILING = [
    (
        "{client: web, attributes: {custom:tenant: b}}",
        "{access_token: {claims: {tenant: a}}}",
        ["access_token.claims.tenant, expected on line 4", '"a"', '"b"  (written by `tenant`)'],
    ),
    (
        "{client: web}",
        "{access_token: {claims: {tenant: a}}}",
        ["access_token.claims.tenant", '"a"', "suppressed  (`tenant` applied without a value for it)"],
    ),
    (
        "{client: web, lookups: {user: failed}}",
        "{access_token: {claims: {plan: pro}}}",
        ["access_token.claims.plan", '"pro"', "suppressed  (a value of `plan` failed)"],
    ),
    (
        "{client: worker}",
        "{access_token: {claims: {plan: pro}}}",
        ["access_token.claims.plan", '"pro"', "not written  (`plan` didn't apply)"],
    ),
    (
        "{client: web, lookups: {user: failed}}",
        "{access_token: {claims: {vip: true}}}",
        ["access_token.claims.vip", "true", "suppressed  (the condition of `vip` can't be known)"],
    ),
    (
        "{client: web}",
        "{access_token: {claims: {tennant: a}}}",
        ["access_token.claims.tennant", '"a"', "not written  (no rule writes it; did you mean `tenant`?)"],
    ),
    (
        "{client: web}",
        "{access_token: {claims: {zzz: a}}}",
        ["access_token.claims.zzz", '"a"', "not written  (no rule writes it)"],
    ),
    (
        "{client: web}",
        "{access_token: {without: [kind]}}",
        ["access_token.without.0", "no `kind`", '"user"  (written by `plan`)'],
    ),
    (
        "{client: web}",
        "{access_token: {suppressed: [kind]}}",
        ["access_token.suppressed.0", "`kind` suppressed", '"user"  (written by `plan`)'],
    ),
    (
        "{client: web}",
        "{id_token: {suppressed: [email]}}",
        ["id_token.suppressed.0", "`email` suppressed", "left as Cognito makes it"],
    ),
    (
        "{client: web, scopes: [invoices/read], attributes: {email: a@b.c}, lookups: {user: {age: 7}}}",
        "{access_token: {encrypted_for: {billing-api: {email: a@b.c}}}}",
        ["access_token.encrypted_for.billing-api", '{"email": "a@b.c"}', '{"email": "a@b.c", "age": 7}'],
    ),
    (
        "{client: web, attributes: {email: a@b.c}}",
        "{access_token: {encrypted_for: {billing-api: {email: a@b.c}}}}",
        ["access_token.encrypted_for.billing-api", '{"email": "a@b.c"}', "no message  (`invoice` didn't apply)"],
    ),
    (
        "{client: web, attributes: {custom:tenant: b}}",
        "{access_token: {claims: {kind: user}, exactly: true}}",
        ["access_token.exactly", "no `tenant`", '"b"  (written by `tenant`)'],
    ),
    (
        "{client: web, scopes: [secret], lookups: {user: {plan: pro}}}",
        "{id_token: {claims: {display: me}, exactly: true}}",
        ["id_token.exactly", "no message for `billing-api`", '{"plan": "pro"}'],
    ),
    (
        "{client: web, scopes: [openid]}",
        "{access_token: {scopes: {has: [openid]}}}",
        ["access_token.scopes.has", "openid", "no scopes  (removed by `less`)"],
    ),
    (
        "{client: web, scopes: [email]}",
        "{access_token: {scopes: {has: [phone]}}}",
        ["access_token.scopes.has", "phone", "email"],
    ),
    (
        "{client: web, scopes: [email]}",
        "{access_token: {scopes: {has_not: [email]}}}",
        ["access_token.scopes.has_not", "no email", "email"],
    ),
    ("{client: web, groups: [a]}", "{groups: [a, b]}", ["groups", "a, b", "a"]),
    (
        "{client: web, groups: [staff], scopes: [more]}",
        "{groups: [staff]}",
        ["groups", "staff", "more  (added by `more`; removed by `less`)"],
    ),
    ("{client: web, groups: [a]}", "{groups: []}", ["groups", "no groups", "a"]),
    (
        '{client: web, iam_roles: ["arn:x1"]}',
        '{iam_roles: ["arn:x1"]}',
        ["iam_roles", "arn:x1", "no iam_roles  (removed by `less`)"],
    ),
    ("{client: web}", "{denied: true}", ["denied", "denied", "not denied"]),
    ("{client: web}", "{denied: closed}", ["denied", "denied by `closed`", "not denied"]),
    (
        "{client: web, attributes: {name: closed}}",
        "{groups: []}",
        ["denied", "not denied", "denied by `closed`: We are closed."],
    ),
    ("{client_id: x}", "{denied: closed}", ["denied", "denied by `closed`", "denied by `other_clients`"]),
    (
        "{client: web, scopes: [strict], lookups: {user: failed}}",
        "{denied: false}",
        ["denied", "not denied", "denied by `strict`  (a value of `strict` failed)"],
    ),
    (
        "{client: web, scopes: [stricter], lookups: {user: failed}}",
        "{denied: false}",
        ["denied", "not denied", "denied by `stricter`  (the condition of `stricter` can't be known)"],
    ),
]


@pytest.mark.parametrize(("given", "expect", "message"), FAILING)
def test_a_failing_case_shows_expected_and_actual_and_the_rules_behind_it(
    given: str, expect: str, message: list[str], tmp_path: Path
) -> None:
    result = run(tmp_path, given, expect)
    head, place, expected, actual, *_ = str(result).splitlines()

    assert not result.passed
    assert head == f"{tmp_path}/cases/a.yaml:2:11: one"
    assert place.strip().startswith(message[0])
    assert expected == f"        expected  {message[1]}"
    assert actual == f"        actual    {message[2]}"


def test_a_failing_case_names_the_rules_that_took_part(tmp_path: Path) -> None:
    result = run(tmp_path, "{client: web, lookups: {user: failed}}", "{access_token: {claims: {x: 1}}}")

    assert str(result).endswith("    rules that applied: hide, less, plan, tenant\n    rules in doubt: vip")
    result = run(tmp_path, "{client_id: x}", "{denied: false}")
    assert str(result).endswith("    rules that applied: none")


def test_all_differences_of_a_case_are_told_with_their_lines(tmp_path: Path) -> None:
    expect = "\n      access_token:\n        claims:\n          tenant: a\n          kind: b\n      groups: [x]"
    lines = [line for line in str(run(tmp_path, "{client: web}", expect)).splitlines() if "expected on" in line]

    assert lines == [
        "    access_token.claims.tenant, expected on line 7",
        "    access_token.claims.kind, expected on line 8",
        "    groups, expected on line 9",
    ]


def test_rules_that_give_different_values_are_named(tmp_path: Path) -> None:
    write(tmp_path, "rules: {a: {access_token: {claims: {x: 1}}}}")
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases/a.yaml").write_text(
        "cases: [{name: one, given: {client: web}, expect: {access_token: {claims: {x: 1}}}}]"
    )
    plan = load_policy(tmp_path).plan()
    plan["rules"]["b"] = {"access_token": {"claims": {"x": 2}}}  # a finding before deploy
    (located,) = load_cases(tmp_path, plan)

    assert "suppressed  (`a`, `b` give different values)" in str(Runner(plan).run(located))


def test_an_answer_that_cognito_would_refuse_is_a_denial(tmp_path: Path) -> None:
    write(tmp_path, "rules: {a: {access_token: {claims: {x: 1}}}}")
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases/a.yaml").write_text("cases: [{name: one, given: {client: web}, expect: {denied: false}}]")
    plan = load_policy(tmp_path).plan()
    (located,) = load_cases(tmp_path, plan)
    plan["rules"]["a"]["access_token"]["claims"] = {"iss": "forged"}  # no rule file gets so far
    result = Runner(plan).run(located)

    assert result.outcome.denied
    assert result.outcome.denied_by is None
    assert "denied, because Cognito would refuse the answer  (access_token.claims.iss: reserved-claim" in str(result)


def test_a_case_of_each_event_version_is_run_in_its_shape(tmp_path: Path) -> None:
    pool = "language: 1\ntrigger: [V1_0, V2_0]\nother_clients: apply_rules\n"
    rules = "rules: {a: {id_token: {claims: {display: {from: username}}}, access_token: {claims: {kind: user}}}}"
    written = "{id_token: {claims: {display: anna}}, access_token: {claims: {kind: user}}}"
    v1 = "{id_token: {claims: {display: anna}}, access_token: {exactly: true}}"

    assert run(tmp_path, "{client_id: x, username: anna}", written, rules, pool).passed
    assert run(tmp_path, "{client_id: x, username: anna, version: V1_0}", v1, rules, pool).passed


def test_variables_can_be_given_for_a_case(tmp_path: Path) -> None:
    rules = "rules: {a: {access_token: {claims: {stage: {from: variable.STAGE}}}}}"

    assert run(tmp_path, "{client: web}", "{access_token: {claims: {stage: test}}}", rules).passed
    live = "{client: web, variables: {STAGE: live, WEB_ID: another}}"
    assert run(tmp_path, live, "{access_token: {claims: {stage: live}}}", rules).passed


def test_metadata_and_providers_reach_the_rules(tmp_path: Path) -> None:
    rules = """\
rules:
  a:
    when: {identity_providers: AcmeOkta}
    id_token: {claims: {theme: {from: metadata.theme}}}
"""
    given = "{client: web, identity_providers: [AcmeOkta], metadata: {theme: dark}}"

    assert run(tmp_path, given, "{id_token: {claims: {theme: dark}}}", rules).passed


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (1, True, False),
        (1, 1.0, True),
        ([1], [True], False),
        ({"a": [1]}, {"a": [1]}, True),
        ({"a": 1}, {"b": 1}, False),
        ([1], [1, 2], False),
        (["a", "b"], ["b", "a"], False),
        ({"a": False}, {"a": 0}, False),
        ("1", 1, False),
    ],
)
def test_values_are_compared_as_json(one: Any, other: Any, equal: bool) -> None:
    assert same(one, other) is equal
