"""Checks of lookups that are made in threads, early, late, or not at all: the decision is that of plain answers."""

from __future__ import annotations

import copy
import threading
import zlib
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from pretoken.cognito.events import read_event
from pretoken.trigger.context import Context
from pretoken.trigger.fetching import FetchError, Lookups, fetcher
from pretoken.trigger.fetching.call import MOST_UNDER_WAY
from pretoken.trigger.fetching.causes import TRANSIENT
from pretoken.trigger.inputs import STANDARD_ATTRIBUTES, is_public
from pretoken.trigger.outcomes import FAILED, PENDING
from pretoken.trigger.plan import link
from tests.fetching.kinds import (
    FOREVER,
    PATIENCE,
    Clock,
    Environment,
    Flaky,
    Mood,
    Slow,
    Table,
    answered_by,
    eventually,
    patient,
)
from tests.properties.checks import shown
from tests.properties.events import event, rows
from tests.properties.outcome import Outcome, broken_promise, more
from tests.properties.policies import policy
from tests.properties.vocabulary import LOOKUPS, NOW, SECRETS, VARIABLES
from tests.trigger.plans import claims, given

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Self

    from pretoken.cognito.events import Event
    from pretoken.trigger.fetching.call import Key
    from pretoken.trigger.fetching.fetches import Fetches
    from pretoken.trigger.plan import Program
    from pretoken.trigger.rules import Rule
    from tests.properties.checks import Tally
    from tests.properties.choices import Choices
    from tests.properties.events import Rows

KEPT = 60.0
"""Seconds that a lookup with a cache is kept."""
_CAUSES = ("access-denied", "refused", "unreadable", "wrong-type", "failed", *sorted(TRANSIENT - {"timeout"}))


class _World(Flaky):
    """The tables behind the lookups of a policy: one state of them at a time, of which some part may be down.

    Args:
        choices: who decides.
        states: what the tables hold, one state after the other; each lookup has two rows, of which the key chooses one.
        clock: gives the time.
    """

    def __init__(self, choices: Choices, states: Sequence[tuple[Rows, Rows]], clock: Clock) -> None:
        super().__init__(plan=lambda lookup, _number: self.moods[lookup])
        order = choices.shuffled(list(LOOKUPS))
        pairs = choices.below(3)
        self.groups = [order[:2], order[2:4]][:pairs] + [[name] for name in order[2 * pairs :]]
        self.dead = {name for group in self.groups if choices.chance(16) for name in group}
        if choices.chance(5):
            self.dead = set(LOOKUPS)
        self.states = states
        self.state = 0
        self.clock = clock
        self.moods: dict[str, Mood] = {}
        self.patch = pytest.MonkeyPatch()
        self.kept: dict[Any, tuple[float, Any]] = {}
        self.change(choices, calm=True)

    def __enter__(self) -> Self:
        # What a check draws must not depend on the state of `random`, which threads would change.
        self.patch.setattr(fetcher, "random", lambda: 0.0)
        self.threads = threading.active_count()
        return super().__enter__()

    def __exit__(self, *raised: object) -> None:
        super().__exit__()
        eventually(lambda: threading.active_count() <= self.threads)
        self.patch.undo()

    def companions(self, lookup: str) -> int:
        return next(number for number, group in enumerate(self.groups) if lookup in group)

    def change(self, choices: Choices, *, calm: bool) -> None:
        """Let other lookups fail, and others be late."""
        for group in self.groups:
            sort = 9 if calm else choices.below(10)
            for name in group:
                mood = Mood(delay=choices.pick((0, 0, 0.0005, 0.001, 0.003)))
                if name in self.dead:
                    mood = mood._replace(hangs=True)
                elif sort == 0:
                    mood = mood._replace(failure=ValueError("anna"))
                elif sort == 1:
                    mood = mood._replace(forgotten=True)
                elif not calm and choices.chance(25):
                    mood = mood._replace(failure=FetchError(choices.pick(_CAUSES)))
                elif not calm and choices.chance(15):
                    mood = mood._replace(failure=FetchError(choices.pick(sorted(TRANSIENT))), attempts=1)
                self.moods[name] = mood

    def cause(self, lookup: str) -> str | None:
        """Give the cause by which a request fails, or None."""
        mood = self.moods[lookup]
        if mood.hangs:
            return "timeout"
        if isinstance(mood.failure, FetchError):
            return mood.failure.cause if mood.attempts > 1 else None
        return "failed" if mood.failure or mood.forgotten else None

    def answer(self, lookup: str, key: Key) -> Any:
        spelt = str(sorted(key.items()))
        return self.states[self.state][zlib.crc32(spelt.encode()) % 2][lookup]

    def answers(self, keys: Mapping[str, Key]) -> dict[str, Any]:
        for lookup, key in keys.items():
            self.kept.pop((lookup, *sorted(key.items())), None)  # or it wouldn't be asked for
        answers = super().answers(keys)
        for lookup, answer in answers.items():
            if not isinstance(answer, FetchError):
                self.kept[lookup, *sorted(keys[lookup].items())] = self.clock.now, answer
        return answers


class _Scene:
    """A policy in an environment of the function whose lookups a world answers."""

    def __init__(self, plan: dict[str, Any], program: Program, world: _World) -> None:
        self.lookups = Lookups(plan, program, VARIABLES, answered_by(world))
        self.fetcher = self.lookups._fetcher
        self.fetcher._clock = world.clock
        self.world = world
        self.cached = {name for name, one in plan["pool"]["lookups"].items() if "cache" in one}
        self.program = program
        self.busy = self.overdue = False
        self.shut: set[str] = set()
        self.threads = threading.active_count() - world.stuck

    def hinder(self, choices: Choices) -> None:
        """Let something be in the way of the next event: too many requests, an open breaker, no time."""
        self.busy, self.overdue = choices.chance(4), choices.chance(3)
        self.shut = {name for name in LOOKUPS if choices.chance(4)}
        for source in self.fetcher._sources.values():
            source.number += MOST_UNDER_WAY * self.busy
        for name in self.shut & set(self.fetcher._sources):
            for _ in range(5):
                self.fetcher._sources[name].breaker.failed(self.world.clock.now)

    def fetches(self) -> Fetches:
        return self.lookups.of_event(0 if self.overdue else None)

    def settle(self) -> bool:
        """Wait until all is over that doesn't hang, and clear the way."""
        settled = eventually(lambda: threading.active_count() - self.threads <= self.world.stuck)
        for source in self.fetcher._sources.values():
            source.number -= MOST_UNDER_WAY * self.busy
        self.busy = self.overdue = False
        for source in self.fetcher._sources.values():
            source.breaker.succeeded()
        return settled

    def plain(self, failures: dict[str, tuple[str, ...]]) -> Callable[[str, Key], Any]:
        """Give plain answers of the same rows and failures, which note the causes that a failure may have."""

        def answer(lookup: str, key: Key) -> Any:
            asked, row = self.world.kept.get((lookup, *sorted(key.items())), (-1e9, None))
            cause = self.world.cause(lookup)
            if self.overdue:
                causes: tuple[str, ...] = ("deadline",)
            elif lookup in self.cached and 0 <= self.world.clock.now - asked < KEPT:
                return row
            elif self.busy or lookup in self.shut:
                # One that hangs may have been asked for by an earlier event, and be joined.
                causes = ("busy", "breaker-open", *(("timeout",) if lookup in self.world.dead else ()))
            elif cause:
                causes = (cause,)
            else:
                return self.world.answer(lookup, key)
            failures[lookup] = causes
            return FAILED

        return answer


class _Sparing:
    """Plain answers, asked by rules alone that may apply: without any answer their condition isn't false."""

    def __init__(self, answers: Callable[[str, Key], Any]) -> None:
        self.answers = answers

    def __call__(self, lookup: str, key: Key) -> Any:
        return self.answers(lookup, key)

    @staticmethod
    def anticipate(found: Sequence[Rule], others: Sequence[Rule], context: Context) -> tuple[list[Rule], list[Rule]]:
        def may_apply(ask: Callable[[Context], bool | None] | None) -> bool:
            blind = Context(context.event, context.client, lambda _lookup, _key: PENDING, context.now)
            return ask is None or ask(blind) is not False

        return [rule for rule in found if may_apply(rule.rest)], [rule for rule in others if may_apply(rule.when)]


def _with_times(choices: Choices, plan: dict[str, Any], dead: set[str]) -> dict[str, Any]:
    """Declare how long lookups may take, and which are kept."""
    lookups = copy.deepcopy(LOOKUPS)
    for name, lookup in lookups.items():
        lookup["timeout"] = "15ms" if name in dead else FOREVER
        if choices.chance(45):
            lookup["cache"] = f"{KEPT:.0f}s"
    return {**plan, "pool": {**plan["pool"], "lookups": lookups, "limits": {"lookups_total": FOREVER}}}


def lookups_decide_alike(choices: Choices, tally: Tally) -> str | None:
    """Check that a decision is that of plain answers with the same rows, however and whenever lookups are made.

    Some events follow one another, with what is kept between them, and some come at the same time.
    """
    clock = Clock()
    states = [(rows(choices), rows(choices)) for _ in range(3)]
    with _World(choices, states, clock) as world:
        plan = _with_times(choices, policy(choices), world.dead)
        program = link(plan, VARIABLES, SECRETS)
        scene = _Scene(plan, program, world)
        raws = [event(choices, plan["pool"]["trigger"]) for _ in range(3)]
        for number in range(3):
            world.state = choices.below(len(states))
            world.change(choices, calm=choices.chance(50))
            clock.now += choices.pick((0, 0, 1, 30, KEPT, -30))
            scene.hinder(choices)
            problem = _one_event(scene, raws[number], tally)
            if problem is None and choices.chance(35):
                scene.hinder(choices)
                problem = _two_events(scene, raws[number - 1 :][:2] if number else raws[:2], tally)
            if problem is not None:
                return f"{problem}\n{_told(scene)}\n{shown(plan, raws[number], states)}"
    return None


def _one_event(scene: _Scene, raw: dict[str, Any], tally: Tally) -> str | None:
    """Decide one event, and compare the decision, what was asked for, and what failed of it."""
    world, read = scene.world, read_event(raw, scene.program.versions)
    before, world.most = dict(world._counts), 0
    fetches = scene.fetches()
    made = Outcome(scene.program, read, fetches)
    failed = dict(fetches.failures)
    sparing = Outcome(scene.program, read, _Sparing(scene.plain({})))
    anyway: dict[str, tuple[str, ...]] = {}
    plain = Outcome(scene.program, read, scene.plain(anyway))
    one_by_one = scene.fetches()
    slowly = plain if world.dead else Outcome(scene.program, read, partial(one_by_one))
    if not scene.settle():
        return "a request doesn't end"
    asked = Counter(world._counts) - Counter(before)
    wanted = Counter([*fetches._calls, *one_by_one._calls])
    _count(tally, made, fetches, asked, world.most)
    if made.summary() != plain.summary():
        return "made, lookups decide otherwise than given"
    if sparing.summary() != plain.summary():
        return "asked by fewer rules, lookups decide otherwise"
    if slowly.summary() != plain.summary():
        return "one by one, lookups decide otherwise"
    if asked - wanted or sum(asked.values()) != fetches.made + one_by_one.made:
        return f"a lookup is made twice for one event: {asked}, {wanted}"
    if any(cause not in anyway.get(lookup, ()) for lookup, cause in failed.items()):
        return f"lookups fail otherwise: {failed}, not {anyway}"
    if not world.dead and set(one_by_one.failures) != set(anyway):
        return f"one by one, other lookups fail: {one_by_one.failures}, not {anyway}"
    if not set(made.decision.misread) <= set(plain.decision.misread):
        return "other lookups can't be read"
    return None


def _two_events(scene: _Scene, raws: list[dict[str, Any]], tally: Tally) -> str | None:
    """Decide two events at the same time."""
    reads = [read_event(raw, scene.program.versions) for raw in raws]
    outcomes: dict[int, Outcome] = {}
    together = threading.Barrier(2, timeout=PATIENCE)

    def decide(number: int) -> None:
        together.wait()
        outcomes[number] = Outcome(scene.program, reads[number], scene.fetches())

    threads = [threading.Thread(target=decide, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    plain = [Outcome(scene.program, read, scene.plain({})) for read in reads]
    if not scene.settle():
        return "a request doesn't end"
    tally["at the same time"] += 1
    if len(outcomes) < len(reads) or any(
        outcomes[number].summary() != one.summary() for number, one in enumerate(plain)
    ):
        return "two events at the same time are decided otherwise"
    return None


def _count(tally: Tally, made: Outcome, fetches: Fetches, asked: Mapping[str, int], most: int) -> None:
    tally["events"] += 1
    tally["acted"] += made.changed
    tally["in doubt"] += bool(made.decision.in_doubt)
    tally["made"] += fetches.made > 0
    tally["together"] += fetches.made > 1 and most > 1
    tally["chain"] += bool({"role", "vp"} & set(asked))
    tally["kept"] += fetches.cached > 0
    tally["failed"] += bool(fetches.failures)
    tally["cut off"] += "timeout" in fetches.failures.values()


def _told(scene: _Scene) -> str:
    moods = {name: mood for name, mood in scene.world.moods.items() if mood != Mood(delay=mood.delay)}
    return (
        f"moods: {moods}, groups: {scene.world.groups}, busy: {scene.busy}, overdue: {scene.overdue}, "
        f"shut: {scene.shut}, cached: {scene.cached}, clock: {scene.world.clock.now - NOW}, state: {scene.world.state}"
    )


def lookups_fail_safely(choices: Choices, tally: Tally) -> str | None:
    """Check that whatever fails of the lookups, the outcome is a refusal or at most what it would have been."""
    clock = Clock()
    states = [(rows(choices), rows(choices))]
    with _World(choices, states, clock) as calm, _World(choices, states, clock) as world:
        calm.dead.clear()
        calm.change(choices, calm=True)
        plan = _with_times(choices, policy(choices), world.dead)
        program = link(plan, VARIABLES, SECRETS)
        raw = event(choices, plan["pool"]["trigger"])
        read = read_event(raw, program.versions)
        without_failures = copy.deepcopy(plan)
        for lookup in without_failures["pool"]["lookups"].values():
            lookup["timeout"] = FOREVER
        known = Outcome(program, read, _Scene(without_failures, program, calm).fetches())
        for _ in range(2):
            world.change(choices, calm=False)
            scene = _Scene(plan, program, world)
            scene.hinder(choices)
            seconds = choices.pick((None, None, 0, 0.001, 0.002, 0.004))
            fetches = scene.lookups.of_event(seconds)
            outcome = Outcome(program, read, fetches)
            problem = broken_promise(outcome, plan) or more(outcome, known)
            if problem:
                return f"{problem}; failed: {fetches.failures}\n{_told(scene)}\n{shown(plan, raw, states)}"
            if not scene.settle():
                return "a request doesn't end"
            tally["outcomes"] += 1
            tally["failed"] += bool(fetches.failures)
            tally["cut off"] += bool({"timeout", "deadline"} & set(fetches.failures.values()))
            tally["compared"] += not known.refused
            tally["took away"] += not known.refused and (outcome.refused or outcome.answer != known.answer)
            tally["refused"] += outcome.refused and not known.refused
    return None


def lookups_stay_in_time(choices: Choices, tally: Tally) -> str | None:
    """Check that lookups that hang are cut off, by the deadline or their own time, and what rests on them isn't made.

    Each of some lookups is keyed by the user or by an earlier one, and read by a rule of its own.
    """
    names = "abcde"[: 2 + choices.below(4)]
    parents = {name: choices.pick((None, *names[:at], *names[:at])) for at, name in enumerate(names)}
    hanging = set(choices.some(names, 1, 2))
    by_deadline = choices.chance(50)
    lookups = {
        name: patient(
            f"{{lookup.{parent}.string}}" if parent else "{attribute.sub}",
            timeout=("250ms" if by_deadline else "10ms") if name in hanging else FOREVER,
            **({"cache": "1h"} if choices.chance(40) else {}),
        )
        for name, parent in parents.items()
    }
    rules = {
        f"r-{number}": {"id_token": {"claims": {name: {"from": f"lookup.{name}.string"}}}}
        for number, name in enumerate(choices.shuffled(names))
    }
    row = {name: {"string": f"of {name}"} for name in names}
    with Slow(row, hanging=hanging, seconds={name: choices.pick((0, 0.001)) for name in names}) as kind:
        environment = Environment(rules, kind, lookups)
        decision = environment.decide(seconds=0.03 if by_deadline else None)
        failed = dict(environment.fetches.failures)
        made = environment.fetches.made
        breakers = {name: environment.breaker(name)._failures for name in names}
        kind.release()
        if not eventually(
            lambda: not any(source.number for source in environment.fetcher._sources.values()) and kind.under_way == 0
        ):
            return "a request doesn't end"
    lost: dict[str, bool] = {}
    for name, parent in parents.items():
        lost[name] = bool(parent and lost[parent]) or name in failed
    cause = "deadline" if by_deadline else "timeout"
    tally["events"] += 1
    tally[cause] += cause in failed.values()
    tally["second link"] += any(name in failed and parents[name] for name in hanging)
    tally["spared"] += len(kind.requests) < len(names)
    told = f"failed: {failed}, asked: {kind.asked}, parents: {parents}, hanging: {hanging}, breakers: {breakers}"
    if set(failed.values()) != {cause}:
        return f"another cause than {cause}; {told}"
    if any(not lost[name] for name in hanging) or (not by_deadline and set(failed) - hanging):
        return f"other lookups fail than those that hang; {told}"
    if any(parent and lost[parent] and name in {*failed, *kind.names} for name, parent in parents.items()):
        return f"a lookup is made whose key can't be known; {told}"
    if claims(decision.id_token) != {name: f"of {name}" for name in names if not lost[name]}:
        return f"the decision isn't that of the answers; {told}"
    if made != len(kind.requests):
        return f"a lookup is made after the decision; {told}"
    if breakers != {name: int(not by_deadline and name in failed) for name in names}:
        return f"a breaker counts something else; {told}"
    return None


def lookups_spare_what_is_down(choices: Choices, tally: Tally) -> str | None:
    """Check that after five outages in a row a lookup is asked for after ever longer pauses, and always after none."""
    outage: list[str | None] = [None]
    kind = Flaky(
        {"a": {"string": "x"}},
        plan=lambda _name, _number: Mood(failure=FetchError(outage[0]) if outage[0] else None),
    )
    environment = Environment(
        {"r": {"id_token": {"claims": {"x": {"from": "lookup.a.string"}}}}}, kind, {"a": patient()}
    )
    clock = Clock()
    environment.fetcher._clock = clock
    threads = threading.active_count()
    in_a_row, last = 0, clock.now
    for _ in range(4):
        outage[0] = choices.pick((None, "access-denied", "not-found", "no-credentials", "refused"))
        for _ in range(3 + choices.below(6)):
            clock.now += choices.pick((0, 0, 0.5, 1, 2, 4, 31))
            opened = in_a_row >= 5 and clock.now - last < min(2 ** (in_a_row - 5), 30)
            environment.decide(given(attributes={"sub": f"user-{tally['events']}"}))
            fetches = environment.fetches
            found = "breaker-open" if opened else outage[0]
            if (fetches.failures.get("a"), fetches.made, fetches.skipped) != (found, not opened, opened):
                return (
                    f"after {in_a_row} outages, {clock.now - last} s ago: {fetches.failures}, {fetches.made}, {found}"
                )
            if not opened:
                in_a_row = 0 if outage[0] in (None, "refused") else in_a_row + 1
                last = clock.now
            tally["events"] += 1
            tally["opened"] += opened
            tally["probed"] += not opened and in_a_row > 5
            if not eventually(lambda: threading.active_count() <= threads):
                return "a request doesn't end"
    return None


def lookup_lines_tell_nothing(choices: Choices, tally: Tally) -> str | None:
    """Check that two events that differ in personal data only have the same lookups named in lines of failures."""
    plan = policy(choices)
    pool = plan["pool"] = copy.deepcopy(plan["pool"])
    pool["attributes"] |= {name: {} for name in STANDARD_ATTRIBUTES}
    for shape in [*pool["attributes"].values(), *pool["metadata"].values()]:
        if choices.chance(85):
            shape["data"] = "none"
    together = _rules_that_meet(choices)
    plan["rules"] |= together
    program = link(plan, VARIABLES, SECRETS)
    raw = event(choices, pool["trigger"])
    other = _with_other_person(raw, event(choices, pool["trigger"]), pool)
    given_ = rows(choices)
    failing = set(choices.some(list(LOOKUPS), 5 if together else 0, 5))
    if together and choices.chance(50):
        for each in (raw, other):
            each["request"]["groupConfiguration"] = {"groupsToOverride": [], "iamRolesToOverride": []}
    answers = {name: FetchError("refused") if name in failing else row for name, row in given_.items()}
    lines = [_lines(plan, program, read_event(each, program.versions), answers) for each in (raw, other)]
    named = [sorted(line for line in each if line[0] != "other") for each in lines]
    tally["events"] += 1
    tally["different"] += raw != other
    tally["named"] += bool(named[0])
    tally["hidden"] += any(line[0] == "other" for line in lines[0])
    if named[0] != named[1]:
        told = {name: shape.get("data") for part in ("attributes", "metadata") for name, shape in pool[part].items()}
        return (
            f"personal data decides which lookups are named: {named}; failed: {failing}\n{told}\nother: {other}\n"
            f"{shown(plan, raw, given_)}"
        )
    return None


def _rules_that_meet(choices: Choices) -> dict[str, Any]:
    """Write two rules of which one decides by a personal attribute what the other needs of lookups; or none."""
    if choices.chance(50):
        return {}
    path = choices.pick(("attribute.custom:text", "attribute.given_name"))
    asked, other = choices.some(("conf", "role", "fact"), 2, 2)
    if choices.chance(50):
        list_ = choices.pick(("groups", "iam_roles"))
        return {
            "s-a": {list_: {"add": {"from": path}}},
            "s-b": {list_: {choices.pick(("keep", "remove")): {"one_of": f"lookup.{asked}.tags"}}},
        }
    return {
        "s-a": {"id_token": {"claims": {"picture": "a"}}, "when": {path: {"prefix": "a"}}, "overrides": ["s-b"]},
        "s-b": {
            "id_token": {"claims": {"picture": {"from": f"lookup.{asked}.text"}}},
            "when": {f"lookup.{other}.flag": True},
        },
    }


def _with_other_person(raw: dict[str, Any], other: dict[str, Any], pool: dict[str, Any]) -> dict[str, Any]:
    """Give an event with the personal data of another one, and the public data of its own."""
    request = dict(raw["request"])
    for part, root in (("userAttributes", "attribute"), ("clientMetadata", "metadata")):
        if part in request:
            mine, yours = request[part] or {}, other["request"].get(part) or {}
            public = {name for name in {*mine, *yours} if name == "identities" or is_public(f"{root}.{name}", pool)}
            request[part] = {name: value for name, value in mine.items() if name in public} | {
                name: value for name, value in yours.items() if name not in public and mine
            }
    machine = not request["userAttributes"]
    return {**raw, "request": request, "userName": raw["userName"] if machine else other["userName"]}


def _lines(plan: dict[str, Any], program: Program, read: Event, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    lookups = Lookups(plan, program, VARIABLES, answered_by(Table(answers)))
    fetches = lookups.of_event(PATIENCE)
    lines: list[tuple[str, str]] = []

    def log(_level: str, _message: str, *, dimensions: dict[str, str], **_: Any) -> None:
        lines.append((dimensions["Lookup"], dimensions["Cause"]))

    decision = program.decide(read, fetches, now=NOW)
    lookups.report(fetches, decision.misread, log)
    return lines
