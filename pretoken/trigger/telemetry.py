"""One log line per event: JSON, with CloudWatch embedded metrics; names, counts, sizes and durations only.

Sources: Amazon CloudWatch user guide, "Specification: Embedded metric format"; AWS Lambda developer guide, "Log-level
filtering", which needs `level` and an RFC 3339 `timestamp`.
"""

from __future__ import annotations

import json
import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

NAMESPACE = "pretoken"
TRIGGER_SOURCES = frozenset(
    f"TokenGeneration_{source}"
    for source in (
        "HostedAuth",
        "Authentication",
        "NewPasswordChallenge",
        "ClientCredentials",
        "AuthenticateDevice",
        "RefreshTokens",
    )
)
_UNITS = {
    "DurationMs": "Milliseconds",
    "LookupMs": "Milliseconds",
    "AccessTokenBytes": "Bytes",
    "IdTokenBytes": "Bytes",
}


def log_line(
    level: str,
    message: str,
    now: float,
    metrics: Mapping[str, float],
    dimensions: Mapping[str, str] | None = None,
    **properties: Any,
) -> str:
    """Make a log line.

    Args:
        level: `INFO`, `WARN` or `ERROR`.
        message: a constant text.
        now: seconds since 1970.
        metrics: numbers by name; they become CloudWatch metrics of the function.
        dimensions: names by which the metrics are told apart, beside the function's.
        properties: names and counts that are searchable but no metrics.
    """
    seconds, milliseconds = divmod(int(now * 1000), 1000)
    timestamp = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{milliseconds:03}Z"
    line: dict[str, Any] = {"timestamp": timestamp, "level": level, "message": message, **properties}
    if metrics:
        function = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "local")
        definitions = [{"Name": name, "Unit": _UNITS.get(name, "Count")} for name in metrics]
        line["_aws"] = {
            "Timestamp": int(now * 1000),
            "CloudWatchMetrics": [
                {"Namespace": NAMESPACE, "Dimensions": [["FunctionName", *(dimensions or ())]], "Metrics": definitions}
            ],
        }
        line["FunctionName"] = function
        line.update(dimensions or {})
        line.update(metrics)
    return json.dumps(line, separators=(",", ":"))


def place_of(error: BaseException) -> str:
    """Say where an error was raised, without its text: module and line."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
