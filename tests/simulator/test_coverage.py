"""What cases reach of the rules and their conditions."""

from pathlib import Path

import pytest

from pretoken.policy.load import load_policy
from pretoken.simulator.cases import load_cases
from pretoken.simulator.coverage import Coverage, conditions_of, locate
from pretoken.simulator.running import Runner
from tests.simulator.folders import POOL, write

RULES = """\
derived:
  size: {choose: [{when: {attribute.custom:level: {above: 5}}, value: large}], otherwise: small}
rules:
  always: {access_token: {claims: {size: {from: derived.size}}}}
  admins:
    when: {groups: admins}
    access_token:
      claims: {vip: {object: {deep: {test: {lookup.user.vip: true}}}}, tags: {add: {union: [a, b]}}}
      scopes: {add: {choose: [{when: {lookup.user.age: {above: 1}}, value: [adult]}]}}
  closed: {when: {attribute.name: closed}, deny: We are closed.}
"""
CONDITIONS = {
    ("derived", "size", "choose", 0, "when"),
    ("rules", "admins", "when"),
    ("rules", "admins", "access_token", "claims", "vip", "object", "deep", "test"),
    ("rules", "admins", "scopes", "add", "choose", 0, "when"),
    ("rules", "closed", "when"),
}


def cover(folder: Path, *cases: str, rules: str = RULES, pool: str = POOL) -> Coverage:
    texts = [f"  - {{name: {n}, given: {case}, expect: {{denied: false}}}}\n" for n, case in enumerate(cases, 10)]
    quoted = [text.replace("{name: ", '{name: "case ').replace(", given", '", given', 1) for text in texts]
    files = {"cases/a.yaml": "cases:\n" + "".join(quoted)} if cases else {}
    write(folder, rules, pool, **files)
    plan = load_policy(folder).plan()
    coverage = Coverage(plan)
    runner = Runner(plan, observe=coverage.observe)
    for located in load_cases(folder, plan):
        coverage.note(runner.run(located).outcome)
    return coverage


def test_every_condition_of_rules_and_derived_values_counts(tmp_path: Path) -> None:
    write(tmp_path, RULES)

    assert set(conditions_of(load_policy(tmp_path).plan())) == CONDITIONS


def test_without_cases_nothing_is_covered(tmp_path: Path) -> None:
    coverage = cover(tmp_path)

    assert (coverage.rules, coverage.outcomes, coverage.percent) == ((0, 3), (0, 10), 0)


def test_a_policy_without_rules_is_covered_by_any_case(tmp_path: Path) -> None:
    assert cover(tmp_path, "{client: web}", rules="rules: {}").percent == 100
    assert cover(tmp_path / "other", rules="rules: {}").percent == 0


def test_rules_that_applied_and_both_outcomes_count(tmp_path: Path) -> None:
    coverage = cover(tmp_path, "{client: web}")

    assert coverage.rules == (1, 3)
    assert coverage.outcomes == (3, 10)  # not true: the derived value's, and the `when` of two rules
    assert coverage.percent == pytest.approx(100 * 4 / 13)


def test_everything_can_be_reached(tmp_path: Path) -> None:
    row = "lookups: {user: {vip: true, age: 2}}"
    coverage = cover(
        tmp_path,
        "{client: web}",
        f"{{client: web, groups: [admins], attributes: {{custom:level: '6', name: closed}}, {row}}}",
        "{client: web, groups: [admins]}",
    )

    assert (coverage.percent, coverage.gaps()) == (100, [])


def test_an_unknown_condition_is_one_that_is_not_true(tmp_path: Path) -> None:
    rules = "rules: {a: {when: {lookup.user.vip: true}, access_token: {claims: {x: 1}}}}"
    coverage = cover(tmp_path, "{client: web, lookups: {user: failed}}", rules=rules)

    assert (coverage.rules, coverage.outcomes) == ((0, 1), (1, 2))


def test_gaps_say_what_never_happened_rules_first(tmp_path: Path) -> None:
    coverage = cover(tmp_path, "{client: web, groups: [admins]}")

    assert [(gap.at, gap.message) for gap in coverage.gaps()] == [
        (("rules", "closed"), "rule `closed` never applied"),
        (("derived", "size", "choose", 0, "when"), "the condition choose.0.when of `derived.size` was never true"),
        (
            ("rules", "admins", "access_token", "claims", "vip", "object", "deep", "test"),
            "the condition access_token.claims.vip.object.deep.test of rule `admins` was never true",
        ),
        (
            ("rules", "admins", "scopes", "add", "choose", 0, "when"),
            "the condition scopes.add.choose.0.when of rule `admins` was never true",
        ),
        (("rules", "admins", "when"), "the condition of rule `admins` was never false or unknown"),
    ]


def test_a_gap_can_be_found_in_the_file(tmp_path: Path) -> None:
    write(tmp_path, RULES)
    loaded = load_policy(tmp_path)

    assert {locate(loaded, place).line for place in CONDITIONS} == {2, 6, 8, 9, 10}
    assert locate(loaded, ("rules", "admins")).line == 5


def test_conditions_behind_variables_secrets_and_versions_count_too(tmp_path: Path) -> None:
    pool = POOL.replace("trigger: V3_0", "trigger: [V2_0, V3_0]") + "pseudonyms: {p: {secret: arn}}\n"
    rules = """\
rules:
  a:
    when: {client.id: "${WEB_ID}"}
    id_token: {claims: {x: {from: attribute.sub, then: {pseudonym: p}}}}
"""
    write(tmp_path, rules, pool)

    assert conditions_of(load_policy(tmp_path).plan()) == [("rules", "a", "when")]
