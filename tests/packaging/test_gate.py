"""What isn't safe to deploy isn't built."""

from __future__ import annotations

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


def refused(project: Project) -> RefusedError:
    with pytest.raises(RefusedError) as refused:
        admit(project.policies, python=True)
    assert (refused.value.name, refused.value.refused) == ("refused", True)
    return refused.value


def test_a_sound_policy_whose_cases_pass_is_admitted_with_its_plan(project: Project) -> None:
    admitted = admit(project.policies, python=True)
    assert admitted.cases == 1
    assert admitted.plan["rules"] == {"greeting": {"id_token": {"claims": {"hello": "world"}}}}


def test_a_policy_that_does_not_load_is_refused_with_its_errors_and_those_of_its_cases(project: Project) -> None:
    project.write(RULES.replace("id_token", "id_tokn"), CASES.replace("expect:", "expct:"))
    files = {error.place.file.rpartition("/policies/")[2] for error in refused(project).findings}
    assert files == {"rules/a.yaml", "cases/a.yaml"}


def test_findings_are_refused(project: Project) -> None:
    project.write(DOUBTED, "")
    (project.policies / "cases" / "a.yaml").unlink()
    assert {finding.name for finding in refused(project).findings} == {"never-true"}


def test_a_missing_policy_is_refused(project: Project) -> None:
    assert [error.name for error in refused(project._replace(folder=project.folder / "none")).findings] == ["no-policy"]


def test_mistakes_in_cases_are_refused(project: Project) -> None:
    project.write(cases=CASES.replace("client: web", "client: wep"))
    assert [error.name for error in refused(project).findings] == ["unknown-name"]


def test_failing_cases_are_refused_and_named(project: Project) -> None:
    project.write(cases=CASES.replace("hello: world", "hello: moon"))
    refusal = refused(project)
    assert [result.located.case.name for result in refusal.failed] == ["anyone is greeted"]
    assert refusal.findings == ()
    assert "anyone is greeted" in str(refusal)


def test_notices_are_no_reason_to_refuse(project: Project) -> None:
    (project.policies / "pool.yaml").write_text(
        (project.policies / "pool.yaml").read_text() + "attributes: {custom:unused: {data: none}}\n"
    )
    assert admit(project.policies, python=True).cases == 1


def test_python_rule_files_are_refused_where_they_may_not_run(project: Project) -> None:
    (project.policies / "rules" / "b.py").write_text("raise SystemExit('it ran')\n")
    with pytest.raises(RefusedError) as refused:
        admit(project.policies, python=False)
    assert [error.name for error in refused.value.findings] == ["python-refused"]
