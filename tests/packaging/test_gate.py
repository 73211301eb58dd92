"""What isn't safe to deploy isn't built."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from pretoken.packaging import RefusedError
from pretoken.packaging.gate import admit
from tests.packaging.conftest import CASES, RULES

if TYPE_CHECKING:
    from tests.packaging.conftest import Project

DOUBTED = (
    'rules: {greeting: {when: {attribute.email: {domain: "@example.com"}}, id_token: {suppress: [phone_number]}}}\n'
)


def refused(project: Project, *, python: bool = True) -> tuple[str, str]:
    """Give the name of the refusal and its text, without the folder."""
    with pytest.raises(RefusedError) as refused:
        admit(project.policies, python=python)
    return refused.value.name, str(refused.value).replace(f"{project.policies}", "policies")


def test_a_sound_policy_whose_cases_pass_is_admitted_with_its_plan(project: Project) -> None:
    assert admit(project.policies, python=True)["rules"] == {"greeting": {"id_token": {"claims": {"hello": "world"}}}}


def test_a_policy_that_does_not_load_is_refused_with_its_errors_and_those_of_its_cases(project: Project) -> None:
    project.write(RULES.replace("id_token", "id_tokn"), CASES.replace("expect:", "expct:"))
    name, text = refused(project)
    assert name == "findings"
    assert set(re.findall(r"^policies/(\S+?\.yaml)", text, re.MULTILINE)) == {"rules/a.yaml", "cases/a.yaml"}
    assert text.endswith("\n\nnothing is built until `pretoken check` passes")


def test_findings_are_refused_with_what_comes_of_them_and_the_cure(project: Project) -> None:
    project.write(DOUBTED)
    assert re.fullmatch(
        r"policies/rules/a.yaml:1:\d+: warning\[never-true\]: .+\n    gain: .+\n    cure: .+\n\nnothing is built .+",
        refused(project)[1],
    )


def test_a_missing_policy_is_refused(project: Project) -> None:
    assert ": no-policy: " in refused(project._replace(folder=project.folder / "none"))[1]


def test_mistakes_in_cases_are_refused(project: Project) -> None:
    project.write(cases=CASES.replace("client: web", "client: wep"))
    assert refused(project)[1].startswith("policies/cases/a.yaml:2:47: unknown-name: ")


def test_failing_cases_are_refused_and_named(project: Project) -> None:
    project.write(cases=CASES.replace("hello: world", "hello: moon"))
    name, text = refused(project)
    assert name == "failed-cases"
    assert text.startswith("failed policies/cases/a.yaml:2:12: anyone is greeted\n")
    assert text.endswith("\n\nnothing is built until `pretoken test` passes")


def test_a_policy_without_cases_is_refused(project: Project) -> None:
    (project.policies / "cases" / "a.yaml").unlink()
    assert refused(project)[0] == "no-cases"


def test_a_policy_whose_function_would_not_start_is_refused(project: Project) -> None:
    rule = "{from: attribute.sub, then: {pseudonym: partner}}"
    project.write(
        f"rules: {{known: {{access_token: {{claims: {{partner_id: {rule}}}, scopes: {{keep: openid}}}}}}}}\n",
        CASES.replace("id_token: {claims: {hello: world}}", "denied: false"),
    )
    (project.policies / "pool.yaml").write_text(
        (project.policies / "pool.yaml").read_text()
        + 'pseudonyms: {partner: {secret: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:partner"}}\n'
    )
    name, text = refused(project)
    assert name == "never-starts"
    assert text == "policies: the function wouldn't start: the secret of the pseudonym `partner` isn't there"


def test_notices_are_no_reason_to_refuse(project: Project) -> None:
    (project.policies / "pool.yaml").write_text(
        (project.policies / "pool.yaml").read_text() + "attributes: {custom:unused: {data: none}}\n"
    )
    assert admit(project.policies, python=True)


def test_python_rule_files_are_refused_where_they_may_not_run(project: Project) -> None:
    (project.policies / "rules" / "b.py").write_text("raise SystemExit('it ran')\n")
    assert "python-refused" in refused(project, python=False)[1]


def test_a_policy_that_its_template_contradicts_is_refused(project: Project) -> None:
    """The template beside the folder, or another one."""
    pool = project.policies / "pool.yaml"
    pool.write_text(pool.read_text() + "attributes: {custom:a: {writable_by: admin}}\n")
    template = project.folder / "template.yaml"
    template.write_text("Resources: {Web: {Type: AWS::Cognito::UserPoolClient}}\n")
    name, text = refused(project)
    assert name == "findings"
    assert "error[writable-attribute]" in text
    other = project.folder / "other.yaml"
    other.write_text("Resources: {}\n")
    assert admit(project.policies, python=True, template=other)
