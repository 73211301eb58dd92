"""Client metadata, and the flows that pass it."""

from collections.abc import Iterator

from pretoken.checks.check import check
from pretoken.checks.finding import Doubt
from pretoken.checks.machines import of_machine
from pretoken.checks.possible import Possible
from pretoken.policy.errors import quoted
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.policy import Policy
from pretoken.policy.walk import inputs_of_rule
from pretoken.pools.facts import Facts
from pretoken.pools.flows import pass_metadata_of_machines, pass_metadata_of_users


@check(
    "warning",
    gain="what rests on it is never there, though cases and previews show it",
    cure="let an app client sign in by a flow that passes it: `ExplicitAuthFlows: [ALLOW_USER_SRP_AUTH]`",
)
def metadata_never_arrives(loaded: LoadedPolicy, facts: Facts) -> Iterator[Doubt]:
    """Report client metadata that rules read, and that no sign-in of the template's app clients passes.

    Cognito passes it in `RespondToAuthChallenge`, `GetTokensFromRefreshToken`, and for machines' tokens.
    It doesn't in `InitiateAuth`, for an authorization code, or in a plain refresh.
    So it never arrives where people sign in on hosted pages, or by a password without a further challenge.
    It does with SRP and custom flows, with MFA, and where refresh tokens rotate.

    The first sign-in with a temporary password is the exception, and doesn't count.

    Bad:

    ```yaml
    rules:
      tenant:
        when: {principal: user}
        access_token: {claims: {tenant_id: {from: metadata.tenant, one_of: lookup.user.tenants, default: none}}}
    ```

    ```yaml
    # template.yaml
    Resources:
      WebClient:
        Type: AWS::Cognito::UserPoolClient
        Properties: {AllowedOAuthFlows: [code], ExplicitAuthFlows: [ALLOW_REFRESH_TOKEN_AUTH]}
    ```

    Good:

    ```yaml
    rules:
      tenant:
        when: {principal: user}
        access_token: {claims: {tenant_id: {from: metadata.tenant, one_of: lookup.user.tenants}}}
    ```

    ```yaml
    # template.yaml
    Resources:
      WebClient:
        Type: AWS::Cognito::UserPoolClient
        Properties: {ExplicitAuthFlows: [ALLOW_USER_SRP_AUTH]}
    ```

    Source: Amazon Cognito API Reference, `InitiateAuth` and `RespondToAuthChallenge`, on `ClientMetadata`.
    """
    policy = loaded.policy
    if not facts.clients or pass_metadata_of_users(facts):
        return
    machines = "V3_0" in policy.pool.trigger and pass_metadata_of_machines(facts)
    for name, of_machines in _read(policy).items():
        if not (machines and of_machines):
            what = quoted(f"metadata.{name}")
            message = f"rules read {what}, which no sign-in by the template's app clients passes to the trigger"
            yield Doubt(("pool", "metadata", name), message, key=True)


def _read(policy: Policy) -> dict[str, bool]:
    """Give the metadata that rules read, and whether a rule that can apply to machines does."""
    possible = Possible(policy, of_machine)
    found: dict[str, bool] = {}
    for rule in policy.rules.values():
        of_machines = possible.applies(rule.when)
        for path in sorted(inputs_of_rule(rule, policy)):
            root, _, key = path.partition(".")
            if root == "metadata":
                found[key] = found.get(key, False) or of_machines
    return found
