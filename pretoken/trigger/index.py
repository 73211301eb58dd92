"""An index of rules under the constants that they ask for, so that a decision's cost doesn't grow with the policy."""

from __future__ import annotations

from pretoken.trigger.outcomes import ABSENT, FAILED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pretoken.trigger.context import Context
    from pretoken.trigger.link import Linker
    from pretoken.trigger.outcomes import ReadValue
    from pretoken.trigger.rules import Rule

_SELECTIVE = ("attribute.", "groups", "scopes", "client.id", "client", "identity_providers")
"""Paths worth an index, the most selective first."""


class Index:
    """Rules under the constants of one path each; the rest is always a candidate.

    Args:
        rules: in the order of names.
        linker: what the names mean; its plan holds the rules' conditions.
    """

    __slots__ = ("_always", "_paths")

    def __init__(self, rules: list[Rule], linker: Linker) -> None:
        self._always: list[Rule] = []
        self._paths: list[tuple[ReadValue, dict[Any, list[Rule]], list[Rule]]] = []
        by_path: dict[str, tuple[dict[Any, list[Rule]], list[Rule]]] = {}
        for rule in rules:
            path, constants = _asks_for(linker.plan["rules"][rule.name].get("when", {}), linker)
            if path is None:
                self._always.append(rule)
                continue
            by_constant, every = by_path.setdefault(path, ({}, []))
            every.append(rule)
            for constant in constants:
                by_constant.setdefault(constant, []).append(rule)
        self._paths = [(linker.input(path), *index) for path, index in by_path.items()]

    def candidates(self, context: Context) -> list[Rule]:
        """Give the rules whose condition may be true or unknown, each once."""
        rules = self._always.copy()
        for read, by_constant, every in self._paths:
            subject = read(context)
            if subject is FAILED:
                rules += every
            elif isinstance(subject, list):
                matching: list[Rule] = []
                for item in subject:
                    if item in by_constant:
                        matching += by_constant[item]
                rules += dict.fromkeys(matching) if len(matching) > 1 else matching
            elif subject is not ABSENT:
                rules += by_constant.get(subject, ())
        return rules


def _asks_for(condition: dict[str, Any], linker: Linker) -> tuple[str | None, set[Any]]:
    """Find a path of which the condition asks for one of some constants."""
    for prefix in _SELECTIVE:
        for path, test in condition.items():
            if path == prefix or (prefix.endswith(".") and path.startswith(prefix)):
                tests = test if isinstance(test, list) else [test]
                if not any(isinstance(member, (dict, list)) for member in tests):
                    return path, {linker.constant(member) for member in tests}
    return None, set()
