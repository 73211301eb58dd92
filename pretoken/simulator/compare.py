"""Hold an outcome against what a case expects, and say what stands behind each difference."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pretoken.policy.suggestions import closest
from pretoken.simulator.sources import value_of

if TYPE_CHECKING:
    from pretoken.policy.report import At
    from pretoken.simulator.expect import Expect, ExpectedToken
    from pretoken.simulator.outcome import Outcome, TokenOutcome


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A difference: where it is expected, what was expected and found, and which rules are behind it."""

    at: At
    expected: str
    actual: str
    because: str = ""

    @property
    def name(self) -> str:
        """The place in words, such as `access_token.claims.tenant_id`."""
        return ".".join(map(str, self.at))


def compare(expect: Expect, outcome: Outcome, plan: dict[str, Any]) -> list[Mismatch]:
    """Give all differences between what is expected and what came, in the order of the language's reference."""
    if outcome.denied or expect.denied is not False:
        return [*_denial(expect, outcome)]
    mismatches = []
    for name in ("access_token", "id_token"):
        expected: ExpectedToken | None = getattr(expect, name)
        if expected is not None:
            mismatches += _Token(name, getattr(outcome, name), outcome, plan).differences(expected)
    if expect.access_token is not None and expect.access_token.scopes is not None:
        found = outcome.access_token.scopes
        for key, wrong in (
            ("has", [scope for scope in expect.access_token.scopes.has if scope not in found]),
            ("has_not", [scope for scope in expect.access_token.scopes.has_not if scope in found]),
        ):
            if wrong:
                mismatches.append(Mismatch(("access_token", "scopes", key), _shown(wrong), _shown(sorted(found))))
    for name in ("groups", "iam_roles"):
        wanted, items = getattr(expect, name), getattr(outcome, name)
        if wanted is not None and frozenset(wanted) != items:
            mismatches.append(Mismatch((name,), _shown(sorted(set(wanted))), _shown(sorted(items))))
    return mismatches


def _denial(expect: Expect, outcome: Outcome) -> Iterator[Mismatch]:
    if not outcome.denied:
        wanted = "denied" if expect.denied is True else f"denied by `{expect.denied}`"
        yield Mismatch(("denied",), wanted, "not denied")
    elif expect.denied is False or expect.denied not in (True, outcome.denied_by):
        wanted = f"denied by `{expect.denied}`" if expect.denied else "not denied"
        found = f"denied by `{outcome.denied_by}`" if outcome.denied_by else "denied: the answer would break Cognito's contract"
        yield Mismatch(("denied",), wanted, found, _why_denied(outcome))


def _why_denied(outcome: Outcome) -> str:
    if outcome.problem is not None:
        return outcome.problem
    if outcome.denied_by in outcome.in_doubt:
        return f"the condition of `{outcome.denied_by}` can't be known"
    failed = any(rule == outcome.denied_by for rule, _ in outcome.left_out)
    return f"a value of `{outcome.denied_by}` failed" if failed else ""


class _Token:
    """Compares one token."""

    def __init__(self, name: str, found: TokenOutcome, outcome: Outcome, plan: dict[str, Any]) -> None:
        self._name = name
        self._found = found
        self._outcome = outcome
        self._plan = plan

    def differences(self, expected: ExpectedToken) -> Iterator[Mismatch]:
        """Give all differences of the token but for the scopes."""
        found = self._found
        for claim, value in expected.claims.items():
            if claim not in found.claims:
                what = "suppressed" if claim in found.suppressed else "not written"
                yield self._differs("claims", claim, _shown(value), what, self._why_not("claims", claim))
            elif not same(value, found.claims[claim]):
                yield self._differs("claims", claim, _shown(value), _shown(found.claims[claim]), self._writers(claim))
        for number, claim in enumerate(expected.without):
            if claim in found.claims:
                yield self._differs("without", number, f"no `{claim}`", _shown(found.claims[claim]), self._writers(claim))
        for number, claim in enumerate(expected.suppressed):
            if claim not in found.suppressed:
                what = _shown(found.claims[claim]) if claim in found.claims else "left as Cognito makes it"
                yield self._differs("suppressed", number, f"`{claim}` suppressed", what, self._writers(claim))
        for recipient, members in expected.encrypted_for.items():
            message = found.encrypted_for.get(recipient, {})
            if not same(members, message):
                why = "" if message else self._why_not("encrypted_for", recipient)
                yield self._differs("encrypted_for", recipient, _shown(members), _shown(message), why)
        if expected.exactly:
            yield from self._extras(expected)

    def _extras(self, expected: ExpectedToken) -> Iterator[Mismatch]:
        for claim, value in sorted(self._found.claims.items()):
            if claim not in expected.claims:
                yield Mismatch((self._name, "exactly"), f"no `{claim}`", f"`{claim}`: {_shown(value)}", self._writers(claim))
        for recipient in sorted({*self._found.encrypted_for} - {*expected.encrypted_for}):
            yield Mismatch((self._name, "exactly"), "no such message", f"a message for `{recipient}`")

    def _differs(self, key: str, part: str | int, expected: str, actual: str, because: str) -> Mismatch:
        return Mismatch((self._name, key, part), expected, actual, because)

    def _writers(self, claim: str) -> str:
        rules = self._found.written_by.get(claim, ())
        return f"written by {_names(rules)}" if rules else ""

    def _why_not(self, section: str, name: str) -> str:
        """Say why something that was expected isn't written."""
        at = (self._name, section, name)
        rules = self._plan.get("rules", {})
        writers = [rule for rule in rules if value_of(self._plan, rule, at) is not None]
        if not writers:
            names = {written for rule in rules.values() for written in rule.get(self._name, {}).get(section, {})}
            near = closest(name, names)
            return "no rule writes it" + (f"; did you mean `{near}`?" if near else "")
        place, outcome = ".".join(at), self._outcome
        if place in outcome.conflicts:
            return f"{_names(writers)} give different values"
        doubtful = [rule for rule in writers if rule in outcome.in_doubt]
        if doubtful:
            return f"the condition of {_names(doubtful)} can't be known"
        applied = [rule for rule in writers if rule in outcome.applied]
        if not applied:
            return f"{_names(writers)} didn't apply"
        failed = [rule for rule, at in outcome.left_out if rule in applied and f"{at}.".startswith(f"{place}.")]
        return f"a value of {_names(failed)} failed" if failed else f"{_names(applied)} applied without a value for it"


def same(one: Any, other: Any) -> bool:
    """Compare JSON values: `true` isn't 1, at any depth."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _names(rules: Any) -> str:
    return ", ".join(f"`{rule}`" for rule in dict.fromkeys(rules))
