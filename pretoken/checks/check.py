"""A check: a function that doubts policies, with its name, its severity and its explanation."""

from collections.abc import Callable, Iterable
from inspect import cleandoc
from typing import NamedTuple

from pretoken.checks.finding import Doubt, Finding, Severity, Step, rule_of, written
from pretoken.policy.errors import is_personal, printable
from pretoken.policy.load import LoadedPolicy


class Check(NamedTuple):
    """A check.

    Attributes:
        name: that of its findings.
        severity: that of its findings.
        gain: what comes of what it finds: what an attacker or reader has of it, or what goes wrong.
        cure: what to do about it, as far as that can be said of all its findings.
        explanation: what it finds and why, a bad and a good example, and the source; Markdown.
        doubts: the function; it takes a sound policy.

    """

    name: str
    severity: Severity
    gain: str
    cure: str
    explanation: str
    doubts: Callable[..., Iterable[Doubt]]

    def findings(self, loaded: LoadedPolicy, *more: object) -> list[Finding]:
        """Give what the check doubts in a policy; `more` is what else its function takes."""
        return [self._finding(doubt, loaded) for doubt in self.doubts(loaded, *more)]

    def _finding(self, doubt: Doubt, loaded: LoadedPolicy) -> Finding:
        place = doubt.place or (loaded.key_place if doubt.key else loaded.place)(doubt.at)
        flow = tuple(Step(_shown(hop.text), loaded.place(hop.at)) for hop in doubt.flow)
        return Finding(
            self.name,
            self.severity,
            place,
            rule_of(doubt.at),
            written(doubt.at),
            doubt.message,
            doubt.cure or self.cure,
            doubt.gain or self.gain,
            flow,
        )


def _shown(text: str) -> str:
    return "this text" if is_personal(text) else printable(text)


def check(severity: Severity, *, gain: str, cure: str) -> Callable[[Callable[..., Iterable[Doubt]]], Check]:
    """Make a function the check of its name, explained by its docstring."""

    def make(doubts: Callable[..., Iterable[Doubt]]) -> Check:
        name = doubts.__name__.replace("_", "-")
        return Check(name, severity, gain, cure, cleandoc(doubts.__doc__ or ""), doubts)

    return make
