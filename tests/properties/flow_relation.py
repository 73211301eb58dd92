"""What no two events tell: whether a token says of somebody what he isn't entitled to, which takes who is.

Users belong to tenants and have roles there, each as a table says. Choices among tenants and roles come from many
lists: of the user, of everybody, of the user's own making.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from pretoken.trigger.plan import link
from tests.properties.flow_passing import FINDINGS, passing
from tests.properties.flow_people import situation
from tests.properties.flow_world import DERIVED, POOL
from tests.properties.outcome import Outcome
from tests.properties.vocabulary import SECRETS, TEXTS, VARIABLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.properties.checks import Tally
    from tests.properties.choices import Choices

_ROLES = ("reader", "writer", "owner")
_USERS = ("s1", "s2")
_TENANT_SOURCES = ("metadata.tenant", "metadata.text", "attribute.custom:choice")
_TENANT_LISTS = ("lookup.user.tenants", "lookup.user.tenants", "lookup.conf.tags", "lookup.mine.tags", "scopes")
_ROLE_SOURCES = ("metadata.tags", "attribute.custom:picks", "lookup.open.tags")
_ROLE_LISTS = ("lookup.user.roles", "lookup.member.roles", "lookup.pair.tags", "lookup.open.tags", "lookup.mine.tags")


class Relation(NamedTuple):
    """Who has which role in which tenant."""

    triples: frozenset[tuple[str, str, str]]

    def tenants(self, user: str) -> list[str]:
        return sorted({tenant for who, tenant, _ in self.triples if who == user})

    def roles(self, user: str | None = None, tenant: str | None = None) -> list[str]:
        return sorted(
            {
                role
                for who, where, role in self.triples
                if (user is None or who == user) and (tenant is None or where == tenant)
            }
        )

    def answers(self, user: str) -> Callable[[str, dict[str, str]], Any]:
        """Give who answers lookups of a user: tables that hold this relation, and one that he writes himself."""

        def answer(lookup: str, key: dict[str, str]) -> Any:
            tenant = next(reversed(key.values()), "").removeprefix("/")
            rows: dict[str, Any] = {
                "user": {
                    "tenants": self.tenants(user),
                    "roles": self.roles(user),
                    "home": next(iter(self.tenants(user)), ""),
                },
                "member": {"roles": self.roles(user, tenant)},
                "pair": {"tags": self.roles(user, tenant)},
                "open": {"tags": self.roles(tenant=tenant)},
                "conf": {"tags": [*TEXTS]},
                "mine": {"tags": [*TEXTS, *_ROLES]},
            }
            return rows[lookup]

        return answer


def _tenant(choices: Choices) -> Any:
    chosen: dict[str, Any] = {"from": choices.pick(_TENANT_SOURCES), "one_of": choices.pick(_TENANT_LISTS)}
    sort = choices.below(6)
    if sort == 0:
        return {"from": "derived.tenant"}
    if sort == 1:
        return {"first_of": [chosen, {"from": "lookup.user.home"}]}
    if sort == 2:
        return {**chosen, "default": choices.pick(TEXTS)}
    return {"from": choices.pick(_TENANT_SOURCES)} if sort == 3 else chosen


def _role(choices: Choices) -> Any:
    sort = choices.below(4)
    if sort == 0:
        return {"from": choices.pick(_ROLE_LISTS)}
    return {"from": choices.pick(_ROLE_SOURCES), "one_of": choices.pick(_ROLE_LISTS)}


def tokens_keep_to_entitlements(choices: Choices, tally: Tally) -> str | None:
    """Check that a tenant in a token is the user's, and a role too, and one of that tenant if that is its key."""
    claims = {"tenant": _tenant(choices), "roles": _role(choices)}
    rules = {
        name: {"access_token": {"claims": {name: value}}, "when": {"principal": "user"}}
        for name, value in claims.items()
    }
    plan = {"pool": {**POOL, "identity_providers": ["a"]}, "derived": DERIVED, "tables": {}, "rules": rules}
    passed = passing(plan, (*FINDINGS, "unpaired-choices"))
    tally["policies"] += 1
    if passed is None:
        return None
    tally["passed"] += 1
    program = link(passed, VARIABLES, SECRETS)
    for _ in range(3):
        triples = [(user, tenant, role) for user in _USERS for tenant in TEXTS for role in _ROLES]
        relation = Relation(frozenset(choices.some(triples, 3, 6)))
        one = situation(choices, ["a"], machine=0)
        inputs = {**one.inputs, "metadata.tags": ",".join(choices.some(_ROLES, 1, 3))}
        inputs["attribute.custom:picks"] = ",".join(choices.some(_ROLES, 1, 3))
        one = one._replace(inputs=inputs)
        user = inputs["attribute.sub"]
        told = Outcome(program, one.event(), relation.answers(user)).decision.access_token.claims
        tenant, roles = (told[name][0] if name in told else None for name in ("tenant", "roles"))
        tally["tenants"] += tenant is not None
        tally["roles"] += bool(roles)
        problem = _not_entitled(
            relation,
            user,
            tenant,
            roles or [],
            paired=claims["tenant"] == {"from": "derived.tenant"}
            and ("one_of" in claims["roles"] or "member" in claims["roles"]["from"]),
        )
        if problem:
            return f"{problem}\n{json.dumps(claims)}\n{sorted(relation.triples)}\n{json.dumps(inputs)}"
    return None


def _not_entitled(relation: Relation, user: str, tenant: str | None, roles: list[str], *, paired: bool) -> str | None:
    if tenant is not None and tenant not in relation.tenants(user):
        return "a tenant to which the user doesn't belong"
    if not set(roles) <= set(relation.roles(user)):
        return "a role that the user doesn't have"
    if paired and tenant is not None and not set(roles) <= set(relation.roles(user, tenant)):
        return "a role that the user doesn't have in the tenant"
    return None
