"""Edits of lists: roles of groups that go, and additions that never arrive."""

import pytest

from tests.checks.conftest import Found

ROLES = "roles-kept-for-removed-groups"
ADD = "add-without-effect"


def test_removed_groups_are_told_to_take_their_roles_along(found: Found) -> None:
    """Both ways of taking groups away are found."""
    rules = "rules:\n  r:\n    when: {client: web}\n    groups:\n      keep: {prefix: app-}\n      remove: app-x\n"
    what = "takes groups away and leaves their IAM roles in the ID token"
    cure = 'say which roles go: `iam_roles: {remove: {prefix: "arn:"}}` takes them all'
    assert found(ROLES, rules) == [
        f"rules/a.yaml:5:7: warning[{ROLES}]: `groups.keep` {what}; {cure}",
        f"rules/a.yaml:6:7: warning[{ROLES}]: `groups.remove` {what}; {cure}",
    ]


@pytest.mark.parametrize(
    "groups", ["{remove: {prefix: a}}", "{remove: [a, {from_identity_provider: true}]}", "{keep: {not: a}}"]
)
def test_other_removals_are_found(groups: str, found: Found) -> None:
    """If only some of the groups are the providers' own, roles can be lost sight of."""
    assert len(found(ROLES, f"rules: {{r: {{groups: {groups}}}}}\n")) == 1


@pytest.mark.parametrize(
    "groups",
    [
        "{remove: {from_identity_provider: true}}",
        "{remove: {from_identity_provider: true, prefix: a}}",
        "{keep: {not: {from_identity_provider: true}}}",
        "{add: a}",
    ],
)
def test_groups_without_roles_may_go(groups: str, found: Found) -> None:
    """Cognito's groups for identity providers have none."""
    assert found(ROLES, f"rules: {{r: {{groups: {groups}}}}}\n") == []


@pytest.mark.parametrize(
    ("other", "count"),
    [
        ("iam_roles: {keep: {prefix: arn}}", 0),
        ("iam_roles: {remove: arn}", 0),
        ("id_token: {suppress: [cognito:groups]}", 0),
        ("iam_roles: {add: arn}", 1),
        ("iam_roles: {preferred: arn}", 1),
        ("id_token: {suppress: [email]}", 1),
    ],
)
def test_another_rule_may_take_the_roles_away(other: str, count: int, found: Found) -> None:
    """Anywhere in the policy; adding roles is not it."""
    assert len(found(ROLES, f"rules: {{r: {{groups: {{remove: a}}}}, s: {{{other}}}}}\n")) == count


def test_what_another_rule_always_removes_is_named(found: Found) -> None:
    """One finding for each rule that removes."""
    rules = """\
rules:
  adds:
    access_token:
      scopes: {add: [a/read, a/write, b/read, c/read]}
  removes: {access_token: {scopes: {remove: [b/read, [x/y]]}}}
  removes-more: {access_token: {scopes: {remove: {prefix: a/}}}}
"""
    assert found(ADD, rules) == [
        (
            f"rules/a.yaml:4:21: notice[{ADD}]: `access_token.scopes.add` adds `a/read` and `a/write`, which "
            "`removes-more` always removes; leave it out, or add a `when` to `removes-more`"
        ),
        (
            f"rules/a.yaml:4:21: notice[{ADD}]: `access_token.scopes.add` adds `b/read`, which `removes` always "
            "removes; leave it out, or add a `when` to `removes`"
        ),
    ]


def test_what_the_rule_itself_removes_has_no_effect_either(found: Found) -> None:
    """The condition is the same, so it doesn't matter."""
    rules = (
        "rules: {r: {when: {groups: a}, groups: {add: b, keep: [a, c]}, iam_roles: {add: arn, remove: {prefix: ar}}}}\n"
    )
    assert found(ADD, rules) == [
        f"rules/a.yaml:1:46: notice[{ADD}]: `groups.add` adds `b`, which `r` always removes; leave it out",
        f"rules/a.yaml:1:81: notice[{ADD}]: `iam_roles.add` adds `arn`, which `r` always removes; leave it out",
    ]


@pytest.mark.parametrize(
    "effect", ["groups: {add: []}", "access_token: {claims: {a: {add: []}}}", "access_token: {scopes: {add: []}}"]
)
def test_an_empty_list_adds_nothing(effect: str, found: Found) -> None:
    """Neither to a list nor to a claim."""
    (text,) = found(ADD, f"rules: {{r: {{when: {{client: web}}, {effect}}}}}\n")
    assert text.endswith("adds nothing; leave it out, or write items: `add: [a]`")


@pytest.mark.parametrize(
    "other",
    [
        "when: {client: web}, access_token: {scopes: {remove: a/b}}",
        "access_token: {scopes: {remove: b/c}}",
        "access_token: {scopes: {remove: {not: a/b}}}",
        "access_token: {scopes: {remove: {safe_as: scope}}}",
        "access_token: {scopes: {remove: '${ANY}'}}",
        "access_token: {scopes: {keep: {one_of: lookup.user.scopes}}}",
        "access_token: {scopes: {keep: [a/b, [b/c]]}}",
        "access_token: {scopes: {keep: {prefix: '${ANY}'}}}",
        "groups: {remove: a/b}",
        "access_token: {claims: {a: {add: [b]}, c: []}}",
    ],
)
def test_what_may_stay_is_fine(other: str, found: Found) -> None:
    """A condition, another item, a test that depends, another list; an `add` that is alone; a plain empty list."""
    assert found(ADD, f"rules: {{r: {{access_token: {{scopes: {{add: a/b}}}}}}, s: {{{other}}}}}\n") == []


def test_computed_items_are_not_judged(found: Found) -> None:
    """They may be others."""
    rules = "rules: {r: {access_token: {scopes: {add: {from: groups}}}}, s: {access_token: {scopes: {remove: a}}}}\n"
    assert found(ADD, rules) == []
