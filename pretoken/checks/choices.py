"""Choices: what users or callers choose from lists of their own."""

from collections.abc import Iterator
from typing import TypeAlias

from pretoken.checks.check import check
from pretoken.checks.finding import Doubt, listed, shown
from pretoken.checks.flow import Sink, authorizes, sinks_of
from pretoken.policy.exclusion import Exclusion
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.policy import Policy

Choice: TypeAlias = frozenset[str]
"""A list that somebody chose from, with those from which the list itself was chosen."""

_OF_COGNITO: Choice = frozenset({"groups", "iam_roles", "identity_providers"})


@check(
    "warning",
    gain="a user takes the role that is theirs in one tenant into another one of theirs",
    cure='key the second lookup by the first choice: `{pk: "{attribute.sub}#{derived.tenant_id}"}`',
)
def unpaired_choices(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report two claims that are chosen from two lists, so that the choices needn't belong together.

    `one_of` lets users choose a tenant of theirs, and a role of theirs, but not their role in that tenant.
    APIs read both from one token, and take them for a pair.
    If the role comes from a row that the chosen tenant is a key of, only their roles there can be chosen.

    Looked at are claims, scopes and groups of access tokens, with their conditions, and lists and rows of lookups.
    Groups go with any tenant, and rules whose conditions exclude each other are never in one token.

    Bad:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V2_0
    other_clients: apply_rules
    metadata: {tenant: {data: none}, role: {data: none}}
    lookups:
      user:
        dynamodb: {table: users, key: {pk: "{attribute.sub}"}}
        data: none
        fields: {tenants: strings, roles: strings}
    ```

    ```yaml
    rules:
      tenant:
        access_token:
          claims:
            tenant: {from: metadata.tenant, one_of: lookup.user.tenants}
            role: {from: metadata.role, one_of: lookup.user.roles}
    ```

    Good:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V2_0
    other_clients: apply_rules
    metadata: {tenant: {data: none}, role: {data: none}}
    lookups:
      user:
        dynamodb: {table: users, key: {pk: "{attribute.sub}"}}
        data: none
        fields: {tenants: strings}
      member:
        dynamodb: {table: members, key: {pk: "{attribute.sub}#{derived.tenant}"}}
        data: none
        fields: {roles: strings}
    ```

    ```yaml
    derived:
      tenant: {from: metadata.tenant, one_of: lookup.user.tenants}
    rules:
      tenant:
        access_token:
          claims:
            tenant: {from: derived.tenant}
            role: {from: metadata.role, one_of: lookup.member.roles}
    ```

    Source: OWASP Top 10 A01:2021, Broken Access Control; the rule language, on `one_of`.
    """
    policy = loaded.policy
    exclusion = Exclusion(policy)
    known: dict[Choice, Sink] = {}
    for sink in sinks_of(policy):
        if sink.kind not in ("claim", "add") or not authorizes(sink, policy.pool):
            continue
        choices = sorted(_of_rows(sink), key=sorted)
        pair = next(_unpaired(sink, choices, known, policy, exclusion), None)
        if pair is not None:
            choice, other, where = pair
            lists = f"{listed(sorted(choice))}, and {shown(where.at)} from {listed(sorted(other))}"
            message = f"{shown(sink.at)} is chosen from {lists}, whether or not they belong together"
            yield Doubt(sink.at, message, key=True)
        for choice in choices:
            known.setdefault(choice, sink)


def _unpaired(
    sink: Sink, choices: list[Choice], known: dict[Choice, Sink], policy: Policy, exclusion: Exclusion
) -> Iterator[tuple[Choice, Choice, Sink]]:
    """Give choices of a sink, each with one in the same token that neither is made from nor makes it, and its sink."""
    when = policy.rules[sink.rule].when
    for choice in choices:
        for other, where in {**known, **dict.fromkeys(choices, sink)}.items():
            belong_together = choice <= other or other <= choice
            if not belong_together and exclusion.reason(when, policy.rules[where.rule].when) is None:
                yield choice, other, where


def _of_rows(sink: Sink) -> set[Choice]:
    """Give the choices behind a sink, in its value and its condition, that are among rows or lists in them."""
    choices = sink.value.choices | sink.guard.choices
    return {choice for choice in choices if not choice <= _OF_COGNITO}
