"""How large values can get: by what they are made of, and by the steps that cut them."""

import json
import math
from collections.abc import Iterable

from pretoken.checks.sizes.bound import (
    Bound,
    as_json,
    as_list,
    as_text,
    cut,
    items,
    narrowed,
    plain,
    text,
    widest,
)
from pretoken.checks.sizes.costs import (
    ENDLESS,
    NOTHING,
    PLAIN,
    QUOTE,
    VISIBLE,
    Costs,
    added,
    cost_of,
    least,
    most,
    times,
)
from pretoken.checks.sizes.inputs import BOOLEAN, Inputs
from pretoken.policy.constants import Constant
from pretoken.policy.policy import Policy
from pretoken.policy.steps import AtMost, Join, Keep, Prefer, Pseudonym, Step, Table
from pretoken.policy.tests import Operators, Test
from pretoken.policy.values import Add, From, Leaf, Object, Tailed, Template, Tested, UnionOf
from pretoken.policy.walk import entries_of, members_of
from pretoken.trigger.text import parts_of

_PSEUDONYM = times(PLAIN, 43)  # 256 bits in base64url
_SAFE_AS = {
    "identifier": times(PLAIN, 128),
    "principal_tag": times(VISIBLE, 256),
    "scope": times(VISIBLE, 256),
}


class Values:
    """Tell how large a policy's values can get."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.inputs = Inputs(policy.pool)
        self._paths: dict[str, Bound] = {}

    def path(self, path: str) -> Bound:
        """Give the bound of an input."""
        if path not in self._paths:
            name = path.removeprefix("derived.")
            self._paths[path] = self.inputs.path(path) if name == path else self.value(self._policy.derived[name])
        return self._paths[path]

    def value(self, value: Leaf) -> Bound:
        """Give the bound of a value or leaf."""
        if isinstance(value, Add):
            return self.value(value.add)
        if isinstance(value, Tested):
            return BOOLEAN
        if isinstance(value, Object):
            found = self._object(value)
            return as_json(found) if value.then else found
        if not isinstance(value, Tailed):
            return self._constant(value)
        found = self._head(value)
        for step in value.then:
            found = self._step(step, found)
        if value.one_of is not None:
            found = narrowed(found, self.path(value.one_of))
        return found if value.default is None else widest((found, self._constant(value.default)))

    def _constant(self, constant: Constant) -> Bound:
        if isinstance(constant, str):
            return text(self.inputs.text(constant), frozenset({constant}))
        if isinstance(constant, tuple) and all(isinstance(item, str) for item in constant):
            return self.inputs.few(frozenset(map(str, constant)))
        return plain(cost_of(json.dumps(constant, separators=(",", ":"))))

    def _head(self, value: Tailed) -> Bound:
        if isinstance(value, From):
            return self.path(value.from_)
        if isinstance(value, Template):
            return self._template(value.template)
        members = [self.value(member) for _, member in members_of(value)]
        return self.union(members) if isinstance(value, UnionOf) else widest(members)

    def _template(self, template: str) -> Bound:
        cost, gaps = NOTHING, frozenset[str]()
        for kind, part in parts_of(template, template=True):
            if kind == "input":
                bound = self.path(part)
                cost, gaps = added(cost, bound.total), gaps | bound.gaps
            else:
                cost = added(cost, self.inputs.variable(part) if kind == "variable" else cost_of(part))
        return text(cost)._replace(gaps=gaps)

    def _object(self, value: Object) -> Bound:
        cost, gaps = times(PLAIN, 2), frozenset[str]()
        for key, member in value.object.items():
            bound = self.value(member)
            cost, gaps = added(cost, key_cost(key), bound.in_json), gaps | bound.gaps
        return plain(cost, gaps)

    def union(self, members: Iterable[Bound]) -> Bound:
        """Give the bound of all items of several lists, each once."""
        every = list(members)
        known = frozenset[str]().union(*(bound.domain for bound in every if bound.domain is not None))
        of_known = [bound for bound in every if bound.domain is not None]
        parts = [bound for bound in every if bound.domain is None]
        # Texts that are in several lists count once.
        few = self.inputs.few(known)
        parts.append(few._replace(total=least(few.total, added(*(bound.total for bound in of_known)))))
        return Bound(
            "list",
            most(bound.item for bound in every),
            sum(bound.many for bound in parts),
            added(*(bound.total for bound in parts)),
            known if len(of_known) == len(every) else None,
            frozenset[str]().union(*(bound.gaps for bound in every)),
        )

    def _step(self, step: Step, found: Bound) -> Bound:
        if isinstance(step, Keep):
            return narrowed(found, self.passing(step.keep)) if found.shape != "plain" else found
        if isinstance(step, Table):
            return self._table(step, found)
        if isinstance(step, Prefer):
            return widest(map(self._constant, step.prefer))
        if isinstance(step, AtMost):
            return cut(found, step.at_most)
        if isinstance(step, Join):
            separators = times(self.inputs.text(step.join), max(found.many - 1, 0))
            return text(added(found.total, separators))._replace(gaps=found.gaps)
        if isinstance(step, Pseudonym):
            return items(_PSEUDONYM, found.many, found.gaps)._replace(shape=found.shape)
        if step == "only":
            return as_text(found)
        if step == "json":
            return as_json(found)
        if step == "text":
            return text(found.total)
        # `lower`, `upper`, `trim`, `email_domain` and `strip_prefix` make nothing longer, but other texts.
        return found._replace(domain=None)

    def _table(self, step: Table, found: Bound) -> Bound:
        entries = [constant for constant, _ in entries_of(step, (), self._policy.tables).values()]
        bounds = list(map(self._constant, entries))
        if found.shape != "list":
            return widest(bounds)
        every = self.union(map(as_list, bounds))
        largest = widest(map(as_list, bounds))
        count = min(every.many, largest.many * found.many)
        return every._replace(many=count, total=least(every.total, times(largest.total, found.many)))

    def passing(self, test: Test) -> Bound:
        """Give the bound of the texts that pass a test."""
        if isinstance(test, tuple):
            return self.union(map(self.passing, test))
        if not isinstance(test, Operators):
            return self.inputs.few(frozenset({str(test)}))
        found = items(ENDLESS, math.inf)
        if test.safe_as is not None:
            found = narrowed(found, items(_SAFE_AS[test.safe_as], math.inf))
        return found if test.one_of is None else narrowed(found, self.path(test.one_of))


def key_cost(key: str) -> Costs:
    """Give the cost of a member's key, with its quotes, its colon and a comma."""
    return added(cost_of(key), QUOTE, QUOTE, PLAIN, PLAIN)
