"""What became of an event, and whether that is at most what became of it otherwise."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pretoken.cognito.response import respond
from pretoken.cognito.tokens import apply_response, default_tokens
from pretoken.trigger.answer import answer_of
from pretoken.trigger.outcomes import ABSENT
from tests.properties.vocabulary import NOW

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pretoken.cognito.events import Event
    from pretoken.cognito.response import Changes
    from pretoken.trigger.decision import Decision, TokenDecision
    from pretoken.trigger.lookups import Answers
    from pretoken.trigger.plan import Program

TOKENS = ("access_token", "id_token")
LISTS = ("scopes", "groups", "iam_roles")


class Outcome:
    """A decision, the answer and the tokens that Cognito makes of it; a refusal has only the decision."""

    def __init__(
        self, program: Program, event: Event, answers: Answers, *, unsealed: Collection[str] = (), now: int = NOW
    ) -> None:
        def seal(recipient: str, members: Any, sub: str) -> str:
            if recipient in unsealed:
                raise ValueError(recipient)
            return json.dumps(_unordered({"recipient": recipient, "sub": sub, **members}))

        self.event = event
        self.decision: Decision = program.decide(event, answers, now=now)
        self.refused = self.decision.denied_by is not None
        self.default = default_tokens(event, now)
        if not self.refused:
            self.changes: Changes = answer_of(self.decision, event, program, seal).changes
            self.answer = respond(event, self.changes)
            self.tokens = apply_response(self.default, event, self.answer)

    @property
    def changed(self) -> bool:
        """Tell whether the rules did anything."""
        return self.refused or self.answer is not self.event.raw

    def summary(self) -> Any:
        """Give all that was decided, as JSON in which no order is left that means nothing."""
        decision = self.decision
        if self.refused:
            return ["refused", decision.denied_by, decision.denial]
        return _unordered(
            {
                "applied": decision.applied,
                "in_doubt": decision.in_doubt,
                "left_out": decision.left_out,
                "conflicts": decision.conflicts,
                "tokens": [_token(decision.access_token), _token(decision.id_token)],
                "lists": [_list(getattr(decision, name)) for name in LISTS],
                "preferred": "none" if decision.preferred_role is ABSENT else decision.preferred_role,
                "issued": [_with_scopes(self.tokens.access_token), self.tokens.id_token],
                "response": [
                    self.changes.scopes_to_add,
                    self.changes.scopes_to_suppress,
                    self.changes.access_suppress,
                    self.changes.id_suppress,
                    self.changes.groups is None,
                ],
            }
        )


def _token(token: TokenDecision) -> Any:
    return [token.claims, token.encrypted, token.suppressed]


def _list(decided: Any) -> Any:
    return None if decided is None else [decided.items, decided.added, decided.removed]


def _unordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _unordered(member) for key, member in sorted(value.items())}
    if isinstance(value, (list, tuple)):
        return sorted((_unordered(item) for item in value), key=_spelt)
    return value


def _with_scopes(token: dict[str, Any]) -> dict[str, Any]:
    return {**token, "scope": token["scope"].split()} if "scope" in token else token


def _spelt(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def part_of(part: Any, whole: Any) -> bool:
    """Tell whether a claim's value is the other, some of its items, or some of its members, as JSON or as its text."""
    if part is whole:
        return True
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and part_of(member, whole[key]) for key, member in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        return {_spelt(item) for item in part} <= {_spelt(item) for item in whole}
    if isinstance(part, str) and isinstance(whole, str) and part != whole:
        return part[:1] == whole[:1] == "{" and _texts_part_of(part, whole)
    return type(part) is type(whole) and bool(part == whole)


def _texts_part_of(part: str, whole: str) -> bool:
    try:
        return part_of(json.loads(part), json.loads(whole))
    except ValueError:
        return False


def more(fewer: Outcome, known: Outcome) -> str | None:
    """Say what there is more in the outcome with more failures, or None if it is at most the other."""
    if fewer.refused:
        return None
    if known.refused:
        return "a sign-in that was refused"
    return next(_surpluses(fewer, known), None)


def _surpluses(fewer: Outcome, known: Outcome) -> Iterator[str]:
    for token in TOKENS:
        part, whole = getattr(fewer.decision, token), getattr(known.decision, token)
        for recipient, members in part.encrypted.items():
            others = whole.encrypted.get(recipient, {})
            for name, written in members.items():
                if name not in others or not part_of(written[0], others[name][0]):
                    yield f"{token}: {name} for {recipient}"
        section = token.removesuffix("_token")
        before, after = getattr(known.changes, f"{section}_claims"), getattr(fewer.changes, f"{section}_claims")
        suppressed = getattr(fewer.changes, f"{section}_suppress")
        for name, value in after.items():
            if name not in before or not part_of(value, before[name]):
                yield f"{token}: {name} in the decision"
        for name in before:
            if name not in after and name not in suppressed and name != "aud":
                yield f"{token}: {name} vanished and isn't suppressed"
        for name in getattr(known.changes, f"{section}_suppress"):
            if name not in suppressed:
                yield f"{token}: {name} isn't suppressed any more"
        issued, at_most = getattr(fewer.tokens, token) or {}, getattr(known.tokens, token) or {}
        for name, value in issued.items():
            split = str.split if name == "scope" else _same
            if name not in at_most or not part_of(split(value), split(at_most[name])):
                yield f"{token}: {name} as issued"
    for name in LISTS:
        if not set(_items(fewer, name)) <= set(_items(known, name)):
            yield name


def _same(value: Any) -> Any:
    return value


def _items(outcome: Outcome, name: str) -> list[str]:
    decided = getattr(outcome.decision, name)
    return (getattr(outcome.event, name) or []) if decided is None else decided.items


def broken_promise(outcome: Outcome, plan: dict[str, Any]) -> str | None:
    """Say which promise of a rule an outcome breaks, as far as one outcome alone can tell."""
    return next(_broken_promises(outcome, plan), None)


def _broken_promises(outcome: Outcome, plan: dict[str, Any]) -> Iterator[str]:
    decision = outcome.decision
    if decision.denied_by == "":
        return
    active = {*decision.applied, *decision.in_doubt}
    left_out = {rule for rule, _ in decision.left_out}
    for name in active:
        rule = plan["rules"][name]
        if outcome.refused:
            continue
        if "deny" in rule:
            yield f"{name} asks for a refusal"
        if rule.get("on_failure") == "deny" and (name in decision.in_doubt or name in left_out):
            yield f"{name} asks for a refusal on failure"
        for token in TOKENS:
            if token == "access_token" and outcome.event.version == "V1_0":
                continue
            if token == "id_token" and outcome.event.is_machine:
                continue
            yield from _own_values(outcome, token, name, rule.get(token, {}))


def _own_values(outcome: Outcome, token: str, name: str, effects: dict[str, Any]) -> Iterator[str]:
    """Say which claims that a rule writes or suppresses keep Cognito's own value."""
    section = token.removesuffix("_token")
    claims, suppressed = (getattr(outcome.changes, f"{section}_{sort}") for sort in ("claims", "suppress"))
    for claim in effects.get("claims", {}):
        if claim not in claims and claim not in suppressed and claim != "aud":
            yield f"{token}: {claim} of {name} is left to Cognito"
    for claim in effects.get("suppress", ()):
        if claim in claims or claim not in suppressed:
            yield f"{token}: {claim} isn't suppressed for {name}"
