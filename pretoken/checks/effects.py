"""The values that rules write, each with its place."""

from collections.abc import Iterator

from pretoken.policy.policy import Policy
from pretoken.policy.report import At
from pretoken.policy.rules import Edit
from pretoken.policy.values import Leaf
from pretoken.policy.walk import effects_of
from pretoken.policy.writers import writers_of


def values_of(name: str, policy: Policy) -> Iterator[tuple[At, Leaf]]:
    """Give every value that a rule writes: leaves of claims, members of messages, and what it adds to lists."""
    rule = policy.rules[name]
    for writer in writers_of(name, rule, policy):
        yield writer.at, writer.value
    for place, effect in effects_of(rule):
        if isinstance(effect, Edit) and effect.add is not None:
            yield ("rules", name, *place, "add"), effect.add
