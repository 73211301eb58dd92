"""One decision of the sample policy against a handwritten handler, and against itself as rules grow."""

from __future__ import annotations

import compileall
import itertools
import json
import py_compile
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.handwritten import handler, json_handler
from benchmarks.rows import Row
from pretoken.cognito.events import read_event
from pretoken.cognito.response import respond
from pretoken.policy.load import load_policy
from pretoken.trigger.answer import answer_of
from pretoken.trigger.plan import Program, link

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
EVENT = json.loads((ROOT / "events" / "v2-sign-in.json").read_text())
NOW = 1_767_225_600
ROW = {"tenants": ["acme", "globex"], "default_tenant": "acme", "plan": "pro"}
CALLS, ROUNDS, STARTS = 200, 60, 25


def lookup(_name: str, _key: dict[str, str]) -> dict[str, Any]:
    """Answer at once: the benchmark is about the decision."""
    return ROW


def seal(_recipient: str, _members: Any, _sub: str) -> str:
    """Encrypt nothing: sealing has a benchmark of its own."""
    return "message"


def sample_plan() -> dict[str, Any]:
    """Give the plan of the sample policy."""
    return load_policy(ROOT / "policies").plan()


def program_of(plan: dict[str, Any]) -> Program:
    """Link a plan; variables stand for themselves."""
    return link(plan, {name: name for name in plan["pool"].get("variables", {})})


def answer(program: Program, event: dict[str, Any]) -> dict[str, Any]:
    """Answer an event as the handler does, from the event to the response."""
    read = read_event(event, program.versions)
    decision = program.decide(read, lookup, now=NOW)
    return respond(read, answer_of(decision, read, program, seal).changes)


def paired(ours: Callable[[], Any], theirs: Callable[[], Any]) -> tuple[float, float, float]:
    """Time two functions in turns; give the medians in microseconds of CPU time, and the median ratio."""
    times = []
    for _ in range(ROUNDS):
        pair = []
        for function in (ours, theirs):
            started = time.process_time()
            for _ in range(CALLS):
                function()
            pair.append((time.process_time() - started) / CALLS * 1e6)
        times.append(pair)
    return (
        statistics.median(pair[0] for pair in times),
        statistics.median(pair[1] for pair in times),
        statistics.median(pair[0] / pair[1] for pair in times),
    )


def same_answer(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Compare two answers; the order of members and of lists of names means nothing."""
    return bool(_sorted(one["response"]) == _sorted(other["response"]))


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(member) for key, member in value.items()}
    return sorted(value) if isinstance(value, list) else value


def _grown(plan: dict[str, Any], count: int) -> Program:
    """Add rules of tenants' groups until there are so many; none applies to the sample event."""
    rules = {
        f"tenant-{number}": {
            "when": {"groups": f"tenant-{number}-admins"},
            "access_token": {"claims": {"tenant_permissions": {"add": [f"tenant-{number}:manage"]}}},
        }
        for number in range(count - len(plan["rules"]))
    }
    return program_of({**plan, "rules": {**plan["rules"], **rules}})


_COLD_OURS = """
import sys
sys.path.insert(0, sys.argv[1])
import json
from pretoken.trigger import create_handler
handler = create_handler("policy.json", environment={}, answers=lambda *_: None, write=lambda _: None)
handler(json.load(open("event.json")), None)
"""
_COLD_THEIRS = """
import sys
sys.path.insert(0, sys.argv[1])
import json, os, time
from handwritten import handler
handler(json.load(open("event.json")), int(time.time()), lambda *_: None, lambda *_: "")
"""


def cold_start() -> Row:
    """Start in fresh processes: interpreter, compiled modules, linking the plan, the first event; nothing encrypted."""
    plan = sample_plan()
    del plan["rules"]["invoice-address"], plan["pool"]["recipients"], plan["pool"]["variables"]
    plan["pool"]["clients"] = {"web": ["7q3webexample1client0id"], "worker": ["4w9workerexample1client"]}
    plan["pool"]["lookups"]["user"]["dynamodb"]["table"] = "memberships"
    with tempfile.TemporaryDirectory() as folder:
        for package in ("cognito", "trigger"):
            shutil.copytree(ROOT / "pretoken" / package, Path(folder, "pretoken", package))
        shutil.copy(ROOT / "pretoken" / "__init__.py", Path(folder, "pretoken"))
        shutil.copy(Path(__file__).with_name("handwritten.py"), folder)
        compileall.compile_dir(folder, quiet=2, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
        Path(folder, "policy.json").write_text(json.dumps(plan))
        Path(folder, "event.json").write_text(json.dumps(EVENT))
        pairs = []
        for _ in range(STARTS):
            pair = []
            for script in (_COLD_OURS, _COLD_THEIRS):
                started = _children_seconds()
                command = [sys.executable, "-I", "-S", "-c", script, folder]
                subprocess.run(command, check=True, cwd=folder)  # noqa: S603 - our own scripts
                pair.append((_children_seconds() - started) * 1e3)
            pairs.append(pair)
    ours, theirs = (statistics.median(pair[n] for pair in pairs) for n in (0, 1))
    ratio = statistics.median(pair[0] / pair[1] for pair in pairs)
    return Row(
        "cold start in a bare process, nothing encrypted",
        f"{ours:.0f} ms of CPU",
        f"{theirs:.0f} ms of CPU",
        "handwritten",
        ratio,
        1.2,
    )


def _children_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def newcomers() -> Callable[[], dict[str, Any]]:
    """Give events that bring other groups each time, so that nothing decided before is of use."""
    events = []
    for number in range(1000):
        event = json.loads(json.dumps(EVENT))
        event["request"]["groupConfiguration"]["groupsToOverride"].append(f"team-{number}")
        events.append(event)
    return itertools.cycle(events).__next__


def rows() -> list[Row]:
    """Measure all rows of this file."""
    plan = sample_plan()
    program = program_of(plan)
    if not same_answer(answer(program, EVENT), handler(json.loads(json.dumps(EVENT)), NOW, lookup, seal)):
        raise AssertionError("the handwritten handler makes another response than the sample policy")
    text, event = json.dumps(EVENT), json.loads(json.dumps(EVENT))
    ours, theirs = newcomers(), newcomers()
    few, many = _grown(plan, 10), _grown(plan, 1000)
    comparisons: list[tuple[str, Callable[[], Any], Callable[[], Any], str, float]] = [
        (
            "one decision, event dict in, response dict out",
            lambda: answer(program, EVENT),
            lambda: handler(event, NOW, lookup, seal),
            "handwritten",
            3.0,
        ),
        (
            "the same, other groups each time",
            lambda: answer(program, ours()),
            lambda: handler(theirs(), NOW, lookup, seal),
            "handwritten",
            3.0,
        ),
        (
            "one decision, JSON in, JSON out",
            lambda: json.dumps(answer(program, json.loads(text))),
            lambda: json_handler(text, NOW, lookup, seal),
            "handwritten",
            1.5,
        ),
        ("one decision, 1000 rules", lambda: answer(many, EVENT), lambda: answer(few, EVENT), "10 rules", 2.0),
        (
            "the same, other groups each time",
            lambda: answer(many, ours()),
            lambda: answer(few, theirs()),
            "10 rules",
            2.0,
        ),
    ]
    results = []
    for what, one, other, against, budget in comparisons:
        our_time, their_time, ratio = paired(one, other)
        results.append(Row(what, f"{our_time:.1f} us", f"{their_time:.1f} us", against, ratio, budget))
    results.append(cold_start())
    return results
