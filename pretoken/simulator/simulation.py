"""One event on its whole way: read, decided, sealed, answered, and made into tokens; without AWS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pretoken.cognito.errors import ContractError
from pretoken.cognito.events import Event, read_event
from pretoken.cognito.response import respond
from pretoken.cognito.tokens import Tokens, apply_response, default_tokens
from pretoken.policy.variables import complete_variables
from pretoken.simulator.inputs import Inputs
from pretoken.trigger.answer import Answer, answer_of
from pretoken.trigger.context import Context, no_answers
from pretoken.trigger.fetching.causes import causes_of
from pretoken.trigger.link import Linker
from pretoken.trigger.outcomes import ABSENT, FAILED, PENDING
from pretoken.trigger.plan import Program, link
from pretoken.trigger.reads import complete
from pretoken.trigger.text import parts_of

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
        causes: why lookups failed, where that is known.
        inputs: the inputs, to be read once more.
    """

    event: Event
    decision: Decision
    before: Tokens
    after: Tokens | None
    answer: Answer | None
    refusal: ContractError | None
    lookups: dict[str, str]
    causes: dict[str, str]
    inputs: Inputs

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

    Attributes:
        given: the values of variables that were given.

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
        self.given = variables or {}
        self.variables = complete_variables(pool.get("variables", {}), self.given)
        secrets = pseudonym_secrets(pool)
        self.program: Program = link(plan, self.variables, secrets, observe)
        self._linker = Linker(complete(plan), self.variables, secrets)
        self._seal = seal or _LocalSeal(self.program, _unknown_keys(pool, variables or {}))

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
        noted = _Noted(answers)
        decision = self.program.decide(event, noted, now=now)
        lookups = dict(noted.outcomes)
        causes = causes_of(getattr(answers, "failures", {}), decision.misread)
        before = default_tokens(event, now)
        client = self.program.client_name(event.client_id)
        inputs = Inputs(self._linker, Context(event, ABSENT if client is None else client, noted.again, now))
        if decision.denied_by is not None:
            return Simulation(event, decision, before, None, None, None, lookups, causes, inputs)
        answer = answer_of(decision, event, self.program, self._seal)
        try:
            after = apply_response(before, event, respond(event, answer.changes))
        except ContractError as refusal:
            return Simulation(event, decision, before, None, answer, refusal, lookups, causes, inputs)
        return Simulation(event, decision, before, after, answer, None, lookups, causes, inputs)


class _Noted:
    """Answers, and beside them the outcome of each lookup that is made: `row`, `none` or `failed`."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self.outcomes: dict[str, str] = {}
        self.is_live = hasattr(answers, "anticipate")
        if self.is_live:
            self.anticipate = answers.anticipate  # type: ignore[attr-defined]  # see above

    def __call__(self, lookup: str, key: dict[str, str]) -> Row | Outcome:
        row = self._answers(lookup, key)
        self.outcomes[lookup] = "none" if row is None else "failed" if row is FAILED else "row"
        return row

    def again(self, lookup: str, key: dict[str, str]) -> Row | Outcome:
        """Answer once more, to explain what came out; AWS isn't asked for that."""
        return PENDING if self.is_live and lookup not in self.outcomes else self._answers(lookup, key)


def pseudonym_secrets(pool: Mapping[str, Any]) -> dict[str, bytes]:
    """Give every pseudonym a secret of its own, the same in each simulation."""
    return {name: f"the secret of {name} in simulations".ljust(32, ".").encode() for name in pool.get("pseudonyms", {})}


class _LocalSeal:
    """Encrypts for real, with a KMS in this process; what that takes is imported when something is to be encrypted."""

    def __init__(self, program: Program, unknown: frozenset[str]) -> None:
        self._keys = {name: key for name, (_, key) in program.recipients.items()}
        self._unknown = unknown
        self._seal: Seal | None = None

    def __call__(self, recipient: str, members: Mapping[str, Any], sub: str) -> str:
        if self._seal is None:
            from pretoken.sealing import Sealer, local_kms_client

            keys = {
                name: LOCAL_KEY if name in self._unknown and not _is_key(key) else key
                for name, key in self._keys.items()
            }
            sound = {name: key for name, key in keys.items() if _is_key(key)}
            self._seal = Sealer(sound, client_for=local_kms_client).seal
            self._keys = sound
        if recipient not in self._keys:
            raise NotAKeyError
        return self._seal(recipient, members, sub)


class NotAKeyError(ValueError):
    """The key of a recipient isn't the ARN of a KMS key; with such a one the trigger doesn't even start."""

    cause = "not-a-key-arn"


def _unknown_keys(pool: Mapping[str, Any], given: Mapping[str, str]) -> frozenset[str]:
    """Name the recipients whose key has a variable that isn't given, so that it is a stand-in."""
    return frozenset(
        name
        for name, recipient in pool.get("recipients", {}).items()
        if any(kind == "variable" and part not in given for kind, part in parts_of(recipient["key"]))
    )


def _is_key(key: str) -> bool:
    from pretoken.sealing.key_arn import region_of

    try:
        region_of(key)
    except ValueError:
        return False
    return True
