"""All checks: the sample policy passes them, acceptances silence them, and many rules cost little."""

import re
import sys
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any, cast

import pytest

from pretoken.checks import all_findings, findings
from pretoken.checks.registry import CHECKS
from pretoken.policy.errors import Place
from pretoken.policy.load import LoadedPolicy, load_policy
from pretoken.policy.policy import Policy
from pretoken.policy.report import At
from pretoken.pools import read_template
from tests.checks.conftest import POOL, Check
from tests.properties.choices import Seeded
from tests.properties.policies import policy

ENDING = re.compile("(`|leave it out|takes them all)$")
SAMPLE = Path(__file__).parents[2] / "policies"
TEMPLATE = SAMPLE.parent / "template.yaml"

STAGE = """\
rules:
  stage:
    access_token: {claims: {stage: live}}
    accept: [{finding: reaches-machines, at: access_token, why: Every token names the stage.}]
"""


def test_the_sample_policy_has_no_findings() -> None:
    """What people copy is clean."""
    assert findings(load_policy(SAMPLE), read_template(TEMPLATE)) == []


def test_names_are_those_of_the_functions_in_kebab_case() -> None:
    """Names are stable: acceptances and dashboards hold them."""
    assert {name: check.severity for name, check in CHECKS.items()} == {
        "claim-suppressed-elsewhere": "error",
        "missing-variable": "error",
        "not-a-key-arn": "error",
        "personal-data-in-clear": "error",
        "recipient-chosen-by-untrusted-input": "error",
        "removal-can-be-evaded": "error",
        "secret-in-token": "error",
        "tier-too-low": "error",
        "untrusted-authorization": "error",
        "writable-attribute": "error",
        "wrong-trigger-version": "error",
        "admin-scope-kept": "warning",
        "ambiguous-template": "warning",
        "chosen-user-name": "warning",
        "constant-key": "warning",
        "doubtful-label": "warning",
        "excess-permission": "warning",
        "iam-wildcard": "warning",
        "looks-like-a-path": "warning",
        "lost-on-refresh": "warning",
        "metadata-never-arrives": "warning",
        "missing-permission": "warning",
        "never-true": "warning",
        "personal-constant": "warning",
        "reaches-machines": "warning",
        "roles-kept-for-removed-groups": "warning",
        "scope-opens-profile": "warning",
        "sensitive-data-in-id-token": "warning",
        "token-too-large": "warning",
        "too-many-facts": "warning",
        "unbounded-scopes": "warning",
        "unpaired-choices": "warning",
        "unused-acceptance": "warning",
        "verified-by-provider": "warning",
        "add-without-effect": "notice",
        "pseudonym-beside-sub": "notice",
        "undeclared-variable": "notice",
        "unused-name": "notice",
        "user-name-in-clear": "notice",
    }


def test_an_accepted_finding_is_silent_and_counted(check: Check) -> None:
    """It is still there, with the reason."""
    outcome = check(STAGE)
    assert [finding.name for finding in outcome.standing if finding.severity != "notice"] == []
    ((finding, why),) = outcome.accepted
    assert (finding.name, finding.rule, finding.at, why) == (
        "reaches-machines",
        "stage",
        "access_token",
        "Every token names the stage.",
    )


def test_an_acceptance_silences_one_place_only(check: Check) -> None:
    """The same finding in another rule, and another finding at the same place, still stand."""
    rules = STAGE + "  other:\n    access_token: {claims: {other: live}}\n"
    names = [(finding.name, finding.rule) for finding in check(rules).standing if finding.severity != "notice"]
    assert names == [("reaches-machines", "other")]


def test_the_pool_accepts_what_is_outside_of_rules(check: Check) -> None:
    """Findings about the pool, about derived values and about tables."""
    accept = """accept:
- {finding: unused-name, at: derived.x, why: It comes next week.}
- {finding: unused-name, at: tables.x, why: It comes next week.}
- {finding: unused-name, at: attributes.custom:a, why: It comes next week.}
"""
    outcome = check("derived: {x: a}\ntables: {x: {a: b}}\n", POOL + accept)
    assert [accepted.finding.at for accepted in outcome.accepted] == ["attributes.custom:a", "derived.x", "tables.x"]
    assert "unused-acceptance" not in {finding.name for finding in outcome.standing}


def test_findings_come_in_the_order_of_their_places(check: Check) -> None:
    """The order of the checks is no one's business."""
    places = [finding.place for finding in check("rules: {a: {access_token: {claims: {a: b}}}}\n").standing]
    assert places == sorted(places)
    assert len({place.file for place in places}) == 2


def test_any_sound_policy_can_be_checked() -> None:
    """Whatever its values and conditions; every message ends with something to type, or to leave out."""
    seen = Counter[str]()
    template = read_template(TEMPLATE)
    for seed in range(200):
        sound = Policy.model_validate(policy(Seeded(f"checks-{seed}")))
        outcome = all_findings(LoadedPolicy(sound, (), cast("Any", Nowhere())), template)
        seen.update(finding.name for finding in (*outcome.standing, *(one.finding for one in outcome.accepted)))
        assert all(ENDING.search(finding.cure) for finding in outcome.standing)
    assert set(CHECKS) - set(seen) <= {
        "constant-key",
        "excess-permission",
        "iam-wildcard",
        "looks-like-a-path",
        "metadata-never-arrives",
        "missing-permission",
        "not-a-key-arn",
        "personal-constant",
        "secret-in-token",
        "sensitive-data-in-id-token",
        "tier-too-low",
        "token-too-large",
        "too-many-facts",
        "unpaired-choices",
        "unused-acceptance",
        "verified-by-provider",
        "writable-attribute",
    }


class Nowhere:
    """The places of a policy without files."""

    def of(self, _at: At, *, key: bool = False) -> Place:
        del key
        return Place("pool.yaml")


def calls(folder: Path) -> int:
    """Count the function calls that checking a policy takes."""
    loaded = load_policy(folder)
    count = 0

    def counting(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(counting)
    try:
        all_findings(loaded)
    finally:
        sys.setprofile(None)
    return count


def test_ten_times_the_rules_take_ten_times_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing compares every rule with every other one."""
    monkeypatch.chdir(tmp_path)
    rule = """\
  rule-{n}:
    when: {{attribute.custom:a: t-{n}, metadata.tenant: a}}
    access_token:
      claims: {{c{n}: {{template: "{{attribute.custom:a}}-{{attribute.custom:b}}"}}, d{n}: {{from: derived.d{n}}}}}
      scopes: {{add: [s{n}], remove: r{n}}}
    groups: {{add: {{from: lookup.user.scopes}}, remove: g{n}}}
    accept: [{{finding: lost-on-refresh, at: when, why: so be it}}]
  clear-{n}: {{access_token: {{scopes: {{remove: s{n}}}}}}}
"""
    counts = []
    for many in (20, 200):
        folder = Path(str(many))
        (folder / "rules").mkdir(parents=True)
        (folder / "pool.yaml").write_text(POOL, encoding="utf-8")
        numbers = range(many)
        derived = "".join(f"  d{n}: {{from: attribute.custom:a, then: {{pseudonym: analytics}}}}\n" for n in numbers)
        rules = "".join(rule.format(n=n) for n in numbers)
        (folder / "rules" / "a.yaml").write_text(f"derived:\n{derived}rules:\n{rules}", encoding="utf-8")
        counts.append(calls(folder))
    assert counts[1] < 11 * counts[0]
