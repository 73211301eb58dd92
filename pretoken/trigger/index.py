"""An index of rules under the constants that they ask for, so that a decision's cost doesn't grow with the policy."""

from __future__ import annotations

from pretoken.trigger.outcomes import FAILED
from pretoken.trigger.tests import constants_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pretoken.trigger.context import Context
    from pretoken.trigger.link import Linker
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
        by_path: dict[str, tuple[dict[Any, list[Rule]], list[Rule]]] = {}
        for rule in rules:
            when = linker.plan["rules"][rule.name].get("when", {})
            path, constants = _asks_for(when, linker)
            if path is None:
                self._always.append(rule)
                continue
            rest = {key: argument for key, argument in when.items() if key != path}
            rule.rest = linker.condition(rest, ("rules", rule.name, "when")) if rest else None
            by_constant, every = by_path.setdefault(path, ({}, []))
            every.append(rule)
            for constant in constants:
                by_constant.setdefault(constant, []).append(rule)
        self._paths = [(linker.input(path), *index) for path, index in by_path.items()]

    def candidates(self, context: Context) -> tuple[list[Rule], list[Rule]]:
        """Give the rules whose condition may be true or unknown, each once.

        Returns:
            Those of which only the `rest` of the condition is still to be asked, and those whose `when` is.
        """
        found: list[Rule] = []
        others = self._always
        for read, by_constant, every in self._paths:
            subject = read(context)
            if subject is FAILED:
                others = others + every
            elif isinstance(subject, list):
                matching: list[Rule] = []
                for item in subject:
                    if item in by_constant:
                        matching += by_constant[item]
                found += dict.fromkeys(matching) if len(matching) > 1 else matching
            elif subject in by_constant:
                found += by_constant[subject]
        return found, others


def _asks_for(condition: dict[str, Any], linker: Linker) -> tuple[str | None, frozenset[Any]]:
    """Find a path of which the condition asks for one of some constants."""
    for prefix in _SELECTIVE:
        for path, test in condition.items():
            if path == prefix or (prefix.endswith(".") and path.startswith(prefix)):
                constants = constants_of(test, linker)
                if constants is not None:
                    return path, constants
    return None, frozenset()
