"""The shapes of values: of what they are made of, and of what their steps leave."""

from collections.abc import Sequence

from pretoken.checks.possible import NOTHING, Possible
from pretoken.policy.policy import Policy
from pretoken.policy.values import Add, Choose, FirstOf, From, Leaf, Object, Tailed, Template, Tested, Value
from pretoken.policy.walk import members_of
from pretoken.token_schema.inputs import Inputs
from pretoken.token_schema.kinds import Kind
from pretoken.token_schema.shapes import Objects, Plain, Shape, as_text, joined, texts_of, union
from pretoken.token_schema.steps import Steps, narrowed
from pretoken.token_schema.texts import Texts, followed, unknown
from pretoken.trigger.outcomes import ABSENT
from pretoken.trigger.text import parts_of


class Values:
    """Tell what a policy's values can be in events of one kind; None is no value at all.

    A failure isn't a shape: a value that fails isn't written.
    """

    def __init__(self, policy: Policy, kind: Kind) -> None:
        self._policy = policy
        self.possible = Possible(policy, kind.known)
        self.inputs = Inputs(policy.pool, kind)
        self._steps = Steps(policy, self.inputs, self.possible, self.path)
        self._paths: dict[str, Shape | None] = {}

    def path(self, path: str) -> Shape | None:
        """Give the shape of an input."""
        if path not in self._paths:
            root, _, name = path.partition(".")
            if self.possible.path(path) <= NOTHING:
                self._paths[path] = None
            elif root == "derived":
                self._paths[path] = self.value(self._policy.derived[name])
            else:
                self._paths[path] = self.inputs.path(path)
        return self._paths[path]

    def value(self, value: Leaf) -> Shape | None:
        """Give the shape of a value or leaf."""
        if isinstance(value, Add):
            return self.value(value.add)
        if isinstance(value, Tested):
            return Plain("boolean", frozenset(self.possible.condition(value.test)))
        if isinstance(value, Object):
            return self._object(value)
        if not isinstance(value, Tailed):
            return self.inputs.constant(value)
        found = self._head(value)
        for step in value.then:
            found = None if found is None else self._steps.shape(step, found)
        if value.one_of is not None and found is not None:
            found = narrowed(found, texts_of(self.path(value.one_of)))
        return found if value.default is None else joined(found, self.inputs.constant(value.default))

    def _object(self, value: Object) -> Shape | None:
        members = [(str(place[-1]), self.value(member)) for place, member in members_of(value)]
        found = tuple((key, shape) for key, shape in members if shape is not None)
        if not found:
            return None
        return unknown() if value.then else Objects(found)

    def _head(self, value: Tailed) -> Shape | None:
        if isinstance(value, From):
            return self.path(value.from_)
        if isinstance(value, Template):
            return self._template(value.template)
        if isinstance(value, FirstOf):
            return self._first(value.first_of)
        if isinstance(value, Choose):
            return self._chosen(value)
        return union(self.value(member) for _, member in members_of(value))

    def _template(self, template: str) -> Texts | None:
        found = Texts(frozenset({""}))
        for kind, part in parts_of(template, template=True):
            if kind == "input":
                shape = self.path(part)
                if shape is None:
                    return None
                found = followed(found, as_text(shape))
            else:
                found = followed(found, self._text(kind, part))
        return found

    def _text(self, kind: str, part: str) -> Texts:
        return self.inputs.text(f"${{{part}}}") if kind == "variable" else Texts(frozenset({part}))

    def _first(self, members: Sequence[Value]) -> Shape | None:
        found: Shape | None = None
        for member in members:
            found = joined(found, self.value(member))
            if ABSENT not in self.possible.value(member):
                break
        return found

    def _chosen(self, value: Choose) -> Shape | None:
        found: Shape | None = None
        for branch in value.choose:
            truths = self.possible.condition(branch.when)
            if True in truths:
                found = joined(found, self.value(branch.value))
            if False not in truths:
                return found
        return found if value.otherwise is None else joined(found, self.value(value.otherwise))
