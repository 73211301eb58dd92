"""Labels: how confidential a value is, who can write it, who can steer it, and how far it is about the principal."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from pretoken.checks.finding import Hop
from pretoken.trigger.inputs import CONFIDENTIALITY

Trace: TypeAlias = tuple[Hop, ...]
"""The way of data, from the input to where it is now."""

Traces: TypeAlias = Mapping[str, Trace]
"""Who can write or steer a value, and the way of what they write: `provider`, `user` or `caller`."""

PUBLIC, PERSONAL, SENSITIVE, SECRET = range(len(CONFIDENTIALITY))

NOBODY, CLIENT, PRINCIPAL, ANCHOR = range(4)
"""How far a value is about the principal: not at all; about the app client or the kind of principal alone, which
whoever signs in can choose; about the principal; or so that it tells one principal from another."""

NOT_WRITTEN: Traces = {}


class Label(NamedTuple):
    """The label of a value.

    Attributes:
        secrecy: `PUBLIC` to `SECRET`.
        leak: the way of its most confidential part; empty if it is public.
        writers: who can choose the value, so that it can become anything; nobody if it is trusted.
        absence: who can make it absent, or choose which of several trusted values it is; all `writers` among them.
        standing: `NOBODY` to `ANCHOR`.
        personal: the personal inputs that are in it.
        facts: the personal inputs of which it tells a fact.
        choices: what was chosen for it from lists about the principal: of each choice the list, and those from which
            the list itself was chosen.
        vouched: who could write it, if Cognito didn't vouch for it as it is stored.
        shared: many people share it, as they do the domain of an address.

    """

    secrecy: int = PUBLIC
    leak: Trace = ()
    writers: Traces = NOT_WRITTEN
    absence: Traces = NOT_WRITTEN
    standing: int = NOBODY
    personal: frozenset[str] = frozenset()
    facts: frozenset[str] = frozenset()
    choices: frozenset[frozenset[str]] = frozenset()
    vouched: Traces = NOT_WRITTEN
    shared: bool = False

    def through(self, hop: Hop) -> "Label":
        """Give the label behind one more hop."""
        if not (self.leak or self.absence or self.vouched):
            return self
        return self._replace(
            leak=(*self.leak, hop) if self.leak else (),
            writers=_extended(self.writers, hop),
            absence=_extended(self.absence, hop),
            vouched=_extended(self.vouched, hop),
        )

    def written_by(self, more: Traces) -> "Label":
        """Give the label of what others can write too."""
        if not more:
            return self
        return self._replace(writers=joined(self.writers, more), absence=joined(self.absence, more))

    def few_valued(self) -> "Label":
        """Give the label of one of few constants: personal data becomes a public fact, and tells nobody apart."""
        return self.as_fact()._replace(standing=min(self.standing, PRINCIPAL), vouched=NOT_WRITTEN)

    def as_fact(self) -> "Label":
        """Give the label where personal data becomes public; sensitive and secret data don't."""
        if self.secrecy != PERSONAL:
            return self
        return self._replace(secrecy=PUBLIC, leak=(), personal=frozenset(), facts=self.facts | self.personal)


CONSTANT = Label()


def worst(labels: Iterable[Label]) -> Label:
    """Give the label of what is made of several parts; that of a constant if there are none."""
    every = list(labels)
    if len(every) < 2:  # noqa: PLR2004 - nothing to join
        return every[0] if every else CONSTANT
    secret = max(every, key=lambda label: label.secrecy)
    return Label(
        secrecy=secret.secrecy,
        leak=secret.leak,
        writers=joined(*(label.writers for label in every)),
        absence=joined(*(label.absence for label in every)),
        standing=min(label.standing for label in every),
        personal=frozenset().union(*(label.personal for label in every)),
        facts=frozenset().union(*(label.facts for label in every)),
        choices=frozenset().union(*(label.choices for label in every)),
        vouched=joined(*(label.vouched for label in every)),
        shared=all(label.shared for label in every),
    )


def joined(*traces: Traces) -> Traces:
    """Give all writers, each with the first way that is known of it."""
    found: dict[str, Trace] = {}
    for some in traces:
        for writer, trace in some.items():
            found.setdefault(writer, trace)
    return found


def _extended(traces: Traces, hop: Hop) -> Traces:
    return {writer: (*trace, hop) for writer, trace in traces.items()}
