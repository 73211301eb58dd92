"""Texts that IAM policies take for anything."""

from collections.abc import Iterator

from pretoken.checks.alphabets import Alphabets
from pretoken.checks.check import check
from pretoken.checks.finding import Doubt, shown
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.vocabulary import results
from pretoken.policy.writers import values_of

_WILDCARDS = frozenset("*?")


@check(
    "warning",
    gain="a `*` or `?` in the value matches whatever an IAM policy compares it with",
    cure="let only safe characters pass: `keep: {safe_as: principal_tag}`",
)
def iam_wildcard(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report an ID-token claim on which someone authorizes, and whose text can hold a wildcard of IAM.

    Identity pools make principal tags of ID-token claims, and IAM policies compare them with `StringLike`.
    There `*` and `?` match anything, so a tenant named `*` is every tenant.
    A claim counts if `id_token_authorizes` in pool.yaml names it.

    Bad:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V2_0
    other_clients: apply_rules
    lookups:
      user: {dynamodb: {table: users, key: {pk: "{attribute.sub}"}}, data: none, fields: {tenant: string}}
    id_token_authorizes: [tenant]
    ```

    ```yaml
    rules:
      tenant:
        id_token: {claims: {tenant: {from: lookup.user.tenant}}}
    ```

    Good:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V2_0
    other_clients: apply_rules
    lookups:
      user: {dynamodb: {table: users, key: {pk: "{attribute.sub}"}}, data: none, fields: {tenant: string}}
    id_token_authorizes: [tenant]
    ```

    ```yaml
    rules:
      tenant:
        id_token: {claims: {tenant: {from: lookup.user.tenant, then: {keep: {safe_as: principal_tag}}}}}
    ```

    Source: Amazon Cognito Developer Guide, "Using attributes for access control".
    """
    policy = loaded.policy
    authorizing = policy.pool.id_token_authorizes
    alphabets = Alphabets(policy)
    for name in policy.rules if authorizing else ():
        for at, value in values_of(name, policy):
            if at[2:4] != ("id_token", "claims") or (authorizing != "all" and at[4] not in authorizing):
                continue
            held = alphabets.value(value)
            constants = [constant for constant, _, _ in results(value, at, policy.tables)]
            if held is None or held & _WILDCARDS or any(map(_has_wildcard, constants)):
                yield Doubt(at, f"{shown(at)} can hold `*` or `?`, which IAM policies take for anything", key=True)


def _has_wildcard(constant: object) -> bool:
    return not _WILDCARDS.isdisjoint("".join(map(str, constant if isinstance(constant, tuple) else (constant,))))
