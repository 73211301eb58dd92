"""Hold an outcome against what a case expects, and say what stands behind each difference."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pretoken.simulator.reasons import names, why_denied, why_edited, why_not_written

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pretoken.policy.report import At
    from pretoken.simulator.expect import Expect, ExpectedScopes, ExpectedToken
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


def compare(expect: Expect, outcome: Outcome, plan: dict[str, Any]) -> tuple[Mismatch, ...]:
    """Give all differences between what is expected and what came."""
    if outcome.denied or expect.denied is not False:
        return tuple(_denial(expect, outcome))
    scopes = None if expect.access_token is None else expect.access_token.scopes
    return (
        *_Token("access_token", outcome.access_token, outcome, plan).differences(expect.access_token),
        *_scopes(scopes, outcome),
        *_Token("id_token", outcome.id_token, outcome, plan).differences(expect.id_token),
        *_list("groups", expect.groups, outcome.groups, outcome),
        *_list("iam_roles", expect.iam_roles, outcome.iam_roles, outcome),
    )


def _denial(expect: Expect, outcome: Outcome) -> Iterator[Mismatch]:
    if outcome.denied and expect.denied in (True, outcome.denied_by):
        return
    wanted = (
        f"denied by `{expect.denied}`"
        if isinstance(expect.denied, str)
        else "denied"
        if expect.denied
        else "not denied"
    )
    found = "not denied"
    if outcome.denied_by is not None:
        found = f"denied by `{outcome.denied_by}`{f': {outcome.denial}' if outcome.denial else ''}"
    elif outcome.denied:
        found = "denied, because Cognito would refuse the answer"
    yield Mismatch(("denied",), wanted, found, why_denied(outcome))


def _scopes(expected: ExpectedScopes | None, outcome: Outcome) -> Iterator[Mismatch]:
    if expected is None:
        return
    found = outcome.access_token.scopes
    lacking = [scope for scope in expected.has if scope not in found]
    if lacking:
        why = why_edited(outcome, "scopes", lacking)
        yield Mismatch(("access_token", "scopes", "has"), ", ".join(lacking), _items("scopes", found), why)
    excess = [scope for scope in expected.has_not if scope in found]
    if excess:
        wanted, why = f"no {', '.join(excess)}", why_edited(outcome, "scopes", excess)
        yield Mismatch(("access_token", "scopes", "has_not"), wanted, _items("scopes", found), why)


def _list(name: str, expected: Collection[str] | None, found: frozenset[str], outcome: Outcome) -> Iterator[Mismatch]:
    if expected is not None and found != frozenset(expected):
        why = why_edited(outcome, name, found ^ frozenset(expected))
        yield Mismatch((name,), _items(name, frozenset(expected)), _items(name, found), why)


def _items(name: str, items: Collection[str]) -> str:
    return ", ".join(sorted(items)) or f"no {name}"


class _Token:
    """Compares one token, but for its scopes."""

    def __init__(self, name: str, found: TokenOutcome, outcome: Outcome, plan: dict[str, Any]) -> None:
        self._name = name
        self._found = found
        self._outcome = outcome
        self._plan = plan

    def differences(self, expected: ExpectedToken | None) -> Iterator[Mismatch]:
        """Give all differences."""
        if expected is None:
            return
        found = self._found
        for claim, value in expected.claims.items():
            if claim not in found.claims:
                what = "suppressed" if claim in found.suppressed else "not written"
                yield Mismatch((self._name, "claims", claim), _shown(value), what, self._why_not("claims", claim))
            elif not same(value, found.claims[claim]):
                yield self._written(("claims", claim), _shown(value), claim)
        for number, claim in enumerate(expected.without):
            if claim in found.claims:
                yield self._written(("without", number), f"no `{claim}`", claim)
        for number, claim in enumerate(expected.suppressed):
            if claim in found.claims:
                yield self._written(("suppressed", number), f"`{claim}` suppressed", claim)
            elif claim not in found.suppressed:
                wanted = f"`{claim}` suppressed"
                yield Mismatch((self._name, "suppressed", number), wanted, "left as Cognito makes it")
        for recipient, members in expected.encrypted_for.items():
            message = found.encrypted_for.get(recipient, {})
            if not same(members, message):
                at = (self._name, "encrypted_for", recipient)
                why = "" if message else self._why_not("encrypted_for", recipient)
                yield Mismatch(at, _message(members), _message(message), why)
        if expected.exactly:
            yield from self._extras(expected)

    def _extras(self, expected: ExpectedToken) -> Iterator[Mismatch]:
        for claim in sorted(self._found.claims.keys() - expected.claims.keys()):
            yield self._written(("exactly",), f"no `{claim}`", claim)
        for recipient in sorted(self._found.encrypted_for.keys() - expected.encrypted_for.keys()):
            message = _message(self._found.encrypted_for[recipient])
            yield Mismatch((self._name, "exactly"), f"no message for `{recipient}`", message)

    def _written(self, at: At, expected: str, claim: str) -> Mismatch:
        why = f"written by {names(self._found.written_by[claim])}"
        return Mismatch((self._name, *at), expected, _shown(self._found.claims[claim]), why)

    def _why_not(self, section: str, name: str) -> str:
        return why_not_written((self._name, section, name), self._outcome, self._plan)


def same(one: Any, other: Any) -> bool:
    """Compare JSON values: `true` isn't 1, at any depth."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _message(members: dict[str, Any]) -> str:
    return _shown(members) if members else "no message"
