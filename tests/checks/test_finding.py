"""Findings: their form, their order and their places."""

from pretoken.checks.finding import Finding, listed, rule_of, shown, written
from pretoken.policy.errors import Place

FINDING = Finding("unused-name", "notice", Place("pool.yaml", 9, 3), None, "metadata.x", "nothing reads `x`")
LATER = Finding("unused-name", "notice", Place("pool.yaml", 10, 3), None, "metadata.y", "nothing reads `y`")


def test_a_finding_reads_as_place_severity_name_and_message() -> None:
    """It is one line that editors can jump to."""
    assert str(FINDING) == "pool.yaml:9:3: notice[unused-name]: nothing reads `x`"


def test_a_finding_is_one_flat_json_object() -> None:
    """Machines read the same facts, and the place that an acceptance names."""
    assert FINDING.to_json() == {
        "file": "pool.yaml",
        "line": 9,
        "column": 3,
        "severity": "notice",
        "name": "unused-name",
        "rule": None,
        "at": "metadata.x",
        "message": "nothing reads `x`",
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
