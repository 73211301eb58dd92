"""The page about security names every member of log lines, and every metric."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from pretoken.policy.load import load_policy
from pretoken.sealing import Sealer, local_kms_client
from pretoken.simulator.simulation import LOCAL_KEY
from pretoken.trigger import create_handler
from pretoken.trigger.errors import SignInRefused
from tests.docs.pages import ROOT, names, section, write_files

PAGE = "security.md"
SECTION = "What logs contain"


def lines_of(
    policies: Path, event: dict[str, Any], monkeypatch: pytest.MonkeyPatch, faults: dict[str, str] | None = None
) -> list[dict[str, Any]]:
    """Give the log lines of a function that handles one event."""
    plan = load_policy(policies).plan()
    plan["pool"]["limits"] = {"access_token_bytes": 1, "id_token_bytes": 1}
    lines: list[str] = []
    environment = {name: name for name in plan["pool"]["variables"]} | {"BILLING_KEY_ARN": LOCAL_KEY}
    sealer = Sealer({"billing-api": LOCAL_KEY}, client_for=lambda region: local_kms_client(region, faults=faults))
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")  # so that its lookup fails
    handler = create_handler(plan, environment=environment, seal=sealer.seal, write=lines.append)
    with suppress(SignInRefused):
        handler(event, None)
    return [json.loads(line) for line in lines]


def test_every_member_of_a_log_line_and_every_metric_stands_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = json.loads((ROOT / "events" / "v2-sign-in.json").read_text())
    sample = ROOT / "policies"
    other = write_files("testing.md", tmp_path)
    lines = [
        *lines_of(sample, event, monkeypatch),
        *lines_of(sample, event, monkeypatch, {"GenerateDataKey": "kms-timeout"}),
        *lines_of(sample, {}, monkeypatch),
        *lines_of(other, event, monkeypatch),
    ]
    metrics: set[str] = set()
    members: set[str] = set()
    for line in lines:
        found = {name for name in line if name[0].isupper() and name not in ("FunctionName", "Lookup", "Cause")}
        metrics |= found
        members |= line.keys() - found
    told = section(PAGE, SECTION)
    assert {"rule", "left_out", "unsealed", "Lookup", "Cause", "code"} <= members
    assert members <= names(told, "member")
    assert metrics == names(told, "metric")
