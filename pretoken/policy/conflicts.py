"""Two rules, one claim: whether they can write or suppress it differently for the same token."""

import math
from collections import Counter
from collections.abc import Iterator
from itertools import combinations, product
from typing import TypeAlias

from pretoken.policy.errors import named, quoted, typed
from pretoken.policy.exclusion import Bound, Exclusion, Known, is_empty
from pretoken.policy.policy import Policy
from pretoken.policy.report import Report
from pretoken.policy.rules import Rule
from pretoken.policy.writers import Writer, writers_of
from pretoken.trigger.rules import overlap

Claims: TypeAlias = dict[tuple[str, str], list[Writer]]
"""Writers by token and claim."""

_SUPPRESSED = "claim-suppressed-elsewhere"
_TOKENS = {"access_token": "the access token", "id_token": "the ID token"}


def check_conflicts(policy: Policy, report: Report) -> None:
    """Report rules that can write one claim differently, or write what another suppresses, or override in vain."""
    _Conflicts(policy, report).check()


class _Conflicts:
    def __init__(self, policy: Policy, report: Report) -> None:
        self._report = report
        self._rules = {name: rule for name, rule in policy.rules.items() if name not in report.broken}
        self._exclusion = Exclusion(policy)
        self._claims: Claims = {}
        for name, rule in self._rules.items():
            for writer in writers_of(name, rule, policy):
                self._claims.setdefault((writer.token, writer.claim), []).append(writer)

    def check(self) -> None:
        for writers in self._claims.values():
            self._check_claim(writers)
        for name, rule in self._rules.items():
            for token_name, token in (("access_token", rule.access_token), ("id_token", rule.id_token)):
                for number, claim in enumerate(token.suppress if token else ()):
                    self._check_suppression(name, token_name, claim, number)
            self._check_overrides(name, rule)

    def _check_claim(self, writers: list[Writer]) -> None:
        reported: set[str] = set()
        for one, other in self._suspects(writers):
            if {one.rule, other.rule} <= reported or not self._clash(one, other):
                continue
            first, second = sorted((one, other), key=lambda writer: self._report.place(writer.at, True))
            if second.rule not in reported:
                reported.add(second.rule)
                self._report.add("claim-written-twice", second.at, self._message(first, second), key=True)

    def _suspects(self, writers: list[Writer]) -> Iterator[tuple[Writer, Writer]]:
        """Give the pairs that aren't told apart by the constants of one input, or by the ranges of one.

        Where a thousand rules write one claim, each for its own client or age, most pairs needn't be looked at.
        """
        constants = [self._constants(writer) for writer in writers]
        paths = Counter(path for known in constants for path in known)
        path = max(sorted(paths), key=lambda path: paths[path], default="")
        buckets: dict[Known, list[Writer]] = {}
        anywhere: list[Writer] = []
        for writer, known in zip(writers, constants, strict=True):
            for constant in known.get(path, ()):
                buckets.setdefault(constant, []).append(writer)
            if path not in known:
                anywhere.append(writer)
        for bucket in buckets.values():
            yield from _pairs(bucket)
            yield from product(bucket, anywhere)
        yield from self._in_range(anywhere)

    def _in_range(self, writers: list[Writer]) -> Iterator[tuple[Writer, Writer]]:
        bounds = [self._bounds(writer) for writer in writers]
        paths = Counter(path for known in bounds for path in known)
        path = max(sorted(paths), key=lambda path: paths[path], default="")
        anywhere = [writer for writer, known in zip(writers, bounds, strict=True) if path not in known]
        ranged = [(known[path], writer) for writer, known in zip(writers, bounds, strict=True) if path in known]
        # Going upwards, a range above all before it begins a new group.
        groups: list[list[Writer]] = []
        highest: Bound = (-math.inf, False)
        for (low, high), writer in sorted(ranged, key=lambda one: (one[0][0][0], not one[0][0][1])):
            if not groups or is_empty(low, highest):
                groups.append([])
            groups[-1].append(writer)
            highest = max(highest, high)
        for group in groups:
            yield from _pairs(group)
            yield from product(group, anywhere)
        yield from _pairs(anywhere)

    def _bounds(self, writer: Writer) -> dict[str, tuple[Bound, Bound]]:
        when = self._rules[writer.rule].when
        needs = self._exclusion.needs(when) if when is not None else ()
        found = ((path, self._exclusion.bounds(path, test)) for path, test in needs)
        return {path: bounds for path, bounds in found if bounds is not None}

    def _constants(self, writer: Writer) -> dict[str, frozenset[Known]]:
        when = self._rules[writer.rule].when
        needs = self._exclusion.needs(when) if when is not None else ()
        found = ((path, self._exclusion.constants(path, test)) for path, test in needs)
        return {path: constants for path, constants in found if constants}

    def _clash(self, one: Writer, other: Writer) -> bool:
        recipients = _for_two_recipients(one, other)
        if one.rule == other.rule:
            return recipients
        if not recipients and not overlap(one.leaf, other.leaf):
            return False
        if one.agreement is not None and one.agreement == other.agreement:
            return False
        first, second = self._rules[one.rule], self._rules[other.rule]
        if one.rule in second.overrides or other.rule in first.overrides:
            return False
        return self._exclusion.reason(first.when, second.when) is None

    def _message(self, first: Writer, second: Writer) -> str:
        token = _TOKENS[first.token]
        if first.rule == second.rule:
            return (
                f"{quoted(first.leaf[0])} and {quoted(second.leaf[0])} share the claim {named(first.claim)} in "
                f"{token}; give one its own with `claim: {typed(first.claim)}_2`"
            )
        one, other = (f"{quoted(writer.rule, 'a rule')} ({self._line(writer)})" for writer in (first, second))
        what = first.claim if _for_two_recipients(first, second) else min(first.name, second.name, key=len)
        return (
            f"{one} and {other} can both write {quoted(what, 'a claim')} in {token}: "
            f"nothing in their conditions excludes the other; use `add`, one rule with `choose` or `first_of`, "
            f"or `overrides: [{typed(first.rule)}]`"
        )

    def _line(self, writer: Writer) -> str:
        place = self._report.place(("rules", writer.rule), True)
        return f"{place.file}:{place.line}"

    def _check_suppression(self, name: str, token: str, claim: str, number: int) -> None:
        """Report a claim that this rule suppresses and another, or itself, writes."""
        rule = self._rules[name]
        where = f"{token}.suppress.{claim}"
        if any(accepted.finding == _SUPPRESSED and accepted.at == where for accepted in rule.accept):
            return
        for writer in self._claims.get((token, claim), ()):
            if writer.rule == name:
                message = (
                    f"this rule writes {quoted(claim, 'this claim')} too, and a suppressed claim stays away; "
                    "leave one of them out"
                )
            elif self._exclusion.reason(rule.when, self._rules[writer.rule].when) is None:
                message = (
                    f"{quoted(writer.rule, 'a rule')} ({self._line(writer)}) writes {quoted(claim, 'it')} in "
                    f"{_TOKENS[token]}, and "
                    "nothing in their conditions excludes the other: a suppressed claim stays away; add `not: {…}` to "
                    f"one `when`, or `accept: [{{finding: {_SUPPRESSED}, at: {typed(where)}, why: …}}]`"
                )
            else:
                continue
            self._report.add(_SUPPRESSED, ("rules", name, token, "suppress", number), message)
            return

    def _check_overrides(self, name: str, rule: Rule) -> None:
        for number, other in enumerate(rule.overrides):
            if other == name or other not in self._rules:
                continue  # a circle or an unknown rule, which are errors of their own
            if not any({name, other} <= {writer.rule for writer in writers} for writers in self._claims.values()):
                message = (
                    f"{quoted(name, 'this rule')} and {quoted(other, 'the other one')} don't write one claim; "
                    f"leave {quoted(other, 'that one')} out"
                )
                self._report.add("overrides-nothing", ("rules", name, "overrides", number), message)


def _for_two_recipients(one: Writer, other: Writer) -> bool:
    return one.is_message and one.leaf[0] != other.leaf[0]


def _pairs(writers: list[Writer]) -> Iterator[tuple[Writer, Writer]]:
    """Give the pairs of writers that can disagree."""
    groups: dict[object, list[Writer]] = {}
    for number, writer in enumerate(writers):
        groups.setdefault(writer.agreement or number, []).append(writer)
    for one, other in combinations(groups.values(), 2):
        yield from product(one, other)
