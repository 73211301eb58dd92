"""The Lambda handler: event in, answer out; whatever goes wrong is one neutral refusal with a correlation id."""

from __future__ import annotations

import json
import os
import time

from pretoken.cognito.errors import ContractError, EventError
from pretoken.cognito.events import read_event
from pretoken.cognito.response import respond
from pretoken.trigger.answer import answer_of
from pretoken.trigger.errors import PlanError, SignInRefused
from pretoken.trigger.lookups import no_answers
from pretoken.trigger.plan import link
from pretoken.trigger.report import Report
from pretoken.trigger.telemetry import place_of
from pretoken.trigger.text import resolve_variables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from pretoken.trigger.answer import Seal
    from pretoken.trigger.lookups import Answers

NEUTRAL = "Signing in isn't possible at the moment."
"""What an end user reads when a sign-in is refused without a text of a rule."""


def create_handler(
    plan: str | os.PathLike[str] | dict[str, Any],
    *,
    environment: Mapping[str, str] | None = None,
    seal: Seal | None = None,
    answers: Answers = no_answers,
    write: Callable[[str], object] | None = None,
) -> Callable[[Any, Any], dict[str, Any]]:
    """Create the Lambda handler for a plan; do it once, at cold start.

    Args:
        plan: the path of `policy.json`, or the plan itself.
        environment: where the policy's variables are read; default: the function's environment.
        seal: encrypts for a recipient; default: the Encryption SDK with KMS, imported only if the plan encrypts.
        answers: who answers lookups.
        write: takes a log line; default: standard output.

    Returns:
        The handler, which raises SignInRefused and nothing else.

    Raises:
        PlanError: the plan can't be used, so that the function doesn't start and every sign-in is refused.
    """
    policy = plan if isinstance(plan, dict) else _read_plan(plan)
    declared = policy["pool"].get("variables", {})
    variables = resolve_variables(declared, os.environ if environment is None else environment)
    return Handler(policy, variables, seal=seal, answers=answers, write=write or print)


def _read_plan(path: str | os.PathLike[str]) -> dict[str, Any]:
    try:
        with open(path, encoding="utf-8") as file:
            plan = json.load(file)
    except (OSError, ValueError) as error:
        raise PlanError(f"`{os.fspath(path)}` can't be read as JSON: {type(error).__name__}") from None
    if not (isinstance(plan, dict) and isinstance(plan.get("pool"), dict) and isinstance(plan.get("digest", ""), str)):
        raise PlanError(f"`{os.fspath(path)}` isn't a plan; `sam build` writes one")
    return plan


class Handler:
    """A Lambda handler; call it with an event and the invocation's context."""

    __slots__ = ("_answers", "_report", "_seal", "program")

    def __init__(
        self,
        plan: dict[str, Any],
        variables: Mapping[str, str],
        *,
        seal: Seal | None,
        answers: Answers,
        write: Callable[[str], object],
    ) -> None:
        self.program = link(plan, variables)
        self._seal = seal or (_kms_sealer(self.program.recipients) if encrypts(plan) else None)
        self._answers = answers
        self._report = Report(plan, self.program, write)
        if answers is no_answers:
            for lookup in plan["pool"].get("lookups", {}):
                what = "nobody answers this lookup, so it always fails"
                self._report.log("WARN", what, time.time(), {}, lookup=lookup)

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:
        """Answer an event; raises SignInRefused, and nothing else."""
        started, now = time.perf_counter(), time.time()
        reference = str(getattr(context, "aws_request_id", None) or os.urandom(8).hex())
        report, about = self._report, {"reference": reference}
        refusal = NEUTRAL
        try:
            read = read_event(event, self.program.versions)
            about |= report.about(read)
            decision = self.program.decide(read, self._answers, now=int(now))
            if decision.denied_by is None:
                answer = answer_of(decision, read, self.program, self._seal)
                response = respond(read, answer.changes)
                _check_sendable(response)
                report.decided(about, read, decision, answer, response, started, now)
                return response
            refusal = decision.denial or NEUTRAL
            report.denied(about, decision.denied_by, now)
        except (EventError, ContractError) as error:
            report.log("ERROR", "refused", now, {"Refused": 1}, **about, code=error.code)
        except Exception as error:  # noqa: BLE001 - a failure may only ever take away
            where = {"error": type(error).__name__, "where": place_of(error)}
            report.log("ERROR", "refused", now, {"Refused": 1}, **about, code="unforeseen", **where)
        raise SignInRefused(f"{refusal} (reference {reference})")


def _check_sendable(response: dict[str, Any]) -> None:
    """Spell the answer as Lambda's runtime will: UTF-8 has no half of a surrogate pair, JSON no infinity."""
    try:
        json.dumps(response, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise ContractError("not-sendable", "response", "the event can't be sent back as JSON in UTF-8") from None


def encrypts(plan: dict[str, Any]) -> bool:
    """Tell whether a plan encrypts anything."""
    return any(
        rule.get(token, {}).get("encrypted_for")
        for rule in plan.get("rules", {}).values()
        for token in ("access_token", "id_token")
    )


def _kms_sealer(recipients: Mapping[str, tuple[str, str]]) -> Seal:
    import logging

    from pretoken.sealing.patience import patient
    from pretoken.sealing.sealer import Sealer
    from pretoken.sealing.snapstart import forget_around_snapshots

    logging.getLogger("botocore").setLevel(logging.WARNING)  # at each start it tells where it found credentials
    try:
        sealer = Sealer({recipient: key for recipient, (_, key) in recipients.items()})
    except ValueError as error:
        raise PlanError(f"the recipients can't be used: {error}") from None
    forget_around_snapshots(sealer.forget)
    return patient(sealer.seal)
