"""Templates are read as CloudFormation means them, or refused with one error."""

import random
from collections import Counter
from pathlib import Path

import pytest

from pretoken.checks import all_findings
from pretoken.policy.errors import Place, PolicyErrors
from pretoken.policy.load import load_policy
from pretoken.pools import find_template, read_template
from pretoken.pools.template import MAX_DEPTH, Node, parse_template

ROOT = Path(__file__).parents[2]


def plain(node: Node) -> object:
    """Give a node without its places."""
    if isinstance(node.data, dict):
        return {key: plain(value) for key, value in node.data.items()}
    return [plain(item) for item in node.data] if isinstance(node.data, list) else node.data


def read(text: str) -> object:
    """Read what stands in a resource."""
    root = parse_template(f"Resources:\n  A: {text}\n", "template.yaml").root
    assert isinstance(root["Resources"].data, dict)
    return plain(root["Resources"].data["A"])


def refused(text: str | bytes) -> str:
    """Give the one error of a template."""
    with pytest.raises(PolicyErrors) as refused:
        parse_template(text, "template.yaml")
    (error,) = refused.value.errors
    return str(error)


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("!Ref B", {"Ref": "B"}),
        ("!Condition B", {"Condition": "B"}),
        ("!GetAtt B.Arn", {"Fn::GetAtt": "B.Arn"}),
        ('!Sub "${B}-x"', {"Fn::Sub": "${B}-x"}),
        ("!If [C, !Ref B, {D: e}]", {"Fn::If": ["C", {"Ref": "B"}, {"D": "e"}]}),
        ("!Transform {Name: x}", {"Fn::Transform": {"Name": "x"}}),
        ("! x", "x"),
        ("!!str 1", "1"),
    ],
)
def test_short_tags_are_the_functions_that_they_stand_for(short: str, full: object) -> None:
    assert read(short) == full


def test_scalars_are_text_and_nulls_are_nothing() -> None:
    """Whether `false` is a boolean says the property, not the text."""
    assert read('[1, true, no, null, ~, "null", ""]') == ["1", "true", "no", None, None, "null", ""]


def test_json_is_read_too() -> None:
    assert plain(parse_template('{"Resources": {"A": {"Ref": "B"}}}', "t.json").root["Resources"]) == {
        "A": {"Ref": "B"}
    }


def test_a_value_has_the_place_of_its_key_and_an_item_its_own() -> None:
    root = parse_template("Resources:\n  A:\n    - b\n    - !Ref C\n", "t.yaml").root
    assert isinstance(root["Resources"].data, dict)
    node = root["Resources"].data["A"]
    assert isinstance(node.data, list)
    assert [node.place, *(item.place for item in node.data)] == [
        Place("t.yaml", 2, 3),
        Place("t.yaml", 3, 7),
        Place("t.yaml", 4, 7),
    ]


def test_an_alias_is_what_its_anchor_stands_for() -> None:
    assert read("{B: &x {C: d}, E: *x}") == {"B": {"C": "d"}, "E": {"C": "d"}}


BOMB = "A0: &a0 [x, x, x, x, x, x, x, x]\n" + "".join(
    f"A{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 8)}]\n" for n in range(1, 9)
)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "1:1: no-resources: this is no template: it has no `Resources`; name it: `--template FILE`"),
        ("a: b", "1:1: no-resources: this is no template: it has no `Resources`; name it: `--template FILE`"),
        ("Resources: [a]", "1:1: no-resources: this is no template: it has no `Resources`; name it: "),
        ("- a", "1:1: no-resources: "),
        ("Resources: {A: [}", "1:17: syntax: "),
        ("Resources: {}\n---\nResources: {}", "2:1: unknown-yaml: a second document begins; move it to a file "),
        ("Resources: {A: *x}", "1:16: unknown-yaml: `*x` has no anchor above it; write the value out"),
        ("Resources: &x {A: *x}", "1:19: unknown-yaml: `*x` has no anchor above it; write the value out"),
        ("Resources: {<<: {A: b}}", "1:13: unknown-yaml: a key is one text, and `<<` isn't CloudFormation's; "),
        ("Resources: {[a]: b}", "1:13: unknown-yaml: a key is one text"),
        ("Resources: {}\nResources: {}", "2:1: duplicate-key: `Resources` stands twice; rename one, or leave it out"),
        (b"Resources: \xff", "1:12: not-text: this isn't UTF-8; save the file as UTF-8"),
        (f"Resources: {'[' * 100}{']' * 100}", f"1:{MAX_DEPTH + 11}: too-deep: more than {MAX_DEPTH} levels; "),
        (BOMB + "Resources: *a8", "6:30: too-large: more than 200,000 values, with what aliases repeat; split "),
    ],
)
def test_a_template_that_cannot_be_read_is_one_error(text: str | bytes, error: str) -> None:
    """With its place; a bomb of aliases ends when it is counted, not when it is spread out."""
    assert refused(text).startswith(f"template.yaml:{error}")


def test_a_template_beside_the_policies_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its name, in the folder that the policies are in."""
    policies = tmp_path / "policies"
    policies.mkdir()
    assert find_template(policies) is None
    for name in ("template.json", "template.yml", "template.yaml"):
        (tmp_path / name).write_text("Resources: {}")
        assert find_template(policies) == tmp_path / name
    monkeypatch.chdir(policies)
    found = find_template(Path())
    assert found is not None
    assert found.samefile(tmp_path / "template.yaml")


def test_a_template_that_is_no_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PolicyErrors, match="not-a-file"):
        read_template(tmp_path)


def test_a_link_may_lead_to_a_template_anywhere(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").symlink_to(ROOT / "template.yaml")
    assert read_template(tmp_path / "template.yaml").root.keys() == read_template(ROOT / "template.yaml").root.keys()


def test_a_damaged_template_is_refused_or_checked() -> None:
    """Whatever becomes of a line of it, there is no other exception."""
    lines = (ROOT / "template.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    loaded = load_policy(ROOT / "policies")
    first, last = lines.index("Resources:\n") + 1, lines.index("  # Logs and alarms\n")
    scraps = ["[]", "{}", "[a]", "a", "null", "!If [a]", "!If [a, b, c]", "!Ref {}", "!Sub []", "!GetAtt []", "!Join a"]
    chance = random.Random(1)  # noqa: S311 - the same damages at each run
    outcomes = Counter[str]()
    for _ in range(300):
        number = chance.randrange(first, last)
        key, colon, _ = lines[number].partition(": ")
        instead = chance.choice(["", f"{key}{colon or '  '}{chance.choice(scraps)}\n"])
        damaged = "".join([*lines[:number], instead, *lines[number + 1 :]])
        try:
            standing = all_findings(loaded, parse_template(damaged, "template.yaml")).standing
        except PolicyErrors:
            outcomes["refused"] += 1
        else:
            outcomes["found" if standing else "passed"] += 1
    assert min(outcomes[name] for name in ("refused", "found", "passed")) > 5
