"""The linker: what the names in a plan mean, once variables and secrets are known."""

from __future__ import annotations

from pretoken.trigger.conditions import link_condition
from pretoken.trigger.errors import PlanError
from pretoken.trigger.inputs import link_input
from pretoken.trigger.steps import link_step
from pretoken.trigger.tests import link_test
from pretoken.trigger.text import fill_in
from pretoken.trigger.values import link_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from pretoken.trigger.context import Context
    from pretoken.trigger.lookups import Lookup
    from pretoken.trigger.outcomes import Decide, Judge, ReadValue, Truth, Value
    from pretoken.trigger.steps import Apply
    from pretoken.trigger.values import Place

    Observe = Callable[[Place, Truth], None]


class Linker:
    """Turns the parts of a plan into functions, each name once.

    Args:
        plan: the policy's canonical JSON.
        variables: the value of each declared variable.
        secrets: the secret of each pseudonym, at least 32 bytes.
        observe: called with the place and the outcome of each condition that is evaluated.

    Attributes:
        lookups: those that were linked, by name.
    """

    __slots__ = ("_inputs", "_observe", "_secrets", "lookups", "plan", "pool", "variables")

    def __init__(
        self,
        plan: dict[str, Any],
        variables: Mapping[str, str],
        secrets: Mapping[str, bytes] | None = None,
        observe: Observe | None = None,
    ) -> None:
        self.plan = plan
        self.pool = plan["pool"]
        self.variables = variables
        self._secrets = secrets or {}
        self._observe = observe
        self._inputs: dict[str, ReadValue] = {}
        self.lookups: dict[str, Lookup] = {}

    def constant(self, constant: Any) -> Value:
        """Give a constant with the variables' values in it."""
        if isinstance(constant, str):
            return fill_in(constant, self.variables)
        return [self.constant(item) for item in constant] if isinstance(constant, list) else constant

    def input(self, path: str) -> ReadValue:
        """Link an input."""
        if path not in self._inputs:
            self._inputs[path] = link_input(path, self)
        return self._inputs[path]

    def value(self, value: Any, at: Place) -> ReadValue:
        """Link a value that stands at a place."""
        return link_value(value, self, at)

    def derived(self, name: str) -> ReadValue:
        """Link a derived value; it is asked for once, since `input` remembers."""
        return self.value(self.plan["derived"][name], ("derived", name))

    def step(self, step: str | dict[str, Any]) -> Apply:
        """Link a step."""
        return link_step(step, self)

    def test(self, test: Any) -> Judge:
        """Link a test."""
        return link_test(test, self)

    def condition(self, condition: dict[str, Any], at: Place) -> Decide:
        """Link a condition that stands at a place."""
        decide, observe = link_condition(condition, self), self._observe
        if observe is None:
            return decide

        def observed(context: Context) -> Truth:
            truth = decide(context)
            observe(at, truth)
            return truth

        return observed

    def table(self, table: str | dict[str, Any]) -> dict[str, Any]:
        """Give a table by its name, or as it stands."""
        entries: dict[str, Any] = self.plan["tables"][table] if isinstance(table, str) else table
        return entries

    def lookup_field(self, lookup: str, field: str) -> ReadValue:
        """Link a field of a lookup."""
        if lookup not in self.lookups:
            from pretoken.trigger.lookups import Lookup  # a package for which nothing is looked up lacks it

            self.lookups[lookup] = Lookup(lookup, self.pool["lookups"][lookup], self)
        return self.lookups[lookup].field(field)

    def secret(self, pseudonym: str) -> bytes:
        """Give the secret of a pseudonym; raises PlanError if there is none."""
        if pseudonym not in self._secrets:
            raise PlanError(f"the secret of the pseudonym `{pseudonym}` isn't there")
        return self._secrets[pseudonym]
