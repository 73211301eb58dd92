"""Rules commute: their order, and that of files, means nothing."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from pretoken.policy.load import load_policy
from tests.properties.checks import rules_commute
from tests.properties.choices import Seeded
from tests.properties.policies import policy
from tests.properties.search import let_hypothesis_search, search

if TYPE_CHECKING:
    from pathlib import Path

    from tests.properties.choices import Choices


def test_no_order_of_rules_conditions_or_lists_changes_the_decision() -> None:
    let_hypothesis_search(rules_commute, examples=60)


def test_the_same_holds_for_many_examples_in_which_rules_act() -> None:
    tally: Counter[str] = Counter()
    assert search(rules_commute, 350, tally) is None
    assert tally["acted"] > 0.8 * tally["outcomes"]
    assert tally["in doubt"] > 0.1 * tally["outcomes"]


@pytest.mark.parametrize("seed", range(4))
def test_no_order_or_division_of_files_changes_the_plan(tmp_path: Path, seed: int) -> None:
    choices = Seeded(f"files {seed}")
    plan = policy(choices)
    _write_folder(tmp_path / "one", plan, [plan])
    _write_folder(tmp_path / "many", plan, _divided(choices, plan))
    assert load_policy(tmp_path / "one").policy.plan() == plan
    assert load_policy(tmp_path / "many").policy.plan() == plan


def _write_folder(folder: Path, plan: dict[str, Any], parts: list[dict[str, Any]]) -> None:
    """Write a policy folder; JSON without tabs is YAML."""
    (folder / "rules").mkdir(parents=True)
    (folder / "pool.yaml").write_text(json.dumps(plan["pool"]), encoding="utf-8")
    for number, part in enumerate(parts):
        written = {section: part[section] for section in ("derived", "tables", "rules") if part.get(section)}
        (folder / "rules" / f"{number}.yaml").write_text(json.dumps(written), encoding="utf-8")


def _divided(choices: Choices, plan: dict[str, Any]) -> list[dict[str, Any]]:
    """Divide what is named among three files, in any order."""
    parts: list[dict[str, Any]] = [{}, {}, {}]
    for section in ("rules", "tables", "derived"):
        for name in choices.shuffled(list(plan[section])):
            choices.pick(parts).setdefault(section, {})[name] = plan[section][name]
    return [part for part in parts if part]
