"""Rules and machines: apps that sign in as themselves."""

from collections.abc import Iterator

from pretoken.checks.check import check
from pretoken.checks.finding import Doubt, listed, shown
from pretoken.checks.possible import NOTHING, Outcomes, Possible
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.report import At
from pretoken.policy.rules import AccessToken

_NAMES_THEM = frozenset({"principal", "client", "client.id"})
_OF_USERS = ("username", "groups", "iam_roles", "identity_providers")


@check(
    "warning",
    gain="an API takes a machine for a user with that plan, tenant or scope",
    cure="say whom the rule means: `when: {principal: user}`",
)
def reaches_machines(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report a rule that writes into machines' access tokens without saying so.

    With event version V3_0 the trigger also runs for machines: apps that sign in as themselves, without a user.
    A machine has no attributes and no groups, so a rule that asks for neither applies to machines as well.
    Then an API takes a machine for a user with that plan, that tenant or that scope.

    A rule says whom it means by asking for `principal`, `client` or `client.id`, or for what only users have.
    What rests on users' inputs alone is absent for machines; a `default`, a constant or a `test` is there for all.
    Rules that only remove or suppress are no finding.

    Bad:

    ```yaml
    rules:
      plan:
        access_token: {claims: {plan: {from: lookup.user.plan, default: free}}}
    ```

    Good:

    ```yaml
    rules:
      plan:
        when: {principal: user}
        access_token: {claims: {plan: {from: lookup.user.plan, default: free}}}
      stage:
        when: {principal: [user, machine]}
        access_token: {claims: {stage: live}}
    ```

    Source: Amazon Cognito Developer Guide, "Pre token generation Lambda trigger", on machine-to-machine authorization.
    """
    policy = loaded.policy
    if "V3_0" not in policy.pool.trigger:
        return
    possible = Possible(policy, of_machine, settled=_NAMES_THEM)
    for name, rule in policy.rules.items():
        token = rule.access_token
        given = [] if token is None or not possible.applies(rule.when) else _given(token, possible)
        if given:
            at: At = ("rules", name, "access_token")
            cure = (
                "add `when: {principal: user}` or `when: {client: NAME}`"
                if rule.when is None
                else "add `principal: user` or `client: NAME` to `when`"
            )
            cure += "; if machines are meant, say so with `principal: [user, machine]`"
            yield Doubt(at, f"{shown(at)} gives machines {listed(given)} too", cure, key=True)


def of_machine(path: str) -> Outcomes | None:
    """Give what is known of an input in machines' events."""
    if path == "principal":
        return frozenset({"machine"})
    return NOTHING if path in _OF_USERS or path.startswith("attribute.") else None


def _given(token: AccessToken, possible: Possible) -> list[str]:
    """Name what can be in the token."""
    claims = [claim for claim, leaf in token.claims.items() if possible.gives(leaf)]
    for recipient, members in token.encrypted_for.items():
        if any(map(possible.gives, members.values())):
            claims.append(f"encrypted_for.{recipient}")
    added = token.scopes.add if token.scopes is not None else None
    return claims if added is None or not possible.gives(added) else [*claims, "scopes"]
