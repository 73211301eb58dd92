"""Sinks: what rules do with data, each with the labels of what goes into it."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from pretoken.checks.flow.conditions import Group, failing, holding, label_of, lists_of
from pretoken.checks.flow.context import ANYWHERE
from pretoken.checks.flow.label import CONSTANT, Label, joined, worst
from pretoken.checks.flow.labels import Labels
from pretoken.checks.flow.values import disclosers
from pretoken.policy.conditions import Condition
from pretoken.policy.policy import Policy
from pretoken.policy.pool import Pool
from pretoken.policy.report import At
from pretoken.policy.rules import Edit, Rule, Token
from pretoken.policy.walk import effects_of
from pretoken.policy.writers import writers_of

Kind: TypeAlias = Literal["claim", "member", "message", "add", "preferred", "take", "suppress", "deny"]
"""`claim`: a leaf of a claim. `member`: a member of an encrypted message. `message`: whether there is one. `add`: what
is added to scopes, groups or roles. `preferred`: the preferred role. `take`: a `keep` or `remove`. `suppress`, `deny`:
those effects."""

_NONE = Group(True, ())


class Sink(NamedTuple):
    """What a rule does.

    Attributes:
        kind: the sort of effect.
        rule: the rule's name.
        at: its place in the policy.
        target: `access_token`, `id_token`, `scopes`, `groups`, `iam_roles`, or `sign_in`.
        name: the claim, the recipient or the part of the edit.
        value: the label of what is written, of the lists that tests ask, or of what decides inside a message.
        when: what must hold so that it happens.
        unless: what must hold so that it doesn't.
        guard: the label of what the condition lets through.

    """

    kind: Kind
    rule: str
    at: At
    target: str
    name: str
    value: Label
    when: Group
    unless: Group
    guard: Label

    @property
    def in_access_token(self) -> bool:
        """Tell whether the access token shows it; of a message, that there is one."""
        return self.target in ("access_token", "scopes", "groups")

    @property
    def most_confidential(self) -> Label:
        """The label of what tells most: what is written, or the condition."""
        return max(self.guard, self.value, key=lambda label: label.secrecy)


def sinks_of(policy: Policy) -> tuple[Sink, ...]:
    """Give every sink of a policy, rule by rule; those of the last policy are kept for the next check."""
    return _sinks_of(_Same(policy))


def authorizes(sink: Sink, pool: Pool) -> bool:
    """Tell whether someone authorizes on what a rule does."""
    if sink.target != "id_token":
        return True
    authorizing = pool.id_token_authorizes
    return authorizing == "all" or sink.name in authorizing or sink.name == "cognito:groups"


class _Same:
    """A policy as a key: it is equal to nothing but itself, so that nobody compares what is in it."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.policy is other.policy

    def __hash__(self) -> int:
        return id(self.policy)


@lru_cache(maxsize=1)
def _sinks_of(same: _Same) -> tuple[Sink, ...]:
    labels = Labels(same.policy)
    return tuple(sink for name, rule in same.policy.rules.items() for sink in _Rule(name, rule, labels).sinks())


class _Rule:
    def __init__(self, name: str, rule: Rule, labels: Labels) -> None:
        self._name = name
        self._rule = rule
        self._labels = labels
        self._context = labels.contexts.within(ANYWHERE, rule.when)
        self._when, self._unless = self._guards(rule.when)
        self._guard = label_of(self._when)

    def _guards(self, when: Condition | None) -> tuple[Group, Group]:
        if when is None:
            return _NONE, _NONE
        at: At = ("rules", self._name, "when")
        return holding(when, ANYWHERE, at, self._labels), failing(when, ANYWHERE, at, self._labels)

    def sinks(self) -> Iterator[Sink]:
        at: At = ("rules", self._name)
        for writer in writers_of(self._name, self._rule, self._labels.policy):
            kind: Kind = "member" if writer.is_message else "preferred" if writer.at[2] == "iam_roles" else "claim"
            target = "iam_roles" if kind == "preferred" else writer.token
            value = self._labels.value(writer.value, self._context, writer.at)
            yield self._sink(kind, writer.at, target, writer.leaf[0] if writer.is_message else writer.claim, value)
        for place, effect in effects_of(self._rule):
            if isinstance(effect, Token):
                yield from self._of_token(effect, str(place[0]))
            else:
                yield from self._of_edit(effect, (*at, *place))
        if self._rule.deny is not None:
            yield self._sink("deny", (*at, "deny"), "sign_in", "deny", CONSTANT)

    def _of_token(self, token: Token, name: str) -> Iterator[Sink]:
        at: At = ("rules", self._name, name)
        for recipient, members in token.encrypted_for.items():
            here: At = (*at, "encrypted_for", recipient)
            chosen = joined(
                *(disclosers(value, self._context, (*here, member), self._labels) for member, value in members.items())
            )
            yield self._sink("message", here, name, recipient, CONSTANT.written_by(chosen))
        for claim in token.suppress:
            yield self._sink("suppress", (*at, "suppress", claim), name, claim, CONSTANT)

    def _of_edit(self, edit: Edit, at: At) -> Iterator[Sink]:
        target = str(at[-1])
        if edit.add is not None:
            value = self._labels.value(edit.add, self._context, (*at, "add"))
            yield self._sink("add", (*at, "add"), target, "add", value)
        for name, test in (("keep", edit.keep), ("remove", edit.remove)):
            if test is not None:
                asked = lists_of(test, ANYWHERE, (*at, name), self._labels)
                yield self._sink("take", (*at, name), target, name, worst(asked))

    def _sink(self, kind: Kind, at: At, target: str, name: str, value: Label) -> Sink:
        return Sink(kind, self._name, at, target, name, value, self._when, self._unless, self._guard)
