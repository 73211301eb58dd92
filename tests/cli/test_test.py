"""`pretoken test`."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import CASES, RULES, Run
from tests.simulator.folders import write

FAILING = """\
  - name: a better plan for everyone
    given: {client: web}
    expect:
      access_token:
        claims: {plan: pro}
"""
COMPLETE = """\
  - name: a worker has no plan
    given: {client: worker}
    expect: {access_token: {without: [plan]}}
  - name: an invoice
    given: {client: web, scopes: [invoices/read], attributes: {email: anna@example.com}}
    expect: {access_token: {encrypted_for: {billing-api: {email: anna@example.com}}}}
  - name: nobody of a closed tenant signs in
    given: {client: web, attributes: {custom:tenant: closed}}
    expect: {denied: closed}
"""


def cases(text: str) -> None:
    Path("policies/cases/a.yaml").write_text(text)


def test_passing_cases_are_counted_and_what_was_never_reached_is_listed(run: Run) -> None:
    result = run("test")

    assert result.exit_code == 0
    assert (
        result.output
        == """\
1 passed, 0 failed

coverage                     reached     of
rules that applied                 3      5    60 %
conditions, both outcomes          3      6    50 %
total                              6     11    54 %

never reached
    policies/rules/a.yaml:3:11: the condition of rule `plan` was never false or unknown
    policies/rules/a.yaml:8:3: rule `invoice` never applied
    policies/rules/a.yaml:12:3: rule `closed` never applied
"""
    )


def test_a_failing_case_shows_expected_and_actual_with_its_place(run: Run) -> None:
    cases(CASES + FAILING)
    result = run("test")

    assert result.exit_code == 1
    assert result.output.startswith("""\
failed policies/cases/a.yaml:5:11: a better plan for everyone
    access_token.claims.plan, expected on line 9
        expected  "pro"
        actual    "free"  (written by `plan`)
    rules that applied: hide, plan, tenant

1 passed, 1 failed

coverage """)


def test_full_coverage_lists_nothing(run: Run) -> None:
    cases(CASES + COMPLETE)
    result = run("test", "--fail-under", "100")

    assert result.exit_code == 0
    assert "never reached" not in result.output
    assert "total                             11     11   100 %\n" in result.output


def test_the_summary_stands_alone_on_a_line(run: Run) -> None:
    cases(CASES + FAILING)

    assert "1 passed, 1 failed" in run("test").output.splitlines()


def test_too_little_coverage_fails(run: Run) -> None:
    assert run("test", "--fail-under", "54.5").exit_code == 0
    result = run("test", "--fail-under", "55")

    assert result.exit_code == 1
    assert result.stderr == "coverage is below 55 %; write cases for what was never reached\n"


def test_without_cases_nothing_is_tested_and_the_first_one_is_shown(run: Run) -> None:
    Path("policies/cases/a.yaml").unlink()
    result = run("test", "--fail-under", "0")

    assert (result.exit_code, result.stdout) == (2, "")
    message, _, case = result.stderr.partition(":\n")
    assert message == "no cases in policies/cases; write the first one, for example in policies/cases/example.yaml"
    Path("policies/cases/example.yaml").write_text(case)
    assert run("test").output.startswith("1 passed, 0 failed\n")


def test_an_answer_that_nobody_can_ask_for_is_noted(run: Run) -> None:
    unasked = """\
  - name: a machine has no row
    given: {client: worker, principal: machine, lookups: {user: {plan: pro}}}
    expect: {denied: false}
"""
    cases(CASES + unasked)
    note = "lookup `user` wasn't asked: `attribute.sub` is absent"

    assert f"policies/cases/a.yaml:5:11: note: {note}\n\n2 passed, 0 failed\n" in run("test").output
    passed, noted = json.loads(run("test", "--format", "json").output)["cases"]
    assert ("notes" not in passed, noted["notes"]) == (True, [note])
    cases(CASES + unasked.replace("denied: false", "denied: true"))
    assert f"\n    rules that applied: tenant\n    note: {note}\n\n1 passed, 1 failed\n" in run("test").output


def test_a_policy_without_conditions_has_nothing_to_count_there(run: Run) -> None:
    write(Path("policies"), "rules: {plan: {access_token: {claims: {plan: free}}}}")

    assert "conditions, both outcomes          0      0       -\n" in run("test").output


def test_one_case_can_be_run_by_a_part_of_its_name(run: Run) -> None:
    cases(CASES + FAILING)
    result = run("test", "-k", "FREE plan")

    assert result.exit_code == 0
    assert result.output == "1 passed, 0 failed\n"  # coverage is that of all cases


def test_a_name_that_no_case_has_is_told(run: Run) -> None:
    result = run("test", "-k", "nothing")

    assert (result.exit_code, result.stderr) == (2, "-k: no case has this in its name; `pretoken test` runs all\n")


def test_coverage_of_some_cases_is_not_measured(run: Run) -> None:
    result = run("test", "-k", "free", "--fail-under", "1")

    assert (result.exit_code, result.stderr) == (2, "--fail-under: coverage is that of all cases; leave `-k` out\n")


def test_mistakes_in_cases_are_told(run: Run) -> None:
    cases(CASES.replace("client: web", "client: wep"))
    result = run("test")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("policies/cases/a.yaml:3:21: unknown-name: `wep` isn't a client that is declared; ")


def test_the_json_form_has_cases_mismatches_and_coverage(run: Run) -> None:
    cases(CASES + FAILING)
    result = run("test", "--format", "json")
    data = json.loads(result.output)

    assert result.exit_code == 1
    assert (data["passed"], data["failed"]) == (1, 1)
    assert data["cases"][0] == {
        "name": "a free plan for everyone",
        "file": "policies/cases/a.yaml",
        "line": 2,
        "column": 11,
        "passed": True,
        "mismatches": [],
        "applied": ["hide", "plan", "tenant"],
        "in_doubt": [],
    }
    assert data["cases"][1]["mismatches"] == [
        {
            "at": "access_token.claims.plan",
            "line": 9,
            "expected": '"pro"',
            "actual": '"free"',
            "because": "written by `plan`",
        }
    ]
    assert data["coverage"]["rules"] == [3, 5]
    assert data["coverage"]["outcomes"] == [3, 6]
    assert data["coverage"]["percent"] == 54.5
    assert data["coverage"]["gaps"][0] == {
        "file": "policies/rules/a.yaml",
        "line": 3,
        "column": 11,
        "message": "the condition of rule `plan` was never false or unknown",
    }
    assert "coverage" not in json.loads(run("test", "--format", "json", "-k", "free").output)


def test_failures_are_coloured_on_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    cases(CASES + FAILING)

    assert "\x1b[31mfailed" in run("test", color=True).output
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run("test", color=True).output


def test_cases_need_neither_boto3_nor_the_encryption_sdk(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    cases(CASES + COMPLETE)
    monkeypatch.setitem(__import__("sys").modules, "pretoken.sealing", None)

    assert run("test").output.startswith("4 passed, 0 failed\n")
    assert "encrypted_for" in RULES
