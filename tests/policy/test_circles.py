"""Circles among derived values and lookups, and how long a chain of lookups can take."""
# ruff: noqa: E501 - a row of a table is a line

import pytest

from pretoken.policy.circles import find_circle
from tests.policy.conftest import Errors

BASE = "language: 1\ntrigger: V3_0\nother_clients: deny\n"


def lookups(**names: str) -> str:
    """Declare lookups by their templates."""
    parts = (
        f"{name}: {{parameter: {{name: '{text}'}}, data: none, fields: {{f: string}}}}" for name, text in names.items()
    )
    return f"{BASE}lookups: {{{', '.join(parts)}}}\n"


@pytest.mark.parametrize(
    ("rules", "pool", "message"),
    [
        (
            "derived: {a: {from: derived.a}}",
            BASE,
            "rules/a.yaml:1:11: circle: `derived.a` -> `derived.a` needs itself; compute `derived.a` from the event",
        ),
        (
            "derived: {a: {test: {derived.b: x1}}, b: {template: '{derived.a}'}}",
            BASE,
            "circle: `derived.a` -> `derived.b` -> `derived.a`",
        ),
        (
            "derived: {a: {from: groups, then: [{keep: {one_of: derived.a}}]}}",
            BASE,
            "circle: `derived.a` -> `derived.a`",
        ),
        (
            "derived: {a: {from: lookup.l.f}}",
            lookups(l="{derived.a}"),
            "circle: `derived.a` -> `lookup.l` -> `derived.a`",
        ),
        ("{}", lookups(l="{lookup.l.f}"), "pool.yaml:4:11: circle: `lookup.l` -> `lookup.l` needs itself"),
        ("{}", lookups(l="{lookup.m.f}", m="{lookup.l.f}"), "circle: `lookup.l` -> `lookup.m` -> `lookup.l`"),
    ],
)
def test_what_needs_itself_is_an_error(errors: Errors, rules: str, pool: str, message: str) -> None:
    """Through values, conditions, templates, steps and lookups."""
    found = [error for error in errors(rules, pool=pool) if "circle" in error]
    assert len(found) == 1, found
    assert message in found[0]


def test_a_chain_of_lookups_stays_within_the_deadline(errors: Errors) -> None:
    """The sum of `timeout` along the longest chain is at most `lookups_total`."""
    pool = lookups(a="x", b="{lookup.a.f}", c="{derived.d}", e="x") + "limits: {lookups_total: 1400ms}\n"
    (message,) = errors("derived: {d: {first_of: [{from: lookup.b.f}, {from: lookup.e.f}]}}", pool=pool)
    assert message == (
        "pool.yaml:4:149: too-slow: `lookup.a`, then `lookup.b`, then `lookup.c` can take 1500ms, and `lookups_total` is "
        "1400ms; shorten one `timeout`, for example to `500ms`, or write `limits: {lookups_total: 1500ms}`"
    )
    assert errors("derived: {d: {from: lookup.b.f}}", pool=pool.replace("1400ms", "1500ms")) == []


def test_a_graph_without_circles_has_none() -> None:
    """Two ways to one node are no circle, and neither is an unknown node."""
    assert find_circle({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": ["x"]}) is None


def chain(many: int, nested: int = 0) -> str:
    """Write derived tests that each need the one before, the last first."""
    before, after = "{not: " * nested, "}" * nested
    tests = (f"t{n}: {{test: {before}{{derived.t{n - 1}: true}}{after}}}" for n in reversed(range(1, many)))
    return f"derived: {{{', '.join([*tests, 't0: {test: {client: web}}'])}}}"


def test_a_chain_ends_before_the_stack_does(errors: Errors) -> None:
    """Neither a long chain nor one of deep values."""
    assert errors(chain(50)) == []
    cure = "compute it from the event, such as `attribute.sub`"
    assert errors(chain(51)) == [
        f"rules/a.yaml:1:11: too-deep: `derived.t50` is computed through 50 others, or 300 levels in them; {cure}"
    ]
    assert errors(chain(3, nested=60)) == []
    assert [message.split(": ")[1] for message in errors(chain(50, nested=28))] == ["too-deep"]
    assert [message.split(": ")[1] for message in errors(chain(2000))] == ["too-deep"]
    circle = chain(2000).replace("{client: web}", "{derived.t1999: true}")
    (message,) = errors(circle)
    assert ": circle: `derived.t1999` -> `derived.t1998` -> " in message
    assert "`derived.t1994` -> … -> `derived.t1999` needs itself" in message
