"""Two policies on the same sign-ins: who gains what, and who loses what."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from pretoken.cognito.errors import EventError
from pretoken.simulator.compare import same
from pretoken.simulator.holdings import PARTS, Holding, defaults_of, holdings_of
from pretoken.simulator.lookups import answers_of
from pretoken.simulator.shown import HIDDEN, Shown
from pretoken.trigger.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pretoken.simulator.holdings import Holdings
    from pretoken.simulator.running import Runner
    from pretoken.simulator.sign_ins import SignIn
    from pretoken.simulator.simulation import Simulation
    from pretoken.trigger.plan import Program

KINDS = ("gained", "changed", "lost")

_NO_AUTHORITY = {"gained": ("id_token",), "changed": ("readable", "id_token"), "lost": PARTS}
"""What is no gain of authority: apps read the ID token, and who reads a member reads whatever stands in it."""


class What(NamedTuple):
    """What changes, as a report may show it.

    Attributes:
        kind: one of `KINDS`.
        part: one of `PARTS`.
        of: the token of a group that isn't in both; the recipient of a member; else nothing.
        name: of a scope, group or role; of a claim or member with its keys; the rule that refuses a sign-in.
        is_item: whether it is an item of a list.
        before, after: the values, None where there is none or it isn't shown.
    """

    kind: str
    part: str
    of: str
    name: str
    is_item: bool = False
    before: str | None = None
    after: str | None = None

    @property
    def is_gain(self) -> bool:
        """Whether it is a gain of authority."""
        return self.part not in _NO_AUTHORITY[self.kind]


@dataclass(frozen=True, slots=True)
class Change:
    """A change, the names of the sign-ins that have it, and who they are, such as `users of web`."""

    what: What
    sign_ins: tuple[str, ...]
    who: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Diff:
    """The difference of two policies.

    Attributes:
        changes: gains of authority first, then other gains, changes and losses; within each by authority and count.
        compared, differing: how many sign-ins were compared, and how many of them come to something else.
        left_out: the names of those that couldn't be compared, and why.
        refused: how many sign-ins both policies refuse, so that nothing else of them was compared.
        unreached: the names of the rules that differ and that applied in no sign-in: what they do isn't told.
    """

    changes: tuple[Change, ...]
    compared: int
    differing: int
    left_out: tuple[tuple[str, str], ...]
    refused: int
    unreached: tuple[str, ...]

    @property
    def gains(self) -> tuple[Change, ...]:
        """The gains of authority."""
        return tuple(change for change in self.changes if change.what.is_gain)


def diff(old: Runner, new: Runner, sign_ins: Iterable[SignIn]) -> Diff:
    """Hold two policies against each other.

    A sign-in that the new policy refuses loses nothing else. One that it refuses no longer gains all that the rules
    give, but not what Cognito writes into every token.

    Args:
        old: runs the policy as it was.
        new: runs the policy as it is to be.
        sign_ins: what both are run with.
    """
    shown = Shown(old.plan, new.plan)
    found: defaultdict[What, dict[str, None]] = defaultdict(dict)
    who: defaultdict[What, set[str]] = defaultdict(set)
    left_out = []
    reached: set[str] = set()
    compared = differing = refused = 0
    for sign_in in sign_ins:
        before, after = _run(old, sign_in), _run(new, sign_in)
        if isinstance(before, str) or isinstance(after, str):
            left_out.append((sign_in.name, _why_not(before, after)))
            continue
        compared += 1
        refused += before.is_refused and after.is_refused
        reached.update(before.simulation.decision.applied, after.simulation.decision.applied)
        changes = set(_changes(before, after, shown))
        differing += bool(changes)
        for what in changes:
            found[what][sign_in.name] = None
            who[what].add(_who(after))
    ordered = sorted(found, key=lambda what: _order(what, len(found[what])))
    told = tuple(Change(what, tuple(found[what]), tuple(sorted(who[what]))) for what in ordered)
    unreached = tuple(shown.name(rule) for rule in _differing(old.plan, new.plan) if rule not in reached)
    return Diff(told, compared, differing, tuple(left_out), refused, unreached)


def _differing(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Name the rules that one policy has and the other hasn't, or not so."""
    rules, others = old.get("rules", {}), new.get("rules", {})
    return sorted(name for name in {*rules, *others} if rules.get(name) != others.get(name))


def _order(what: What, count: int) -> tuple[Any, ...]:
    kind, part = KINDS.index(what.kind), PARTS.index(what.part)
    return not what.is_gain, 0 if what.is_gain else kind, part, kind, -count, *map(str, what)


class _Run(NamedTuple):
    simulation: Simulation
    program: Program

    @property
    def is_refused(self) -> bool:
        return self.simulation.after is None


def _run(runner: Runner, sign_in: SignIn) -> _Run | str:
    """Run a sign-in through a policy, or say why it can't be."""
    try:
        simulator = runner.simulator(runner.known(sign_in.variables))
        simulation = simulator.run(sign_in.event, answers_of(sign_in.lookups), now=sign_in.now)
    except EventError as error:
        if error.code == "event-version":
            return f"{error.code}: this is no {' or '.join(runner.plan['pool']['trigger'])} event"
        return str(error)
    except PlanError as error:
        return str(error)
    return _Run(simulation, simulator.program)


def _why_not(before: _Run | str, after: _Run | str) -> str:
    if before == after:
        return str(before)
    return f"under OLD: {before}" if isinstance(before, str) else f"under NEW: {after}"


def _who(run: _Run) -> str:
    event = run.simulation.event
    client = run.program.client_name(event.client_id)
    principals = "machines" if event.is_machine else "users"
    return f"{principals} of {'an undeclared client' if client is None else Shown.name(client)}"


def _changes(before: _Run, after: _Run, shown: Shown) -> Iterator[What]:
    """Give what changes for one sign-in."""
    if after.is_refused:
        if not before.is_refused:
            yield What("lost", "sign_in", "", _refuser(after))
        return
    has, had = holdings_of(*after), holdings_of(*before)
    if before.is_refused:
        yield What("gained", "sign_in", "", _refuser(before))
        for claim, value in defaults_of(*after).items():
            if claim.part in ("access_token", "id_token") and claim in has and same(value, has[claim]):
                del has[claim]
    yield from _told("gained", has, had, shown)
    yield from _told("lost", had, has, shown)
    for holding, value in has.items():
        if holding in had and not same(had[holding], value):
            values = _value(holding, had[holding], shown), _value(holding, value, shown)
            yield What("changed", holding.part, holding.of, _name(holding, shown), False, *values)


def _refuser(run: _Run) -> str:
    """Name who refuses a sign-in; nothing if the answer would break Cognito's contract."""
    return Shown.name(run.simulation.denied_by or "")


def _told(kind: str, has: Holdings, had: Holdings, shown: Shown) -> Iterator[What]:
    """Give what one side has and the other hasn't."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for holding, value in has.items():
        if holding in had or _is_emptied(holding, value, had):
            continue
        if holding.part == "group":
            groups[holding.path[0]].append(holding.of)
            continue
        one = _value(holding, value, shown)
        values = (None, one) if kind == "gained" else (one, None)
        yield What(kind, holding.part, holding.of, _name(holding, shown), holding.item is not None, *values)
    for group, tokens in groups.items():
        yield What(kind, "group", "" if len(tokens) > 1 else tokens[0], shown.name(group))


def _is_emptied(holding: Holding, value: Any, other: Holdings) -> bool:
    """Tell whether a list or object is empty that isn't so on the other side: its items and members tell all."""
    where, depth = holding[:2], len(holding.path)
    return value in ([], {}) and any(
        one[:2] == where and one.path[:depth] == holding.path and (one.item is not None or len(one.path) > depth)
        for one in other
    )


def _name(holding: Holding, shown: Shown) -> str:
    if holding.part in ("access_token", "id_token", "readable"):
        return shown.path(holding.path)
    return shown.name(holding.path[0]) if holding.path else ""


def _value(holding: Holding, value: Any, shown: Shown) -> str | None:
    if holding.part == "preferred_role":
        role = shown.name(value)
        return None if role == HIDDEN else role
    return shown.value(value)
