"""Two rules, one claim."""
# ruff: noqa: E501 - a row of a table is a line

import pytest

from tests.policy.conftest import POOL, Errors

FINE = [
    "a: {when: {client: web}, access_token: {claims: {x: {add: [a]}}}}, b: {access_token: {claims: {x: {add: [b]}}}}",
    "a: {access_token: {claims: {x: 1}}}, b: {id_token: {claims: {x: 2}}}",
    "a: {access_token: {claims: {x: 1}}}, b: {access_token: {claims: {x: 1}}}",
    "a: {access_token: {claims: {x: {add: [a]}}}}, b: {access_token: {claims: {x: {add: [b]}}}}",
    "a: {access_token: {claims: {x: 1}}}, b: {overrides: a, access_token: {claims: {x: 2}}}",
    "a: {overrides: b, access_token: {claims: {x: 1}}}, b: {access_token: {claims: {x: 2}}}",
    "a: {when: {client: web}, access_token: {claims: {x: 1}}}, b: {when: {client: worker}, access_token: {claims: {x: 2}}}",
    "a: {access_token: {claims: {x: {object: {p: 1}}}}}, b: {access_token: {claims: {x: {object: {q: 2}}}}}",
    "a: {id_token: {encrypted_for: {billing-api: {p: a}}}}, b: {id_token: {encrypted_for: {billing-api: {q: b}}}}",
    "a: {id_token: {encrypted_for: {billing-api: {p: a}, other-api: {p: a}}}}",
    "a: {access_token: {suppress: [x]}}, b: {id_token: {claims: {x: 2}}}",
    "a: {when: {client: web}, access_token: {suppress: [x]}}, b: {when: {client: worker}, access_token: {claims: {x: 2}}}",
    "a: {access_token: {suppress: [x]}, accept: [{finding: claim-suppressed-elsewhere, at: access_token.suppress.x, why: y1}]}, b: {access_token: {claims: {x: 2}}}",
    "a: {iam_roles: {preferred: r1}}, b: {iam_roles: {preferred: r1}}",
    "a: {iam_roles: {preferred: r1}}, b: {overrides: a, iam_roles: {preferred: r2}}",
    "a: {access_token: {claims: {x: [1, 2]}}}, b: {access_token: {claims: {x: [1, 2]}}}",
]

TWICE = [
    "a: {iam_roles: {preferred: r1}}, b: {iam_roles: {preferred: r2}}",
    "a: {access_token: {claims: {x: 1}}}, b: {access_token: {claims: {x: 2}}}",
    "a: {access_token: {claims: {x: 1}}}, b: {access_token: {claims: {x: true}}}",
    "a: {access_token: {claims: {x: {from: username}}}}, b: {access_token: {claims: {x: {from: username}}}}",
    "a: {access_token: {claims: {x: {add: [a]}}}}, b: {access_token: {claims: {x: [a]}}}",
    "a: {access_token: {claims: {x: {object: {p: 1}}}}}, b: {access_token: {claims: {x: 1}}}",
    "a: {access_token: {claims: {x: {object: {p: {object: {q: 1}}}}}}}, b: {access_token: {claims: {x: {object: {p: 1}}}}}",
    "a: {access_token: {claims: {x: {object: {p: 1}, then: json}}}}, b: {access_token: {claims: {x: {object: {q: 1}, then: json}}}}",
    "a: {when: {client: web}, access_token: {claims: {x: 1}}}, b: {when: {client: [web, worker]}, access_token: {claims: {x: 2}}}, c: {when: {client: worker, groups: a}, access_token: {claims: {x: 2}}}",
    "a: {id_token: {encrypted_for: {billing-api: {p: a}}}}, b: {id_token: {encrypted_for: {billing-api: {p: b}}}}",
]


@pytest.mark.parametrize("rules", FINE)
def test_rules_may_share_a_claim_if_order_cannot_matter(errors: Errors, rules: str) -> None:
    """`add`, the same constant, an override or exclusive conditions."""
    assert errors(f"rules: {{{rules}}}") == []


@pytest.mark.parametrize("rules", TWICE)
def test_two_rules_that_can_write_one_claim_are_an_error(errors: Errors, rules: str) -> None:
    """One error, however many leaves they share."""
    assert [message.split(": ")[1] for message in errors(f"rules: {{{rules}}}")] == ["claim-written-twice"]


def test_the_leaf_is_named(errors: Errors) -> None:
    """A conflict inside an object or a message names the member."""
    (message,) = errors(
        "rules: {a: {access_token: {claims: {x: {object: {p: 1}}}}}, b: {access_token: {claims: {x: {object: {p: 2}}}}}}"
    )
    assert "can both write `x.p` in the access token" in message
    (message,) = errors(f"rules: {{{TWICE[-1]}}}")
    assert "can both write `encrypted_for.billing-api.p` in the ID token" in message


def test_two_recipients_share_a_claim_only_if_their_rules_exclude_each_other(errors: Errors) -> None:
    """One claim carries one message."""
    pool = POOL.replace("encrypted_for_other", "encrypted_for_billing_api")
    both = "rules: {a: {id_token: {encrypted_for: {billing-api: {p: a}, other-api: {p: a}}}}}"
    (message,) = errors(both, pool=pool)
    assert (
        "`billing-api` and `other-api` share the claim `encrypted_for_billing_api` in the ID token; give one its own"
        in message
    )
    apart = "rules: {a: {CONDITIONid_token: {encrypted_for: {billing-api: {p: a}}}}, b: {when: {client: worker}, id_token: {encrypted_for: {other-api: {q: a}}}}}"
    (message,) = errors(apart.replace("CONDITION", ""), pool=pool)
    assert "can both write `encrypted_for_billing_api` in the ID token" in message
    assert errors(apart.replace("CONDITION", "when: {client: web}, "), pool=pool) == []


def test_a_rule_that_was_reported_is_not_reported_against_others(errors: Errors) -> None:
    """Each rule after the first one gets one error, whatever order the pairs come in."""
    rules = ", ".join(
        f"{name}: {{{when}access_token: {{claims: {{x: {{from: attribute.{name}}}}}}}}}"
        for name, when in (("name", "when: {client: web}, "), ("locale", "when: {client: worker}, "), ("email", ""))
    )
    (message,) = errors(f"rules: {{{rules}}}")
    assert "`name` (rules/a.yaml:1) and `email` (rules/a.yaml:1)" in message


def test_each_rule_is_reported_once_for_a_claim(errors: Errors) -> None:
    """Many rules that write one claim give one error each, not one for each pair."""
    rules = ", ".join(f"r{number}: {{access_token: {{claims: {{x: {number}}}}}}}" for number in range(5))
    assert len(errors(f"rules: {{{rules}}}")) == 4


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (
            "a: {access_token: {claims: {x: 1}, suppress: [x]}}",
            "this rule writes `x` too, and a suppressed claim stays away; leave one of them out",
        ),
        (
            "a: {access_token: {suppress: [z, x]}}, b: {access_token: {claims: {x: 1}}}",
            (
                "`b` (rules/a.yaml:1) writes `x` in the access token, and nothing in their conditions excludes the other: "
                "a suppressed claim stays away; add `not: {…}` to one `when`, or "
                "`accept: [{finding: claim-suppressed-elsewhere, at: access_token.suppress.x, why: …}]`"
            ),
        ),
    ],
)
def test_a_claim_that_is_suppressed_elsewhere_is_an_error(errors: Errors, rules: str, message: str) -> None:
    """To write and to suppress one claim is a contradiction."""
    (found,) = errors(f"rules: {{{rules}}}")
    assert f"claim-suppressed-elsewhere: {message}" in found


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (
            "a: {overrides: b, access_token: {claims: {x: 1}}}, b: {access_token: {claims: {z: 2}}}",
            "overrides-nothing: `a` and `b` don't write one claim; leave `b` out",
        ),
        ("a: {overrides: b, access_token: {claims: {x: 1}}}, b: {id_token: {claims: {x: 2}}}", "overrides-nothing"),
        (
            "a: {overrides: b, access_token: {claims: {x: 1}}}, b: {overrides: a, access_token: {claims: {x: 2}}}",
            "circle: `a` -> `b` -> `a` overrides itself; leave `b` out of the `overrides` of `a`",
        ),
        ("a: {overrides: a, access_token: {claims: {x: 1}}}", "circle: `a` -> `a` overrides itself"),
    ],
)
def test_overrides_share_a_claim_and_have_no_circle(errors: Errors, rules: str, message: str) -> None:
    """An override is about a claim that both rules write."""
    (found,) = errors(f"rules: {{{rules}}}")
    assert message in found


def test_rules_whose_ranges_meet_can_conflict(errors: Errors) -> None:
    """Open and closed ends, ranges without an end, and rules without a range."""

    def rule(name: str, when: str) -> str:
        return f"  {name}: {{when: {{{when}}}, id_token: {{claims: {{x: {name}}}}}}}\n"

    age = "lookup.user.age"
    apart = [
        rule("a", f"{age}: {{below: 5}}"),
        rule("b", f"{age}: {{at_least: 5, at_most: 9}}"),
        rule("c", f"{age}: {{above: 9, below: 12}}"),
        rule("d", f"{age}: {{at_least: 12}}"),
    ]
    assert errors("rules:\n" + "".join(apart)) == []
    for meeting in (
        rule("e", f"{age}: {{at_least: 5, at_most: 5}}"),
        rule("e", f"{age}: {{above: 100}}"),
        rule("e", "client: web"),
    ):
        found = errors("rules:\n" + "".join(apart) + meeting)
        assert {message.split(": ")[1] for message in found} == {"claim-written-twice"}, found
