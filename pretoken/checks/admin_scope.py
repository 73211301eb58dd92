"""The scope with which whoever holds an access token rewrites the user's attributes."""

from collections.abc import Iterator

from pretoken.checks.check import check
from pretoken.checks.finding import Doubt, shown
from pretoken.checks.possible import Possible
from pretoken.checks.refresh import of_user
from pretoken.policy.errors import quoted
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.policy import Policy
from pretoken.policy.report import At
from pretoken.policy.rules import Rule
from pretoken.policy.walk import inputs_of
from pretoken.policy.writers import values_of
from pretoken.trigger.inputs import FIXED_INPUTS

ADMIN_SCOPE = "aws.cognito.signin.user.admin"


@check(
    "warning",
    gain="whoever holds an access token, an API or a thief too, rewrites the attribute, and the next token has it",
    cure=f"add a rule without `when`: `access_token: {{scopes: {{remove: {ADMIN_SCOPE}}}}}`",
)
def admin_scope_kept(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report an attribute that decides access tokens, and that any holder of such a token can rewrite.

    Sign-ins with an SDK give access tokens the scope `aws.cognito.signin.user.admin`.
    With it whoever holds the token, an API or a thief too, changes the attributes that its client may write.
    Claims, scopes and groups of the next token then follow the new value.

    A rule that takes the scope away from everybody ends this: one without `when`, or on `principal: user` alone.
    Attributes that only administrators write are no finding, nor are the values that are encrypted for an API.

    Bad:

    ```yaml
    rules:
      region:
        when: {principal: user}
        access_token: {claims: {region: {from: attribute.custom:region}}}
    ```

    Good:

    ```yaml
    rules:
      region:
        when: {principal: user}
        access_token: {claims: {region: {from: attribute.custom:region}}}
      least-privilege:
        access_token: {scopes: {remove: aws.cognito.signin.user.admin}}
    ```

    Source: Amazon Cognito API Reference, `UpdateUserAttributes`.
    """
    policy = loaded.policy
    if policy.pool.trigger == ("V1_0",) or _is_removed(policy):  # V1_0 can't change scopes
        return
    for attribute, at in _deciding(policy).items():
        message = (
            f"{shown(at)} of the rule {quoted(str(at[1]), 'of this name')} rests on {quoted(attribute)}, and no rule "
            f"takes `{ADMIN_SCOPE}` away from everybody, with which whoever holds a token rewrites it"
        )
        yield Doubt(("pool", "attributes", attribute), message, key=True)


def _is_removed(policy: Policy) -> bool:
    """Tell whether a rule takes the scope away whenever a user gets tokens."""
    possible = Possible(policy, of_user)
    for rule in policy.rules.values():
        scopes = None if rule.access_token is None else rule.access_token.scopes
        if scopes is None or (rule.when is not None and possible.condition(rule.when) != {True}):
            continue
        if scopes.remove is not None and possible.judge(scopes.remove, ADMIN_SCOPE) == {True}:
            return True
        if scopes.keep is not None and possible.judge(scopes.keep, ADMIN_SCOPE) == {False}:
            return True
    return False


def _deciding(policy: Policy) -> dict[str, At]:
    """Give the attributes that others than administrators write and access tokens rest on, each with a place."""
    found: dict[str, At] = {}
    for name, rule in policy.rules.items():
        for at, paths in _granted(name, rule, policy):
            for path in sorted(paths):
                root, _, attribute = path.partition(".")
                declared = policy.pool.attributes.get(attribute)
                is_trusted = path in FIXED_INPUTS or (declared is not None and declared.writable_by == "admin")
                if root == "attribute" and not is_trusted:
                    found.setdefault(attribute, at)
    return found


def _granted(name: str, rule: Rule, policy: Policy) -> Iterator[tuple[At, frozenset[str]]]:
    """Give what a rule grants in access tokens: the place, and what it rests on."""
    when = frozenset() if rule.when is None else inputs_of(rule.when, policy)
    for at, value in values_of(name, policy):
        if at[2:4] in (("access_token", "claims"), ("access_token", "scopes"), ("groups", "add")):
            yield at, inputs_of(value, policy) | when
