"""The Lambda handler: event in, answer out; whatever goes wrong is one neutral refusal with a correlation id."""

from __future__ import annotations

import json
import os
import time

from pretoken.cognito.errors import ContractError, EventError
from pretoken.cognito.events import read_event
from pretoken.cognito.response import respond
from pretoken.trigger.answer import answer_of
from pretoken.trigger.context import no_answers
from pretoken.trigger.errors import PlanError, SignInRefused
from pretoken.trigger.plan import link
from pretoken.trigger.report import Report
from pretoken.trigger.telemetry import place_of
from pretoken.trigger.text import resolve_variables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from botocore.session import Session

    from pretoken.sealing.patience import PatientSeal
    from pretoken.trigger.answer import Seal
    from pretoken.trigger.fetching import Lookups
    from pretoken.trigger.lookups import Answers
    from pretoken.trigger.plan import Program

_RESERVED = 0.5
"""Seconds that lookups leave to all that comes after them."""
_LAST = 0.2
"""Seconds that encrypting leaves to the answer."""
NEUTRAL = "Signing in isn't possible at the moment."
"""What an end user reads when a sign-in is refused without a text of a rule."""


def create_handler(
    plan: str | os.PathLike[str] | dict[str, Any],
    *,
    environment: Mapping[str, str] | None = None,
    seal: Seal | None = None,
    answers: Answers | None = None,
    write: Callable[[str], object] | None = None,
) -> Callable[[Any, Any], dict[str, Any]]:
    """Create the Lambda handler for a plan; do it once, at cold start.

    Args:
        plan: the path of `policy.json`, or the plan itself.
        environment: where the policy's variables are read; default: the function's environment.
        seal: encrypts for a recipient; default: the Encryption SDK with KMS, imported only if the plan encrypts.
        answers: who answers lookups; default: DynamoDB and Lambda, with clients imported only if a rule needs a lookup.
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

    __slots__ = ("_answers", "_lookups", "_patient_seal", "_report", "_seal", "program")

    def __init__(
        self,
        plan: dict[str, Any],
        variables: Mapping[str, str],
        *,
        seal: Seal | None,
        answers: Answers | None,
        write: Callable[[str], object],
    ) -> None:
        self.program = link(plan, variables)
        self._answers = answers or no_answers
        asks = answers is None and bool(self.program.lookups)
        seals = seal is None and encrypts(plan)
        # One session for all clients: the data of AWS's services is loaded once.
        self._lookups: Lookups | None = None
        session = None
        if asks:
            self._lookups, session = _connect_lookups(plan, self.program, variables)
        self._patient_seal = _kms_sealer(self.program.recipients, session) if seals else None
        self._seal = self._patient_seal or seal
        self._report = Report(plan, self.program, write)

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:
        """Answer an event; raises SignInRefused, and nothing else."""
        started, now = time.perf_counter(), time.time()
        reference = str(getattr(context, "aws_request_id", None) or os.urandom(8).hex())
        report, about = self._report, {"reference": reference}
        metrics: dict[str, float] = {}
        refusal = NEUTRAL
        try:
            read = read_event(event, self.program.versions)
            about |= report.about(read)
            left = _seconds_left(context)
            if self._lookups is None:
                decision = self.program.decide(read, self._answers, now=int(now))
            else:
                fetches = self._lookups.of_event(None if left is None else left - _RESERVED)
                decision = self.program.decide(read, fetches, now=int(now))
                fetches.close()
                metrics = self._lookups.report(fetches, decision.misread, report.log, now=now, **about)
            if decision.denied_by is None:
                patient = self._patient_seal
                seal = self._seal if left is None or patient is None else patient.until(started + left - _LAST)
                answer = answer_of(decision, read, self.program, seal)
                response = respond(read, answer.changes)
                _check_sendable(response)
                report.decided(about, read, decision, answer, response, metrics, started, now)
                return response
            refusal = decision.denial or NEUTRAL
            report.denied(about, decision.denied_by, metrics, now)
        except (EventError, ContractError) as error:
            report.log("ERROR", "refused", now, {"Refused": 1, **metrics}, **about, code=error.code)
        except Exception as error:  # noqa: BLE001 - a failure may only ever take away
            where = {"error": type(error).__name__, "where": place_of(error)}
            report.log("ERROR", "refused", now, {"Refused": 1, **metrics}, **about, code="unforeseen", **where)
        raise SignInRefused(f"{refusal} (reference {reference})")


def _seconds_left(context: Any) -> float | None:
    """Give the seconds that the function has left; None where nobody can tell, as in tests."""
    try:
        return float(context.get_remaining_time_in_millis() / 1000)
    except Exception:  # noqa: BLE001 - the context is Lambda's, and nothing may depend on it
        return None


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


def _connect_lookups(plan: dict[str, Any], program: Program, variables: Mapping[str, str]) -> tuple[Lookups, Session]:
    from pretoken.trigger.fetching import lookups_of
    from pretoken.trigger.fetching.aws import AWS
    from pretoken.trigger.snapstart import forget_around_snapshots

    aws = AWS()
    lookups = lookups_of(plan, program, variables, aws)
    forget_around_snapshots(lookups.forget)
    return lookups, aws.session


def _kms_sealer(recipients: Mapping[str, tuple[str, str]], session: Session | None) -> PatientSeal:
    import logging

    from pretoken.sealing.kms import kms_clients
    from pretoken.sealing.patience import PatientSeal
    from pretoken.sealing.sealer import Sealer
    from pretoken.trigger.snapstart import forget_around_snapshots

    logging.getLogger("botocore").setLevel(logging.WARNING)  # at each start it tells where it found credentials
    keys = {recipient: key for recipient, (_, key) in recipients.items()}
    try:
        sealer = Sealer(keys, client_for=kms_clients(session))
    except ValueError as error:
        raise PlanError(f"the recipients can't be used: {error}") from None
    forget_around_snapshots(sealer.forget)
    return PatientSeal(sealer.seal)
