"""Alarms watch what the function really tells."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from pretoken.trigger import create_handler
from pretoken.trigger.context import no_answers
from pretoken.trigger.errors import SignInRefused
from pretoken.trigger.fetching.breaker import FAILURES
from tests.runtime.emulator import environment
from tests.template.conftest import ROOT, Stack
from tests.template.resources import client

TOPIC = "arn:aws:sns:eu-west-1:123456789012:on-call"
FUNCTION = "claims-pre-token-generation"


def alarms(stack: Stack) -> dict[str, dict[str, Any]]:
    """Give the deployed alarms by their logical ids."""
    found = {one["AlarmName"]: one for one in client("cloudwatch").describe_alarms()["MetricAlarms"]}
    return {logical: found[name] for logical, name in stack.resources.items() if name in found}


def fails(*_: Any) -> str:
    raise OSError


def metrics(
    plan: dict[str, Any], event: str, monkeypatch: pytest.MonkeyPatch, *, times: int = 1, **services: Any
) -> dict[tuple[str, str, str], float]:
    """Give the metrics of the last line that the function writes, by namespace, dimension and name; nothing fails.

    With `answers=None` it asks a DynamoDB that isn't there.
    """
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", FUNCTION)
    for name, value in environment(Path(), {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}).items():
        if name.startswith("AWS_") and name not in os.environ:
            monkeypatch.setenv(name, value)
    lines: list[str] = []
    rows = yaml.safe_load((ROOT / "events/lookups.yaml").read_text(encoding="utf-8"))
    services = {"seal": lambda *_: "sealed", "answers": lambda lookup, _: rows[lookup], **services}
    variables = {name: name for name in plan["pool"]["variables"]}
    handler = create_handler(plan, environment=variables, write=lines.append, **services)
    for number in range(times):
        raw = json.loads((ROOT / "events" / event).read_text(encoding="utf-8"))
        if number:  # somebody else, since one user opens no breaker
            raw["request"]["userAttributes"]["sub"] = f"user-{number}"
        with contextlib.suppress(SignInRefused):
            handler(raw, None)
    line = json.loads(lines[-1])
    return {
        (group["Namespace"], line[dimension], metric["Name"]): line[metric["Name"]]
        for group in line["_aws"]["CloudWatchMetrics"]
        for (dimension,) in group["Dimensions"]
        for metric in group["Metrics"]
    }


def watched(metric: dict[str, Any]) -> tuple[str, str, str]:
    (dimension,) = metric["Dimensions"]
    assert dimension["Name"] == "FunctionName"
    return metric["Namespace"], dimension["Value"], metric["MetricName"]


@pytest.mark.parametrize("failing", [{"seal": fails}, {"answers": no_answers}], ids=["encryption", "lookups"])
def test_a_claim_that_is_left_out_raises_an_alarm(
    deploy: Callable[..., Stack], plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch, failing: dict[str, Any]
) -> None:
    alarm = alarms(deploy())["ClaimsLeftOutAlarm"]
    assert metrics(plan, "v2-sign-in.json", monkeypatch, **failing)[watched(alarm)] > alarm["Threshold"]
    assert metrics(plan, "v2-sign-in.json", monkeypatch)[watched(alarm)] == 0 == alarm["Threshold"]


def test_a_denied_sign_in_is_no_failure(
    deploy: Callable[..., Stack], plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anyone can bring one about, and it counts as an error of the function."""
    alarm = alarms(deploy())["FailureAlarm"]
    expression, errors, denied = alarm["Metrics"]
    assert expression["Expression"] == f"{errors['Id']} - FILL({denied['Id']}, 0)"
    assert watched(errors["MetricStat"]["Metric"]) == ("AWS/Lambda", FUNCTION, "Errors")
    told = metrics(plan, "v3-unknown-client.json", monkeypatch)
    assert told[watched(denied["MetricStat"]["Metric"])] == 1, "as many as the errors that Lambda counts"


def test_slow_and_throttled_calls_raise_alarms(deploy: Callable[..., Stack], template: dict[str, Any]) -> None:
    found = alarms(deploy())
    slow, throttled = found["DurationAlarm"], found["ThrottleAlarm"]
    assert watched(throttled) == ("AWS/Lambda", FUNCTION, "Throttles")
    assert watched(slow) == ("AWS/Lambda", FUNCTION, "Duration")
    assert slow["ExtendedStatistic"] == "p99"
    assert slow["Threshold"] < template["Resources"]["PreTokenGeneration"]["Properties"]["Timeout"] * 1000


def test_lookups_raise_an_alarm_when_failing_lasts_and_when_they_are_not_made(
    deploy: Callable[..., Stack], plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A single failure passes; what it costs, the alarm of claims left out tells at once."""
    found = alarms(deploy())
    failing, skipped = found["LookupFailuresAlarm"], found["LookupBreakerAlarm"]
    assert watched(failing) == ("pretoken", FUNCTION, "LookupsFailed")
    assert watched(skipped) == ("pretoken", FUNCTION, "LookupsSkipped")
    assert (failing["DatapointsToAlarm"], failing["EvaluationPeriods"]) == (2, 3)
    assert (failing["Threshold"], skipped["Threshold"], skipped["EvaluationPeriods"]) == (0, 0, 1)
    once = metrics(plan, "v2-sign-in.json", monkeypatch, answers=None)
    often = metrics(plan, "v2-sign-in.json", monkeypatch, answers=None, times=FAILURES + 1)
    assert [told[watched(alarm)] for told in (once, often) for alarm in (failing, skipped)] == [1, 0, 1, 1]


def test_every_alarm_goes_to_the_topic_and_rests_while_nobody_signs_in(deploy: Callable[..., Stack]) -> None:
    found = alarms(deploy(AlarmTopicArn=TOPIC))
    assert len(found) == 6
    assert {tuple(one["AlarmActions"]) for one in found.values()} == {(TOPIC,)}
    assert {one["TreatMissingData"] for one in found.values()} == {"notBreaching"}


def test_without_a_topic_alarms_go_nowhere(deploy: Callable[..., Stack]) -> None:
    assert [one["AlarmActions"] for one in alarms(deploy()).values()] == [[]] * 6
