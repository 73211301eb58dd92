"""Log lines: JSON on one line, with metrics in CloudWatch's embedded format."""

from __future__ import annotations

import json
import time

import pytest

from pretoken.trigger.telemetry import log_line, place_of


def test_a_line_is_one_json_object() -> None:
    line = log_line("INFO", "decided", 1767225600.5, {}, client="web", reference="é\nx")
    assert "\n" not in line
    assert json.loads(line) == {
        "timestamp": "2026-01-01T00:00:00.500Z",
        "level": "INFO",
        "message": "decided",
        "client": "web",
        "reference": "é\nx",
    }


@pytest.mark.parametrize(
    ("now", "timestamp"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1767225600.0019, "2026-01-01T00:00:00.001Z"),
        (1767225599.9999, "2025-12-31T23:59:59.999Z"),
    ],
)
def test_the_time_is_told_in_utc_to_the_millisecond(
    now: float, timestamp: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    line = json.loads(log_line("INFO", "decided", now, {"Decided": 1}))
    monkeypatch.undo()
    time.tzset()
    assert line["timestamp"] == timestamp
    assert line["_aws"]["Timestamp"] == int(now * 1000)


def test_metrics_are_embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "pre-token")
    line = json.loads(
        log_line("INFO", "decided", 1767225600.5, {"Decided": 1, "DurationMs": 0.25, "IdTokenBytes": 900})
    )
    assert line["_aws"] == {
        "Timestamp": 1767225600500,
        "CloudWatchMetrics": [
            {
                "Namespace": "pretoken",
                "Dimensions": [["FunctionName"]],
                "Metrics": [
                    {"Name": "Decided", "Unit": "Count"},
                    {"Name": "DurationMs", "Unit": "Milliseconds"},
                    {"Name": "IdTokenBytes", "Unit": "Bytes"},
                ],
            }
        ],
    }
    assert (line["FunctionName"], line["Decided"], line["DurationMs"]) == ("pre-token", 1, 0.25)


def test_outside_lambda_the_function_is_local(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_NAME", raising=False)
    assert json.loads(log_line("WARN", "denied", 0, {"Denied": 1}))["FunctionName"] == "local"


def test_a_line_without_metrics_has_no_metric_members() -> None:
    assert set(json.loads(log_line("WARN", "x", 0, {}))) == {"timestamp", "level", "message"}


def _fail() -> None:
    raise ValueError("anna@example.com")


def test_the_place_of_an_error_is_where_it_was_raised_without_its_text() -> None:
    with pytest.raises(ValueError, match="anna") as raised:
        _fail()
    place = place_of(raised.value)
    assert place == f"{__name__}:{_fail.__code__.co_firstlineno + 1}"


def test_an_error_that_was_never_raised_has_no_place() -> None:
    assert place_of(ValueError("x")) == "unknown"


def test_a_module_without_a_name_is_a_question_mark() -> None:
    with pytest.raises(ZeroDivisionError) as raised:
        exec("1 / 0", {})  # noqa: S102 - a frame whose globals have no name
    assert place_of(raised.value) == "?:1"
