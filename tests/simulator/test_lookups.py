"""Answers of lookups, from a file or a case."""

from pathlib import Path

import pytest

from pretoken.policy.errors import PolicyErrors
from pretoken.simulator.lookups import answers_of, parse_answers
from pretoken.trigger.outcomes import FAILED
from tests.simulator.folders import load


@pytest.fixture
def pool(tmp_path: Path) -> dict[str, object]:
    """Give the pool of the plan."""
    found: dict[str, object] = load(tmp_path, "rules: {}").plan()["pool"]
    return found


def test_answers_are_read_by_lookup(pool: dict[str, object]) -> None:
    row = 'user: {tenants: [a], plan: "1", age: 1.5, vip: true, born: "2000-01-31", since: 1767225600, more: {a: [b]}}'

    assert parse_answers(row.encode(), "answers.yaml", pool) == {
        "user": {
            "tenants": ["a"],
            "plan": "1",
            "age": 1.5,
            "vip": True,
            "born": "2000-01-31",
            "since": 1767225600,
            "more": {"a": ["b"]},
        }
    }
    assert parse_answers(b"user: none", "answers.yaml", pool) == {"user": "none"}
    assert parse_answers(b'user: {since: "2026-01-01T00:00:00Z"}', "answers.yaml", pool)


def test_answers_are_a_row_no_row_or_failed() -> None:
    answers = answers_of({"a": {"x": 1}, "b": "none", "c": "failed"})

    assert answers("a", {}) == {"x": 1}
    assert answers("b", {}) is None
    assert answers("c", {}) is FAILED
    assert answers("never given", {}) is None


MISTAKES = {
    "usr: none": "1:1: unknown-name: `usr` isn't a lookup that is declared; did you mean `user`?",
    "x: none": "1:1: unknown-name: `x` isn't a lookup that is declared; there are `user`",
    "user: maybe": (
        "1:7: wrong-answer: a lookup answers `none`, `failed` or its fields; write `user: {tenants: [acme]}`"
    ),
    "user: [acme]": (
        "1:7: wrong-answer: a lookup answers `none`, `failed` or its fields; write `user: {tenants: [acme]}`"
    ),
    "user: {tennants: [acme]}": (
        "1:8: unknown-name: `tennants` isn't a field of `user` that is declared; did you mean `tenants`?"
    ),
    "user: {tenants: acme}": "1:17: wrong-type: `tenants` must be a list of texts; write `tenants: [acme]`",
    f"user: {{plan: {'x' * 2049}}}": (
        "1:14: too-long: `plan` is longer than pool.yaml lets it be, so the function takes it for failed; "
        "shorten it, or raise `max_length` or `max_items`"
    ),
    "user: {plan: 1}": "1:14: wrong-type: `plan` must be a text; write `plan: acme`",
    "user: {age: x}": "1:13: wrong-type: `age` must be a number; write `age: 1`",
    'user: {vip: "true"}': "1:13: wrong-type: `vip` must be a boolean; write `vip: true`",
    'user: {born: "2001-02-29"}': '1:14: wrong-type: `born` must be a day; write `born: "2000-01-31"`',
    "user: {since: today}": (
        '1:15: wrong-type: `since` must be an instant with a time zone; write `since: "2026-01-01T00:00:00Z"`'
    ),
    "user: {more: []}": "1:14: wrong-type: `more` must be a mapping without nulls; write `more: {plan: pro}`",
    "[user]": "1:1: wrong-type: answers stand by lookup; write `NAME: none`",
    "user: yes": "1:7: ambiguous-text: ",
}


@pytest.mark.parametrize(("text", "message"), MISTAKES.items())
def test_a_mistake_is_told_with_its_place_and_a_cure(text: str, message: str, pool: dict[str, object]) -> None:
    with pytest.raises(PolicyErrors) as caught:
        parse_answers(text.encode(), "answers.yaml", pool)

    (error,) = map(str, caught.value.errors)
    assert error.startswith(f"answers.yaml:{message}")


def test_all_mistakes_are_told_at_once(pool: dict[str, object]) -> None:
    with pytest.raises(PolicyErrors) as caught:
        parse_answers(b"user: {plan: 1, age: x}\nother: none\n", "answers.yaml", pool)

    assert [error.place.line for error in caught.value.errors] == [1, 1, 2]


def test_what_could_be_read_is_checked_beside_what_could_not(pool: dict[str, object]) -> None:
    with pytest.raises(PolicyErrors) as caught:
        parse_answers(b"user:\nother: none\nmore: no\n", "answers.yaml", pool)

    assert [f"{error.place.line} {error.name}" for error in caught.value.errors] == [
        "1 empty-value",
        "2 unknown-name",
        "3 unknown-name",
        "3 ambiguous-text",
    ]


def test_a_policy_without_lookups_says_where_to_declare_one() -> None:
    with pytest.raises(PolicyErrors, match="declare it under `lookups`"):
        parse_answers(b"user: none", "answers.yaml", {})
