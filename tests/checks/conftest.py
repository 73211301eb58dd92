"""Policies written into a folder, and what the checks find in them."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from pretoken.checks import Findings, all_findings
from pretoken.policy.load import load_policy
from pretoken.pools.template import parse_template

POOL = """\
language: 1
trigger: [V2_0, V3_0]
other_clients: deny
clients: {web: web-id, worker: worker-id}
variables: {ANY: any, STAGE: [test, live]}
identity_providers: [AcmeOkta]
attributes:
  custom:a: {}
  custom:b: {}
  custom:n: number
  custom:region: {}
  custom:site: {}
  custom:suspended: boolean
metadata: {tenant: string, device: string}
lookups:
  user:
    dynamodb: {table: users, key: {pk: "{attribute.sub}"}}
    data: none
    fields: {tenants: strings, default_tenant: string, plan: string, scopes: strings}
  device:
    dynamodb: {table: devices, key: {pk: "{metadata.device}"}}
    data: none
    fields: {name: string}
  client:
    parameter: {name: "/clients/{client.id}"}
    data: none
    fields: {tier: string, scopes: strings, beta: boolean}
  allowed:
    verified_permissions: {policy_store: id, principal: "User::{attribute.sub}", resource: "App::a", actions: [a, b]}
    data: none
    fields: {allowed: strings}
recipients: {billing-api: {key: "arn:aws:kms:eu-west-1:000000000000:key/a"}}
pseudonyms: {analytics: {secret: arn}}
"""

Check: TypeAlias = Callable[..., Findings]
Found: TypeAlias = Callable[..., list[str]]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Write rules, beside the pool above or another one, and check them, against a template if there is one."""
    monkeypatch.chdir(tmp_path)
    Path("rules").mkdir()

    def check(rules: str = "rules: {}\n", pool: str = POOL, template: str = "") -> Findings:
        Path("pool.yaml").write_text(pool, encoding="utf-8")
        Path("rules/a.yaml").write_text(rules, encoding="utf-8")
        return all_findings(load_policy("."), parse_template(template, "template.yaml") if template else None)

    return check


@pytest.fixture
def found(check: Check) -> Found:
    """Check as `check` does, and give the findings of one name as text."""

    def found(name: str, rules: str = "rules: {}\n", pool: str = POOL, template: str = "") -> list[str]:
        return [str(finding) for finding in check(rules, pool, template).standing if finding.name == name]

    return found
