"""What a policy gives away, and is allowed to: facts about persons, and data that users vouch for themselves."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from pretoken.checks.finding import written
from pretoken.checks.flow import Sink, sinks_of
from pretoken.checks.sources import path_of
from pretoken.policy.policy import Policy


class Released(NamedTuple):
    """Something that a rule gives away.

    Attributes:
        kind: `fact`, where personal data decides what the access token holds without standing in it; `self-asserted`,
            where what is encrypted for an API was written by users or callers, and the API will believe it.
        rule: the rule's name.
        at: the place in the rule.
        inputs: the inputs that it comes from.

    """

    kind: str
    rule: str
    at: str
    inputs: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Give it as a JSON object."""
        return {"kind": self.kind, "rule": self.rule, "at": self.at, "inputs": [*self.inputs]}


def released(policy: Policy) -> Iterator[Released]:
    """Give what the access tokens of a policy tell of persons, and which encrypted members users write themselves."""
    for sink in sinks_of(policy):
        inputs = _facts(sink) if sink.in_access_token else frozenset()
        if inputs:
            yield Released("fact", sink.rule, written(sink.at), tuple(sorted(inputs)))
        if sink.kind == "member" and sink.value.writers:
            paths = {path_of(trace) for trace in sink.value.writers.values()}
            yield Released("self-asserted", sink.rule, written(sink.at), tuple(sorted(paths)))


def _facts(sink: Sink) -> frozenset[str]:
    """Give the personal inputs that decide about a sink, or of which it holds a fact."""
    return sink.guard.facts | (frozenset() if sink.kind == "member" else sink.value.facts)
