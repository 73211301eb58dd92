"""Policy folders for tests."""

from pathlib import Path
from typing import Any

from pretoken.policy.load import LoadedPolicy, load_policy
from pretoken.simulator.lookups import answers_of
from pretoken.simulator.preview import Preview, preview
from pretoken.simulator.simulation import Simulation, Simulator

NOW = 1767225600  # 2026-01-01T00:00:00Z
SUB = "5f0c1e2a-7b64-4d39-9c1e-0a1b2c3d4e5f"

POOL = """\
language: 1
trigger: V3_0
other_clients: deny
variables: {WEB_ID: any, STAGE: [test, live], KEY: any}
clients: {web: "${WEB_ID}", worker: worker-id}
identity_providers: [AcmeOkta]
attributes: {custom:tenant: {writable_by: admin, data: none}, custom:level: {type: number, data: none}}
metadata: {theme: {data: none}}
lookups:
  user:
    dynamodb: {table: users, key: {pk: "{attribute.sub}"}}
    data: none
    fields: {tenants: strings, plan: string, age: number, vip: boolean, born: date, since: time, more: object}
recipients: {billing-api: {key: "${KEY}"}}
limits: {access_token_bytes: 4096}
"""


def write(folder: Path, rules: str, pool: str = POOL, **files: str) -> Path:
    """Write a policy folder; further files by their path."""
    for name, text in {"pool.yaml": pool, "rules/a.yaml": rules, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def load(folder: Path, rules: str, pool: str = POOL) -> LoadedPolicy:
    """Write a policy folder and load it."""
    return load_policy(write(folder, rules, pool))


def event(**request: Any) -> dict[str, Any]:
    """Make an event of a user with a web client."""
    attributes = {"sub": SUB, **request.pop("attributes", {})}
    groups = {"groupsToOverride": [], "iamRolesToOverride": [], "preferredRole": None, **request.pop("groups", {})}
    return {
        "version": "2",
        "triggerSource": "TokenGeneration_HostedAuth",
        "region": "eu-west-1",
        "userPoolId": "eu-west-1_Ab12Cd34",
        "userName": "anna",
        "callerContext": {"clientId": request.pop("client_id", "WEB_ID")},
        "request": {"userAttributes": attributes, "groupConfiguration": groups, "scopes": [], **request},
        "response": {"claimsAndScopeOverrideDetails": None},
    }


def machine_event(**request: Any) -> dict[str, Any]:
    """Make an event of a machine."""
    raw = event(client_id="worker-id", **request)
    raw["triggerSource"] = "TokenGeneration_ClientCredentials"
    raw["request"] |= {"userAttributes": {}, "groupConfiguration": None}
    return raw


def simulate(
    folder: Path, rules: str, raw: dict[str, Any] | None = None, pool: str = POOL, **lookups: Any
) -> tuple[Simulator, Simulation]:
    """Run one event through rules."""
    simulator = Simulator(load(folder, rules, pool).plan())
    return simulator, simulator.run(raw or event(), answers_of(lookups), now=NOW)


def preview_of(
    folder: Path, rules: str, raw: dict[str, Any] | None = None, pool: str = POOL, **lookups: Any
) -> Preview:
    """Preview one event."""
    return preview(*simulate(folder, rules, raw, pool, **lookups))
