"""What is told of each event: names, counts, sizes and durations, and no name that a personal value decided."""

from __future__ import annotations

import time

from pretoken.cognito.tokens import apply_response, default_tokens, token_bytes
from pretoken.trigger.reads import paths_of_condition, paths_of_rule, tell_nothing
from pretoken.trigger.telemetry import TRIGGER_SOURCES, log_line, place_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from pretoken.cognito.events import Event
    from pretoken.trigger.answer import Answer
    from pretoken.trigger.decision import Decision
    from pretoken.trigger.plan import Program


class Report:
    """Tells what became of events, in a log line each.

    Args:
        plan: the policy's canonical JSON; in a package it has the digest, by which each line tells what is running.
        program: the plan, linked.
        write: takes a log line.
    """

    __slots__ = ("_package", "_plan", "_program", "_write")

    def __init__(self, plan: dict[str, Any], program: Program, write: Callable[[str], object]) -> None:
        digest = plan.get("digest", "").removeprefix("sha256:")
        self._package = {"package": digest[:12]} if digest else {}
        self._plan = plan
        self._program = program
        self._write = write

    def log(self, level: str, message: str, now: float, metrics: Mapping[str, float], **properties: Any) -> None:
        """Write a log line; that it can't be written changes no answer and shows nobody another error."""
        try:  # noqa: SIM105 - contextlib would add to the cold start
            self._write(log_line(level, message, now, metrics, **self._package, **properties))
        except Exception:  # noqa: BLE001, S110 - see above
            pass

    def about(self, event: Event) -> dict[str, str]:
        """Say what kind of event it is."""
        source = event.raw.get("triggerSource")
        return {
            "version": event.version,
            "source": source if isinstance(source, str) and source in TRIGGER_SOURCES else "other",
            "client": self._program.client_name(event.client_id) or "other",
            "principal": "machine" if event.is_machine else "user",
        }

    def denied(self, about: dict[str, str], rule: str, metrics: Mapping[str, float], now: float) -> None:
        """Tell of a sign-in that a rule denied; no rule is `""`, for an app client that isn't declared."""
        if not rule:
            about["rule"] = "other_clients"
        elif self._tells_nothing(rule, paths_of_rule):
            about["rule"] = rule
        self.log("WARN", "denied", now, {"Denied": 1, **metrics}, **about)

    def decided(
        self,
        about: dict[str, str],
        event: Event,
        decision: Decision,
        answer: Answer,
        response: dict[str, Any],
        metrics: Mapping[str, float],
        started: float,
        now: float,
    ) -> None:
        """Tell of a decision; that it can't be told is no reason to refuse a sign-in."""
        try:
            metrics = {**_counts(decision, answer), **metrics, **self._sizes(event, response, int(now))}
            metrics["DurationMs"] = round((time.perf_counter() - started) * 1000, 3)
            self.log("INFO", "decided", now, metrics, **about, **self._troubles(decision, answer))
        except Exception as error:  # noqa: BLE001 - see above
            self.log("ERROR", "unreported", now, {}, error=type(error).__name__, where=place_of(error))

    def _sizes(self, event: Event, response: dict[str, Any], now: int) -> dict[str, float]:
        """Measure the tokens where pool.yaml sets a limit: an over-long token is issued, and counted."""
        sizes: dict[str, float] = {}
        limits = self._program.limits
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
        return tell_nothing(paths_of(self._plan["rules"][rule]), self._plan)


def _counts(decision: Decision, answer: Answer) -> dict[str, float]:
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


def _paths_of_guard(rule: dict[str, Any]) -> set[str]:
    return paths_of_condition(rule.get("when", {}))
