"""Findings: their form, their order and their places."""

from pretoken.checks.finding import Finding, Step, listed, rule_of, shown, written
from pretoken.policy.errors import Place

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
