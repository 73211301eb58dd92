"""Findings: what is doubted, how much it matters, and where."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

from pretoken.policy.errors import Place, is_personal, printable, quoted
from pretoken.policy.report import At

Severity: TypeAlias = Literal["error", "warning", "notice"]
"""`error`: not safe to deploy. `warning`: hardly meant so. `notice`: good to know."""

HopKind: TypeAlias = Literal["input", "row", "endorsed", "listed", "table", "step"]
"""`input`: an input is read. `row`: it chooses the row of a lookup. `endorsed`: it is in a list about the principal.
`listed`: it is in a list that endorses nothing. `table`, `step`: it passes a table, or something else."""

_SHOWN = 3


class Hop(NamedTuple):
    """One hop of a flow of data: what it passes, such as `age_at_least 18`, and where that stands in the policy.

    `kind` is the sort of hop, and `path` the input that it begins with, if it is the first.
    """

    text: str
    at: At
    kind: HopKind = "step"
    path: str = ""


class Doubt(NamedTuple):
    """What a check doubts.

    `at` is the place in the policy, and `key` tells whether it is that of the key there; `place` is where to look, if
    that is in no policy file. `gain` and `cure` are those of the check if they are left out.
    """

    at: At
    message: str
    cure: str = ""
    gain: str = ""
    flow: tuple[Hop, ...] = ()
    key: bool = False
    place: Place | None = None


class Step(NamedTuple):
    """One step of a flow of data, and where it was written."""

    text: str
    place: Place

    def to_json(self) -> dict[str, str | int]:
        """Give the step as one flat JSON object."""
        return {"text": self.text, "file": self.place.file, "line": self.place.line, "column": self.place.column}


@dataclass(frozen=True, slots=True)
class Finding:
    """A doubt about a policy.

    `name` is stable and in kebab case; `rule` is None outside of rules; `at` is the place inside the rule, or else in
    the policy, as acceptances write it. `message` says what is wrong, `flow` from where to where data flows, `gain`
    what an attacker or reader has of it or what else comes of it, and `cure` what to type. Findings are ordered by
    place.
    """

    name: str
    severity: Severity
    place: Place
    rule: str | None
    at: str
    message: str
    cure: str
    gain: str
    flow: tuple[Step, ...] = ()

    def __str__(self) -> str:
        return f"{self.place}: {self.severity}[{self.name}]: {self.message}; {self.cure}"

    @property
    def details(self) -> list[str]:
        """Give what stands under the message, each in one line: the flow if there is one, the gain and the cure."""
        flow = [" -> ".join(step.text for step in self.flow)] if self.flow else []
        return [printable(line) for line in (*flow, f"gain: {self.gain}", f"cure: {self.cure}")]

    @property
    def where(self) -> str:
        """Say in which place of which rule it is, as far as a report may repeat that."""
        place = _ticked(self.at, "this place")
        return place if self.rule is None else f"{place} of {quoted(self.rule, 'this rule')}"

    def paragraph(self) -> str:
        """Write the finding as people read it: the message in the first line, the details under it."""
        head = printable(f"{self.place}: {self.severity}[{self.name}]: {self.message}")
        return "\n    ".join([head, *self.details])

    def __lt__(self, other: "Finding") -> bool:
        return (self.place, self.name, self.message) < (other.place, other.name, other.message)

    def to_json(self) -> dict[str, Any]:
        """Give the finding as a JSON object; only `flow` isn't flat."""
        return {
            "file": self.place.file,
            "line": self.place.line,
            "column": self.place.column,
            "severity": self.severity,
            "name": self.name,
            "rule": self.rule,
            "at": self.at,
            "message": self.message,
            "flow": [step.to_json() for step in self.flow],
            "gain": self.gain,
            "cure": self.cure,
        }


def rule_of(at: At) -> str | None:
    """Give the rule that a place is in."""
    return str(at[1]) if at[0] == "rules" else None


def written(at: At) -> str:
    """Give a place as acceptances write it: no deeper than a claim, a member of a message, a part of an edit."""
    if at[0] == "pool":
        parts = at[1:]
    elif at[0] == "rules":
        parts = at[2 : 2 + _depth(at[2:])]
    elif at[0] == "template":
        parts = at
    else:
        parts = at[:2]
    return ".".join(map(str, parts))


def _depth(inside: At) -> int:
    if inside[0] in ("access_token", "id_token"):
        return 4 if inside[1:2] == ("encrypted_for",) else 3
    return 1 if inside[0] == "when" else 2


def shown(at: At) -> str:
    """Show a place in a message, so that an acceptance can copy it."""
    return _ticked(written(at), "this")


def _ticked(place: str, instead: str) -> str:
    return instead if is_personal(place) else f"`{printable(place)}`"


def listed(names: Iterable[str]) -> str:
    """Show names in a message: the first three, and how many more there are."""
    every = [quoted(name) for name in names]
    more = [f"{len(every) - _SHOWN} more"] if len(every) > _SHOWN else []
    *first, last = [*every[:_SHOWN], *more]
    return f"{', '.join(first)} and {last}" if first else last
