"""What the rules decide for one event."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pretoken.trigger.outcomes import Value
    from pretoken.trigger.rules import Rule

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
        misread: lookups of which a field can't be read.
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
        "misread",
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
        self.misread: Iterable[str] = ()

    def copy(self) -> Decision:
        """Give one that other rules, which touch nothing that is in it, can be added to."""
        copied = Decision.__new__(Decision)
        copied.denied_by, copied.denial = self.denied_by, self.denial
        copied.access_token, copied.id_token = self.access_token.copy(), self.id_token.copy()
        copied.scopes, copied.groups, copied.iam_roles = self.scopes, self.groups, self.iam_roles
        copied.preferred_role = self.preferred_role
        copied.applied, copied.in_doubt = self.applied.copy(), self.in_doubt.copy()
        copied.left_out, copied.conflicts = self.left_out.copy(), self.conflicts.copy()
        copied.misread = self.misread
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
