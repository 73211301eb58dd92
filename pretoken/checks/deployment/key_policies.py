"""The policies of recipients' keys in a template, and what the function's role needs of them."""

from collections.abc import Iterator

from pretoken.checks.deployment.needs import Need, resource_of
from pretoken.checks.finding import Doubt, shown
from pretoken.policy.errors import named, quoted, typed
from pretoken.policy.policy import Policy
from pretoken.policy.report import At
from pretoken.pools.facts import Facts, Resource
from pretoken.pools.intrinsics import references
from pretoken.pools.keys import KEY, lets_in, of_role
from pretoken.pools.permissions import Grants

SEAL = "kms:GenerateDataKey"


def not_opened(policy: Policy, function: Resource, grants: Grants, facts: Facts) -> Iterator[Doubt]:
    """Give the recipients whose keys the function's role can't encrypt with, neither by name nor by its own grants."""
    for at, key in _keys(policy, function, facts):
        if grants.role is None:
            continue
        by = lets_in(key, grants.role, SEAL)
        by_role = not grants.complete or Need(SEAL, at, None).can_be_met(grants.grants, facts)
        if not by or (by == {"account"} and not by_role):
            message = f"{shown(at)} needs `{SEAL}`, and the policy of {named(key.name)} doesn't let the role do it"
            principal = f"Principal: {{AWS: !GetAtt {typed(grants.role.name)}.Arn}}"
            cure = f"add to its `KeyPolicy`: `{{Effect: Allow, {principal}, Action: {SEAL}, Resource: '*'}}`"
            yield Doubt(at, message, cure, key=True)


def opened_too_far(policy: Policy, function: Resource, grants: Grants, facts: Facts) -> Iterator[Doubt]:
    """Give what the policies of recipients' keys let the function's role do beyond encrypting."""
    for at, key in _keys(policy, function, facts):
        for grant in of_role(key, grants.role) if grants.role is not None else ():
            if grant.action.lower() != SEAL.lower():
                message = f"the policy of {named(key.name)} lets the function's role do {quoted(grant.action)}, "
                message += f"and {shown(at)} needs `{SEAL}` alone"
                yield Doubt(grant.at, message, f"write `Action: {SEAL}`", place=grant.place)


def _keys(policy: Policy, function: Resource, facts: Facts) -> Iterator[tuple[At, Resource]]:
    """Give the recipients whose keys are in the template."""
    for name, recipient in policy.pool.recipients.items():
        value = resource_of(recipient.key, function, facts)
        of_key = [] if value is None else [facts.resources.get(one) for one in references(value)]
        for key in of_key:
            if key is not None and key.type == KEY:
                yield ("pool", "recipients", name), key
