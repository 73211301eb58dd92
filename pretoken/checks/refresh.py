"""Rules and refreshes: tokens are renewed without the caller's metadata."""

from collections.abc import Iterator

from pretoken.checks.check import check
from pretoken.checks.finding import Doubt, listed, shown
from pretoken.checks.possible import NOTHING, Outcomes, Possible
from pretoken.policy.conditions import Condition
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.policy import Policy
from pretoken.policy.report import At
from pretoken.policy.values import Leaf
from pretoken.policy.walk import inputs_of
from pretoken.policy.writers import values_of


@check(
    "warning",
    gain="users lose it about an hour after they signed in, and an API that denies by it lets them through",
    cure="add a `default`, or a source that lasts",
)
def lost_on_refresh(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report what rests on the caller's metadata alone, so that it is gone after a refresh.

    Apps renew a user's tokens about every hour, and a plain refresh passes no client metadata to the trigger.
    Only `GetTokensFromRefreshToken` does, if the app sends them anew.
    Otherwise a claim that only metadata can fill is missing, and a rule that requires metadata stops applying.
    Users notice an hour after they signed in, and developers never, because they sign in anew.

    A `default`, another member of `first_of` or `union`, an `otherwise` and a `test` all say what a refresh gives.
    Better is a place that lasts: an attribute of the user, or a lookup keyed by `attribute.sub`.
    Machines don't refresh, and rules that deny have nothing to lose, so neither is a finding.

    Bad:

    ```yaml
    rules:
      tenant:
        when: {principal: user}
        access_token: {claims: {tenant_id: {from: metadata.tenant, one_of: lookup.user.tenants}}}
    ```

    Good:

    ```yaml
    rules:
      tenant:
        when: {principal: user}
        access_token:
          claims:
            tenant_id:
              first_of:
                - {from: metadata.tenant, one_of: lookup.user.tenants}
                - {from: lookup.user.default_tenant}
    ```

    Source: Amazon Cognito API Reference, `InitiateAuth` and `GetTokensFromRefreshToken`, on `ClientMetadata`.
    """
    policy = loaded.policy
    sign_in = Possible(policy, of_user)
    refresh = Possible(policy, of_refresh)
    for name, rule in policy.rules.items():
        if rule.deny is not None or not sign_in.applies(rule.when):
            continue
        if rule.when is not None and not refresh.applies(rule.when):
            at: At = ("rules", name, "when")
            cure = "ask for what lasts, such as `lookup.user.tenant`"
            yield Doubt(at, f"{_lost(at, rule.when, policy)}: this rule stops applying", cure, key=True)
            continue
        for at, value in values_of(name, policy):
            if sign_in.gives(value) and not refresh.gives(value):
                cure = "add a `default`, or another source with `first_of: […]`"
                yield Doubt(at, _lost(at, value, policy), cure, key=True)


def _lost(at: At, item: Condition | Leaf, policy: Policy) -> str:
    metadata = sorted(path for path in inputs_of(item, policy) if path.startswith("metadata."))
    return f"{shown(at)} rests on {listed(metadata)} alone, which a plain refresh doesn't send"


def of_user(path: str) -> Outcomes | None:
    """Give what is known of an input in users' events."""
    return frozenset({"user"}) if path == "principal" else None


def of_refresh(path: str) -> Outcomes | None:
    """Give what is known of an input where a user's tokens are renewed."""
    return NOTHING if path.startswith("metadata.") else of_user(path)
