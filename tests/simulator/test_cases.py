"""Case files: what may stand in them, and how mistakes are told."""

from pathlib import Path
from typing import Any

import pytest

from pretoken.policy.errors import PolicyErrors
from pretoken.policy.load import load_policy
from pretoken.simulator.cases import load_cases, read_cases
from tests.simulator.folders import POOL, write

RULES = """\
rules:
  plan: {access_token: {claims: {plan: {from: lookup.user.plan}}}}
  closed: {when: {attribute.custom:tenant: closed}, deny: We are closed.}
"""
CASE = """\
cases:
  - name: one
    given: {client: web}
    expect: {denied: false}
"""


def errors_of(folder: Path, case: str, pool: str = POOL) -> list[str]:
    write(folder, RULES, pool, **{"cases/a.yaml": case})
    plan = load_policy(folder).plan()
    with pytest.raises(PolicyErrors) as caught:
        read_cases(folder / "cases" / "a.yaml", folder, plan)
    return [str(error).removeprefix(f"{folder}/cases/a.yaml:") for error in caught.value.errors]


def given(text: str, expect: str = "{denied: false}") -> str:
    return f"cases:\n  - name: one\n    given: {text}\n    expect: {expect}\n"


def test_cases_are_loaded_from_all_files_in_the_order_of_their_names(tmp_path: Path) -> None:
    files = {
        "cases/b.yaml": CASE,
        "cases/a/deep.yaml": CASE.replace("one", "two"),
        "cases/.hidden/c.yaml": "nonsense",
        "cases/notes.txt": "nonsense",
    }
    write(tmp_path, RULES, **files)
    cases = load_cases(tmp_path, load_policy(tmp_path).plan())

    assert [case.case.name for case in cases] == ["one", "two"]
    assert [str(case.place) for case in cases] == [
        f"{tmp_path}/cases/b.yaml:2:11",
        f"{tmp_path}/cases/a/deep.yaml:2:11",
    ]


def test_a_folder_without_cases_has_none(tmp_path: Path) -> None:
    write(tmp_path, RULES)

    assert load_cases(tmp_path, load_policy(tmp_path).plan()) == []


def test_every_key_can_be_given_and_expected(tmp_path: Path) -> None:
    case = """\
cases:
  - name: everything
    given:
      client: web
      principal: user
      version: V3_0
      username: anna
      attributes: {sub: s, email_verified: "true", cognito:user_status: CONFIRMED, custom:tenant: "", name: A}
      groups: [a]
      iam_roles: ["arn:a"]
      scopes: [openid]
      identity_providers: [AcmeOkta]
      metadata: {theme: dark}
      variables: {STAGE: live}
      lookups: {user: {plan: pro}}
      now: "2026-01-01T01:00:00+01:00"
    expect:
      denied: false
      access_token:
        claims: {plan: pro}
        without: [x]
        suppressed: []
        encrypted_for: {billing-api: {}}
        scopes: {has: [openid], has_not: [email]}
        exactly: true
      id_token: {claims: {}, without: [x], suppressed: [], encrypted_for: {}, exactly: false}
      groups: [a]
      iam_roles: ["arn:a"]
  - name: a machine
    given: {client: worker, principal: machine, scopes: [a], now: 100000000}
    expect: {access_token: {without: [plan]}}
  - name: linked by hand
    given: {client_id: any, attributes: {identities: "[]"}}
    expect: {denied: other_clients}
  - name: a rule
    given: {client: web, attributes: {custom:tenant: closed}}
    expect: {denied: closed}
"""
    write(tmp_path, RULES, **{"cases/a.yaml": case})

    assert [located.case.given.now for located in load_cases(tmp_path, load_policy(tmp_path).plan())] == [
        1767225600, 100000000, 1767225600, 1767225600,
    ]  # fmt: skip


MISTAKES = {
    "cases: []": "1:8: empty: `cases` is empty; leave it out, or write `cases: [{name: ",
    CASE + "case: []\n": "5:1: unknown-key: a file of cases has no key `case`; did you mean `cases`?",
    "cases:\n  - name: one\n    given: {client: web}\n": "2:5: missing-key: a case needs `expect`; write `expect: {",
    given("{cleint: web}"): "3:13: unknown-key: `given` has no key `cleint`; did you mean `client`?",
    given("{}"): "3:12: missing-key: `given` needs an app client; write `client: web`",
    given("{client: web, client_id: x}"): "3:26: two-clients: `client` and `client_id` are two; leave one out",
    given("{client: webb}"): "3:21: unknown-name: `webb` isn't a client that is declared; did you mean `web`?",
    given("{client: web, attributes: {custom:tennant: a}}"): (
        "3:39: unknown-name: `custom:tennant` isn't an attribute that is declared; did you mean `custom:tenant`?"
    ),
    given("{client: web, attributes: {zzz: a}}"): (
        "3:39: unknown-name: `zzz` isn't an attribute that is declared; declare `zzz: {}` in pool.yaml"
    ),
    given("{client: web, attributes: {email_verified: true}}"): (
        '3:55: wrong-type: `email_verified` must be text, not `true`; put it in quotes: `"true"`'
    ),
    given('{client: web, attributes: {sub: ""}}'): (
        "3:44: wrong-value: a user has a `sub`; write `principal: machine` for a machine"
    ),
    given('{client: web, identity_providers: [AcmeOkta], attributes: {identities: "[]"}}'): (
        "3:71: wrong-place: `identities` is made of `identity_providers`; leave one of them out"
    ),
    given("{client: web, metadata: {them: a}}"): (
        "3:37: unknown-name: `them` isn't metadata that is declared; did you mean `theme`?"
    ),
    given("{client: web, identity_providers: [Acme]}"): (
        "3:47: unknown-name: `Acme` isn't an identity provider that is declared; did you mean `AcmeOkta`?"
    ),
    given("{client: web, variables: {STAGES: live}}"): (
        "3:38: unknown-name: `STAGES` isn't a variable that is declared; did you mean `STAGE`?"
    ),
    given("{client: web, variables: {STAGE: prod}}"): (
        "3:45: wrong-choice: pool.yaml doesn't allow this for `STAGE`; write one of `test`, `live`"
    ),
    given("{client: web, lookups: {usr: none}}"): (
        "3:36: unknown-name: `usr` isn't a lookup that is declared; did you mean `user`?"
    ),
    given("{client: web, lookups: {user: {plan: 1}}}"): "3:49: wrong-type: `plan` must be a text; write `plan: acme`",
    given("{client: web, now: today}"): (
        '3:31: wrong-time: this is no instant with a time zone; write `"2026-01-01T00:00:00Z"`'
    ),
    given("{client: web, now: 2026}"): (
        '3:31: wrong-time: seconds since 1970 have 9 digits or more; write `"2026-01-01T00:00:00Z"`'
    ),
    given("{client: web, now: true}"): '3:31: wrong-time: this is no instant with a time zone; write `"',
    given("{client: web, principal: robot}"): "3:37: wrong-choice: `principal` must be `user` or `machine`; write `",
    given("{client: web, version: V2_0}"): "3:35: wrong-version: pool.yaml doesn't answer V2_0; write `version: V3_0`",
    given("{client: worker, principal: machine, groups: [a]}"): (
        "3:49: wrong-place: a machine has no `groups`; leave it out"
    ),
    given("{client: web}", "{}"): (
        "4:13: no-expectation: `expect` is empty; write `denied: false` if nothing else is expected"
    ),
    given("{client: web}", "{denied: 1}"): (
        "4:22: wrong-type: `denied` must be `true`, `false` or the name of a rule; write `denied: true`"
    ),
    given("{client: web}", "{denied: close}"): (
        "4:22: unknown-name: `close` isn't a rule that is declared; did you mean `closed`?"
    ),
    given("{client: web}", "{denied: true, groups: []}"): (
        "4:28: wrong-place: a sign-in that is denied has no `groups`; leave it out"
    ),
    given("{client: web}", "{id_token: {scopes: {has: [a]}}}"): "4:25: unknown-key: `id_token` has no key `scopes`; ",
    given("{client: web}", "{access_token: {encrypted_for: {billing: {}}}}"): (
        "4:45: unknown-name: `billing` isn't a recipient that is declared; did you mean `billing-api`?"
    ),
    given("{client: worker, principal: machine}", "{id_token: {without: [a]}}"): (
        "4:14: wrong-place: a machine has no `id_token`; leave it out"
    ),
    "cases:\n  - {name: one, given: {client: web}, expect: {denied: no}}": "2:56: ambiguous-text: ",
    CASE + CASE.removeprefix("cases:\n"): (
        "5:11: duplicate-name: the case on line 2 has this name too; write another `name: …`"
    ),
}


@pytest.mark.parametrize(("case", "message"), MISTAKES.items())
def test_a_mistake_is_told_with_its_place_and_a_cure(case: str, message: str, tmp_path: Path) -> None:
    (error,) = errors_of(tmp_path, case)

    assert error.startswith(message)


V1 = POOL.replace("V3_0", "V1_0").replace('recipients: {billing-api: {key: "${KEY}"}}', "")
V1_RULES = "rules: {a: {id_token: {claims: {plan: {from: lookup.user.plan}}}}}"


@pytest.mark.parametrize(
    ("case", "message"),
    [
        (given("{client: web, scopes: [a]}"), "wrong-place: a V1_0 event doesn't tell its scopes; leave them out"),
        (
            given("{client: worker, principal: machine}"),
            "wrong-version: machines have no V1_0 events; write `trigger: V3_0` in pool.yaml, or leave the case out",
        ),
    ],
)
def test_a_case_of_an_event_that_cognito_does_not_send_is_refused(case: str, message: str, tmp_path: Path) -> None:
    write(tmp_path, V1_RULES, V1, **{"cases/a.yaml": case})
    with pytest.raises(PolicyErrors) as caught:
        load_cases(tmp_path, load_policy(tmp_path).plan())

    assert str(caught.value).endswith(message)


def test_a_policy_without_clients_says_to_give_an_id(tmp_path: Path) -> None:
    pool = "language: 1\ntrigger: V3_0\nother_clients: apply_rules\n"
    write(tmp_path, "rules: {}", pool, **{"cases/a.yaml": given("{}")})

    with pytest.raises(PolicyErrors, match="write `client_id: example`"):
        load_cases(tmp_path, load_policy(tmp_path).plan())


def test_errors_of_all_files_and_cases_are_told_at_once(tmp_path: Path) -> None:
    bad = """\
cases:
  - {name: a, given: {client: wbe}, expect: {denied: false}}
  - {name: b, given: {client: web, attributes: {name: 1}}, expect: {denied: false}}
  - {name: c, given: {client: web, lookups: {user: failing}}, expect: {denied: nobody}}
"""
    write(tmp_path, RULES, **{"cases/a.yaml": bad, "cases/b.yml": CASE, "cases/c.yaml": "cases: @"})
    with pytest.raises(PolicyErrors) as caught:
        load_cases(tmp_path, load_policy(tmp_path).plan())

    found = [(Path(error.place.file).name, error.place.line, error.name) for error in caught.value.errors]
    assert found == [
        ("a.yaml", 2, "unknown-name"),
        ("a.yaml", 3, "wrong-type"),
        ("a.yaml", 4, "wrong-answer"),
        ("a.yaml", 4, "unknown-name"),
        ("b.yml", 1, "wrong-extension"),
        ("c.yaml", 1, "syntax"),
    ]


def test_without_a_policy_the_shape_alone_is_checked(tmp_path: Path) -> None:
    write(tmp_path, RULES, **{"cases/a.yaml": given("{client: nobody}")})
    assert len(load_cases(tmp_path, None)) == 1

    write(tmp_path, RULES, **{"cases/a.yaml": given("{cleint: nobody}")})
    with pytest.raises(PolicyErrors, match="cleint"):
        load_cases(tmp_path, None)


def test_a_file_that_can_not_be_read_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, RULES)
    (tmp_path / "cases" / "a.yaml").mkdir(parents=True)

    with pytest.raises(PolicyErrors, match="not-a-file"):
        read_cases(tmp_path / "cases" / "a.yaml", tmp_path, None)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    """As for rules: what is reviewed is what is in the folder."""
    folder = write(tmp_path / "policies", RULES, **{"../a.yaml": CASE, "cases/b.yaml": CASE})
    (folder / "cases" / "a.yaml").symlink_to(tmp_path / "a.yaml")
    (folder / "cases" / "more").symlink_to(tmp_path)
    with pytest.raises(PolicyErrors) as refused:
        load_cases(folder, None)

    assert [(Path(error.place.file).name, error.name) for error in refused.value.errors] == [
        ("a.yaml", "outside"),
        ("more", "outside"),
    ]


def test_no_error_quotes_a_value_of_a_case(tmp_path: Path) -> None:
    secret = "marker@example.com"
    cases: dict[str, Any] = {
        "attribute": given(f"{{client: web, attributes: {{email: [{secret}]}}}}"),
        "time": given(f"{{client: web, now: {secret}}}"),
        "variable": given(f"{{client: web, variables: {{STAGE: {secret}}}}}"),
        "lookup": given(f"{{client: web, lookups: {{user: {{age: {secret}}}}}}}"),
        "claims": given("{client: web}", f"{{access_token: {{claims: {secret}}}}}"),
    }
    for case in cases.values():
        assert [error for error in errors_of(tmp_path, case) if secret in error] == []


def test_a_mistake_in_the_shape_of_a_case_hides_no_other_one(tmp_path: Path) -> None:
    """What can be read is held against the policy, and nothing is told that only follows from the mistake."""
    cases = """\
cases:
  - given: {clientt: web, attributes: {zzz: a}}
    expect: {denied: nobody}
  - name: an admin may approve orders
    given: {client: [], metadata: {zzz: a}}
    expect: {denyed: true}
  - name: three
    given: 5
    expect: {id_token: {claim: {}, encrypted_for: {nobody: {}}}}
  - name: three
    given: {client: nobody, now: soon}
    expct: {}
"""
    write(tmp_path, RULES, **{"cases/a.yaml": cases})
    with pytest.raises(PolicyErrors) as refused:
        load_cases(tmp_path, load_policy(tmp_path).plan())
    assert [f"{error.place.line}:{error.place.column} {error.name}" for error in refused.value.errors] == [
        "2:5 missing-key",
        "2:13 unknown-key",
        "2:40 unknown-name",
        "3:22 unknown-name",
        "5:21 wrong-type",
        "5:36 unknown-name",
        "6:14 unknown-key",
        "8:12 wrong-type",
        "9:25 unknown-key",
        "9:52 unknown-name",
        "10:5 missing-key",
        "10:11 duplicate-name",
        "11:21 unknown-name",
        "11:34 wrong-time",
        "12:5 unknown-key",
    ]
