"""The claims and encrypted messages that rules write, put together; and those that they suppress."""

from __future__ import annotations

from pretoken.trigger.outcomes import ABSENT, FAILED
from pretoken.trigger.reading import json_text
from pretoken.trigger.rules import overlap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pretoken.trigger.context import Context
    from pretoken.trigger.decision import Decision, Source, TokenDecision, Written
    from pretoken.trigger.outcomes import Value
    from pretoken.trigger.rules import Rule, Slot, Target, Write


def write(applying: list[Rule], doubtful: list[Rule], context: Context, decision: Decision) -> None:
    """Write the claims and messages of the rules that apply; those of rules in doubt count as failed."""
    found: dict[Slot, list[tuple[Write, Value]]] = {}
    for rule in applying:
        if rule.access_claims:
            _write_claims(rule, rule.access_claims, decision.access_token, context, decision)
        if rule.id_claims:
            _write_claims(rule, rule.id_claims, decision.id_token, context, decision)
        for message in rule.messages:
            _write_message(rule, message, context, decision)
        for write in rule.writes:
            value = write.read(context)
            if value is FAILED:
                decision.leave_out(rule, write.place)
            if write.slot in found:
                found[write.slot].append((write, value))
            else:
                found[write.slot] = [(write, value)]
    for rule in doubtful:
        for write in rule.all_writes:
            decision.leave_out(rule, write.place)
            found.setdefault(write.slot, []).append((write, FAILED))
    if found:
        _put_together(found, context, decision)


def _write_claims(rule: Rule, writes: list[Write], part: TokenDecision, context: Context, decision: Decision) -> None:
    claims = part.claims
    for write in writes:
        value = write.read(context)
        if value is not ABSENT and value is not FAILED:
            claims[write.name] = (value, write.source)
            continue
        if value is FAILED:
            decision.leave_out(rule, write.place)
        if write.name not in _NEVER_SUPPRESSED:
            part.suppressed[write.name] = []


def _write_message(rule: Rule, message: tuple[str, str, list[Write]], context: Context, decision: Decision) -> None:
    token, recipient, writes = message
    members: dict[str, Written] = {}
    for write in writes:
        value = write.read(context)
        if value is FAILED:
            decision.leave_out(rule, write.place)
        elif value is not ABSENT:
            members[write.slot.path[0]] = (value, write.source)
    part: TokenDecision = getattr(decision, token)
    part.encrypted[recipient] = members


def _put_together(found: dict[Slot, list[tuple[Write, Value]]], context: Context, decision: Decision) -> None:
    active = None
    trees: dict[Target, _Tree] = {}
    for slot, pairs in found.items():
        if slot.contested:
            if active is None:
                active = {*decision.applied, *decision.in_doubt}
            pairs = [pair for pair in pairs if not slot.beaten_by[pair[0].rule] & active]  # noqa: PLW2901
        if slot.target not in trees:
            trees[slot.target] = _Tree()
        trees[slot.target].put(slot, pairs)
    if decision.left_out:
        for slot, pairs in found.items():
            for write, _ in pairs if slot.contested else ():
                if slot.beaten_by[write.rule].isdisjoint(decision.applied):
                    trees[slot.target].challenge(slot, write.read(context))
    for target, tree in trees.items():
        _settle(target, tree, decision)


class _Tree:
    """The leaves of one claim, put together."""

    __slots__ = ("clash", "doubt", "leaves", "source", "value")

    def __init__(self) -> None:
        self.value: Value = ABSENT
        self.source: Source = ()
        self.leaves: list[tuple[Slot, Value]] = []
        self.clash = False
        self.doubt = False

    def put(self, slot: Slot, pairs: list[tuple[Write, Value]]) -> None:
        """Add what the rules say of one leaf."""
        given = [pair for pair in pairs if pair[1] is not ABSENT and pair[1] is not FAILED]
        if not given:
            return
        value = given[0][1]
        if slot.adds:
            value = sorted({item for _, items in given for item in items})
        elif len(given) > 1 and any(not _same(value, other) for _, other in given[1:]):
            self.clash = True
            return
        self.leaves.append((slot, value))
        self.source += given[0][0].source if len(given) == 1 else tuple(write.source[0] for write, _ in given)
        if not slot.path and self.value is ABSENT:
            self.value = value
        else:
            self._put_inside(slot.path, value)

    def _put_inside(self, path: tuple[str, ...], value: Any) -> None:
        if self.value is ABSENT:
            self.value = _Branch()
        branch = self.value
        for key in path[:-1]:
            branch = branch.setdefault(key, _Branch()) if isinstance(branch, _Branch) else None
        if not path or not isinstance(branch, _Branch) or path[-1] in branch:
            self.clash = True
        else:
            branch[path[-1]] = value

    def challenge(self, slot: Slot, value: Value) -> None:
        """Leave the claim out if a rule that failed, or is in doubt, might contradict what another one wrote.

        Otherwise the failure of one of two rules that clash would let the other's value through.
        """
        if value is ABSENT:
            return
        for other, given in self.leaves:
            agrees = other is slot and (slot.adds or (value is not FAILED and _same(value, given)))
            if not agrees and overlap(slot.path, other.path):
                self.doubt = True


_NEVER_SUPPRESSED = ("aud",)
"""Claims that a trigger may set, but Cognito doesn't let it suppress."""


class _Branch(dict[str, "Any"]):
    """An object that leaves are put into, unlike an object that is a leaf's value."""


def _plain(value: Any) -> Any:
    """Turn an object put together of leaves into what JSON readers and the contract know as one."""
    return {key: _plain(member) for key, member in value.items()} if isinstance(value, _Branch) else value


def _same(one: Any, other: Any) -> bool:
    """Compare as JSON does: `true` isn't 1, at any depth."""
    return json_text(one) == json_text(other)


def _settle(target: Target, tree: _Tree, decision: Decision) -> None:
    token, section, name = target
    if tree.clash:
        decision.conflicts.append(".".join(filter(None, target)))
    written = None if tree.clash or tree.doubt or tree.value is ABSENT else (_plain(tree.value), tree.source)
    if section == "preferred":
        decision.preferred_role = written or ABSENT
        return
    part: TokenDecision = getattr(decision, token)
    if section == "encrypted_for":
        members = written[0] if written else {}
        part.encrypted[name] = {
            member: (value, tuple(pair for pair in tree.source if pair[0][0] == member))
            for member, value in members.items()
        }
    elif written:
        part.claims[name] = written
    elif name not in _NEVER_SUPPRESSED:
        part.suppressed[name] = []


def suppress(rules: list[Rule], decision: Decision) -> None:
    """Suppress the claims that rules name, whoever wrote them."""
    for rule in rules:
        for token, claim in rule.suppresses:
            part: TokenDecision = getattr(decision, token)
            part.suppressed.setdefault(claim, []).append(rule.name)
            part.claims.pop(claim, None)
