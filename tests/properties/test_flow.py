"""What the checks of the flow of data let pass keeps what is personal, and is nobody's to choose."""

from __future__ import annotations

import json
from collections import Counter
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from pretoken.policy.errors import Place
from pretoken.policy.policy import Policy
from pretoken.policy.report import Report
from pretoken.policy.soundness import check
from pretoken.trigger.steps import STEPS
from pretoken.trigger.tests import TESTS
from pretoken.trigger.values import FORMS
from tests.properties.choices import Seeded
from tests.properties.features import features_of_part
from tests.properties.flow_faults import FLOW_FAULTS, is_found
from tests.properties.flow_game import CHOICES, GRANTS, PRIVATE, RECIPIENTS, REMOVALS
from tests.properties.flow_grants import bounded_grants
from tests.properties.flow_nodes import parts_of
from tests.properties.flow_oracle import Oracle
from tests.properties.flow_passing import passing
from tests.properties.flow_policies import policy
from tests.properties.flow_recipients import recipients_are_nobodys_choice
from tests.properties.flow_relation import tokens_keep_to_entitlements
from tests.properties.flow_release import delimited_release, no_mark_in_the_clear
from tests.properties.flow_robustness import asking_for_less_gives_no_more, robustness
from tests.properties.flow_theorems import (
    THEOREMS,
    facts_are_few,
    proofs_are_asked_for,
    providers_are_asked_for,
    removals_hold,
)
from tests.properties.flow_world import PATHS
from tests.properties.search import let_hypothesis_search, search

if TYPE_CHECKING:
    from tests.properties.checks import Check
    from tests.properties.faults import Fault

FLOORS: dict[Check, dict[str, float]] = {
    # What a search must see of so many policies, or it proves nothing.
    delimited_release: {"compared": 8, "encrypted otherwise": 0.1},
    facts_are_few: {"compared": 8},
    no_mark_in_the_clear: {"encrypted marks": 0.05},
    robustness: {
        "compared": 8,
        "moved": 0.4,
        "chosen otherwise": 2,
        "claims compared": 0.3,
        "entitlements": 0.08,
    },
    removals_hold: {"compared": 7, "moved": 0.2},
    proofs_are_asked_for: {"compared": 8, "moved": 0.3},
    providers_are_asked_for: {"compared": 8, "moved": 0.2},
    asking_for_less_gives_no_more: {"compared": 6, "moved": 0.7},
    bounded_grants: {"grants": 0.05},
    recipients_are_nobodys_choice: {"messages": 2.5},
}
EXAMPLES = 300


@pytest.mark.parametrize("theorem", THEOREMS, ids=lambda theorem: theorem.__name__)
def test_what_passes_keeps_the_theorem_and_the_search_sees_enough_to_tell(theorem: Check) -> None:
    tally: Counter[str] = Counter()
    assert search(theorem, EXAMPLES, tally) is None
    assert tally["passed"] > 0.8 * tally["policies"]
    assert tally["rules left"] > 0.35 * tally["rules"]
    assert tally["acted"] > 0.6 * tally["outcomes"]
    for name, floor in FLOORS[theorem].items():
        assert tally[name] > floor * tally["policies"], (name, tally)


@pytest.mark.parametrize("theorem", THEOREMS, ids=lambda theorem: theorem.__name__)
def test_hypothesis_finds_no_exception_either(theorem: Check) -> None:
    let_hypothesis_search(theorem, examples=8)


def test_nobody_gets_a_tenant_or_a_role_to_which_he_is_not_entitled() -> None:
    tally: Counter[str] = Counter()
    assert search(tokens_keep_to_entitlements, 400, tally) is None
    assert min(tally["passed"], tally["tenants"], tally["roles"]) > 0.5 * tally["policies"]


@pytest.mark.parametrize("fault", FLOW_FAULTS, ids=lambda fault: fault.name)
def test_the_search_finds_the_hole_when_a_rule_of_the_analysis_is_switched_off(fault: Fault) -> None:
    assert is_found(fault, examples=4_000), f"{fault.name}: no example shows it"


_FOCUSES = (PRIVATE, CHOICES, GRANTS, RECIPIENTS, REMOVALS)
_VALUES = ("access_token claims", "access_token encrypted_for", "id_token claims", "id_token encrypted_for", "add")
_OF_ITEMS = ("prefix", "one_of", "safe_as", "from_identity_provider", "not", "constant", "list")


def test_generators_reach_each_step_form_test_and_sink_and_some_of_it_passes_and_some_does_not() -> None:
    reached: dict[bool, set[tuple[str, str]]] = {True: set(), False: set()}
    paths: set[str] = set()
    for number, focus in product(range(400), _FOCUSES):
        plan = policy(Seeded(f"{number}"), focus)
        left = (passing(plan) or {"rules": {}})["rules"]
        oracle = Oracle(plan)
        for name, rule in plan["rules"].items():
            for at, kind, part in parts_of(rule):
                paths |= oracle.paths(part, kind)
                reached[name in left].update(product(features_of_part(part, kind, plan), [_sink(at)]))
    wanted = {
        *product([f"step {step}" for step in STEPS], _VALUES),
        *product([f"form {form}" for form in (*FORMS, "constant")], _VALUES),
        *product(["tail then", "tail one_of", "tail default"], _VALUES),
        *product([f"test {test}" for test in (*TESTS, "constant", "list")], ["when"]),
        *product([f"condition {key}" for key in ("all", "any", "not", "tests")], ["when"]),
        *product([f"test {test}" for test in _OF_ITEMS], ["keep", "remove"]),
    } - {("form test", "add")}  # a boolean is no scope
    assert wanted - reached[True] - reached[False] == set()
    assert len(wanted - reached[True]) < 0.05 * len(wanted), wanted - reached[True]
    assert len(wanted - reached[False]) < 0.05 * len(wanted), wanted - reached[False]
    assert {path for kinds in PATHS.values() for paths_ in kinds.values() for path in paths_} - paths == set()


def _sink(at: tuple[str, ...]) -> str:
    if at[0] in ("access_token", "id_token"):
        return f"{at[0]} {'encrypted_for' if at[1] == 'encrypted_for' else 'claims'}"
    return at[-1]


@pytest.mark.parametrize("focus", _FOCUSES)
def test_the_loader_accepts_every_policy(focus: Any) -> None:
    for number in range(25):
        plan = policy(Seeded(f"sound {number}"), focus)
        report = Report(lambda _at, _key: Place("generated"))
        check(Policy.model_validate(plan), report)
        assert not report.errors, (report.errors, json.dumps(plan["rules"]))
