"""From a decision to the changes that Cognito is asked for, with personal data sealed on the way."""

from __future__ import annotations

import time

from pretoken.cognito.response import Changes, GroupOverride
from pretoken.trigger.outcomes import ABSENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from pretoken.cognito.events import Event
    from pretoken.trigger.decision import Decision, TokenDecision, Written
    from pretoken.trigger.plan import Program

    Seal = Callable[[str, Mapping[str, Any], str], str]
    """Encrypts members for a recipient: its name, the members, the token's `sub`; raises with a `cause`."""


_OUTAGES = ("kms-timeout", "kms-unreachable", "kms-throttled", "kms-failed", "no-credentials")
_PATIENCE = 1.0
"""Seconds after which no further message is begun: the last one may take 2.5, and the function has 4."""
_CAUSES = (*_OUTAGES, "kms-access-denied", "kms-key-disabled", "kms-key-not-found", "not-a-key-arn")


class Answer:
    """The changes, and what had to be left out of them.

    Attributes:
        changes: what Cognito is asked for.
        unsealed: recipient, cause and rules of each message that couldn't be encrypted.
        sealed: how many messages were encrypted.
        started: when, in seconds of a clock that never goes back.
    """

    __slots__ = ("changes", "sealed", "started", "unsealed")

    def __init__(self, changes: Changes) -> None:
        self.changes = changes
        self.sealed = 0
        self.started = time.monotonic()
        self.unsealed: list[tuple[str, str, set[str]]] = []

    @property
    def outage(self) -> str | None:
        """The cause for which nothing more is encrypted: waiting for KMS twice would cost Cognito's five seconds."""
        if self.sealed and time.monotonic() - self.started > _PATIENCE:
            return "kms-timeout"
        return next((cause for _, cause, _ in self.unsealed if cause in _OUTAGES), None)


def answer_of(decision: Decision, event: Event, program: Program, seal: Seal | None) -> Answer:
    """Make the answer to an event that isn't denied.

    Args:
        decision: what the rules decided.
        event: the event, read.
        program: the linked plan.
        seal: encrypts for a recipient; None only if the policy encrypts nothing.
    """
    access_token, id_token, scopes = decision.access_token, decision.id_token, decision.scopes
    answer = Answer(
        Changes(
            {name: _own(written[0]) for name, written in id_token.claims.items()},
            [*id_token.suppressed],
            {name: _own(written[0]) for name, written in access_token.claims.items()},
            [*access_token.suppressed],
            [*scopes.added] if scopes else None,
            [*scopes.removed] if scopes else None,
            _groups(decision, event),
        )
    )
    changes = answer.changes
    if access_token.encrypted:
        _encrypt(access_token, changes.access_claims, changes.access_suppress, event, program, seal, answer)
    if id_token.encrypted:
        _encrypt(id_token, changes.id_claims, changes.id_suppress, event, program, seal, answer)
    return answer


def _own(value: Any) -> Any:
    """Copy a value: whoever changes an answer must not change constants and decisions that later events share."""
    if isinstance(value, list):
        return value.copy()
    return {key: _own(member) for key, member in value.items()} if isinstance(value, dict) else value


def _encrypt(
    token: TokenDecision,
    claims: dict[str, Any],
    suppress: list[str],
    event: Event,
    program: Program,
    seal: Seal | None,
    answer: Answer,
) -> None:
    sub = event.client_id if event.is_machine else str(event.attributes["sub"])
    messages: dict[str, list[tuple[str, dict[str, Written]]]] = {}
    for recipient, members in token.encrypted.items():
        messages.setdefault(program.recipients[recipient][0], []).append((recipient, members))
    for claim, ((recipient, members), *others) in messages.items():
        # Recipients may share a claim if their rules exclude each other; if they don't, or may not, neither has it.
        if members and not others and claim not in suppress and seal is not None:
            cause = answer.outage
            if cause is None:
                try:
                    claims[claim] = seal(recipient, {name: written[0] for name, written in members.items()}, sub)
                    answer.sealed += 1
                except Exception as error:  # noqa: BLE001 - whatever fails, the claim is left out, the sign-in goes on
                    cause = _cause_of(error)
            if cause is not None:
                rules = {rule for _, source in members.values() for _, rule in source}
                answer.unsealed.append((recipient, cause, rules))
        if claim not in claims and claim not in suppress:
            suppress.append(claim)


def _cause_of(error: Exception) -> str:
    """Give the cause that a sealer names; what else an error holds may be personal."""
    cause = getattr(error, "cause", None)
    return cause if isinstance(cause, str) and cause in _CAUSES else "sealing-failed"


def _groups(decision: Decision, event: Event) -> GroupOverride | None:
    groups, iam_roles, preferred = decision.groups, decision.iam_roles, decision.preferred_role
    roles = iam_roles.items if iam_roles else event.iam_roles
    # A preferred role that isn't among the roles is only judged by rules that edit the roles, whatever else changes.
    judged = preferred is not None or (iam_roles is not None and event.preferred_role not in (None, *roles))
    if not judged and not (groups and groups.changed) and not (iam_roles and iam_roles.changed):
        return None
    role = event.preferred_role if preferred is None else None if preferred is ABSENT else preferred[0]
    kept = groups.items if groups else event.groups
    return GroupOverride([*kept], [*roles], role if role in roles or not judged else None)
