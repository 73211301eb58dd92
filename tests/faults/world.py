"""The soak's policy, its users, and the rows about them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pretoken.policy.load import load_policy

USERS = 400
CLIENTS = ("web-client", "admin-client")
TABLES = {"users": ["pk"], "members": ["tenant", "sub"], "plans": ["pk"]}
BUDGET = 0.8
"""Seconds that all lookups of an event may take: `lookups_total` below."""

_POOL = """\
language: 1
trigger: V3_0
other_clients: deny
clients: {web: web-client, admin: admin-client}
lookups:
  user:
    dynamodb: {table: users, key: {pk: "USER#{attribute.sub}"}}
    data: none
    fields:
      tenants: strings
      default_tenant: string
      status: string
      flags: object
      seats: {type: number, at: a.seats}
    timeout: 300ms
  settings:
    dynamodb: {table: users, key: {pk: "SETTINGS#{attribute.sub}"}}
    data: none
    fields: {theme: string, secret: string}
    timeout: 300ms
  member:
    dynamodb: {table: members, key: {tenant: "{derived.tenant_id}", sub: "{attribute.sub}"}, consistent: true}
    data: none
    fields: {roles: strings, owner: string}
    must_match: {owner: attribute.sub}
    timeout: 300ms
  plan:
    dynamodb: {table: plans, key: {pk: "PLAN#{derived.tenant_id}"}}
    data: none
    fields: {name: string}
    timeout: 300ms
    cache: 1s
limits: {lookups_total: 800ms}
"""
_RULES = """\
tables:
  scopes_of_role: {owner: [orders/read, orders/write], viewer: [orders/read]}
derived:
  tenant_id:
    first_of:
      - {from: attribute.nickname, one_of: lookup.user.tenants}
      - {from: lookup.user.default_tenant}
rules:
  tenant:
    access_token:
      claims:
        tenant_id: {from: derived.tenant_id}
        plan: {from: lookup.plan.name, default: free}
        seats: {from: lookup.user.seats, default: 1}
        flags: {from: lookup.user.flags}
        authorization: {object: {roles: {add: {from: lookup.member.roles}}, tenant: {from: derived.tenant_id}}}
      scopes: {add: {from: lookup.member.roles, then: {table: scopes_of_role}}}
  suspended:
    when: {lookup.user.status: suspended}
    access_token: {suppress: [event_marker], scopes: {keep: {prefix: openid}}}
    groups: {keep: basic}
  blocked: {when: {lookup.user.status: blocked}, deny: You are blocked.}
  permissions:
    when: {lookup.member.roles: owner}
    access_token: {claims: {permissions: {add: ["orders:approve"]}}}
    groups: {add: owners}
  trial:
    when: {client: admin}
    on_failure: deny
    access_token: {claims: {trial: {test: {lookup.plan.name: {not: [pro, team]}}}}}
  theme:
    id_token:
      claims:
        theme: {first_of: [{from: lookup.settings.theme}, {from: lookup.settings.secret}], default: light}
"""


@cache
def plan() -> dict[str, Any]:
    """Give the plan of the soak's policy."""
    with TemporaryDirectory() as folder:
        Path(folder, "rules").mkdir()
        Path(folder, "pool.yaml").write_text(_POOL)
        Path(folder, "rules", "a.yaml").write_text(_RULES)
        return load_policy(Path(folder)).plan()


POOL = plan()["pool"]


def _rows() -> dict[str, list[dict[str, Any]]]:
    """Make rows of all sorts: complete, without some fields, of a wrong type, about somebody else, and none."""
    tenants = [f"tenant-{n}" for n in range(20)]
    users: list[dict[str, Any]] = []
    settings: list[dict[str, Any]] = []
    members: list[dict[str, Any]] = []
    for n in range(USERS):
        sub = f"user-{n}"
        if n % 11:
            row: dict[str, Any] = {
                "pk": f"USER#{sub}",
                "tenants": [tenants[n % 20], tenants[n % 7]][: 1 + (n % 20 != n % 7)],
            }
            row |= {"default_tenant": tenants[n % 20]} if n % 13 else {}
            row |= {"status": ("active", "active", "active", "suspended", "blocked")[n % 5]} if n % 3 else {}
            row |= {"a": {"seats": n}} if n % 4 else {"a": {"seats": "many"}}
            row |= {"flags": {"beta": n % 2 == 0, "limit": n, "names": ["é", "漢字"]}} if n % 6 else {}
            users.append(row)
        if n % 2:
            settings.append({"pk": f"SETTINGS#{sub}", "theme": "dark" if n % 4 == 1 else 5})
        for tenant in {tenants[n % 20], tenants[n % 7]}:
            owner = sub if n % 17 else "somebody else"
            roles = [["owner"], ["viewer"], ["owner", "viewer"], []][n % 4]
            members.append({"tenant": tenant, "sub": sub, "owner": owner, "roles": roles})
    plans = [{"pk": f"PLAN#{tenant}", "name": ("pro", "team", "free")[n % 3]} for n, tenant in enumerate(tenants[:15])]
    return {"user": users, "settings": settings, "member": members, "plan": plans}


ITEMS = json.dumps(_rows()).encode()


def event(number: int) -> dict[str, Any]:
    """Make the event with a number; they repeat after `USERS` times the number of clients."""
    number, client = divmod(number % (USERS * len(CLIENTS)), len(CLIENTS))
    attributes = {"sub": f"user-{number}", "email": f"person-{number}@example.com"}
    if number % 3 == 0:
        attributes["nickname"] = f"tenant-{number % 7}"
    return {
        "version": "2",
        "triggerSource": "TokenGeneration_HostedAuth",
        "region": "eu-west-1",
        "userPoolId": "eu-west-1_Ab12Cd34",
        "userName": f"user-{number}",
        "callerContext": {"clientId": CLIENTS[client]},
        "request": {
            "userAttributes": attributes,
            "groupConfiguration": {"groupsToOverride": ["basic", "owners-club"], "iamRolesToOverride": []},
            "scopes": ["openid", "orders/list"],
        },
        "response": {"claimsAndScopeOverrideDetails": None},
    }
