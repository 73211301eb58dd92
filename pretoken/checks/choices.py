"""Choices: what users or callers choose from lists of their own."""

from collections.abc import Iterator

from pretoken.checks.check import check
from pretoken.checks.finding import Doubt, listed, shown
from pretoken.checks.flow import sinks_of
from pretoken.policy.load import LoadedPolicy


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

    Looked at are claims, scopes and groups of access tokens, and lists of lookups.

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
    known: dict[frozenset[str], str] = {}
    for sink in sinks_of(loaded.policy):
        choices = frozenset(path for path in sink.value.choices if path.startswith("lookup."))
        if not choices or sink.kind not in ("claim", "add") or sink.target == "id_token":
            continue
        other = next((seen for seen in known if not (seen <= choices or choices <= seen)), None)
        if other is not None:
            lists = f"{listed(sorted(choices))} and {known[other]} from {listed(sorted(other))}"
            yield Doubt(
                sink.at, f"{shown(sink.at)} is chosen from {lists}, whether or not they belong together", key=True
            )
        known.setdefault(choices, shown(sink.at))
