"""Lookups, and the rows that they ask for."""

from collections.abc import Iterator

from pretoken.checks.check import check
from pretoken.checks.finding import Doubt, shown
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.lookups import Lookup
from pretoken.policy.report import At
from pretoken.policy.walk import placeholders


@check(
    "warning",
    gain="everybody gets what was meant for one, or nobody gets anything",
    cure='put an input into the key: `{pk: "{attribute.sub}"}`',
)
def constant_key(loaded: LoadedPolicy) -> Iterator[Doubt]:
    """Report a lookup that asks for the same row whoever signs in.

    Its key has no placeholder, mostly since the braces were forgotten: `{attribute.sub}` is the input.
    Everybody then gets the same tenant, plan or permissions, or nobody does.

    A `parameter` or an `appconfig` profile for all is no finding: settings are kept there.

    Bad:

    ```yaml
    # pool.yaml
    language: 1
    trigger: V2_0
    other_clients: apply_rules
    lookups:
      user: {dynamodb: {table: users, key: {pk: attribute.sub}}, data: none, fields: {plan: string}}
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

    Source: the rule language, on lookups.
    """
    for name, lookup in loaded.policy.pool.lookups.items():
        if lookup.provider in _KEYED and not any(map(placeholders, lookup.templates().values())):
            at: At = ("pool", "lookups", name, *_KEYED[lookup.provider])
            message = f"{shown(at)} has no input in it, so there is one answer for everybody"
            yield Doubt(at, message, f"write `{_cure(lookup)}`", key=True)


_KEYED: dict[str, At] = {
    "dynamodb": ("dynamodb", "key"),
    "verified_permissions": ("verified_permissions", "principal"),
    "lambda": ("lambda", "input"),
}
"""The providers that are asked about somebody, and where that stands."""


def _cure(lookup: Lookup) -> str:
    if lookup.dynamodb is not None:
        return f'{{{next(iter(lookup.dynamodb.key))}: "{{attribute.sub}}"}}'
    return 'principal: "User::{attribute.sub}"' if lookup.verified_permissions else '{sub: "{attribute.sub}"}'
