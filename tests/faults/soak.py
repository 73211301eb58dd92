"""Sign-ins while the tables break in every way: `python -m tests.faults.soak [EVENTS]`.

The real function, with its real client, asks a real DynamoDB API (moto) through a proxy that breaks things. It fails
if a sign-in is answered later than the budget and 150 ms, if it ends in anything but an answer or a refusal, if an
answer has more than the one without faults, or if memory grows.
"""

from __future__ import annotations

import gc
import itertools
import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from pretoken.cognito.events import read_event
from pretoken.cognito.tokens import apply_response, default_tokens
from pretoken.trigger import create_handler
from pretoken.trigger.errors import SignInRefused
from tests.faults.proxy import FAULTS
from tests.faults.world import BUDGET, CLIENTS, USERS, event, plan
from tests.properties.outcome import part_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AT_ONCE = 32
GRACE = 0.15
"""Seconds by which an answer may come later than the budget."""
MOST_GROWN = 10
"""Megabytes: a leak of one kilobyte per sign-in would show in 10,000."""
_NOW = 1_767_225_600

PHASES: tuple[tuple[str, dict[str, float]], ...] = (
    ("calm", {}),
    ("reset", {"reset": 0.2, "closed": 0.2}),
    ("slow", {"slow": 0.3}),
    ("throttled", {"throttled": 0.35}),
    ("failing", {"failing": 0.35}),
    ("garbage", {"garbage": 0.5}),
    ("truncated", {"truncated": 0.35}),
    ("swapped", {"swapped": 0.5}),
    ("dripping", {"dripping": 0.15}),
    ("hanging", {"hanging": 0.25}),
    ("at random", {fault: 0.04 for fault in FAULTS if fault != "refused"}),
    ("mostly down", {"hanging": 0.4, "throttled": 0.2, "reset": 0.2}),
    ("refused", {"refused": 1}),
    ("calm again", {}),
)
"""The mixes of faults, one after the other; in most of them the breakers stay closed, so that requests are made."""


class Invocation:
    """What Lambda tells a function about a call."""

    def __init__(self, seconds: float) -> None:
        self.aws_request_id = "a-request"
        self._until = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        """Give what is left of the function's four seconds."""
        return int((self._until - time.monotonic()) * 1000)


class Outcome(NamedTuple):
    """What became of a sign-in: its response, or None for a refusal; and how many seconds it took."""

    response: dict[str, Any] | None
    seconds: float


class Phase(NamedTuple):
    """What was seen while one mix of faults was in force."""

    name: str
    events: int
    refused: int
    took_away: int
    slowest: float
    causes: Counter[str]
    problems: list[str]
    memory: float

    def __str__(self) -> str:
        causes = ", ".join(f"{cause} {count}" for cause, count in self.causes.most_common()) or "none"
        return (
            f"{self.name:<12} {self.events:>6} {self.refused:>8} {self.took_away:>10} {self.slowest * 1000:>9.0f} ms "
            f"{self.memory:>7.0f} MB  {causes}"
        )


class Soak:
    """The function between its callers and the proxy."""

    def __init__(self, port: int, proxy_port: int) -> None:
        self._lines: list[str] = []
        os.environ |= {"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}
        self._calm = self._handler(port)
        self._faulty = self._handler(proxy_port)
        self._known: dict[int, Outcome] = {}

    def _handler(self, port: int) -> Callable[[Any, Any], dict[str, Any]]:
        os.environ["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{port}"
        return create_handler(plan(), environment={}, write=self._lines.append)

    def learn(self, events: int) -> None:
        """Find what becomes of each event without faults; where the machine was too busy, once more."""
        numbers = [*range(min(events, USERS * len(CLIENTS)))]
        while numbers:
            number = numbers.pop()
            self._known[number] = self._sign_in(self._calm, number, 4)
            causes = {line.get("Cause", "wrong-type") for line in map(json.loads, self._lines)}
            self._lines.clear()
            if causes != {"wrong-type"}:
                numbers.append(number)

    def settle(self) -> None:
        """Sign in now and then, until no breaker is open any more."""
        for number in itertools.count():
            time.sleep(0.05)
            self._sign_in(self._faulty, number, 4)
            if number % 20 == 19:
                skipped = [line for line in self._lines if "breaker-open" in line]
                self._lines.clear()
                if not skipped:
                    return

    def phase(self, name: str, numbers: range) -> Phase:
        """Sign in so many times, 32 at once, and compare each outcome with the one without faults."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            outcomes = list(pool.map(lambda number: self._sign_in(self._faulty, number, 4), numbers))
        problems = []
        took_away = 0
        for number, outcome in zip(numbers, outcomes, strict=True):
            known = self._known[number % len(self._known)]
            took_away += outcome.response != known.response
            if problem := more(number, outcome.response, known.response):
                problems.append(f"event {number}: {problem}")
        lines = [json.loads(line) for line in self._lines]
        self._lines.clear()
        problems += [f"unforeseen: {line['where']}" for line in lines if line.get("code") == "unforeseen"]
        return Phase(
            name,
            len(outcomes),
            sum(outcome.response is None for outcome in outcomes),
            took_away,
            max(outcome.seconds for outcome in outcomes),
            Counter(line["Cause"] for line in lines if "Cause" in line),
            problems,
            _memory(),
        )

    @staticmethod
    def _sign_in(handler: Callable[[Any, Any], dict[str, Any]], number: int, seconds: float) -> Outcome:
        raw, invocation = event(number), Invocation(seconds)
        started = time.perf_counter()
        try:
            response = handler(raw, invocation)
        except SignInRefused:
            response = None
        return Outcome(response, time.perf_counter() - started)


def more(number: int, response: dict[str, Any] | None, known: dict[str, Any] | None) -> str | None:
    """Say what an answer has that the one without faults lacks; None if it is at most that one."""
    if response is None:
        return None
    if known is None:
        return "a sign-in that is refused without faults"
    read = read_event(event(number), ["V3_0"])
    ours, theirs = (apply_response(default_tokens(read, _NOW), read, answer) for answer in (response, known))
    for token in ("access_token", "id_token"):
        issued, at_most = getattr(ours, token), getattr(theirs, token)
        for name, value in issued.items():
            split = str.split if name == "scope" else lambda same: same
            if name not in at_most or not part_of(split(value), split(at_most[name])):
                return f"{token}: {name}"
    return None


def _memory() -> float:
    """Give the megabytes that this process holds now."""
    gc.collect()
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - read once a phase
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run a program that prints its port; give both."""
    command = [sys.executable, "-m", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            assert process.stdout is not None
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


def break_by(proxy: subprocess.Popen[str], mix: dict[str, float]) -> None:
    """Tell the proxy what to do to which share of requests, and wait until it does."""
    assert proxy.stdin is not None
    assert proxy.stdout is not None
    proxy.stdin.write(json.dumps(mix) + "\n")
    proxy.stdin.flush()
    proxy.stdout.readline()


def soak(events: int, tell: Callable[[object], object], seed: str = "soak") -> list[Phase]:
    """Sign in so many times in all.

    Args:
        events: how many sign-ins, over all phases.
        tell: takes each phase when it is over.
        seed: of the faults.
    """
    phases = []
    with (
        running("tests.faults.database") as (_, port),
        running("tests.faults.proxy", str(port), seed) as (proxy, way),
    ):
        run = Soak(port, way)
        share = -(-events // len(PHASES))
        run.learn(share * len(PHASES))
        for number, (name, mix) in enumerate(PHASES):
            break_by(proxy, {})
            run.settle()
            break_by(proxy, mix)
            phases.append(run.phase(name, range(number * share, (number + 1) * share)))
            tell(phases[-1])
    return phases


def main() -> int:
    """Run it, print what was seen, and give the exit code."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    sys.stdout.write(
        f"{'faults':<12} {'events':>6} {'refused':>8} {'with less':>10} {'slowest':>12} {'memory':>10}  causes\n"
    )
    started = time.perf_counter()
    phases = soak(events, lambda phase: sys.stdout.write(f"{phase}\n") and sys.stdout.flush())
    problems = [problem for phase in phases for problem in phase.problems]
    limit = BUDGET + GRACE
    slowest = max(phase.slowest for phase in phases)
    if slowest > limit:
        problems.append(f"an answer came after {slowest * 1000:.0f} ms, and the budget is {limit * 1000:.0f} ms")
    grown = phases[-1].memory - phases[len(phases) // 2].memory
    if grown > MOST_GROWN:
        problems.append(f"memory grew by {grown:.0f} MB in the second half, and {MOST_GROWN} are allowed for noise")
    total = sum(phase.events for phase in phases)
    seconds = time.perf_counter() - started
    sys.stdout.write(f"{total} events, {AT_ONCE} at once, in {seconds:.0f} s\n")
    sys.stdout.write(f"slowest {slowest * 1000:.0f} ms of {limit * 1000:.0f}; ")
    sys.stdout.write(f"memory {grown:+.0f} MB in the second half; {threading.active_count()} threads left\n")
    sys.stdout.write("".join(f"{problem}\n" for problem in problems) or "nothing wrong was seen\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
