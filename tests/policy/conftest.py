"""Policies written into a folder, loaded, and what was wrong with them."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from pretoken.policy.errors import PolicyErrors
from pretoken.policy.load import LoadedPolicy, load_policy

POOL = """\
language: 1
trigger: [V2_0, V3_0]
other_clients: deny
clients: {web: web-id, worker: worker-id}
variables: {ANY: any, STAGE: [test, live]}
identity_providers: [AcmeOkta, Google]
attributes:
  custom:tenant: {}
  custom:level: number
  custom:tags: strings
  custom:since: {type: time}
  custom:flag: boolean
  custom:profile: object
metadata: {tenant: string, count: number}
lookups:
  user:
    dynamodb: {table: users, key: {pk: "{attribute.sub}"}}
    data: none
    fields: {tenants: strings, default_tenant: string, age: number, on: boolean, day: date, at: time, more: object}
recipients: {billing-api: {key: arn}, other-api: {key: arn, claim: encrypted_for_other}}
pseudonyms: {analytics: {secret: arn}}
"""

Load: TypeAlias = Callable[..., LoadedPolicy]
Errors: TypeAlias = Callable[..., list[str]]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Load rules, beside the pool above or another one; further files by their path."""
    monkeypatch.chdir(tmp_path)

    def load(rules: str = "rules: {}\n", /, pool: str = POOL, python: bool = True, **files: str) -> LoadedPolicy:
        for name, text in {"pool.yaml": pool, "rules/a.yaml": rules, **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return load_policy(".", python=python)

    return load


@pytest.fixture
def errors(load: Load) -> Errors:
    """Load as `load` does, and give the errors as text."""

    def errors(*rules: str, **options: object) -> list[str]:
        try:
            load(*rules, **options)
        except PolicyErrors as refused:
            return [str(error) for error in refused.errors]
        return []

    return errors
