"""From the rules that apply, or are in doubt, to one decision; a failure only ever takes away."""

from __future__ import annotations

from pretoken.trigger.outcomes import ABSENT, FAILED
from pretoken.trigger.reading import json_text
from pretoken.trigger.rules import overlap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from pretoken.trigger.context import Context
    from pretoken.trigger.outcomes import Value
    from pretoken.trigger.rules import Edit, Rule, Slot, Target, Write

    Source = tuple[tuple[tuple[str, ...], str], ...]
    """Where a claim comes from: the path of each of its leaves, with the name of the rule that wrote it."""
    Written = tuple[Any, Source]


class TokenDecision:
    """What a token gets: claims and encrypted members with their sources, and suppressed claims with the rules."""

    __slots__ = ("claims", "encrypted", "suppressed")

    def __init__(self) -> None:
        self.claims: dict[str, Written] = {}
        self.encrypted: dict[str, dict[str, Written]] = {}
        self.suppressed: dict[str, list[str]] = {}

    def copy(self) -> TokenDecision:
        """Give one that can be changed by itself."""
        copied = TokenDecision.__new__(TokenDecision)
        copied.claims, copied.encrypted = self.claims.copy(), self.encrypted.copy()
        copied.suppressed = self.suppressed.copy()
        return copied


class ListDecision:
    """What a list becomes: its items, and which rules added or removed some."""

    __slots__ = ("added", "items", "removed")

    def __init__(self, items: list[str], added: dict[str, list[str]], removed: dict[str, list[str]]) -> None:
        self.items = items
        self.added = added
        self.removed = removed

    @property
    def changed(self) -> bool:
        """Tell whether it differs from what came."""
        return bool(self.removed or self.added)


class Decision:
    """The outcome of all rules for one event.

    Attributes:
        denied_by: the rule that refuses the sign-in (`""` for an unknown app client), or None.
        denial: its text; None for the neutral one.
        access_token, id_token: what the tokens get.
        scopes, groups, iam_roles: the lists after all edits; None where no rule edits one.
        preferred_role: the preferred role and its source; None where no rule writes one, `ABSENT` if it has no value.
        applied, in_doubt: names of rules.
        left_out: rule and place of each value that failed, or whose rule is in doubt.
        conflicts: places for which rules gave different values, so that none is written.
    """

    __slots__ = (
        "access_token",
        "applied",
        "conflicts",
        "denial",
        "denied_by",
        "groups",
        "iam_roles",
        "id_token",
        "in_doubt",
        "left_out",
        "preferred_role",
        "scopes",
    )

    def __init__(self) -> None:
        self.denied_by: str | None = None
        self.denial: str | None = None
        self.access_token = TokenDecision()
        self.id_token = TokenDecision()
        self.scopes: ListDecision | None = None
        self.groups: ListDecision | None = None
        self.iam_roles: ListDecision | None = None
        self.preferred_role: Value = None
        self.applied: list[str] = []
        self.in_doubt: list[str] = []
        self.left_out: list[tuple[str, str]] = []
        self.conflicts: list[str] = []

    def copy(self) -> Decision:
        """Give one that other rules, which touch nothing that is in it, can be added to."""
        copied = Decision.__new__(Decision)
        copied.denied_by, copied.denial = self.denied_by, self.denial
        copied.access_token, copied.id_token = self.access_token.copy(), self.id_token.copy()
        copied.scopes, copied.groups, copied.iam_roles = self.scopes, self.groups, self.iam_roles
        copied.preferred_role = self.preferred_role
        copied.applied, copied.in_doubt = self.applied.copy(), self.in_doubt.copy()
        copied.left_out, copied.conflicts = self.left_out.copy(), self.conflicts.copy()
        return copied

    def leave_out(self, rule: Rule, place: str) -> None:
        """Note a value that failed; a rule with `on_failure: deny` refuses the sign-in for it."""
        self.left_out.append((rule.name, place))
        if rule.strict:
            self.deny(rule.name, None)

    def deny(self, rule: str, text: str | None) -> None:
        """Refuse the sign-in; of several rules the first by name has its say."""
        if self.denied_by is None or rule < self.denied_by:
            self.denied_by, self.denial = rule, text


def decide(found: Sequence[Rule], others: Sequence[Rule], context: Context, decision: Decision) -> None:
    """Add to a decision what rules decide that touch nothing of what is in it.

    Args:
        found: rules of which only the `rest` of the condition is still to be asked.
        others: rules whose whole condition is.
        context: the event and all that can be known of it.
        decision: what other rules decided.
    """
    applying: list[Rule] = []
    doubtful: list[Rule] = []
    suppressing: list[Rule] = []
    editing: list[tuple[Rule, bool]] = []
    for rules, indexed in ((found, True), (others, False)):
        for rule in rules:
            ask = rule.rest if indexed else rule.when
            truth = True if ask is None else ask(context)
            if truth is False:
                continue
            if truth:
                applying.append(rule)
                decision.applied.append(rule.name)
            else:
                doubtful.append(rule)
                decision.in_doubt.append(rule.name)
            if rule.suppresses:
                suppressing.append(rule)
            if rule.edits:
                editing.append((rule, bool(truth)))
            if rule.deny is not None or (truth is None and rule.strict):
                decision.deny(rule.name, rule.deny)
    _write(applying, doubtful, context, decision)
    if suppressing:
        _suppress(suppressing, decision)
    if editing:
        _edit_lists(editing, context, decision)


def _write(applying: list[Rule], doubtful: list[Rule], context: Context, decision: Decision) -> None:
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
        members = [write for _, _, writes in rule.messages for write in writes]
        for write in (*rule.access_claims, *rule.id_claims, *members, *rule.writes):
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
            value = sorted({item for _, items in given for item in (items if isinstance(items, list) else [items])})
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


def _suppress(rules: list[Rule], decision: Decision) -> None:
    for rule in rules:
        for token, claim in rule.suppresses:
            part: TokenDecision = getattr(decision, token)
            part.suppressed.setdefault(claim, []).append(rule.name)
            part.claims.pop(claim, None)


def _edit_lists(rules: list[tuple[Rule, bool]], context: Context, decision: Decision) -> None:
    edits: dict[str, list[tuple[Edit, Rule, bool]]] = {}
    for rule, applies in rules:
        for edit in rule.edits:
            edits.setdefault(edit.list, []).append((edit, rule, applies))
    for list_, members in edits.items():
        setattr(decision, list_, _edited(list_, members, context, decision))


def _edited(list_: str, edits: list[tuple[Edit, Rule, bool]], context: Context, decision: Decision) -> ListDecision:
    original: list[str] = getattr(context.event, list_) or []
    added: dict[str, list[str]] = {}
    for edit, rule, applies in edits:
        if edit.add is None:
            continue
        items: Value = edit.add(context) if applies else FAILED
        if items is FAILED:
            decision.leave_out(rule, f"{list_}.add")
        elif items is not ABSENT:
            for item in items:
                if item not in original:
                    added.setdefault(item, []).append(rule.name)
    everything = [*original, *sorted(added)] if added else original
    remaining = everything
    removed: dict[str, list[str]] = {}
    for edit, rule, _ in edits:
        for test, wanted in edit.tests:
            stays = [test(item, context) is wanted for item in everything]
            if all(stays):
                continue
            gone = [item for item, stay in zip(everything, stays, strict=True) if not stay]
            remaining = [item for item in remaining if item not in gone]
            for item in gone:
                removed.setdefault(item, []).append(rule.name)
            # What was added is only left out: it may itself fail to be added, and then nobody would refuse.
            if rule.strict and any(test(item, context) is None for item in gone if item in original):
                decision.deny(rule.name, None)
    if added and removed:
        added = {item: rules for item, rules in added.items() if item not in removed}
        removed = {item: rules for item, rules in removed.items() if item in original}
    return ListDecision(remaining, added, removed)
