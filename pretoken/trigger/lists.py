"""The lists that rules edit: scopes, groups and IAM roles."""

from __future__ import annotations

from pretoken.trigger.decision import ListDecision
from pretoken.trigger.outcomes import ABSENT, FAILED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pretoken.trigger.context import Context
    from pretoken.trigger.decision import Decision
    from pretoken.trigger.outcomes import Value
    from pretoken.trigger.rules import Edit, Rule


def edit(rules: list[tuple[Rule, bool]], context: Context, decision: Decision) -> None:
    """Edit the lists by rules, of which each applies or is in doubt."""
    edits: dict[str, list[tuple[Edit, Rule, bool]]] = {}
    for rule, applies in rules:
        for edit in rule.edits:
            edits.setdefault(edit.list, []).append((edit, rule, applies))
    for list_, members in edits.items():
        setattr(decision, list_, _edited(list_, members, context, decision))


def _edited(list_: str, edits: list[tuple[Edit, Rule, bool]], context: Context, decision: Decision) -> ListDecision:
    original: list[str] = getattr(context.event, list_) or []
    came = frozenset(original)
    added: dict[str, list[str]] = {}
    for edit, rule, applies in edits:
        if edit.add is None:
            continue
        items: Value = edit.add(context) if applies else FAILED
        if items is FAILED:
            decision.leave_out(rule, f"{list_}.add")
        elif items is not ABSENT:
            for item in items:
                if item not in came:
                    added.setdefault(item, []).append(rule.name)
    everything = [*original, *sorted(added)]
    remaining = everything
    removed: dict[str, list[str]] = {}
    for edit, rule, _ in edits:
        for test, wanted in edit.tests:
            stays = [test(item, context) is wanted for item in everything]
            if all(stays):
                continue
            gone = [item for item, stay in zip(everything, stays, strict=True) if not stay]
            away = frozenset(gone)
            remaining = [item for item in remaining if item not in away]
            for item in gone:
                removed.setdefault(item, []).append(rule.name)
            # What was added is only left out: it may itself fail to be added, and then nobody would refuse.
            if rule.strict and any(test(item, context) is None for item in gone if item in came):
                decision.deny(rule.name, None)
    if added and removed:
        added = {item: rules for item, rules in added.items() if item not in removed}
        removed = {item: rules for item, rules in removed.items() if item in came}
    return ListDecision(remaining, added, removed)
