"""A plan linked into a program: one decision for each event."""

from __future__ import annotations

from pretoken.trigger.context import Context, no_answers
from pretoken.trigger.decide import decide
from pretoken.trigger.decision import Decision
from pretoken.trigger.errors import PlanError
from pretoken.trigger.index import Index
from pretoken.trigger.link import Linker
from pretoken.trigger.outcomes import ABSENT
from pretoken.trigger.reads import complete
from pretoken.trigger.rules import EDITIONS, link_rules
from pretoken.trigger.settled import DecisionCache, settling_key, split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from pretoken.cognito.events import Event
    from pretoken.trigger.link import Observe
    from pretoken.trigger.lookups import Answers, Lookup
    from pretoken.trigger.rules import Rule

    Candidates = tuple[Sequence[Rule], Sequence[Rule]]
    """Rules of which only the `rest` of the condition is still to be asked, and those whose whole condition is."""


class Program:
    """A linked plan.

    Attributes:
        versions: the event versions that the policy answers.
        recipients: for each recipient the claim that carries its message, and the ARN of its key.
        limits: `limits` of pool.yaml, as far as it sets them.
        lookups: the lookups that some rule reads, by name.
    """

    __slots__ = (
        "_clients",
        "_indexes",
        "_known",
        "_refuses_others",
        "_rules",
        "limits",
        "lookups",
        "recipients",
        "versions",
    )

    def __init__(self, linker: Linker, *, indexed: bool) -> None:
        pool = linker.pool
        self.versions: tuple[str, ...] = tuple(pool["trigger"])
        self.recipients: dict[str, tuple[str, str]] = {
            name: (claim_of(name, recipient), linker.constant(recipient["key"]))
            for name, recipient in pool.get("recipients", {}).items()
        }
        self.limits: dict[str, Any] = pool.get("limits", {})
        self._refuses_others = pool["other_clients"] == "deny"
        self._clients = _names_of_clients(linker)
        # All kinds of events that can come are linked at once, so that a wrong plan shows at cold start.
        kinds = {version == "V1_0" for version in self.versions}
        self._rules = {edition: link_rules(linker, edition) for edition in EDITIONS if edition[0] in kinds}
        self._known = DecisionCache() if indexed else None
        claims = {name: claim for name, (claim, _) in self.recipients.items()}
        self._indexes = {
            edition: tuple(Index(parted, linker) for parted in split(rules, linker.plan, claims))
            for edition, rules in self._rules.items()
            if indexed
        }
        self.lookups: Mapping[str, Lookup] = linker.lookups

    @property
    def rules(self) -> list[Rule]:
        """The linked rules, for each kind of event its own."""
        return [rule for rules in self._rules.values() for rule in rules]

    def client_name(self, client_id: str) -> str | None:
        """Give the declared name of an app client."""
        return self._clients.get(client_id)

    def decide(self, event: Event, answers: Answers = no_answers, *, now: int) -> Decision:
        """Decide an event; the decision is the caller's own.

        Args:
            event: the event, read.
            answers: who answers lookups; nobody if not given, so that every lookup fails.
            now: the instant of the decision, whole seconds since 1970.
        """
        client = self._clients.get(event.client_id, ABSENT)
        if client is ABSENT and self._refuses_others:
            refused = Decision()
            refused.deny("", None)
            return refused
        context = Context(event, client, answers, now)
        edition = (event.version == "V1_0", event.is_machine)
        if self._known is None:
            decision = Decision()
            decide((), self._rules[edition], context, decision)
            decision.misread = context.misread
            return decision
        settled, others = self._indexes[edition]
        key = settling_key(event)
        known = self._known.get(key)
        if known is None:
            known = Decision()
            decide(*settled.candidates(context), context, known)
            self._known.put(key, known)
        candidates: Candidates = others.candidates(context)
        anticipate = getattr(answers, "anticipate", None)
        if anticipate is not None:
            candidates = anticipate(*candidates, context)
        decide(*candidates, context, known)
        if context.misread:
            known.misread = context.misread
        return known


def _names_of_clients(linker: Linker) -> dict[str, str]:
    names: dict[str, str] = {}
    for name, ids in sorted(linker.pool.get("clients", {}).items()):
        for id_ in map(linker.constant, ids):
            if names.setdefault(id_, name) != name:
                raise PlanError(
                    f"the clients `{names[id_]}` and `{name}` have one id; give each variable its own value"
                )
    return names


def claim_of(recipient: str, declaration: Mapping[str, Any]) -> str:
    """Give the name of the claim that carries a recipient's message."""
    return str(declaration.get("claim") or "encrypted_for_" + recipient.replace("-", "_"))


def link(
    plan: dict[str, Any],
    variables: Mapping[str, str],
    secrets: Mapping[str, bytes] | None = None,
    observe: Observe | None = None,
) -> Program:
    """Link a plan.

    Args:
        plan: the policy's canonical JSON.
        variables: the value of each declared variable.
        secrets: the secret of each pseudonym, at least 32 bytes.
        observe: called with the place and outcome of each condition; then every rule is evaluated for every event.

    Raises:
        PlanError: the plan can't be used as it is.
    """
    try:
        return Program(Linker(complete(plan), variables, secrets, observe), indexed=observe is None)
    except RecursionError:
        raise PlanError("values or conditions are nested too deep; take derived values apart") from None
