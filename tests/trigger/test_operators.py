"""Each operator of tests: when it is true, and what it says of absent and failed subjects and of lists."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pretoken.trigger.outcomes import ABSENT, FAILED
from pretoken.trigger.tests import SAFE_AS, TESTS
from tests.trigger.plans import NOW, POOL_ID, given, judge, outcome

TEXT = {"string", "strings"}
EVERY = {"string", "number", "boolean", "date", "time", "strings", "object"}

ARGUMENTS: dict[str, object] = {
    "prefix": "a",
    "one_of": "lookup.row.strings",
    "above": 1,
    "at_least": 1,
    "below": 1,
    "at_most": 1,
    "domain": "example.com",
    "age_at_least": 18,
    "after": "now",
    "within_last": "1h",
    "safe_as": "identifier",
    "from_identity_provider": True,
    "exists": True,
    "count": 1,
    "not": "a",
}


@pytest.mark.parametrize(
    ("test", "subject", "truth"),
    [
        # a constant
        ("a", "a", True),
        ("a", "A", False),
        ("a", "ab", False),
        (3, 3, True),
        (3, 4, False),
        (True, True, True),
        (True, False, False),
        ("2000-01-01", "2000-01-01", True),
        ("a", ["b", "a"], True),
        ("a", ["b"], False),
        ("a", [], False),
        # several
        (["a", "b"], "b", True),
        (["a", "b"], "c", False),
        (["a", {"prefix": "b"}], "bc", True),
        (["a", {"prefix": "b"}], "a", True),
        (["a", ["c", {"prefix": "b"}]], "d", False),
        (["a", {"prefix": "b"}], ["c", "bx"], True),
        ([1, 2], 2, True),
        ([], "a", False),
        # prefix
        ({"prefix": "role:"}, "role:admin", True),
        ({"prefix": "role:"}, "role:", True),
        ({"prefix": "role:"}, "Role:admin", False),
        ({"prefix": "role:"}, ["x", "role:a"], True),
        ({"prefix": "role:"}, [], False),
        # numbers
        ({"above": 3}, 3.5, True),
        ({"above": 3}, 3, False),
        ({"at_least": 3}, 3, True),
        ({"at_least": 3}, 2.9, False),
        ({"below": 3}, 2, True),
        ({"below": 3}, 3, False),
        ({"at_most": 3}, 3, True),
        ({"at_most": 3}, 4, False),
        ({"at_least": 1, "below": 3}, 2, True),
        ({"at_least": 1, "below": 3}, 3, False),
        # domain
        ({"domain": "example.com"}, "anna@example.com", True),
        ({"domain": "Example.COM"}, "ANNA@EXAMPLE.com", True),
        ({"domain": "example.com"}, "anna@sub.example.com", False),
        ({"domain": "example.com"}, "anna@example.com.evil.test", False),
        ({"domain": "example.com"}, "anna@example.com@evil.test", False),
        ({"domain": "example.com"}, '"x@evil.test"@example.com', True),
        ({"domain": "example.com"}, "example.com", False),
        ({"domain": "kelvin.com"}, "a@\u212aelvin.com", False),
        ({"domain": ["a.com", "b.com"]}, "x@b.com", True),
        ({"domain": ["a.com", "b.com"]}, ["x@c.com", "x@b.com"], True),
        # safe_as
        ({"safe_as": "identifier"}, "Ab_9-", True),
        ({"safe_as": "identifier"}, "a" * 128, True),
        ({"safe_as": "identifier"}, "a" * 129, False),
        ({"safe_as": "identifier"}, "", False),
        ({"safe_as": "identifier"}, "a b", False),
        ({"safe_as": "identifier"}, "a\n", False),
        ({"safe_as": "identifier"}, "é", False),
        ({"safe_as": "identifier"}, "a:b", False),
        ({"safe_as": "principal_tag"}, "a b_.:/=+@-9", True),
        ({"safe_as": "principal_tag"}, "a" * 256, True),
        ({"safe_as": "principal_tag"}, "a" * 257, False),
        ({"safe_as": "principal_tag"}, "a*", False),
        ({"safe_as": "principal_tag"}, "a?", False),
        ({"safe_as": "principal_tag"}, "a\tb", False),
        ({"safe_as": "scope"}, "orders/read!#[]~", True),
        ({"safe_as": "scope"}, "a" * 256, True),
        ({"safe_as": "scope"}, "a" * 257, False),
        ({"safe_as": "scope"}, "a b", False),
        ({"safe_as": "scope"}, 'a"b', False),
        ({"safe_as": "scope"}, "a\\b", False),
        ({"safe_as": "scope"}, "a\x7f", False),
        # from_identity_provider
        ({"from_identity_provider": True}, f"{POOL_ID}_Okta", True),
        ({"from_identity_provider": True}, POOL_ID, False),
        ({"from_identity_provider": True}, "eu-west-1_Other_Okta", False),
        ({"from_identity_provider": True}, ["staff", f"{POOL_ID}_Okta"], True),
        # exists
        ({"exists": True}, "a", True),
        ({"exists": True}, "", False),
        ({"exists": True}, [], False),
        ({"exists": True}, ["a"], True),
        ({"exists": True}, 0, True),
        ({"exists": True}, False, True),
        ({"exists": True}, {}, True),
        ({"exists": False}, "a", False),
        ({"exists": False}, "", True),
        ({"exists": False}, [], True),
        # count
        ({"count": 2}, ["a", "b"], True),
        ({"count": 2}, ["a"], False),
        ({"count": {"at_least": 1}}, [], False),
        ({"count": 0}, [], True),
        ({"count": [1, 3]}, ["a", "b", "c"], True),
        # not
        ({"not": "a"}, "b", True),
        ({"not": "a"}, "a", False),
        ({"not": "a"}, ["a", "b"], False),
        ({"not": "a"}, ["b"], True),
        ({"not": "a"}, [], True),
        ({"not": ["a", "b"]}, ["c"], True),
        ({"not": {"prefix": "a"}}, ["b", "ab"], False),
        ({"not": {"exists": True}}, "a", False),
        ({"not": {"not": "a"}}, "a", True),
    ],
    ids=str,
)
def test_a_test_judges_a_value(test: object, subject: object, *, truth: bool) -> None:
    assert judge(test, subject) is truth


@pytest.mark.parametrize(
    ("rows", "subject", "truth"),
    [
        ({"strings": ["a", "b"]}, "a", True),
        ({"strings": ["a", "b"]}, "c", False),
        ({"strings": ["ab"]}, "a", False),
        ({"strings": ["a", "b"]}, ["c", "b"], True),
        ({"strings": ["a", "b"]}, ["c"], False),
        ({"strings": ["a", "b"]}, [], False),
        ({"strings": []}, "a", False),
        ({}, "a", False),
        ({}, ["a"], False),
        (FAILED, "a", None),
        (FAILED, ["a", "b"], None),
        (FAILED, [], False),
    ],
    ids=str,
)
def test_one_of_is_true_of_what_is_in_a_list(rows: object, subject: object, truth: bool | None) -> None:
    """The list absent: false; failed: unknown."""
    assert judge({"one_of": "lookup.row.strings"}, subject, lookups={"row": rows}) is truth


@pytest.mark.parametrize(
    ("row", "truth"), [({"string": "a"}, True), ({"string": "abc"}, False), ({}, False), (FAILED, None)], ids=str
)
def test_one_of_is_true_of_what_equals_a_scalar(row: object, truth: bool | None) -> None:
    """Text is no list of its letters."""
    assert judge({"one_of": "lookup.row.string"}, "a", lookups={"row": row}) is truth


@pytest.mark.parametrize(
    ("born", "today", "truth"),
    [
        ("2008-01-01", "2026-01-01", True),
        ("2008-01-02", "2026-01-01", False),
        ("2008-12-31", "2026-12-30", False),
        ("2008-12-31", "2026-12-31", True),
        ("2008-02-29", "2026-02-28", False),
        ("2008-02-29", "2026-03-01", True),
        ("2010-02-28", "2028-02-28", True),
        ("2010-03-01", "2028-02-29", False),
        ("2010-02-28", "2028-02-29", True),
        ("2010-02-28", "2028-02-27", False),
        ("0008-01-01", "2026-01-01", True),
    ],
)
def test_age_counts_full_years_on_todays_utc_day(born: str, today: str, *, truth: bool) -> None:
    """29 February counts as 1 March."""
    midnight = int(datetime.fromisoformat(f"{today}T00:00:00+00:00").timestamp())
    assert judge({"age_at_least": 18}, born, now=midnight) is truth
    assert judge({"age_at_least": 18}, born, now=midnight + 86399) is truth


def test_age_is_counted_from_any_number_of_years() -> None:
    assert judge({"age_at_least": 0}, "2026-01-01") is True
    assert judge({"age_at_least": 0}, "2026-01-02") is False
    assert judge({"age_at_least": 3000}, "0001-01-01") is False


@pytest.mark.parametrize(
    ("test", "seconds_from_now", "truth"),
    [
        ({"after": "now"}, 1, True),
        ({"after": "now"}, 0, False),
        ({"after": "now"}, -1, False),
        ({"within_last": "1h"}, 0, True),
        ({"within_last": "1h"}, -3600, True),
        ({"within_last": "1h"}, -3601, False),
        ({"within_last": "1h"}, 1, False),
        ({"within_last": "30d"}, -30 * 86400, True),
        ({"within_last": "90s"}, -91, False),
        ({"within_last": "2m"}, -120, True),
        ({"after": "now", "within_last": "1h"}, -5, False),
    ],
    ids=str,
)
def test_an_instant_is_judged_against_now(test: object, seconds_from_now: int, *, truth: bool) -> None:
    assert judge(test, NOW + seconds_from_now) is truth


@pytest.mark.parametrize("name", TESTS)
def test_of_an_absent_subject_only_negative_tests_can_be_true(name: str) -> None:
    expected = {"exists": False, "count": False, "not": True}.get(name, False)
    assert judge({name: ARGUMENTS[name]}, ABSENT) is expected


def test_an_absent_subject_is_no_constant_and_has_no_items() -> None:
    assert judge("a", ABSENT) is False
    assert judge(["a", {"prefix": "b"}], ABSENT) is False
    assert judge({"exists": False}, ABSENT) is True
    assert judge({"count": 0}, ABSENT) is True
    assert judge({"count": {"below": 1}}, ABSENT) is True
    assert judge({"not": ["active"]}, ABSENT) is True
    assert judge({"one_of": "lookup.down.strings"}, ABSENT) is False


@pytest.mark.parametrize("name", TESTS)
def test_of_a_failed_subject_every_test_is_unknown(name: str) -> None:
    assert judge({name: ARGUMENTS[name]}, FAILED) is None


@pytest.mark.parametrize(
    "test",
    ["a", True, 3, ["a", "b"], ["a", {"prefix": "b"}], {"prefix": "a", "exists": True}, {"count": 0, "not": "a"}],
)
def test_a_failed_subject_is_unknown_however_tests_are_joined(test: object) -> None:
    assert judge(test, FAILED) is None


@pytest.mark.parametrize(
    ("test", "subject", "truth"),
    [
        ({"prefix": "a", "safe_as": "identifier"}, ["a b", "b"], False),
        ({"prefix": "a", "safe_as": "identifier"}, ["a b", "ab"], True),
        ({"prefix": "a", "domain": "x.com"}, ["a@y.com", "b@x.com"], False),
        ({"prefix": "a", "domain": "x.com"}, ["a@y.com", "a@x.com"], True),
        ({"prefix": "a", "not": "ab"}, ["ac", "ab"], False),
        ({"prefix": "a", "not": "ab"}, ["ac"], True),
        ({"prefix": "a", "count": 2}, ["a", "b"], True),
        ({"prefix": "a", "count": 1}, ["a", "b"], False),
        ({"prefix": "a", "exists": True, "count": {"below": 3}}, ["b", "a"], True),
    ],
    ids=str,
)
def test_several_keys_must_hold_for_the_same_item(test: object, subject: list[str], *, truth: bool) -> None:
    """Those that judge items; the others judge the whole subject beside them."""
    assert judge(test, subject) is truth


def test_an_unknown_item_is_decided_by_the_rest() -> None:
    """True if another item passes, false if another key says so, else unknown."""
    member = {"one_of": "lookup.down.strings"}
    assert judge(["a", member], ["b", "a"]) is True
    assert judge([member, "a"], ["b", "a"]) is True
    assert judge(["a", member], ["b"]) is None
    assert judge({**member, "prefix": "b"}, ["a"]) is False
    assert judge({**member, "prefix": "a"}, ["a", "b"]) is None
    assert judge({**member, "exists": False}, ["a"]) is False
    assert judge({**member, "count": 1}, ["a"]) is None
    assert judge({"not": member}, ["a"]) is None


def test_not_means_that_no_item_is_it() -> None:
    """Unlike EventBridge's `anything-but`; and a user without the attribute passes."""
    assert outcome({"groups": {"not": "staff"}}, given(groups=["admins", "staff"])) is False
    assert outcome({"groups": {"not": "staff"}}, given(groups=["admins"])) is True
    assert outcome({"attribute.custom:string": {"not": "active"}}) is True


ROWS: list[tuple[str, set[str], bool, bool]] = [
    ("prefix", TEXT, False, False),
    ("one_of", TEXT, False, False),
    ("above", {"number"}, False, False),
    ("at_least", {"number"}, False, False),
    ("below", {"number"}, False, False),
    ("at_most", {"number"}, False, False),
    ("domain", TEXT, False, False),
    ("age_at_least", {"date"}, False, False),
    ("after", {"time"}, False, False),
    ("within_last", {"time"}, False, False),
    ("safe_as", TEXT, False, False),
    ("from_identity_provider", TEXT, False, False),
    ("exists", EVERY, True, True),
    ("count", {"strings"}, True, True),
    ("not", EVERY, True, True),
]


@pytest.mark.parametrize(("name", "applies_to", "whole", "negative"), ROWS, ids=[row[0] for row in ROWS])
def test_an_operator_declares_what_it_judges(name: str, applies_to: set[str], *, whole: bool, negative: bool) -> None:
    declared = TESTS[name]
    assert (set(declared.applies_to), declared.whole, declared.negative) == (applies_to, whole, negative)


def test_there_are_no_other_operators_and_alphabets() -> None:
    assert list(TESTS) == [row[0] for row in ROWS]
    assert list(SAFE_AS) == ["identifier", "principal_tag", "scope"]


def test_a_day_begins_at_midnight_utc() -> None:
    """Whatever the clock of the machine that runs the function."""
    born = "2008-06-01"
    midnight = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp())
    assert judge({"age_at_least": 18}, born, now=midnight - 1) is False
    assert judge({"age_at_least": 18}, born, now=midnight) is True
