"""Suggestions for names that were probably mistyped."""

import pytest

from pretoken.policy.suggestions import closest


@pytest.mark.parametrize(
    ("typo", "candidates", "meant"),
    [
        ("cleint", ["claims", "client"], "client"),
        ("form", ["from", "template"], "from"),
        ("custom:tennant", ["custom:plan", "custom:tenant"], "custom:tenant"),
        ("Orders-Admins", ["order-admins", "orders-readers"], "order-admins"),
        ("lowercase", ["lower", "upper"], "lower"),
        ("pref", ["prefix", "one_of"], "prefix"),
        ("unless", ["rules", "when"], None),
        ("first", ["only", "prefer"], None),
        ("at", ["at_least"], None),
        ("anything", [], None),
    ],
)
def test_the_nearest_name_is_suggested_and_nothing_far_fetched(
    typo: str, candidates: list[str], meant: str | None
) -> None:
    """Typos, other cases, and shorter and longer forms find their name; other words find none."""
    assert closest(typo, candidates) == meant


def test_the_suggestion_does_not_depend_on_the_order_of_the_names() -> None:
    """Of two equally near names the same one is always taken."""
    assert closest("tenantx", ["tenanta", "tenantb"]) == closest("tenantx", ["tenantb", "tenanta"])
