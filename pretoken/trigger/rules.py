"""Rules, linked: when one applies, and what it writes, suppresses, edits or denies."""

from __future__ import annotations

from pretoken.cognito.contract import group_problem, scope_problem
from pretoken.trigger.errors import PlanError
from pretoken.trigger.outcomes import ABSENT, FAILED
from pretoken.trigger.reads import edits_of
from pretoken.trigger.values import link_written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from pretoken.trigger.context import Context
    from pretoken.trigger.link import Linker
    from pretoken.trigger.outcomes import Decide, ReadValue, Value
    from pretoken.trigger.values import Place

    Target = tuple[str, str, str]
    """What a slot belongs to: token, section (`claims`, `encrypted_for`, `preferred`), claim or recipient."""

TOKENS = ("access_token", "id_token")

EDITIONS: dict[tuple[bool, bool], tuple[str, ...]] = {
    (False, False): ("access_token", "id_token", "scopes", "groups", "iam_roles"),
    (False, True): ("access_token", "scopes"),
    (True, False): ("id_token", "groups", "iam_roles"),
    (True, True): (),
}
"""The effects that are applicable to each kind of event: whether it is V1_0, and whether a machine's.

A V1_0 event can't change the access token; a machine has neither ID token nor groups.
"""


class Slot:
    """One leaf that rules write: a claim, a member of an object claim or of an encrypted message, the preferred role.

    `beaten_by` names, for each rule that writes it, the rules that override that one here.
    """

    __slots__ = ("adds", "beaten_by", "contested", "path", "place", "target")

    def __init__(self, target: Target, path: tuple[str, ...], *, adds: bool) -> None:
        self.target = target
        self.path = path
        self.adds = adds
        self.place = ".".join((*filter(None, target), *path))
        self.contested = False
        self.beaten_by: dict[str, set[str]] = {}


class Write:
    """A rule's value for a slot, as in the plan and linked, with its source: the leaf's path and the rule's name."""

    __slots__ = ("name", "place", "read", "rule", "slot", "source", "value")

    def __init__(self, rule: str, slot: Slot, value: Any, read: ReadValue) -> None:
        self.rule = rule
        self.slot = slot
        self.name = slot.target[2]
        self.place = slot.place
        self.value = value
        self.read = _collected(read) if slot.adds else read
        self.source = ((slot.path, rule),)


class Edit:
    """A rule's edit of a list: scopes, groups or IAM roles.

    `tests` are what an item must pass to stay, each with the outcome that lets it stay; `plan` is the edit as the plan
    has it.
    """

    __slots__ = ("add", "list", "plan", "tests")

    def __init__(self, list_: str, edit: dict[str, Any], linker: Linker, at: Place) -> None:
        self.list = list_
        self.plan = edit
        self.add: ReadValue | None = None
        if "add" in edit:
            value = edit["add"]
            if isinstance(value, dict):
                self.add = _addition(list_, linker.value(value, (*at, list_, "add")))
            else:
                self.add = _constant_addition(list_, linker.constant(value))
        self.tests = [
            (linker.test(edit[name]), wanted) for name, wanted in (("keep", True), ("remove", False)) if name in edit
        ]


class Rule:
    """A rule with the effects that are applicable to one kind of event.

    `access_claims`, `id_claims` and `messages` are whole claims, and members of messages, that no other rule writes;
    `writes` is all the rest. `rest` is the condition without the test that the index has asked already.
    """

    __slots__ = (
        "access_claims",
        "deny",
        "edits",
        "id_claims",
        "messages",
        "name",
        "rest",
        "strict",
        "suppresses",
        "targets",
        "when",
        "writes",
    )

    def __init__(self, name: str, rule: dict[str, Any], when: Decide | None) -> None:
        self.name = name
        self.when = when
        self.rest = when
        self.deny: str | None = rule.get("deny")
        self.strict = rule.get("on_failure") == "deny"
        self.access_claims: list[Write] = []
        self.id_claims: list[Write] = []
        self.messages: list[tuple[str, str, list[Write]]] = []
        self.writes: list[Write] = []
        self.targets: set[Target] = set()
        self.suppresses: list[tuple[str, str]] = []
        self.edits: list[Edit] = []

    @property
    def all_writes(self) -> list[Write]:
        """All that it writes."""
        members = [write for _, _, writes in self.messages for write in writes]
        return [*self.access_claims, *self.id_claims, *members, *self.writes]

    @property
    def acts(self) -> bool:
        """Tell whether any of its effects is applicable."""
        return bool(self.deny or self.targets or self.suppresses or self.edits)


def link_rules(linker: Linker, edition: tuple[bool, bool]) -> list[Rule]:
    """Link all rules for one kind of event; rules without an applicable effect are left out."""
    applicable = EDITIONS[edition]
    slots: dict[tuple[Target, tuple[str, ...], bool], Slot] = {}
    linked = [_link_rule(name, rule, linker, applicable, slots) for name, rule in sorted(linker.plan["rules"].items())]
    rules = [rule for rule in linked if rule.acts]
    _mark_contests(rules, linker.plan["rules"])
    for rule in rules:
        _set_apart(rule)
    return rules


def _link_rule(
    name: str,
    rule: dict[str, Any],
    linker: Linker,
    applicable: tuple[str, ...],
    slots: dict[tuple[Target, tuple[str, ...], bool], Slot],
) -> Rule:
    at: Place = ("rules", name)
    linked = Rule(name, rule, linker.condition(rule["when"], (*at, "when")) if "when" in rule else None)

    def link(value: Any, place: Place) -> ReadValue:
        # A rule that refuses the sign-in for a failure must see one inside an object as well.
        return linker.value(value, place) if linked.strict else link_written(value, linker, place)

    def write(target: Target, path: tuple[str, ...], value: Any, read: ReadValue, *, adds: bool = False) -> None:
        slot = slots.setdefault((target, path, adds), Slot(target, path, adds=adds))
        linked.writes.append(Write(name, slot, value, read))
        linked.targets.add(target)

    for token in TOKENS:
        if token not in applicable or token not in rule:
            continue
        effects = rule[token]
        linked.suppresses.extend((token, claim) for claim in effects.get("suppress", ()))
        for claim, leaf in effects.get("claims", {}).items():
            for path, value, place in _leaves(leaf, (*at, token, "claims", claim)):
                adds = isinstance(value, dict) and "add" in value
                # Of an item, unlike of a claim, a part would be another item.
                read = linker.value(value["add"], place) if adds else link(value, place)
                write((token, "claims", claim), path, value, read, adds=adds)
        for recipient, members in effects.get("encrypted_for", {}).items():
            for member, value in members.items():
                place = (*at, token, "encrypted_for", recipient, member)
                write((token, "encrypted_for", recipient), (member,), value, link(value, place))
    for list_, edit in edits_of(rule).items():
        if edit and list_ in applicable:
            linked.edits.append(Edit(list_, edit, linker, at))
            if "preferred" in edit:
                preferred = edit["preferred"]
                read = linker.value(preferred, (*at, list_, "preferred"))
                write(("iam_roles", "preferred", ""), (), preferred, read)
    return linked


def _leaves(leaf: Any, at: Place, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any, Place]]:
    """Open an object that stands directly as a claim, or directly inside such a one, into its leaves."""
    if isinstance(leaf, dict) and "object" in leaf and "then" not in leaf:
        for key, member in leaf["object"].items():
            yield from _leaves(member, (*at, "object", key), (*path, key))
    else:
        yield path, leaf, at


def _collected(read: ReadValue) -> ReadValue:
    """Read what a rule adds to a claim as a list, sorted, each item once."""

    def items(context: Context) -> Value:
        value = read(context)
        if value is ABSENT or value is FAILED:
            return value
        return sorted(set(value)) if isinstance(value, list) else [value]

    return items


def _constant_addition(list_: str, constant: str | list[str]) -> ReadValue:
    """Give the constants that a rule adds to a list, now that their variables are filled in."""
    items = sorted(set(constant if isinstance(constant, list) else [constant]))
    for item in items:
        problem = _PROBLEMS[list_](item)
        if problem:
            raise PlanError(f"Cognito refuses what a rule adds to `{list_}`: {problem}")
    return lambda _context: items


def _addition(list_: str, read: ReadValue) -> ReadValue:
    """Read the items that a rule adds to a list; one that Cognito would refuse fails them all."""
    problem = _PROBLEMS[list_]

    def items(context: Context) -> Value:
        value = read(context)
        if value is ABSENT or value is FAILED:
            return value
        added = value if isinstance(value, list) else [value]
        return FAILED if any(map(problem, added)) else added

    return items


_PROBLEMS: dict[str, Callable[[str], Any]] = {
    "scopes": scope_problem,
    "groups": group_problem,
    "iam_roles": lambda role: None if role else "a role isn't empty",
}


def _mark_contests(rules: list[Rule], plan: dict[str, Any]) -> None:
    """Mark the slots of claims that several rules write, and who overrides whom there."""
    writers: dict[Target, list[Write]] = {}
    for rule in rules:
        for write in rule.writes:
            writers.setdefault(write.slot.target, []).append(write)
    for writes in writers.values():
        if len({write.rule for write in writes}) == 1:
            continue
        for write in writes:
            write.slot.contested = True
            write.slot.beaten_by[write.rule] = {
                other.rule
                for other in writes
                if write.rule in plan[other.rule].get("overrides", ()) and overlap(write.slot.path, other.slot.path)
            }


def _set_apart(rule: Rule) -> None:
    """Move what needs no putting together out of the rule's writes: most of them, and so a third of the time."""
    shared: list[Write] = []
    messages: dict[tuple[str, str], list[Write]] = {}
    for write in rule.writes:
        token, section, name = write.slot.target
        if write.slot.contested or section == "preferred" or (section == "claims" and write.slot.path):
            shared.append(write)
        elif section == "encrypted_for":
            messages.setdefault((token, name), []).append(write)
        else:
            (rule.access_claims if token == "access_token" else rule.id_claims).append(write)
    rule.messages = [(*target, writes) for target, writes in messages.items()]
    rule.writes = shared


def overlap(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Tell whether two leaves are the same, or one is a part of the other."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]
