"""The labels of a policy's paths, each computed once for each context in which it is used."""

from pretoken.checks.finding import Hop
from pretoken.checks.flow.conditions import Group, failing, holding
from pretoken.checks.flow.context import Context, Contexts
from pretoken.checks.flow.inputs import input_label, lookup_label
from pretoken.checks.flow.label import Label
from pretoken.checks.flow.values import value_label
from pretoken.policy.policy import Policy
from pretoken.policy.report import At
from pretoken.policy.values import Leaf, Tested
from pretoken.trigger.inputs import split_path


class Labels:
    """Find the labels of a sound policy's values."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.contexts = Contexts(policy)
        self._computed: dict[tuple[str, Context], Label] = {}
        self._facts: dict[tuple[str, Context, bool], Group] = {}

    def path(self, path: str, context: Context, at: At) -> Label:
        """Give the label of an input that is read at a place, in a context."""
        root, name = split_path(path)
        if root not in ("derived", "lookup"):
            return input_label(path, context, at, self.policy)
        known = self._computed.get((path, context))
        if known is None:
            known = self._computed[path, context] = self._compute(path, root, name, context, at)
        return known.through(Hop(path, at)) if root == "derived" else known

    def value(self, value: Leaf, context: Context, at: At) -> Label:
        """Give the label of a value that stands at a place, and is used in a context."""
        return value_label(value, context, at, self)

    def fact(self, path: str, value: Tested, context: Context, true: bool) -> Group:
        """Give what must hold for a derived test to be true, or false."""
        known = self._facts.get((path, context, true))
        if known is None:
            at: At = ("derived", path.removeprefix("derived."), "test")
            known = (holding if true else failing)(value.test, context, at, self)
            self._facts[path, context, true] = known
        return known

    def _compute(self, path: str, root: str, name: str, context: Context, at: At) -> Label:
        if root == "derived":
            return value_label(self.policy.derived[name], context, ("derived", name), self)
        lookup = self.policy.pool.lookups[split_path(name)[0]]
        return lookup_label(path, lookup, at, lambda key, where: self.path(key, context, where))
