"""Edits of lists: scopes, groups and IAM roles."""

from collections.abc import Iterator

from pretoken.checks.check import check
from pretoken.checks.finding import Doubt, listed, shown
from pretoken.checks.possible import Possible
from pretoken.policy.errors import quoted
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.policy import Policy
from pretoken.policy.report import At
from pretoken.policy.rules import Edit, Rule
from pretoken.policy.tests import Operators, Test
from pretoken.policy.values import Add, Form
from pretoken.policy.walk import effects_of
from pretoken.policy.writers import values_of


@check(
    "warning",
    gain="an identity pool still gives the AWS rights of the group that was taken away",
    cure='say which IAM roles go: `iam_roles: {remove: {prefix: "arn:"}}`',
)
def roles_kept_for_removed_groups(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report a rule that takes groups away, where nothing takes their IAM roles away.

    Cognito derives `cognito:roles` and `cognito:preferred_role` from the groups that the user is in.
    A trigger that changes the groups in the tokens leaves the roles in the ID token as they were.
    An identity pool that takes the role from the token then still gives the rights of the removed group.

    An edit of `iam_roles` with `keep` or `remove` anywhere in the policy ends the finding.
    So does suppressing `cognito:groups` in the ID token, which takes the roles with it.
    Removing the groups that Cognito makes for identity providers is no finding: they have no roles.

    Bad:

    ```yaml
    rules:
      suspended:
        when: {lookup.user.plan: suspended}
        groups: {remove: [admins, editors]}
    ```

    Good:

    ```yaml
    rules:
      suspended:
        when: {lookup.user.plan: suspended}
        groups: {remove: [admins, editors]}
        iam_roles: {remove: {prefix: "arn:"}}
    ```

    Source: Amazon Cognito Developer Guide, "Pre token generation Lambda trigger" and "Role-based access control".
    """
    rules = loaded.policy.rules
    if any(map(_takes_roles, rules.values())):
        return
    for name, rule in rules.items():
        for part in _takes_groups(rule.groups):
            at: At = ("rules", name, "groups", part)
            message = f"{shown(at)} takes groups away and leaves their IAM roles in the ID token"
            cure = 'say which roles go: `iam_roles: {remove: {prefix: "arn:"}}` takes them all'
            yield Doubt(at, message, cure, key=True)


def _takes_roles(rule: Rule) -> bool:
    roles = rule.iam_roles
    edits = roles is not None and (roles.keep is not None or roles.remove is not None)
    return edits or (rule.id_token is not None and "cognito:groups" in rule.id_token.suppress)


def _takes_groups(groups: Edit | None) -> Iterator[str]:
    """Give the parts of an edit that take away groups which can have roles."""
    if groups is None:
        return
    if groups.keep is not None and not (isinstance(groups.keep, Operators) and _of_provider(groups.keep.not_)):
        yield "keep"
    if groups.remove is not None and not _of_provider(groups.remove):
        yield "remove"


def _of_provider(test: Test | None) -> bool:
    return isinstance(test, Operators) and test.from_identity_provider is True


@check(
    "notice",
    gain="readers take for a grant what is in no token",
    cure="leave it out, or give the rule that removes it a `when`",
)
def add_without_effect(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report an `add` that adds nothing: an empty list, or items that are always removed again.

    First all rules add to a list, then it is kept to what passes, then what is to go is removed, whatever the order.
    So an item that a rule without a condition removes, or the rule that adds it, is in no token.
    A reader of the rule takes it for a grant.

    An `add` of a claim that no other rule adds to is no finding: it does what a plain value does, and lets others join.

    Bad:

    ```yaml
    rules:
      writers:
        when: {groups: editors}
        access_token: {scopes: {add: [orders/write]}}
      read-only:
        access_token: {scopes: {keep: {prefix: openid}}}
    ```

    Good:

    ```yaml
    rules:
      writers:
        when: {groups: editors}
        access_token: {scopes: {add: [orders/write]}}
      read-only:
        when: {not: {groups: editors}}
        access_token: {scopes: {keep: {prefix: openid}}}
    ```

    Source: the rule language, on scopes, groups and IAM roles.
    """
    policy = loaded.policy
    removers = _Removers(policy)
    for name, rule in policy.rules.items():
        for at, value in values_of(name, policy):
            if value == Add(add=()) or (at[-1] == "add" and value == ()):
                yield Doubt(at, f"{shown(at)} adds nothing", "leave it out, or write items: `add: [a]`", key=True)
        for place, edit in effects_of(rule):
            if isinstance(edit, Edit) and edit.add is not None and not isinstance(edit.add, Form):
                at = ("rules", name, *place, "add")
                items = edit.add if isinstance(edit.add, tuple) else (edit.add,)
                lost: dict[str, list[str]] = {}
                for item in map(str, items):
                    remover = removers.of(item, name, str(place[-1]), edit)
                    if remover is not None:
                        lost.setdefault(remover, []).append(item)
                for other, removed in lost.items():
                    cure = "leave it out" if other == name else f"leave it out, or add a `when` to {quoted(other)}"
                    message = f"{shown(at)} adds {listed(removed)}, which {quoted(other)} always removes"
                    yield Doubt(at, message, cure)


class _Removers:
    """Know what is always removed: constants by their text, and all other tests of rules without a condition."""

    def __init__(self, policy: Policy) -> None:
        self._possible = Possible(policy, lambda _path: None)
        self._constants: dict[tuple[str, str], str] = {}
        self._edits: dict[str, list[tuple[str, Edit]]] = {}
        for name, rule in policy.rules.items():
            for place, edit in effects_of(rule) if rule.when is None else ():
                if isinstance(edit, Edit):
                    self._note(name, str(place[-1]), edit)

    def _note(self, name: str, sort: str, edit: Edit) -> None:
        removed = edit.remove if isinstance(edit.remove, tuple) else (edit.remove,)
        for test in removed:
            if isinstance(test, str):
                self._constants.setdefault((sort, test), name)
        if edit.keep is not None or any(isinstance(test, (Operators, tuple)) for test in removed):
            self._edits.setdefault(sort, []).append((name, edit))

    def of(self, item: str, rule: str, sort: str, own: Edit) -> str | None:
        """Give the rule that always removes an item which a rule adds, be it the same rule."""
        if self._removes(own, item):
            return rule
        if (sort, item) in self._constants:
            return self._constants[sort, item]
        return next((name for name, edit in self._edits.get(sort, ()) if self._removes(edit, item)), None)

    def _removes(self, edit: Edit, item: str) -> bool:
        if edit.remove is not None and self._possible.judge(edit.remove, item) == {True}:
            return True
        return edit.keep is not None and self._possible.judge(edit.keep, item) == {False}
