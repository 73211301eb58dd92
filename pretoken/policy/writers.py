"""Who writes what: the leaves of claims, and of encrypted messages, that the rules write."""

import json
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from pretoken.policy.policy import Policy
from pretoken.policy.report import At
from pretoken.policy.rules import Edit, Rule
from pretoken.policy.values import Add, Form, Leaf, Object
from pretoken.policy.walk import effects_of
from pretoken.trigger.plan import claim_of

Keys: TypeAlias = tuple[str, ...]
"""The keys that lead to a leaf inside its claim; empty for the claim itself."""


class Writer(NamedTuple):
    """A rule that writes a leaf of a claim.

    `agreement` is equal for two writers of one leaf that can't disagree: both add to it, or write the same constant.
    """

    rule: str
    token: str
    claim: str
    leaf: Keys
    value: Leaf
    at: At
    agreement: tuple[Keys, str] | None

    @property
    def name(self) -> str:
        """What messages call the leaf."""
        return ".".join(("encrypted_for" if self.is_message else self.claim, *self.leaf))

    @property
    def is_message(self) -> bool:
        """Tell whether the leaf is a member of an encrypted message."""
        return self.at[3] == "encrypted_for"


def writers_of(name: str, rule: Rule, policy: Policy) -> Iterator[Writer]:
    """Give every leaf that a rule writes; members of a message are leaves below its recipient."""
    for token_name, token in (("access_token", rule.access_token), ("id_token", rule.id_token)):
        if token is None:
            continue
        at: At = ("rules", name, token_name)
        for claim, leaf in token.claims.items():
            for keys, value, place in _leaves(leaf, (), (*at, "claims", claim)):
                yield Writer(name, token_name, claim, keys, value, place, _agreement(keys, value))
        for recipient, members in token.encrypted_for.items():
            declared = policy.pool.recipients.get(recipient)
            claim = claim_of(recipient, {} if declared is None else {"claim": declared.claim})
            for member, value in members.items():
                place = (*at, "encrypted_for", recipient, member)
                keys = (recipient, member)
                yield Writer(name, token_name, claim, keys, value, place, _agreement(keys, value))
    role = None if rule.iam_roles is None else rule.iam_roles.preferred
    if role is not None:
        place = ("rules", name, "iam_roles", "preferred")
        yield Writer(name, "id_token", "cognito:preferred_role", (), role, place, _agreement((), role))


def values_of(name: str, policy: Policy) -> Iterator[tuple[At, Leaf]]:
    """Give every value that a rule writes: leaves of claims, members of messages, and what it adds to lists."""
    rule = policy.rules[name]
    for writer in writers_of(name, rule, policy):
        yield writer.at, writer.value
    for place, effect in effects_of(rule):
        if isinstance(effect, Edit) and effect.add is not None:
            yield ("rules", name, *place, "add"), effect.add


def _leaves(leaf: Leaf, keys: Keys, at: At) -> Iterator[tuple[Keys, Leaf, At]]:
    """Open an object that stands directly as a claim, or directly inside such a one."""
    if isinstance(leaf, Object) and not leaf.then:
        for key, member in leaf.object.items():
            yield from _leaves(member, (*keys, key), (*at, "object", key))
    else:
        yield keys, leaf, at


def _agreement(keys: Keys, value: Leaf) -> tuple[Keys, str] | None:
    if isinstance(value, Add):
        return keys, "add"
    return None if isinstance(value, Form) else (keys, json.dumps(value))
