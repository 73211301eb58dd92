"""The dashboard shows what the function really tells."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.template.conftest import Stack
from tests.template.resources import REGION, client
from tests.template.test_alarms import FUNCTION, metrics

LAMBDA = {"Duration", "Errors", "Invocations", "Throttles"}
SEARCH = re.compile(r"SEARCH\('\{([\w,]+)\} MetricName=\"(\w+)\" FunctionName=\"([\w-]+)\"', '(\w+)'\)")


def widgets(stack: Stack) -> list[dict[str, Any]]:
    """Give the properties of the deployed dashboard's widgets."""
    body = client("cloudwatch").get_dashboard(DashboardName=stack.resources["MetricsDashboard"])["DashboardBody"]
    return [widget["properties"] for widget in json.loads(body)["widgets"]]


def shown(widget: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Give the metrics of a widget by namespace, dimension and name; a point stands for what is above it."""
    above: list[str] = []
    for row in widget["metrics"]:
        if isinstance(row[0], str):
            given = [one for one in row if isinstance(one, str)]
            above = [above[place] if one == "." else one for place, one in enumerate(given)]
            namespace, name, dimension, value = above
            assert dimension == "FunctionName"
            yield namespace, value, name


def test_every_metric_that_is_shown_is_told(
    deploy: Callable[..., Stack], plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    events = ("v2-sign-in.json", "v3-unknown-client.json", "v1-sign-in.json")
    told = {metric for event in events for metric in metrics(plan, event, monkeypatch, answers=None)}
    told |= {("AWS/Lambda", FUNCTION, name) for name in LAMBDA}
    found = {metric for widget in widgets(deploy()) for metric in shown(widget)}
    assert found >= {("pretoken", FUNCTION, name) for name in ("Decided", "Denied", "Refused", "LookupsFailed")}
    assert found <= told


def test_failed_lookups_are_shown_by_lookup_and_cause(deploy: Callable[..., Stack]) -> None:
    """Which lookups and causes there are nobody knows before, so they are searched: those of this function alone."""
    (row,) = (
        row for widget in widgets(deploy()) for (row, *rest) in widget["metrics"] if isinstance(row, dict) and not rest
    )
    search = SEARCH.fullmatch(row["expression"])
    assert search
    assert search.groups() == ("pretoken,FunctionName,Lookup,Cause", "LookupFailures", FUNCTION, "Sum")
    assert row["label"] == "${PROP('Dim.Lookup')}: ${PROP('Dim.Cause')}", "filled in by CloudWatch, not by the stack"


def test_a_widget_has_a_title_and_the_stacks_region(deploy: Callable[..., Stack]) -> None:
    found = widgets(deploy())
    assert {widget["region"] for widget in found} == {REGION}
    assert len({widget["title"] for widget in found}) == len(found)


def test_its_name_is_free_where_the_stack_has_a_twin_in_another_region(deploy: Callable[..., Stack]) -> None:
    """An account's dashboards share one name space: the second stack would overwrite the first one's."""
    assert deploy().resources["MetricsDashboard"] == f"claims-{REGION}"


def test_there_is_none_if_told(deploy: Callable[..., Stack]) -> None:
    deploy(Dashboard="off")
    assert client("cloudwatch").list_dashboards()["DashboardEntries"] == []
