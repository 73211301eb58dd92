"""The Lambda handler: event in, answer out; whatever goes wrong is one neutral refusal with a correlation id."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress

from pretoken.cognito.errors import ContractError, EventError
from pretoken.cognito.events import read_event
from pretoken.cognito.response import respond
from pretoken.cognito.tokens import apply_response, default_tokens, token_bytes
from pretoken.trigger.answer import answer_of
from pretoken.trigger.errors import PlanError, SignInRefused
from pretoken.trigger.inputs import is_public
from pretoken.trigger.lookups import no_answers
from pretoken.trigger.plan import link
from pretoken.trigger.reads import inputs_behind, paths_of_condition, paths_of_rule
from pretoken.trigger.telemetry import TRIGGER_SOURCES, log_line, place_of
from pretoken.trigger.text import resolve_variables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from pretoken.cognito.events import Event
    from pretoken.trigger.answer import Answer, Seal
    from pretoken.trigger.decision import Decision
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
    if not isinstance(plan, dict) or not isinstance(plan.get("pool"), dict):
        raise PlanError(f"`{os.fspath(path)}` isn't a plan; write there what `LoadedPolicy.plan()` gives")
    return plan


class Handler:
    """A Lambda handler; call it with an event and the invocation's context."""

    __slots__ = ("_answers", "_plan", "_seal", "_write", "program")

    def __init__(
        self,
        plan: dict[str, Any],
        variables: Mapping[str, str],
        *,
        seal: Seal | None,
        answers: Answers,
        write: Callable[[str], object],
    ) -> None:
        self._plan = plan
        self.program = link(plan, variables)
        self._seal = seal or (_kms_sealer(self.program.recipients) if _encrypts(plan) else None)
        self._answers = answers
        self._write = write
        if answers is no_answers:
            for lookup in plan["pool"].get("lookups", {}):
                self._log("WARN", "nobody answers this lookup, so it always fails", 0, {}, lookup=lookup)

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:
        """Answer an event; raises SignInRefused, and nothing else."""
        started, now = time.perf_counter(), time.time()
        reference = str(getattr(context, "aws_request_id", None) or os.urandom(8).hex())
        line: dict[str, Any] = {"reference": reference}
        refusal = NEUTRAL
        try:
            read = read_event(event, self.program.versions)
            line |= self._about(read)
            decision = self.program.decide(read, self._answers, now=int(now))
            if decision.denied_by is None:
                answer = answer_of(decision, read, self.program, self._seal)
                response = respond(read, answer.changes)
                self._report(line, read, decision, answer, response, started, now)
                return response
            refusal = decision.denial or NEUTRAL
            if not decision.denied_by:
                line["rule"] = "other_clients"
            elif self._tells_nothing(decision.denied_by, paths_of_rule):
                line["rule"] = decision.denied_by
            self._log("WARN", "denied", now, {"Denied": 1}, **line)
        except (EventError, ContractError) as error:
            self._log("ERROR", "refused", now, {"Refused": 1}, **line, code=error.code)
        except Exception as error:  # noqa: BLE001 - a failure may only ever take away
            where = {"error": type(error).__name__, "where": place_of(error)}
            self._log("ERROR", "refused", now, {"Refused": 1}, **line, code="unforeseen", **where)
        raise SignInRefused(f"{refusal} (reference {reference})")

    def _report(
        self,
        line: dict[str, Any],
        event: Event,
        decision: Decision,
        answer: Answer,
        response: dict[str, Any],
        started: float,
        now: float,
    ) -> None:
        """Write the line of a decision; that it can't be made is no reason to refuse a sign-in."""
        try:
            metrics = self._counts(decision, answer) | self._sizes(event, response, int(now))
            metrics["DurationMs"] = round((time.perf_counter() - started) * 1000, 3)
            self._log("INFO", "decided", now, metrics, **line, **self._troubles(decision, answer))
        except Exception as error:  # noqa: BLE001 - see above
            self._log("ERROR", "unreported", now, {}, error=type(error).__name__, where=place_of(error))

    def _log(self, level: str, message: str, now: float, metrics: Mapping[str, float], **properties: Any) -> None:
        """Write a log line; that it can't be written changes no answer and shows nobody another error."""
        with suppress(Exception):
            self._write(log_line(level, message, now, metrics, **properties))

    def _about(self, event: Event) -> dict[str, Any]:
        source = event.raw.get("triggerSource")
        return {
            "version": event.version,
            "source": source if isinstance(source, str) and source in TRIGGER_SOURCES else "other",
            "client": self.program.client_name(event.client_id) or "other",
            "principal": "machine" if event.is_machine else "user",
        }

    def _counts(self, decision: Decision, answer: Answer) -> dict[str, float]:
        changes = answer.changes
        return {
            "Decided": 1,
            "RulesApplied": len(decision.applied),
            "RulesInDoubt": len(decision.in_doubt),
            "ClaimsWritten": len(changes.access_claims) + len(changes.id_claims),
            "ClaimsLeftOut": len(decision.left_out) + len(answer.unsealed),
            "ClaimConflicts": len(decision.conflicts),
            "MessagesSealed": answer.sealed,
            "SealingFailures": len(answer.unsealed),
        }

    def _sizes(self, event: Event, response: dict[str, Any], now: int) -> dict[str, float]:
        """Measure the tokens where pool.yaml sets a limit: an over-long token is issued, and counted."""
        sizes: dict[str, float] = {}
        limits = self.program.limits
        if "access_token_bytes" in limits or "id_token_bytes" in limits:
            tokens = apply_response(default_tokens(event, now), event, response)
            for token, name in ((tokens.access_token, "AccessToken"), (tokens.id_token, "IdToken")):
                limit = limits.get("access_token_bytes" if name == "AccessToken" else "id_token_bytes")
                if token is not None and limit is not None:
                    sizes[f"{name}Bytes"] = token_bytes(token)
                    sizes[f"{name}OverLimit"] = int(sizes[f"{name}Bytes"] > limit)
        return sizes

    def _troubles(self, decision: Decision, answer: Answer) -> dict[str, Any]:
        """Name what failed, but nothing that a personal value decided: that the name is there would tell of it."""
        troubles: dict[str, Any] = {}
        if decision.left_out:
            troubles["left_out"] = [
                f"{rule}: {place}" for rule, place in decision.left_out if self._tells_nothing(rule, paths_of_rule)
            ]
        if decision.conflicts:
            troubles["conflicts"] = len(decision.conflicts)
        if answer.unsealed:
            troubles["unsealed"] = [
                f"{recipient}: {cause}"
                for recipient, cause, rules in answer.unsealed
                if all(self._tells_nothing(rule, _paths_of_guard) for rule in rules)
            ]
        return troubles

    def _tells_nothing(self, rule: str, paths_of: Callable[[dict[str, Any]], set[str]]) -> bool:
        """Tell whether these paths of a rule lead to public inputs only; asked rarely, so nothing is remembered."""
        paths = inputs_behind(paths_of(self._plan["rules"][rule]), self._plan)
        return all(is_public(path, self._plan["pool"]) for path in paths)


def _paths_of_guard(rule: dict[str, Any]) -> set[str]:
    return paths_of_condition(rule.get("when", {}))


def _encrypts(plan: dict[str, Any]) -> bool:
    return any(
        rule.get(token, {}).get("encrypted_for")
        for rule in plan.get("rules", {}).values()
        for token in ("access_token", "id_token")
    )


def _kms_sealer(recipients: Mapping[str, tuple[str, str]]) -> Seal:
    from pretoken.sealing.sealer import Sealer

    return Sealer({recipient: key for recipient, (_, key) in recipients.items()}).seal
