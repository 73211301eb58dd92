"""One event on its whole way: read, decided, sealed, answered, and made into tokens; without AWS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pretoken.cognito.errors import ContractError
from pretoken.cognito.events import Event, read_event
from pretoken.cognito.response import respond
from pretoken.cognito.tokens import Tokens, apply_response, default_tokens
from pretoken.trigger.answer import Answer, answer_of
from pretoken.trigger.lookups import no_answers
from pretoken.trigger.outcomes import FAILED
from pretoken.trigger.plan import Program, link
from pretoken.trigger.text import resolve_variables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pretoken.trigger.answer import Seal
    from pretoken.trigger.decision import Decision
    from pretoken.trigger.link import Observe
    from pretoken.trigger.lookups import Answers, Row
    from pretoken.trigger.outcomes import Outcome

OTHER_CLIENTS = "other_clients"
"""The key of pool.yaml that refuses app clients which it doesn't name; no rule can be called so."""

LOCAL_KEY = "arn:aws:kms:eu-west-1:000000000000:key/00000000-0000-4000-8000-000000000000"
"""The KMS key of a recipient whose key isn't known in a simulation."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """What became of one event.

    Attributes:
        event: the event, read.
        decision: what the rules decided.
        before: the tokens that Cognito issues by itself.
        after: the tokens that it issues with the answer; None if the sign-in is refused.
        answer: the changes that were asked for; None if the rules deny the sign-in.
        refusal: why the answer can't leave, so that the sign-in is refused with the neutral text.
        lookups: for each lookup that was made, its outcome: `row`, `none` or `failed`.
    """

    event: Event
    decision: Decision
    before: Tokens
    after: Tokens | None
    answer: Answer | None
    refusal: ContractError | None
    lookups: dict[str, str]

    @property
    def denied_by(self) -> str | None:
        """The name of the rule that denies the sign-in, or `OTHER_CLIENTS`."""
        return OTHER_CLIENTS if self.decision.denied_by == "" else self.decision.denied_by


class Simulator:
    """Runs events through a plan as the trigger does.

    Args:
        plan: the policy's canonical JSON.
        variables: values of declared variables; the others are the first allowed value, or their own name.
        seal: encrypts members for a recipient; default: the Encryption SDK with a KMS in this process.
        observe: called with the place and outcome of each condition that is evaluated.

    Raises:
        PlanError: a variable doesn't have an allowed value.
    """

    def __init__(
        self,
        plan: dict[str, Any],
        variables: Mapping[str, str] | None = None,
        *,
        seal: Seal | None = None,
        observe: Observe | None = None,
    ) -> None:
        self.plan = plan
        pool = plan["pool"]
        self.variables = stand_ins(pool.get("variables", {}), variables or {})
        self.program: Program = link(plan, self.variables, pseudonym_secrets(pool), observe)
        self._seal = seal or _LocalSeal(self.program)

    def run(self, raw: object, answers: Answers = no_answers, *, now: int) -> Simulation:
        """Run one event.

        Args:
            raw: the event as Cognito sends it.
            answers: who answers lookups.
            now: the instant of the sign-in, whole seconds since 1970.

        Raises:
            EventError: this isn't an event that the policy answers.
        """
        event = read_event(raw, self.program.versions)
        lookups: dict[str, str] = {}

        def answered(lookup: str, key: dict[str, str]) -> Row | Outcome:
            row = answers(lookup, key)
            lookups[lookup] = "none" if row is None else "failed" if row is FAILED else "row"
            return row

        decision = self.program.decide(event, answered, now=now)
        before = default_tokens(event, now)
        if decision.denied_by is not None:
            return Simulation(event, decision, before, None, None, None, lookups)
        answer = answer_of(decision, event, self.program, self._seal)
        try:
            after = apply_response(before, event, respond(event, answer.changes))
        except ContractError as refusal:
            return Simulation(event, decision, before, None, answer, refusal, lookups)
        return Simulation(event, decision, before, after, answer, None, lookups)


def stand_ins(declared: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """Give every declared variable a value: the given one, else the first that is allowed, else its own name."""
    values = {name: name if allowed == "any" else allowed[0] for name, allowed in declared.items()}
    return resolve_variables(declared, {**values, **given})


def pseudonym_secrets(pool: Mapping[str, Any]) -> dict[str, bytes]:
    """Give every pseudonym a secret of its own, the same in each simulation."""
    return {name: f"the secret of {name} in simulations".ljust(32, ".").encode() for name in pool.get("pseudonyms", {})}


class _LocalSeal:
    """Encrypts for real, with a KMS in this process; what that takes is imported when something is to be encrypted."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._seal: Seal | None = None

    def __call__(self, recipient: str, members: Mapping[str, Any], sub: str) -> str:
        if self._seal is None:
            from pretoken.sealing import Sealer, local_kms_client

            keys = {name: _key_arn(key) for name, (_, key) in self._program.recipients.items()}
            self._seal = Sealer(keys, client_for=local_kms_client).seal
        return self._seal(recipient, members, sub)


def _key_arn(key: str) -> str:
    from pretoken.sealing.kms import region_of

    try:
        region_of(key)
    except ValueError:
        return LOCAL_KEY
    return key
