"""When two conditions exclude each other, and when not."""
# ruff: noqa: E501 - a row of a table is a line

import pytest

from pretoken.policy.conditions import Condition
from pretoken.policy.exclusion import Exclusion
from tests.policy.conftest import Errors, Load

RULES = """\
derived:
  is_admin: {test: {groups: admins, client: web}}
  is_other: {test: {all: [{client: worker}]}}
  circle: {test: {derived.circle: true}}
  named: {from: attribute.name}
"""

EXCLUSIVE: list[tuple[dict[str, object], dict[str, object], str]] = [
    ({"attribute.name": "${STAGE}-x"}, {"attribute.name": ["test", "live"]}, "no value of"),
    ({"client": "web"}, {"client": "worker"}, "no value of `client` passes both tests"),
    ({"client": ["web", "other"]}, {"client": "worker"}, "no value of `client`"),
    ({"client": "web"}, {"client": {"not": "web"}}, "one test of `client` is the `not` of the other"),
    ({"client": "web"}, {"client": {"not": ["web", "worker"]}}, "no value of `client`"),
    ({"client": "web"}, {"client": {"exists": False}}, "no value of `client`"),
    ({"client": {"exists": True}}, {"client": {"exists": False}}, "one test of `client` is the `not` of the other"),
    ({"client": {"prefix": "a"}}, {"client": {"exists": False}}, "no value of `client`"),
    ({"principal": "user"}, {"principal": "machine", "client": "web"}, "no value of `principal`"),
    ({"attribute.email_verified": True}, {"attribute.email_verified": False}, "no value of"),
    ({"lookup.user.age": {"below": 18}}, {"lookup.user.age": {"at_least": 18}}, "no value of `lookup.user.age`"),
    ({"lookup.user.age": {"above": 5, "at_least": 3}}, {"lookup.user.age": {"at_most": 5, "below": 9}}, "no value of"),
    ({"lookup.user.age": {"above": 20}}, {"lookup.user.age": {"below": 10}}, "no value of"),
    ({"lookup.user.age": 5}, {"lookup.user.age": {"above": 5}}, "no value of"),
    ({"lookup.user.age": 5}, {"lookup.user.age": {"below": 5}}, "no value of"),
    ({"groups": "a"}, {"groups": {"not": "a"}}, "one test of `groups` is the `not` of the other"),
    ({"groups": {"exists": True}}, {"groups": {"exists": False}}, "one test of `groups`"),
    (
        {"groups": {"count": 0}},
        {"groups": {"count": {"at_least": 1}}},
        "no number of items of `groups` passes both tests",
    ),
    ({"groups": {"count": 0}}, {"groups": {"count": {"not": 0}}}, "no number of items"),
    ({"all": [{"client": "web"}]}, {"client": "worker"}, "no value of `client`"),
    ({"derived.is_admin": True}, {"client": "worker"}, "no value of `client`"),
    ({"derived.is_admin": True}, {"derived.is_other": True}, "no value of `client`"),
    ({"derived.is_admin": True}, {"derived.is_admin": False}, "no value of `derived.is_admin`"),
    ({"not": {"groups": "a", "client": "web"}}, {"groups": "a", "client": "web"}, "one is the `not` of the other"),
    ({"attribute.name": "${STAGE}"}, {"attribute.name": "dev"}, "no value of"),
    ({"attribute.name": "${ANY}"}, {"attribute.name": {"not": "${ANY}"}}, "one test of"),
    ({"attribute.name": "${ANY}"}, {"attribute.name": {"exists": False}}, "no value of"),
]

COMPATIBLE: list[tuple[dict[str, object], dict[str, object]]] = [
    ({"attribute.name": "${STAGE}${STAGE}"}, {"attribute.name": "testlive"}),
    ({"attribute.name": "${STAGE}" * 12}, {"attribute.name": "a"}),
    ({"client": "web"}, {"client": ["web", "worker"]}),
    ({"client": "web"}, {"groups": "a"}),
    ({"groups": "a"}, {"groups": "b"}),
    ({"groups": {"not": "a"}}, {"groups": {"not": "b"}}),
    ({"client": {"not": "web"}}, {"client": {"not": "worker"}}),
    ({"client": {"not": "web"}}, {"client": {"exists": False}}),
    ({"client": {"not": {"not": "web"}}}, {"client": "worker"}),
    ({"client": {"not": {"prefix": "w"}}}, {"client": "web"}),
    ({"client": ["web", {"prefix": "w"}]}, {"client": "worker"}),
    ({"client": {"count": 1}}, {"client": "worker"}),
    ({"lookup.user.age": {"at_most": 18}}, {"lookup.user.age": {"at_least": 18}}),
    ({"lookup.user.age": {"above": 3}}, {"lookup.user.age": {"above": 5}}),
    ({"lookup.user.age": 5}, {"lookup.user.age": {"at_least": 5, "at_most": 5}}),
    ({"groups": {"count": 1}}, {"groups": {"count": {"at_least": 1}}}),
    ({"groups": {"count": 1}}, {"groups": "a"}),
    ({"any": [{"client": "web"}]}, {"client": "worker"}),
    ({"not": {"client": "web"}}, {"client": "web", "groups": "a"}),
    ({"derived.is_admin": False}, {"client": "worker"}),
    ({"derived.named": "true"}, {"client": "worker"}),
    ({"attribute.name": "${STAGE}"}, {"attribute.name": {"not": "test"}}),
    ({"attribute.name": {"not": "${STAGE}"}}, {"attribute.name": "live"}),
    ({"attribute.name": "${ANY}"}, {"attribute.name": "a"}),
    ({"attribute.name": {"exists": True}}, {"attribute.name": {"prefix": "a"}}),
]


@pytest.mark.parametrize(("one", "other", "reason"), EXCLUSIVE)
def test_conditions_exclude_each_other_for_a_reason(load: Load, one: object, other: object, reason: str) -> None:
    """Each rule of the reference, in both directions."""
    policy = load(RULES.replace("  circle: {test: {derived.circle: true}}\n", "")).policy
    first, second = Condition.model_validate(one), Condition.model_validate(other)
    assert reason in (Exclusion(policy).reason(first, second) or "")
    assert reason in (Exclusion(policy).reason(second, first) or "")


@pytest.mark.parametrize(("one", "other"), COMPATIBLE)
def test_nothing_cleverer(load: Load, one: object, other: object) -> None:
    """Conditions that can hold together, or exclude each other for a reason that isn't one of ours."""
    policy = load(RULES.replace("  circle: {test: {derived.circle: true}}\n", "")).policy
    first, second = Condition.model_validate(one), Condition.model_validate(other)
    assert Exclusion(policy).reason(first, second) is None
    assert Exclusion(policy).reason(second, first) is None


def test_no_condition_excludes_nothing(load: Load) -> None:
    """A rule without `when` always applies."""
    policy = load().policy
    assert Exclusion(policy).reason(None, Condition.model_validate({"client": "web"})) is None


def test_a_derived_test_that_needs_itself_ends(errors: Errors) -> None:
    """A circle is an error of its own, and the search for exclusions ends."""
    rules = (
        RULES
        + "rules:\n  a: {when: {derived.circle: true}, access_token: {claims: {a: b}}}\n  b: {when: {client: web}, access_token: {claims: {a: c}}}\n"
    )
    found = errors(rules)
    assert sorted(message.split(": ")[1] for message in found) == ["circle", "claim-written-twice"]
