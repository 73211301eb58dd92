"""A check: a function that doubts policies, with its name, its severity and its explanation."""

from collections.abc import Callable, Iterable
from inspect import cleandoc
from typing import NamedTuple

from pretoken.checks.finding import Doubt, Finding, Severity, rule_of, written
from pretoken.policy.load import LoadedPolicy


class Check(NamedTuple):
    """A check.

    Attributes:
        name: that of its findings.
        severity: that of its findings.
        explanation: what it finds and why, a bad and a good example, and the source; Markdown.
        doubts: the function; it takes a sound policy.

    """

    name: str
    severity: Severity
    explanation: str
    doubts: Callable[..., Iterable[Doubt]]

    def findings(self, loaded: LoadedPolicy, *more: object) -> list[Finding]:
        """Give what the check doubts in a policy; `more` is what else its function takes."""
        return [
            Finding(
                self.name,
                self.severity,
                (loaded.key_place if doubt.key else loaded.place)(doubt.at),
                rule_of(doubt.at),
                written(doubt.at),
                doubt.message,
            )
            for doubt in self.doubts(loaded, *more)
        ]


def check(severity: Severity) -> Callable[[Callable[..., Iterable[Doubt]]], Check]:
    """Make a function the check of its name, explained by its docstring."""

    def make(doubts: Callable[..., Iterable[Doubt]]) -> Check:
        name = doubts.__name__.replace("_", "-")
        return Check(name, severity, cleandoc(doubts.__doc__ or ""), doubts)

    return make
