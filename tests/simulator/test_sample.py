"""The sample policy's own cases."""

from pathlib import Path

import pytest

from pretoken.policy.load import load_policy
from pretoken.simulator.cases import load_cases
from pretoken.simulator.coverage import Coverage
from pretoken.simulator.lookups import parse_answers
from pretoken.simulator.running import Runner

ROOT = Path(__file__).parents[2]
PLAN = load_policy(ROOT / "policies").plan()
CASES = load_cases(ROOT / "policies", PLAN)


@pytest.mark.parametrize("located", CASES, ids=lambda located: located.case.name)
def test_each_case_passes(located: object) -> None:
    result = Runner(PLAN).run(located)  # type: ignore[arg-type]

    assert result.passed, str(result)


def test_the_cases_reach_every_rule_and_both_outcomes_of_each_condition() -> None:
    coverage = Coverage(PLAN)
    runner = Runner(PLAN, observe=coverage.observe)
    for located in CASES:
        coverage.note(runner.run(located).outcome)

    assert [gap.message for gap in coverage.gaps()] == []
    assert coverage.percent == 100


def test_the_names_of_cases_are_sentences_and_stand_once() -> None:
    names = [located.case.name for located in CASES]

    assert len(set(names)) == len(names) >= 12
    assert all(len(name.split()) >= 5 for name in names)


def test_the_sample_answers_fit_the_sample_policy() -> None:
    answers = ROOT / "events" / "lookups.yaml"

    assert set(parse_answers(answers.read_bytes(), str(answers), PLAN["pool"])) == {*PLAN["pool"]["lookups"]}
