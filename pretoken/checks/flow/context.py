"""Contexts: what is known to hold wherever a value is used, so that inputs can be believed there."""

from typing import NamedTuple

from pretoken.checks.possible import Possible
from pretoken.policy.conditions import Condition
from pretoken.policy.exclusion import Exclusion
from pretoken.policy.policy import Policy
from pretoken.policy.rules import Rule
from pretoken.policy.tests import Operators, Test


class Context(NamedTuple):
    """What holds.

    Attributes:
        email_verified: Cognito vouches for the e-mail address.
        phone_number_verified: Cognito vouches for the phone number.
        provided: the user came from an identity provider that is named, and can't change what it writes.
        machine: the principal is an app client that acts for itself.

    """

    email_verified: bool = False
    phone_number_verified: bool = False
    provided: bool = False
    machine: bool = False


ANYWHERE = Context()

ADMIN_SCOPE = "aws.cognito.signin.user.admin"
"""With it, whoever holds an access token reads and writes the user's profile (UpdateUserAttributes)."""

_USERS = Condition.model_validate({"principal": "user"})


class Contexts:
    """Find what conditions of a policy require."""

    def __init__(self, policy: Policy) -> None:
        self._exclusion = Exclusion(policy)
        self._providers = policy.pool.identity_providers
        self._can_vouch = removes_admin_scope(policy)

    def within(self, context: Context, condition: Condition | None) -> Context:
        """Give what holds in a context where a condition is required as well: its own tests, and what they need."""
        if condition is None:
            return context
        email, phone, provided, machine = context
        for path, test in self._exclusion.needs(condition):
            email = email or (path == "attribute.email_verified" and _only(test, True))
            phone = phone or (path == "attribute.phone_number_verified" and _only(test, True))
            provided = provided or (path == "identity_providers" and self._can_vouch and self._names_one(test))
            machine = machine or (path == "principal" and _only(test, "machine"))
        return Context(email, phone, provided, machine)

    def _names_one(self, test: Test) -> bool:
        """Tell whether a test of the linked providers requires one that pool.yaml declares."""
        if isinstance(test, tuple):
            return all(map(self._names_one, test))
        if isinstance(test, Operators):
            return test.items() == {"exists": True} and len(self._providers) == 1
        return True


def removes_admin_scope(policy: Policy) -> bool:
    """Tell whether no user's access token has the scope with which its holder can write attributes."""
    possible = Possible(policy, lambda path: frozenset({"user"}) if path == "principal" else None)
    return "V1_0" not in policy.pool.trigger and any(
        _always_applies(rule, possible) and _removes(rule, possible) for rule in policy.rules.values()
    )


def is_for_all_users(when: Condition | None) -> bool:
    """Tell whether a condition holds for every user."""
    return when is None or when == _USERS


def _always_applies(rule: Rule, possible: Possible) -> bool:
    return rule.when is None or possible.condition(rule.when) == {True}


def _removes(rule: Rule, possible: Possible) -> bool:
    scopes = rule.access_token.scopes if rule.access_token is not None else None
    if scopes is None:
        return False
    removed = scopes.remove is not None and possible.judge(scopes.remove, ADMIN_SCOPE) == {True}
    return removed or (scopes.keep is not None and possible.judge(scopes.keep, ADMIN_SCOPE) == {False})


def _only(test: Test, constant: str | bool) -> bool:
    """Tell whether nothing but a constant passes a test."""
    if isinstance(test, tuple):
        return all(_only(member, constant) for member in test)
    return not isinstance(test, Operators) and type(test) is type(constant) and test == constant
