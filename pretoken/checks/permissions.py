"""The permissions of the function in a template, and what the policy needs."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import combinations
from typing import NamedTuple

from pretoken.checks.check import check
from pretoken.checks.finding import Doubt, shown
from pretoken.policy.errors import Place, named, quoted, typed
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.lookups import Lookup
from pretoken.policy.policy import Policy
from pretoken.policy.report import At
from pretoken.policy.walk import inputs_in, walk_lookup, with_sources
from pretoken.pools.environment import environment_of
from pretoken.pools.facts import Facts, Resource
from pretoken.pools.identity import can_be_same
from pretoken.pools.intrinsics import known, references, written_text
from pretoken.pools.keys import KEY, lets_in, of_role
from pretoken.pools.permissions import Grant, grants_of
from pretoken.pools.template import Node
from pretoken.trigger.text import parts_of

_GET, _BATCH, _INVOKE = "dynamodb:GetItem", "dynamodb:BatchGetItem", "lambda:InvokeFunction"
_SEAL = "kms:GenerateDataKey"
_SERVICES = ("dynamodb", "lambda", "kms")
_WIDE = ("*", ":table/*", ":function:*", ":function/*", ":key/*")


class _Need(NamedTuple):
    """An action that the policy needs, where it says so, and on what; None if that isn't known."""

    action: str
    at: At
    resource: Node | None


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
        for need in _needs(loaded.policy, function, facts):
            if grants.complete and not any(_allows(grant, need, facts) for grant in grants.grants):
                message = f"{shown(need.at)} needs `{need.action}`, and the function {named(function.name)} lacks it"
                cure = f"add it to its role's `Policies`: `{{Effect: Allow, Action: {need.action}, Resource: …}}`"
                yield Doubt(need.at, message, cure, key=True)
        for at, key in _keys(loaded.policy, function, facts):
            if grants.role is None:
                continue
            seals = _Need(_SEAL, at, None)
            by = lets_in(key, grants.role, _SEAL)
            by_role = not grants.complete or any(_allows(grant, seals, facts) for grant in grants.grants)
            if not by or (by == {"account"} and not by_role):
                message = f"{shown(at)} needs `{_SEAL}`, and the policy of {named(key.name)} doesn't let the role do it"
                principal = f"Principal: {{AWS: !GetAtt {typed(grants.role.name)}.Arn}}"
                cure = f"add to its `KeyPolicy`: `{{Effect: Allow, {principal}, Action: {_SEAL}, Resource: '*'}}`"
                yield Doubt(at, message, cure, key=True)


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
        needed = {need.action for need in _needs(loaded.policy, function, facts)}
        grants = grants_of(function, facts)
        told: set[tuple[At, Place]] = set()
        if loaded.policy.pool.recipients:
            needed.add(_SEAL)
        for grant in grants.grants:
            if (why := _excess(grant, needed)) and (grant.at, grant.place) not in told:
                told.add((grant.at, grant.place))
                message = f"the function {named(function.name)} may do {quoted(str(grant.at[-1]))}, {why}"
                yield Doubt(grant.at, message, place=grant.place)
        for at, key in _keys(loaded.policy, function, facts):
            for grant in of_role(key, grants.role) if grants.role is not None else ():
                if grant.action.lower() != _SEAL.lower():
                    message = f"the policy of {named(key.name)} lets the function's role do {quoted(grant.action)}, "
                    message += f"and {shown(at)} needs `{_SEAL}` alone"
                    yield Doubt(grant.at, message, f"write `Action: {_SEAL}`", place=grant.place)


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


def _needs(policy: Policy, function: Resource, facts: Facts) -> Iterator[_Need]:
    lookups = policy.pool.lookups
    for name, lookup in lookups.items():
        if lookup.dynamodb is not None:
            table = _resource(lookup.dynamodb.table, function, facts)
            yield _Need(_GET, ("pool", "lookups", name, "dynamodb"), table)
        elif lookup.lambda_ is not None:
            asked = _resource(lookup.lambda_.function, function, facts)
            yield _Need(_INVOKE, ("pool", "lookups", name, "lambda"), asked)
    for (one, first), (other, second) in combinations(lookups.items(), 2):
        if first.dynamodb is not None and _is_one_request((one, first), (other, second), policy):
            table = _resource(first.dynamodb.table, function, facts)
            yield _Need(_BATCH, ("pool", "lookups", other, "dynamodb", "table"), table)


def _is_one_request(one: tuple[str, Lookup], other: tuple[str, Lookup], policy: Policy) -> bool:
    """Tell whether two lookups can be one request: they read one table alike, and neither needs the other first."""
    first, second = one[1].dynamodb, other[1].dynamodb
    if first is None or second is None or one[1].timeout != other[1].timeout:
        return False
    alike = (first.table, first.consistent) == (second.table, second.consistent)
    return alike and not any(
        path.startswith(f"lookup.{name}.")
        for name, lookup in ((one[0], other[1]), (other[0], one[1]))
        for path in with_sources(inputs_in(walk_lookup(lookup, ())), policy)
    )


def _resource(text: str, function: Resource, facts: Facts) -> Node | None:
    """Give what a text of pool.yaml names: itself, or what the template puts into its variable."""
    (kind, name), *more = parts_of(text)
    if more:
        return None
    if kind == "text":
        return Node(name, function.place)
    values = known(environment_of(function, facts).variables.get(name, []))
    return values[0] if len(values) == 1 else None


def _allows(grant: Grant, need: _Need, facts: Facts) -> bool:
    """Tell whether a grant can be what is needed."""
    if not fnmatchcase(need.action.lower(), grant.action.lower()):
        return False
    if need.resource is None or not grant.resources:
        return True
    return any(can_be_same(one, need.resource, facts) for one in grant.resources)


def _keys(policy: Policy, function: Resource, facts: Facts) -> Iterator[tuple[At, Resource]]:
    """Give the recipients whose keys are in the template."""
    for name, recipient in policy.pool.recipients.items():
        value = _resource(recipient.key, function, facts)
        of_key = [] if value is None else [facts.resources.get(one) for one in references(value)]
        for key in of_key:
            if key is not None and key.type == KEY:
                yield ("pool", "recipients", name), key
