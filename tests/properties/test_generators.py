"""The generators reach the whole language, and write policies that the loader accepts."""

from __future__ import annotations

from itertools import combinations

from pretoken.policy.errors import Place
from pretoken.policy.policy import Policy
from pretoken.policy.report import Report
from pretoken.policy.soundness import check
from tests.properties.choices import Seeded
from tests.properties.features import ALL, EFFECTS, features_of_rule
from tests.properties.policies import policy


def test_rules_reach_every_part_of_the_language_and_every_two_parts_together() -> None:
    reached: set[str] = set()
    together: set[tuple[str, ...]] = set()
    for number in range(600):
        plan = policy(Seeded(f"reach {number}"))
        for name in plan["rules"]:
            features = features_of_rule(name, plan)
            reached |= features
            together.update(combinations(sorted(features), 2))
    # A rule with `deny` has no other effect.
    impossible = {tuple(sorted(("effect deny", effect))) for effect in EFFECTS}
    missing = set(combinations(sorted(ALL), 2)) - impossible - together
    assert ALL - reached == set()
    assert len(missing) < 0.02 * len(ALL) ** 2 / 2, sorted(missing)


def test_the_loader_accepts_every_policy() -> None:
    for number in range(150):
        plan = policy(Seeded(f"sound {number}"))
        report = Report(lambda _at, _key: Place("generated"))
        check(Policy.model_validate(plan), report)
        assert not report.errors, (report.errors, plan)
