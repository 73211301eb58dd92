"""From the rules that may apply to one decision; a failure only ever takes away."""

from __future__ import annotations

from pretoken.trigger import claims, lists

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pretoken.trigger.context import Context
    from pretoken.trigger.decision import Decision
    from pretoken.trigger.rules import Rule


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
    claims.write(applying, doubtful, context, decision)
    if suppressing:
        claims.suppress(suppressing, decision)
    if editing:
        lists.edit(editing, context, decision)
