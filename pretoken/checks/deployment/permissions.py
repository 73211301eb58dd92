"""The permissions of the function in a template, and what the policy needs."""

from collections.abc import Iterator

from pretoken.checks.check import check
from pretoken.checks.deployment.key_policies import SEAL, not_opened, opened_too_far
from pretoken.checks.deployment.needs import needs
from pretoken.checks.finding import Doubt, shown
from pretoken.policy.errors import Place, named, quoted
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.report import At
from pretoken.pools.facts import Facts
from pretoken.pools.intrinsics import written_text
from pretoken.pools.permissions import Grant, grants_of

_SERVICES = ("dynamodb", "lambda", "kms")
_WIDE = ("*", ":table/*", ":function:*", ":function/*", ":key/*")


@check(
    "warning",
    gain="the lookup, or the encryption, fails at every sign-in, and tokens lack what rests on it",
    cure="allow the action in the template: `{Effect: Allow, Action: dynamodb:GetItem, Resource: …}`",
)
def missing_permission(loaded: LoadedPolicy, facts: Facts) -> Iterator[Doubt]:
    """Report a permission that the policy needs, and that the function in the template lacks.

    A lookup in a table needs `dynamodb:GetItem`, two that can be made together on one table `dynamodb:BatchGetItem`.
    A lookup by a function needs `lambda:InvokeFunction`.
    What is encrypted for an API needs `kms:GenerateDataKey`, by the key's own policy or by the role.

    What isn't known is no finding: a role or key from elsewhere, managed policies, parameters.

    Bad:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V2_0
    other_clients: apply_rules
    lookups:
      user: {dynamodb: {table: users, key: {pk: "{attribute.sub}"}}, data: none, fields: {plan: string}}
    ```

    ```yaml
    # template.yaml
    Resources:
      PreTokenGeneration:
        Type: AWS::Serverless::Function
        Properties: {Handler: pre_token_generation.handler}
    ```

    Good:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V2_0
    other_clients: apply_rules
    lookups:
      user: {dynamodb: {table: users, key: {pk: "{attribute.sub}"}}, data: none, fields: {plan: string}}
    ```

    ```yaml
    # template.yaml
    Resources:
      PreTokenGeneration:
        Type: AWS::Serverless::Function
        Properties:
          Handler: pre_token_generation.handler
          Policies:
            - Statement:
                - Effect: Allow
                  Action: dynamodb:GetItem
                  Resource: !Sub arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/users
    ```

    Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon DynamoDB".
    """
    for function in facts.functions:
        grants = grants_of(function, facts)
        for need in needs(loaded.policy, function, facts):
            if grants.complete and not need.can_be_met(grants.grants, facts):
                message = f"{shown(need.at)} needs `{need.action}`, and the function {named(function.name)} lacks it"
                cure = f"add it to its role's `Policies`: `{{Effect: Allow, Action: {need.action}, Resource: …}}`"
                yield Doubt(need.at, message, cure, key=True)
        yield from not_opened(loaded.policy, function, grants, facts)


@check(
    "warning",
    gain="a mistake in the function, or in one of its libraries, reads or changes what no rule needs",
    cure="allow what `pool.yaml` needs, and on its tables, functions and keys alone: `Action: dynamodb:GetItem`",
)
def excess_permission(loaded: LoadedPolicy, facts: Facts) -> Iterator[Doubt]:
    """Report a permission for tables, functions or keys that the function in the template has, and doesn't need.

    What pool.yaml declares takes `dynamodb:GetItem`, `lambda:InvokeFunction` and `kms:GenerateDataKey`, and no more.
    Wildcards, queries, writes and `kms:Decrypt` are more than that: who encrypts needn't read.
    SAM's `DynamoDBReadPolicy` allows scans too.

    `kms:Decrypt` under a condition on `kms:ViaService` is no finding: a table under a key of its own needs it.

    Bad:

    ```yaml
    # template.yaml
    Resources:
      PreTokenGeneration:
        Type: AWS::Serverless::Function
        Properties:
          Handler: pre_token_generation.handler
          Policies: [{DynamoDBReadPolicy: {TableName: users}}]
    ```

    Good:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V2_0
    other_clients: apply_rules
    lookups:
      user: {dynamodb: {table: users, key: {pk: "{attribute.sub}"}}, data: none, fields: {plan: string}}
    ```

    ```yaml
    # template.yaml
    Resources:
      PreTokenGeneration:
        Type: AWS::Serverless::Function
        Properties:
          Handler: pre_token_generation.handler
          Policies:
            - Statement:
                - Effect: Allow
                  Action: dynamodb:GetItem
                  Resource: !Sub arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/users
    ```

    Source: IAM User Guide, "Security best practices in IAM", on least privilege.
    """
    for function in facts.functions:
        needed = {need.action for need in needs(loaded.policy, function, facts)}
        grants = grants_of(function, facts)
        told: set[tuple[At, Place]] = set()
        if loaded.policy.pool.recipients:
            needed.add(SEAL)
        for grant in grants.grants:
            if (why := _excess(grant, needed)) and (grant.at, grant.place) not in told:
                told.add((grant.at, grant.place))
                message = f"the function {named(function.name)} may do {quoted(str(grant.at[-1]))}, {why}"
                yield Doubt(grant.at, message, place=grant.place)
        yield from opened_too_far(loaded.policy, function, grants, facts)


def _excess(grant: Grant, needed: set[str]) -> str:
    """Say what is too much of a grant; nothing if nothing is."""
    action = grant.action.lower()
    service, _, name = action.partition(":")
    if action != "*" and service not in _SERVICES:
        return ""
    if action == "kms:decrypt" and any(key.lower() == "kms:viaservice" for key in grant.conditions):
        return ""
    if "*" in action or "?" in name:
        return "which is every action of that name"
    if action not in {one.lower() for one in needed}:
        return "which no lookup and no recipient in pool.yaml needs"
    wide = [one for one in map(written_text, grant.resources) if one == "*" or one.endswith(_WIDE[1:])]
    return f"on {quoted(wide[0])}, which is more than pool.yaml declares" if wide else ""
