"""`pretoken check`."""

import json
from pathlib import Path

import pytest

from pretoken.checks import Finding
from pretoken.checks.acceptances import Accepted
from pretoken.checks.finding import Severity, Step
from pretoken.checks.registry import Findings
from pretoken.policy.errors import Place
from pretoken.simulator import examination
from tests.cli.conftest import Run
from tests.simulator.folders import POOL, write


def test_a_sound_policy_has_no_findings(run: Run) -> None:
    result = run("check")

    assert (result.exit_code, result.output) == (0, "no findings: 5 rules in 2 files, 1 case\n")


def test_all_errors_of_all_files_are_told_sorted_by_place(run: Run) -> None:
    write(
        Path("policies"),
        "rules: {a: {acess_token: {}}}",
        POOL.replace("language: 1", "langauge: 1"),
        **{
            "rules/b.yaml": "rules:\n  b:\n    when: {clent: web}\n    id_token: {suppress: [name]}\n",
            "cases/a.yaml": "cases:\n  - {name: one, gven: {client: web}, expect: {denied: false}}\n",
        },
    )
    result = run("check")
    lines = result.output.splitlines()
    places = [(file, int(line), int(column)) for file, line, column, *_ in (line.split(":") for line in lines[:-2])]

    assert result.exit_code == 1
    assert places == sorted(places)
    assert {file for file, _, _ in places} == {
        "policies/cases/a.yaml",
        "policies/pool.yaml",
        "policies/rules/a.yaml",
        "policies/rules/b.yaml",
    }
    assert lines[-2:] == ["", f"{len(places)} errors in 4 files"]


def test_cases_are_checked_against_the_policy(run: Run) -> None:
    Path("policies/cases/a.yaml").write_text("cases: [{name: one, given: {client: wep}, expect: {denied: false}}]")
    result = run("check")

    assert result.exit_code == 1
    assert result.output == (
        "policies/cases/a.yaml:1:37: unknown-name: `wep` isn't a client that is declared; there are `web`, `worker`\n"
        "\n"
        "1 error in 1 file; checked 5 rules in 2 files\n"
    )


WARNED = "rules: {stage: {when: {client: web}, access_token: {claims: {stage: live}}, accept: [ACCEPTED]}}"
UNUSED = "{finding: reaches-machines, at: access_token, why: It was once.}"


FILE = "policies/rules/a.yaml"
FLOW = (Step("attribute.birthdate (user)", Place(FILE, 2, 5)), Step("access_token.claims.adult", Place(FILE, 3, 1)))
ACCEPTED = Accepted(
    Finding("other-finding", "error", Place(FILE, 9, 2), "plan", "access_token", "all", "do", "bad"), "It is meant so."
)


def found(
    monkeypatch: pytest.MonkeyPatch,
    severity: Severity,
    flow: tuple[Step, ...] = (),
    accepted: tuple[Accepted, ...] = (),
) -> None:
    finding = Finding("a-finding", severity, Place(FILE, 3, 1), "plan", "when", "this", "that", "them", flow)
    monkeypatch.setattr(examination, "all_findings", lambda *_: Findings([finding], [*accepted]))


@pytest.mark.parametrize(("severity", "code"), [("error", 1), ("warning", 1), ("notice", 0)])
def test_findings_of_a_sound_policy_are_told_and_notices_alone_are_no_failure(
    severity: Severity, code: int, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(monkeypatch, severity)
    result = run("check")

    assert result.exit_code == code
    assert result.output == (
        f"policies/rules/a.yaml:3:1: {severity}[a-finding]: this\n"
        "    gain: them\n"
        "    cure: that\n"
        "\n"
        f"1 {severity} in 1 file; checked 5 rules in 2 files, 1 case\n"
    )


def test_errors_and_findings_are_sorted_and_counted_together(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    found(monkeypatch, "warning", accepted=(ACCEPTED, ACCEPTED))
    Path("policies/cases/a.yaml").write_text("cases: []")
    result = run("check")

    assert [line.split(":")[0] for line in result.output.splitlines()[:2]] == [
        "policies/cases/a.yaml",
        "policies/rules/a.yaml",
    ]
    assert result.output.endswith("\n1 error, 1 warning in 2 files; checked 5 rules in 2 files, 2 accepted findings\n")


def test_the_checks_are_asked(run: Run) -> None:
    write(Path("policies"), WARNED.replace("ACCEPTED", UNUSED))
    result = run("check")

    assert result.exit_code == 1
    assert "warning[unused-acceptance]" in result.output


def test_a_finding_shows_from_where_to_where_data_flows(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    found(monkeypatch, "error", FLOW)

    assert run("check").output.splitlines()[:4] == [
        "policies/rules/a.yaml:3:1: error[a-finding]: this",
        "    attribute.birthdate (user) -> access_token.claims.adult",
        "    gain: them",
        "    cure: that",
    ]


def test_accepted_findings_stay_in_the_report_with_the_reason(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "all_findings", lambda *_: Findings([], [ACCEPTED]))
    result = run("check")

    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "policies/rules/a.yaml:9:2: accepted[other-finding]: all: It is meant so.",
        "",
        "no findings: 5 rules in 2 files, 1 case, 1 accepted finding",
    ]
    assert json.loads(run("check", "--format", "json").output)["accepted"] == [
        {**ACCEPTED.finding.to_json(), "why": "It is meant so."}
    ]


def test_accepted_findings_come_after_those_that_stand(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    found(monkeypatch, "notice", accepted=(ACCEPTED,))
    first, second, last = run("check").output.split("\n\n")

    assert first.startswith("policies/rules/a.yaml:3:1: notice[a-finding]")
    assert second.startswith("policies/rules/a.yaml:9:2: accepted[other-finding]")
    assert last.startswith("1 notice in 1 file; ")


@pytest.mark.parametrize(
    ("why", "shown"),
    [
        ("It is meant so.", "It is meant so."),
        ("\x1b[31mIt is\nmeant so.", " [31mIt is meant so."),
        ("anna@example.com wants it.", "a reason that may be about a person"),
    ],
)
@pytest.mark.parametrize("format_", ["text", "json", "sarif", "github"])
def test_a_reason_is_told_in_every_format_unless_it_may_be_about_a_person(
    format_: str, why: str, shown: str, run: Run
) -> None:
    accept = "{finding: reaches-machines, at: access_token, why: WHY}".replace("WHY", json.dumps(why))
    pool = POOL.replace("limits: {access_token_bytes: 4096}\n", "")
    write(Path("policies"), WARNED.replace("when: {client: web}, ", "").replace("ACCEPTED", accept), pool)
    result = run("check", "--format", format_)

    assert result.exit_code == 0
    assert shown in result.output
    assert not any(hidden in result.output for hidden in ("anna", "\x1b", "u001b"))


@pytest.mark.parametrize("format_", ["text", "json", "sarif", "github"])
def test_every_format_has_the_same_exit_code(format_: str, run: Run) -> None:
    assert run("check", "--format", format_).exit_code == 0
    write(Path("policies"), "rules: {a: {acess_token: {}}}")
    assert run("check", "--format", format_).exit_code == 1


def test_a_finding_can_be_explained(run: Run) -> None:
    result = run("check", "--explain", "reaches-machines")

    assert result.exit_code == 0
    assert result.output.startswith("reaches-machines (")
    result = run("check", "--explain", "reaches-machine")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "--explain: no finding has the name `reaches-machine`, and errors explain themselves; "
        "did you mean `reaches-machines`?\n"
    )


def test_the_json_form_has_an_object_for_each_finding(run: Run) -> None:
    assert json.loads(run("check", "--format", "json").output) == {
        "findings": [],
        "accepted": [],
        "rules": 5,
        "files": ["policies/pool.yaml", "policies/rules/a.yaml"],
        "cases": 1,
        "template": None,
        "released": [
            {
                "kind": "self-asserted",
                "rule": "invoice",
                "at": f"access_token.encrypted_for.billing-api.{name}",
                "inputs": [f"attribute.{name}"],
            }
            for name in ("email", "name")
        ],
    }
    write(Path("policies"), "rules: {a: {acess_token: {}}}")
    result = run("check", "--format", "json")
    data = json.loads(result.output)

    assert result.exit_code == 1
    assert {key: data["findings"][0][key] for key in ("file", "line", "column", "severity", "name")} == {
        "file": "policies/rules/a.yaml",
        "line": 1,
        "column": 13,
        "severity": "error",
        "name": "unknown-key",
    }
    assert (data["rules"], data["files"]) == (0, [])


def test_a_folder_without_pool_yaml_is_a_finding(run: Run) -> None:
    Path("policies/pool.yaml").unlink()
    result = run("check")

    assert result.exit_code == 1
    assert "policies/pool.yaml:1:1: " in result.output


def test_a_file_in_place_of_the_folder_is_told(run: Run) -> None:
    result = run("check", "--policies", "policies/pool.yaml")

    assert result.exit_code == 2
    assert result.stderr == (
        "policies/pool.yaml: there is no such folder; name the one with pool.yaml: `--policies DIR`\n"
    )


def test_python_can_be_refused(run: Run) -> None:
    Path("policies/rules/b.py").write_text("raise SystemExit('this was run')")
    result = run("check", "--no-python")

    assert result.exit_code == 1
    assert "policies/rules/b.py:1:1: " in result.output


def test_a_rules_file_that_prints_does_not_disturb_the_report(run: Run) -> None:
    code = "from pretoken.policy.rules import RuleFile\nprint('hello')\nfile = RuleFile(rules={})\n"
    Path("policies/rules/b.py").write_text(code)
    result = run("check", "--format", "json")

    assert (result.exit_code, json.loads(result.stdout)["findings"]) == (0, [])
    assert result.stderr == "hello\n"


TEMPLATE = """\
Resources:
  PreTokenGeneration:
    Type: AWS::Serverless::Function
    Properties: {Handler: pre_token_generation.handler, Role: !Ref Role, Environment: {Variables: {KEY: a}}}
"""


def test_the_template_beside_the_folder_is_compared(run: Run) -> None:
    Path("template.yml").write_text(TEMPLATE)
    result = run("check")

    assert result.exit_code == 1
    assert result.output == (
        "template.yml:4:88: error[missing-variable]: the function `PreTokenGeneration` has no variable `WEB_ID`\n"
        "    gain: the function doesn't start, and every sign-in is refused\n"
        "    cure: write `WEB_ID: VALUE` under its `Environment`, in `Variables`\n\n"
        "1 error in 1 file; checked 5 rules in 2 files, 1 case, template.yml\n"
    )
    assert json.loads(run("check", "--format", "json").output)["template"] == "template.yml"


def test_another_template_can_be_named(run: Run) -> None:
    Path("template.yml").write_text(TEMPLATE)
    Path("other.json").write_text('{"Resources": {}}')
    result = run("check", "--template", "other.json")

    assert (result.exit_code, result.output) == (0, "no findings: 5 rules in 2 files, 1 case, other.json\n")


def test_a_template_that_cannot_be_read_is_an_error_beside_those_of_the_rules(run: Run) -> None:
    Path("template.yaml").write_text("Resources: {A: !Ref B, A: !Ref C}")
    Path("policies/rules/a.yaml").write_text("rules: {a: {acess_token: {}}}")
    result = run("check")

    assert result.exit_code == 1
    assert [line.split(": ")[1] for line in result.output.splitlines()[:2]] == ["unknown-key", "duplicate-key"]


def test_a_template_that_is_not_there_cannot_be_compared(run: Run) -> None:
    Path("template.yml").write_text(TEMPLATE)
    result = run("check", "--template", "template.yaml")

    assert (result.exit_code, result.output) == (
        2,
        "template.yaml: there is no such file; did you mean `template.yml`?\n",
    )
