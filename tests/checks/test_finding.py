"""Findings: their form, their order and their places."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pretoken.checks.check import check
from pretoken.checks.finding import Doubt, Finding, Hop, Step, listed, rule_of, shown, written
from pretoken.policy.errors import Place
from pretoken.policy.load import LoadedPolicy, load_policy
from tests.checks.conftest import POOL

FINDING = Finding(
    "a-flow",
    "error",
    Place("rules/a.yaml", 9, 3),
    "plan",
    "access_token.claims.x",
    "this flows",
    "take it out",
    "anyone passes",
    (Step("metadata.x (caller)", Place("rules/a.yaml", 9, 9)),),
)
LATER = Finding("a-flow", "error", Place("rules/a.yaml", 10, 3), "plan", "when", "this too", "take it out", "the same")


def test_a_finding_reads_as_place_severity_name_message_and_cure() -> None:
    """It is one line that editors can jump to."""
    assert str(FINDING) == "rules/a.yaml:9:3: error[a-flow]: this flows; take it out"


def test_a_finding_reads_as_a_paragraph_with_its_flow_gain_and_cure() -> None:
    assert FINDING.paragraph().splitlines() == [
        "rules/a.yaml:9:3: error[a-flow]: this flows",
        "    metadata.x (caller)",
        "    gain: anyone passes",
        "    cure: take it out",
    ]
    assert LATER.details == ["gain: the same", "cure: take it out"]


def test_a_finding_plays_no_tricks_on_a_terminal() -> None:
    tricky = replace(FINDING, message="\x1b[2Ja", gain="b\nc", cure="d\x9b", at="e\x1b", rule="f\x07")
    assert not [line for line in tricky.paragraph().splitlines() if not line.isprintable()]
    assert len(tricky.paragraph().splitlines()) == 4
    assert tricky.where == "`e ` of `f `"


def test_where_a_finding_is_hides_what_may_be_about_a_person() -> None:
    assert FINDING.where == "`access_token.claims.x` of `plan`"
    assert replace(FINDING, at="anna@example.com", rule="0151 2345678").where == "this place of this rule"
    assert replace(FINDING, at="attributes.custom:a", rule=None).where == "`attributes.custom:a`"


def test_a_flow_hides_what_may_be_about_a_person(tmp_path: Path) -> None:
    @check("error", gain="a", cure="b")
    def a_flow(_loaded: LoadedPolicy) -> Iterator[Doubt]:
        """Report a flow."""
        hops = (Hop("anna@example.com", ("pool",)), Hop("one_of \x1b[2J", ("pool",)))
        yield Doubt(("pool", "clients"), "this", flow=hops)

    (tmp_path / "rules").mkdir()
    (tmp_path / "pool.yaml").write_text(POOL, encoding="utf-8")
    (finding,) = a_flow.findings(load_policy(tmp_path))
    assert [step.text for step in finding.flow] == ["this text", "one_of  [2J"]


def test_a_finding_is_one_json_object() -> None:
    """Machines read the same facts, and the place that an acceptance names."""
    assert FINDING.to_json() == {
        "file": "rules/a.yaml",
        "line": 9,
        "column": 3,
        "severity": "error",
        "name": "a-flow",
        "rule": "plan",
        "at": "access_token.claims.x",
        "message": "this flows",
        "flow": [{"text": "metadata.x (caller)", "file": "rules/a.yaml", "line": 9, "column": 9}],
        "gain": "anyone passes",
        "cure": "take it out",
    }


def test_findings_come_in_the_order_of_their_places() -> None:
    """Lines are numbers: 9 comes before 10."""
    assert sorted([LATER, FINDING]) == [FINDING, LATER]


def test_places_are_written_as_deep_as_acceptances_go() -> None:
    """A place inside a claim is that of the claim."""
    deep = {
        "access_token.claims.a.b": ("rules", "r", "access_token", "claims", "a.b", "object", "c", "from"),
        "access_token.scopes.add": ("rules", "r", "access_token", "scopes", "add", "then", 0),
        "id_token.suppress.email": ("rules", "r", "id_token", "suppress", "email"),
        "id_token.encrypted_for.api.email": ("rules", "r", "id_token", "encrypted_for", "api", "email", "template"),
        "access_token": ("rules", "r", "access_token"),
        "when": ("rules", "r", "when", "groups"),
        "groups.keep": ("rules", "r", "groups", "keep", 1),
        "accept.0": ("rules", "r", "accept", 0, "at"),
        "derived.x": ("derived", "x", "first_of", 1, "template"),
        "tables.x": ("tables", "x", "key"),
        "template.WebClient.WriteAttributes": ("template", "WebClient", "WriteAttributes"),
        "lookups.user.fields.plan": ("pool", "lookups", "user", "fields", "plan"),
    }
    assert {written(at) for at in deep.values()} == set(deep)
    assert all(written(at) == text for text, at in deep.items())
    assert rule_of(deep["when"]) == "r"
    assert rule_of(deep["derived.x"]) is None


def test_a_place_is_shown_whole_and_on_one_line() -> None:
    """An acceptance can copy it, however long the claim's name is."""
    claim = "https://example.com/claims/" + "x" * 40
    assert shown(("rules", "r", "id_token", "claims", claim)) == f"`id_token.claims.{claim}`"
    assert shown(("rules", "r", "id_token", "claims", "a\nb")) == "`id_token.claims.a b`"


def test_of_many_names_three_are_shown() -> None:
    """A message stays one line."""
    assert listed(["a"]) == "`a`"
    assert listed(["a", "b"]) == "`a` and `b`"
    assert listed(["a", "b", "c"]) == "`a`, `b` and `c`"
    assert listed(["a", "b", "c", "d", "e"]) == "`a`, `b`, `c` and 2 more"
