"""`pretoken check --format sarif`: valid, complete, and the same fingerprints when lines move."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from jsonschema import Draft4Validator

from pretoken.checks import Finding
from pretoken.checks.acceptances import Accepted
from pretoken.checks.finding import Step
from pretoken.checks.registry import CHECKS
from pretoken.cli.formats.sarif import check_sarif
from pretoken.policy.errors import Place, RuleError
from tests.cli.examinations import EXAMINATIONS, examination
from tests.simulator.folders import write

if TYPE_CHECKING:
    from pretoken.simulator.examination import Examination
    from tests.cli.conftest import Run

SCHEMA = json.loads(Path(__file__).with_name("sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = Draft4Validator(SCHEMA)
URI = re.compile(r"(?:file:///)?(?:[\w.~!$&'()*+,;=@/-]|%[0-9A-F]{2})+", re.ASCII)

FILE = "policies/rules/a.yaml"
FINDING = Finding(
    "reaches-machines",
    "warning",
    Place(FILE, 9, 20),
    "plan",
    "access_token.claims.adult",
    "`adult` rests on `birthdate`",
    "declare `birthdate: {writable_by: admin}`",
    "anyone passes",
    (Step("attribute.birthdate (user)", Place("policies/pool.yaml", 4, 3)), Step("adult", Place(FILE, 9, 20))),
)
ERROR = RuleError("unknown-key", Place(FILE, 2, 3), "unknown key `cleint`; did you mean `client`?")


def run_of(examined: Examination) -> dict[str, Any]:
    """Give the only run of a report that is valid."""
    report = check_sarif(examined)
    VALIDATOR.validate(report)
    (run,) = report["runs"]
    assert isinstance(run, dict)
    return run


def fingerprints(*found: Finding | RuleError) -> list[str]:
    return [one["partialFingerprints"]["pretoken/v1"] for one in run_of(examination(found))["results"]]


def locations(run: dict[str, Any]) -> list[dict[str, Any]]:
    """Give all locations of a run: of results, and of the steps of their flows."""
    found = [location for result in run["results"] for location in result["locations"]]
    for result in run["results"]:
        for code_flow in result.get("codeFlows", ()):
            found += [step["location"] for step in code_flow["threadFlows"][0]["locations"]]
    return found


def test_the_schema_is_oasiss_and_refuses_something() -> None:
    Draft4Validator.check_schema(SCHEMA)
    assert SCHEMA["id"] == check_sarif(examination([]))["$schema"]
    assert not VALIDATOR.is_valid({"version": "2.1.0", "runs": [{}]})


@given(EXAMINATIONS)
def test_whatever_is_found_the_report_is_valid(examined: Examination) -> None:
    run = run_of(examined)
    rules, results = run["tool"]["driver"]["rules"], run["results"]

    assert len(results) == len(examined.found) + len(examined.accepted)
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in results)
    assert len({result["partialFingerprints"]["pretoken/v1"] for result in results}) == len(results)
    json.dumps(run).encode("ascii")


@given(EXAMINATIONS)
def test_whatever_the_files_are_called_the_uris_are_uris(examined: Examination) -> None:
    """Relative to the root of the sources, or absolute; never with dots or a colon that would read as a scheme."""
    for location in locations(run_of(examined)):
        artifact = location["physicalLocation"]["artifactLocation"]
        assert URI.fullmatch(artifact["uri"])
        assert ".." not in artifact["uri"].split("/")
        assert artifact["uri"].startswith("file:///") == ("uriBaseId" not in artifact)


@given(EXAMINATIONS)
def test_no_text_is_taken_for_a_placeholder_or_a_link(examined: Examination) -> None:
    for result in run_of(examined)["results"]:
        text = result["message"]["text"]
        assert not re.sub(r"\{\{|\}\}", "", text).count("{")
        assert "](" not in text
        assert all(line.isprintable() for line in text.split("\n"))


def test_a_finding_has_its_rule_level_place_flow_gain_and_cure() -> None:
    run = run_of(examination([FINDING]))
    (result,) = run["results"]
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]

    assert (result["ruleId"], result["level"], result["suppressions"]) == ("reaches-machines", "warning", [])
    assert rule["id"] == "reaches-machines"
    assert result["message"]["text"].split("\n\n") == [
        "`adult` rests on `birthdate`",
        "attribute.birthdate (user) -> adult",
        "gain: anyone passes",
        "cure: declare `birthdate: {{writable_by: admin}}`",
    ]
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": FILE, "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 9, "startColumn": 20},
            },
            "logicalLocations": [
                {"name": "access_token.claims.adult", "fullyQualifiedName": "rules.plan.access_token.claims.adult"}
            ],
        }
    ]
    steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["location"]["message"]["text"] for step in steps] == ["attribute.birthdate (user)", "adult"]
    assert [step["location"]["physicalLocation"]["region"]["startLine"] for step in steps] == [4, 9]


def test_a_finding_outside_of_rules_has_its_place_and_no_flow() -> None:
    (result,) = run_of(examination([replace(FINDING, rule=None, at="attributes.custom:a", flow=())]))["results"]
    assert result["locations"][0]["logicalLocations"] == [{"name": "attributes.custom:a"}]
    assert "codeFlows" not in result


def test_places_that_may_be_about_a_person_are_left_out() -> None:
    run = run_of(examination([replace(FINDING, at="anna@example.com"), replace(FINDING, rule="anna@example.com")]))
    assert [location.get("logicalLocations") for location in locations(run) if "message" not in location] == [
        None,
        [{"name": "access_token.claims.adult"}],
    ]
    assert "anna" not in json.dumps(run)


def test_an_accepted_finding_is_a_suppressed_result_with_the_reason() -> None:
    run = run_of(examination([], [Accepted.because(FINDING, "It is meant so.")]))
    assert run["results"][0]["suppressions"] == [
        {"kind": "inSource", "status": "accepted", "justification": "It is meant so."}
    ]
    assert run["invocations"] == [{"executionSuccessful": True, "exitCode": 0}]


def test_errors_are_results_under_rules_of_their_own() -> None:
    run = run_of(examination([ERROR, FINDING]))
    error, finding = run["results"]

    assert (error["ruleId"], error["level"], finding["ruleId"]) == ("unknown-key", "error", "reaches-machines")
    assert error["message"] == {"text": ERROR.message}
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [*CHECKS, "unknown-key"]
    assert run["invocations"] == [{"executionSuccessful": True, "exitCode": 1}]


@pytest.mark.parametrize("one", [FINDING, ERROR])
def test_fingerprints_stay_when_lines_move_and_messages_change(one: Finding | RuleError) -> None:
    assert fingerprints(one) == fingerprints(replace(one, place=Place(FILE, 90, 1), message="else"))


def test_fingerprints_differ_by_name_rule_place_file_and_number() -> None:
    others: list[Finding | RuleError] = [
        replace(FINDING, name="never-true"),
        replace(FINDING, rule="other"),
        replace(FINDING, at="access_token.claims.x"),
        replace(FINDING, place=replace(FINDING.place, file="policies/rules/b.yaml")),
        FINDING,
        ERROR,
    ]
    assert len({*fingerprints(FINDING, *others)}) == len(others) + 1


def test_files_are_named_from_the_root_of_the_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path / "a")
    files = ["./rules/ü b.yaml", "c:d/e.yaml", f"{tmp_path}/a/f.yaml", "../g.yaml"]
    found = [replace(ERROR, place=Place(file)) for file in files]
    artifacts = [one["physicalLocation"]["artifactLocation"] for one in locations(run_of(examination(found)))]

    assert [one["uri"] for one in artifacts] == [
        "rules/%C3%BC%20b.yaml",
        "c%3Ad/e.yaml",
        "f.yaml",
        (tmp_path / "g.yaml").as_uri(),
    ]
    assert unquote(artifacts[0]["uri"]) == "rules/ü b.yaml"


def test_every_check_is_a_rule_with_its_explanation_short_enough_for_github() -> None:
    """GitHub takes descriptions of up to 1,024 characters."""
    rules = run_of(examination([]))["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [*CHECKS]
    for rule in rules:
        assert rule["shortDescription"]["text"].startswith("Report ")
        assert 1 <= len(rule["shortDescription"]["text"]) <= len(rule["fullDescription"]["text"]) <= 1024
        assert "```yaml" in rule["help"]["markdown"]
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")


def test_the_command_writes_one_valid_document(run: Run) -> None:
    write(Path("policies"), "rules: {a: {acess_token: {}}}")
    report = json.loads(run("check", "--format", "sarif").stdout)
    VALIDATOR.validate(report)
    assert [result["ruleId"] for result in report["runs"][0]["results"]] == ["unknown-key"]
