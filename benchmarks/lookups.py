"""What lookups cost: at the same time against one after the other, and while their breakers are open."""

from __future__ import annotations

import copy
import os
import statistics
import time
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from benchmarks.rows import Row
from pretoken.trigger import create_handler
from tests.faults.proxy import LATE
from tests.faults.soak import break_by, running
from tests.faults.world import event, plan

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 100
MOST = 80.0
"""Milliseconds that a decision with three lookups of 50 ms may take."""
MORE = 2.0
"""Milliseconds that lookups with open breakers may cost."""


def policy(*, lookups: int) -> dict[str, Any]:
    """Give a plan whose claims come from so many tables, or from constants."""
    tables = {"user": "users", "plan": "plans", "member": "members"}
    keys = {"members": {"tenant": "tenant-1", "sub": "{attribute.sub}"}}
    declared = {
        name: {
            "dynamodb": {"table": table, "key": keys.get(table, {"pk": "USER#{attribute.sub}"})},
            "data": "none",
            "fields": {"status": {}},
        }
        for name, table in tables.items()
    }
    claims = {
        name: {"from": f"lookup.{name}.status", "default": "none"} if number < lookups else "none"
        for number, name in enumerate(tables)
    }
    pool = {**plan()["pool"], "lookups": declared}
    return {"pool": pool, "rules": {"claims": {"access_token": {"claims": claims}}}}


def milliseconds(handler: Callable[[Any, Any], dict[str, Any]], rounds: int = ROUNDS) -> float:
    """Time a sign-in; the first ones open connections."""
    times = []
    for number in range(rounds + 5):
        raw = copy.deepcopy(event(number))
        started = time.perf_counter()
        handler(raw, None)
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times[5:])


def rows() -> list[Row]:
    """Measure all rows of this file."""
    credentials = {"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}
    with (
        running("tests.faults.database") as (_, port),
        running("tests.faults.proxy", str(port), "") as (proxy, way),
        patch.dict(os.environ, credentials | {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{way}"}),
    ):
        handlers = [
            create_handler(policy(lookups=number), environment={}, write=lambda _: None) for number in (0, 1, 3)
        ]
        break_by(proxy, {"late": 1})
        one, three = map(milliseconds, handlers[1:])
        break_by(proxy, {"refused": 1})
        for _ in range(20):
            handlers[2](event(0), None)
        none, skipped = milliseconds(handlers[0]), milliseconds(handlers[2])
    return [
        Row(
            f"sign-in with three independent lookups of {LATE * 1000:.0f} ms each, at most {MOST:.0f} ms",
            f"{three:.1f} ms",
            f"{3 * one:.1f} ms",
            "three times a sign-in with one such lookup",
            three / (3 * one),
            MOST / (3 * one),
        ),
        Row(
            f"sign-in while the breakers of three lookups are open, at most {MORE:.0f} ms more",
            f"{skipped:.2f} ms",
            f"{none:.2f} ms",
            "no lookups",
            skipped / none,
            (none + MORE) / none,
        ),
    ]
