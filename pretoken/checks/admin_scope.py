"""The scope with which whoever holds an access token rewrites the user's attributes."""

from collections.abc import Iterator

from pretoken.checks.check import check
from pretoken.checks.finding import Doubt, shown
from pretoken.checks.flow import sinks_of
from pretoken.checks.flow.conditions import steerers_of
from pretoken.checks.flow.context import ADMIN_SCOPE, removes_admin_scope
from pretoken.checks.sources import path_of
from pretoken.policy.errors import quoted
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.policy import Policy
from pretoken.policy.report import At


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
      tenant:
        when: {principal: user}
        access_token: {claims: {tenant: {from: attribute.custom:a, one_of: lookup.user.tenants}}}
    ```

    Good:

    ```yaml
    rules:
      tenant:
        when: {principal: user}
        access_token: {claims: {tenant: {from: attribute.custom:a, one_of: lookup.user.tenants}}}
      least-privilege:
        access_token: {scopes: {remove: aws.cognito.signin.user.admin}}
    ```

    Source: Amazon Cognito API Reference, `UpdateUserAttributes`.
    """
    policy = loaded.policy
    if policy.pool.trigger == ("V1_0",) or removes_admin_scope(policy):  # V1_0 can't change scopes
        return
    cure = "" if "V1_0" not in policy.pool.trigger else "leave V1_0 out, which can't remove it: `trigger: V2_0`"
    for attribute, at in _deciding(policy).items():
        message = (
            f"{shown(at)} of the rule {quoted(str(at[1]), 'of this name')} rests on {quoted(attribute)}, and no rule "
            f"takes `{ADMIN_SCOPE}` away from everybody, with which whoever holds a token rewrites it"
        )
        yield Doubt(("pool", "attributes", attribute), message, cure, key=True)


def _deciding(policy: Policy) -> dict[str, At]:
    """Give the attributes that users can write and access tokens rest on, each with a place."""
    found: dict[str, At] = {}
    for sink in sinks_of(policy):
        if sink.kind in ("claim", "add") and sink.target in ("access_token", "scopes", "groups"):
            traces = [*sink.value.absence.values(), *steerers_of(sink.when).values()]
            for path in sorted(map(path_of, traces)):
                if path.startswith("attribute."):
                    found.setdefault(path.removeprefix("attribute."), sink.at)
    return found
