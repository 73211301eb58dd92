"""What a policy needs to do in AWS, and on what."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import combinations
from typing import NamedTuple

from pretoken.policy.lookups import Lookup
from pretoken.policy.policy import Policy
from pretoken.policy.report import At
from pretoken.policy.walk import inputs_in, walk_lookup, with_sources
from pretoken.pools.environment import environment_of
from pretoken.pools.facts import Facts, Resource
from pretoken.pools.identity import can_be_same
from pretoken.pools.intrinsics import known
from pretoken.pools.permissions import Grant
from pretoken.pools.template import Node
from pretoken.trigger.text import parts_of

_GET, _BATCH, _INVOKE = "dynamodb:GetItem", "dynamodb:BatchGetItem", "lambda:InvokeFunction"


class Need(NamedTuple):
    """An action that the policy needs, where it says so, and on what; None if that isn't known."""

    action: str
    at: At
    resource: Node | None

    def can_be_met(self, grants: list[Grant], facts: Facts) -> bool:
        """Tell whether one of these grants can be what is needed."""
        return any(self._can_be(grant, facts) for grant in grants)

    def _can_be(self, grant: Grant, facts: Facts) -> bool:
        if not fnmatchcase(self.action.lower(), grant.action.lower()):
            return False
        if self.resource is None or not grant.resources:
            return True
        return any(can_be_same(one, self.resource, facts) for one in grant.resources)


def needs(policy: Policy, function: Resource, facts: Facts) -> Iterator[Need]:
    """Give what the lookups of a policy need of a function's role."""
    lookups = policy.pool.lookups
    for name, lookup in lookups.items():
        if lookup.dynamodb is not None:
            table = resource_of(lookup.dynamodb.table, function, facts)
            yield Need(_GET, ("pool", "lookups", name, "dynamodb"), table)
        elif lookup.lambda_ is not None:
            asked = resource_of(lookup.lambda_.function, function, facts)
            yield Need(_INVOKE, ("pool", "lookups", name, "lambda"), asked)
    for (one, first), (other, second) in combinations(lookups.items(), 2):
        if first.dynamodb is not None and _is_one_request((one, first), (other, second), policy):
            table = resource_of(first.dynamodb.table, function, facts)
            yield Need(_BATCH, ("pool", "lookups", other, "dynamodb", "table"), table)


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


def resource_of(text: str, function: Resource, facts: Facts) -> Node | None:
    """Give what a text of pool.yaml names: itself, or what the template puts into its variable."""
    (kind, name), *more = parts_of(text)
    if more:
        return None
    if kind == "text":
        return Node(name, function.place)
    values = known(environment_of(function, facts).variables.get(name, []))
    return values[0] if len(values) == 1 else None
