"""Circles, and the deadline: what is computed from what, and how long that can take."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from pretoken.policy.errors import quoted
from pretoken.policy.policy import Policy
from pretoken.policy.pool import PATIENCE
from pretoken.policy.report import At, Report
from pretoken.policy.walk import Part, inputs_in, walk_lookup, walk_value
from pretoken.trigger.durations import milliseconds_of

Graph: TypeAlias = Mapping[str, Iterable[str]]

MAX_CHAIN = 50
"""How many derived values and lookups can need one another in a row."""
MAX_LEVELS = 300
"""How many levels of nesting they can have together, so that whoever follows them returns."""
_MOST_SHOWN = 8


def check_circles(policy: Policy, report: Report) -> bool:
    """Report derived values and lookups that need themselves, rules that override themselves, long and slow chains.

    Returns:
        Whether what needs what can be followed to its end.

    """
    parts = _parts(policy)
    sources = {name: {_node(path) for path in inputs_in(iter(made_of))} for name, made_of in parts.items()}
    levels = {name: 1 + max((len(part.at) for part in made_of), default=0) for name, made_of in parts.items()}
    circle = find_circle(sources)
    far = _far(sources, levels)
    can_follow = not far or (circle is not None and sum(levels[name] for name in far) <= MAX_LEVELS)
    if circle is not None:
        report.add(
            "circle",
            _place(circle[0]),
            f"{_arrows(circle)} needs itself; compute {quoted(circle[0])} from the event, such as `attribute.sub`",
            key=True,
        )
    elif far:
        report.add(
            "too-deep",
            _place(far[0]),
            f"{quoted(far[0])} is computed through {MAX_CHAIN} others, or {MAX_LEVELS} levels in them; compute it "
            "from the event, such as `attribute.sub`",
            key=True,
        )
    else:
        _check_deadline(policy, sources, report)
    overrides = {name: rule.overrides for name, rule in policy.rules.items()}
    circle = find_circle(overrides)
    if circle is not None:
        first = circle[0]
        message = (
            f"{_arrows(circle)} overrides itself; leave {quoted(circle[1])} out of the `overrides` of {quoted(first)}"
        )
        report.add("circle", ("rules", first, "overrides"), message)
    return can_follow


def find_circle(graph: Graph) -> list[str] | None:
    """Find a circle in a graph: its names from the first to the first again, or None."""
    done: set[str] = set()
    for start in graph:
        trail: list[str] = []
        waiting = [(start, False)]
        while waiting:
            name, leaving = waiting.pop()
            if leaving:
                done.add(trail.pop())
            elif name in trail:
                return [*trail[trail.index(name) :], name]
            elif name not in done:
                trail.append(name)
                waiting.append((name, True))
                waiting += [(other, False) for other in graph[name] if other in graph]
    return None


def _far(graph: Graph, levels: Mapping[str, int]) -> list[str]:
    """Give the names that can't be reached from the event within the bounds; those of circles never can."""
    reached: dict[str, int] = {}
    for _ in range(MAX_CHAIN):
        before = dict(reached)
        for name, sources in graph.items():
            known = [before.get(source, MAX_LEVELS) for source in sources if source in graph]
            level = levels[name] + max(known, default=0)
            if level <= MAX_LEVELS:
                reached[name] = level
    return [name for name in graph if name not in reached]


def _parts(policy: Policy) -> dict[str, list[Part]]:
    """Give what each derived value and each lookup is made of: `derived.NAME` and `lookup.NAME`."""
    parts = {f"derived.{name}": [*walk_value(value, ())] for name, value in policy.derived.items()}
    return parts | {f"lookup.{name}": [*walk_lookup(lookup, ())] for name, lookup in policy.pool.lookups.items()}


def _node(path: str) -> str:
    return ".".join(path.split(".")[:2]) if path.startswith("lookup.") else path


def _place(node: str) -> At:
    root, _, name = node.partition(".")
    return ("derived", name) if root == "derived" else ("pool", "lookups", name)


def _arrows(names: list[str]) -> str:
    shown = [quoted(name) for name in names]
    return " -> ".join(shown if len(shown) <= _MOST_SHOWN else [*shown[: _MOST_SHOWN - 2], "…", shown[-1]])


def _check_deadline(policy: Policy, sources: Graph, report: Report) -> None:
    chains: dict[str, tuple[int, list[str]]] = {}

    def slowest(node: str) -> tuple[int, list[str]]:
        if node not in chains:
            before = max((slowest(source) for source in sources[node] if source in sources), default=(0, []))
            lookup = policy.pool.lookups.get(node.partition(".")[2]) if node.startswith("lookup.") else None
            own = 0 if lookup is None else milliseconds_of(lookup.timeout)
            chains[node] = (before[0] + own, [*before[1], *([] if lookup is None else [node])])
        return chains[node]

    total = policy.pool.limits.lookups_total
    time, chain = max((slowest(node) for node in sources), default=(0, []))
    if time > milliseconds_of(total):
        cure = "shorten one `timeout`, for example to `500ms`"
        if time < PATIENCE:
            cure += f", or write `limits: {{lookups_total: {time}ms}}`"
        message = f"{', then '.join(map(quoted, chain))} can take {time}ms, and `lookups_total` is {total}; {cure}"
        report.add("too-slow", (*_place(chain[-1]), "timeout"), message)
