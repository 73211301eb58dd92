"""Rules whose outcome the app client, the groups and the scopes settle: decided once for each combination of these.

Most rules of most policies are such rules, and most events repeat a combination.
"""

from __future__ import annotations

from pretoken.trigger.reads import inputs_behind, paths_of_rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable
    from typing import Any

    from pretoken.cognito.events import Event
    from pretoken.trigger.decision import Decision
    from pretoken.trigger.rules import Rule

SETTLING_INPUTS = frozenset(("principal", "client", "client.id", "pool.id", "groups", "iam_roles", "scopes"))
_MOST_KNOWN = 500


def settling_key(event: Event) -> Hashable:
    """Give what settles these rules: the values of `SETTLING_INPUTS`."""
    return (
        event.client_id,
        event.is_machine,
        event.version,
        event.pool_id,
        tuple(event.groups),
        tuple(event.iam_roles),
        None if event.scopes is None else tuple(event.scopes),
    )


def split(rules: list[Rule], plan: dict[str, Any], claims: dict[str, str]) -> tuple[list[Rule], list[Rule]]:
    """Split rules into those that these inputs settle, and the others.

    Rules that touch the same claim or list stay together: their outcome is one.

    Args:
        rules: linked rules.
        plan: the policy's canonical JSON.
        claims: the claim that carries the message of each recipient.
    """
    touching: dict[tuple[str, str], list[Rule]] = {}
    for rule in rules:
        for touched in _touched(rule, claims):
            touching.setdefault(touched, []).append(rule)
    waiting = [
        rule for rule in rules if not inputs_behind(paths_of_rule(plan["rules"][rule.name]), plan) <= SETTLING_INPUTS
    ]
    others = {rule.name for rule in waiting}
    while waiting:
        for touched in _touched(waiting.pop(), claims):
            joined = [rule for rule in touching.pop(touched, ()) if rule.name not in others]
            others.update(rule.name for rule in joined)
            waiting += joined
    return [rule for rule in rules if rule.name not in others], [rule for rule in rules if rule.name in others]


def _touched(rule: Rule, claims: dict[str, str]) -> set[tuple[str, str]]:
    touched = {(edit.list, "") for edit in rule.edits} | set(rule.suppresses)
    for token, section, name in rule.targets:
        touched.add((token, claims[name] if section == "encrypted_for" else name))
    return touched


class DecisionCache:
    """The decisions of the settled rules, by what settled them; a bounded number."""

    __slots__ = ("_decisions",)

    def __init__(self) -> None:
        self._decisions: dict[Hashable, Decision] = {}

    def get(self, key: Hashable) -> Decision | None:
        """Give a decision to go on from; it is the caller's own."""
        decision = self._decisions.get(key)
        return None if decision is None else decision.copy()

    def put(self, key: Hashable, decision: Decision) -> None:
        """Remember a decision. Whoever asks for ever other scopes can't fill the memory."""
        if len(self._decisions) >= _MOST_KNOWN:
            self._decisions.clear()
        self._decisions[key] = decision.copy()
