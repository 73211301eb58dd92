"""Errors of rule files: their order and their forms."""

import pytest

from pretoken.policy.errors import Place, PolicyErrors, RuleError, quoted

FIRST = RuleError("unknown-key", Place("rules/a.yaml", 9, 21), "a value has no key `form`; did you mean `from`?")
SECOND = RuleError("empty-value", Place("rules/a.yaml", 10, 2), "`when` has no value; leave it out")
THIRD = RuleError("empty-value", Place("rules/b.yaml", 1, 1), "`when` has no value; leave it out")


def test_an_error_reads_as_place_name_and_message() -> None:
    """An error is one line that editors can jump to."""
    assert str(FIRST) == "rules/a.yaml:9:21: unknown-key: a value has no key `form`; did you mean `from`?"


def test_an_error_is_one_flat_json_object() -> None:
    """Machines read the same five facts."""
    assert FIRST.to_json() == {
        "file": "rules/a.yaml",
        "line": 9,
        "column": 21,
        "name": "unknown-key",
        "message": "a value has no key `form`; did you mean `from`?",
    }


def test_a_policy_is_refused_with_all_errors_in_the_order_of_their_places() -> None:
    """Errors come by file, line (as a number) and column, each once."""
    with pytest.raises(PolicyErrors) as refused:
        raise PolicyErrors([THIRD, SECOND, FIRST, SECOND])
    assert refused.value.errors == (FIRST, SECOND, THIRD)
    assert str(refused.value) == f"{FIRST}\n{SECOND}\n{THIRD}"


def test_each_file_gives_a_hundred_errors_and_how_many_more_there_are() -> None:
    """Errors that are gathered again are still counted right."""
    many = [RuleError("empty-value", Place("a.yaml", line), "x") for line in range(1, 1001)]
    hundred = [RuleError("empty-value", Place("b.yaml", line), "x") for line in range(1, 101)]
    last = RuleError(
        "too-many-errors", Place("a.yaml", 101), "900 more errors begin here; mend those above, and run it again"
    )
    refused = PolicyErrors([*many, *hundred])
    assert refused.errors == (*many[:100], last, *hundred)
    assert PolicyErrors([*refused.errors, THIRD]).errors == (*refused.errors, THIRD)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("tenant", "`tenant`"),
        ("x" * 40, f"`{'x' * 40}`"),
        ("x" * 41, f"`{'x' * 39}…`"),
        ("two\nlines\x1b[31m", "`two lines [31m`"),
    ],
)
def test_text_of_rule_files_is_quoted_on_one_short_printable_line(text: str, shown: str) -> None:
    """What is quoted can neither break the line nor command a terminal, and is cut at 40 characters."""
    assert quoted(text) == shown
