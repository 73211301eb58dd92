"""Static types: every value, step, test and tail has one, and nothing is coerced."""

from collections.abc import Sequence

from pretoken.policy.conditions import Condition
from pretoken.policy.constants import ScalarConstant
from pretoken.policy.errors import quoted
from pretoken.policy.fitting import ITEMS, NOUNS, Type, constant_type, conversion, described, item_type, misfit
from pretoken.policy.policy import Policy
from pretoken.policy.report import At, Report
from pretoken.policy.rules import Edit, Rule, Token
from pretoken.policy.steps import Keep, Prefer, Step, Table
from pretoken.policy.tests import Operators, Test
from pretoken.policy.values import (
    Add,
    Form,
    From,
    Leaf,
    Object,
    Tailed,
    Template,
    Tested,
    UnionOf,
    head_of,
)
from pretoken.policy.walk import argument_name, conditions_of, effects_of, entries_of, members_of, placeholders
from pretoken.trigger.inputs import FIXED_INPUTS, SCALAR_TYPES, STANDARD_ATTRIBUTES, split_path
from pretoken.trigger.steps import STEPS
from pretoken.trigger.tests import TESTS

_SECTIONS = {"attribute": "attributes", "lookup": "lookups"}
_ITEM_NAMES = {"scopes": "a scope", "groups": "a group", "iam_roles": "a role"}
_FITTING_TESTS = {
    "string": "prefix: a",
    "number": "at_least: 1",
    "boolean": "true",
    "date": "age_at_least: 18",
    "time": "within_last: 30d",
    "strings": "count: {at_least: 1}",
}
_DECLARED = ("`attribute.custom:", "`attribute.dev:", "`metadata.", "`lookup.")


class Typing:
    """Find the types of a policy's values, and report what doesn't fit.

    Args:
        policy: what the names mean.
        report: where errors go; None if the policy is known to be sound.

    """

    def __init__(self, policy: Policy, report: Report | None = None) -> None:
        self._policy = policy
        self._report = report
        self._silent = report is None
        self._derived: dict[str, Type | None] = {}

    def check(self) -> None:
        """Report everything in the policy that has the wrong type."""
        pool = self._policy.pool
        for name, lookup in pool.lookups.items():
            at: At = ("pool", "lookups", name)
            for place, text in lookup.templates().items():
                self._template(text, (*at, *place))
            for field, path in lookup.must_match.items():
                self._must_match(self.path(f"lookup.{name}.{field}"), path, (*at, "must_match", field))
        for sort, test in (("groups", pool.groups), ("scopes", pool.scopes)):
            if test is not None:
                self._test(test, "string", _ITEM_NAMES[sort], ("pool", sort))
        for name, value in self._policy.derived.items():
            self._value(value, ("derived", name))
        for name, rule in self._policy.rules.items():
            self._rule(rule, ("rules", name))

    def path(self, path: str) -> Type | None:
        """Give the type of an input; None if it is not known."""
        if path in FIXED_INPUTS:
            return FIXED_INPUTS[path].type
        root, name = split_path(path)
        first, field = split_path(name)
        sort = _SECTIONS.get(root, root)
        if self._report is not None and (sort, first if root == "lookup" else name) in self._report.unsure:
            return None
        if root == "derived":
            return self._derived_type(name)
        if root == "variable":
            return "string"
        if root == "attribute" and name in STANDARD_ATTRIBUTES:
            return STANDARD_ATTRIBUTES[name].type
        pool = self._policy.pool
        declared = {
            "attribute": pool.attributes.get(name),
            "metadata": pool.metadata.get(name),
            "lookup": pool.lookups[first].fields.get(field) if first in pool.lookups else None,
        }.get(root)
        return declared.type if declared is not None else None

    def of(self, value: Leaf) -> Type | None:
        """Give the type of a value or leaf without reporting anything; None if it is not known."""
        silent, self._silent = self._silent, True
        found = self._value(value, ())
        self._silent = silent
        return found

    def _derived_type(self, name: str) -> Type | None:
        if name not in self._derived:
            self._derived[name] = None  # a circle, which is an error of its own, has no type
            if name in self._policy.derived:
                self._derived[name] = self.of(self._policy.derived[name])
        return self._derived[name]

    def _wrong(self, at: At, message: str, *, key: bool = False) -> None:
        if self._report is not None and not self._silent:
            self._report.add("wrong-type", at, message, key=key)

    def _rule(self, rule: Rule, at: At) -> None:
        if rule.when is not None:
            self._condition(rule.when, (*at, "when"))
        for place, part in effects_of(rule):
            if isinstance(part, Token):
                self._token(part, (*at, *place))
            else:
                self._edit(part, _ITEM_NAMES[str(place[-1])], (*at, *place))

    def _token(self, token: Token, at: At) -> None:
        for claim, leaf in token.claims.items():
            self._value(leaf, (*at, "claims", claim))
        for recipient, members in token.encrypted_for.items():
            for member, value in members.items():
                self._value(value, (*at, "encrypted_for", recipient, member))

    def _edit(self, edit: Edit, item: str, at: At) -> None:
        if edit.add is not None:
            self._texts(edit.add, (*at, "add"))
        for name, test in (("keep", edit.keep), ("remove", edit.remove)):
            if test is not None:
                self._test(test, "string", item, (*at, name))

    def _value(self, value: Leaf, at: At) -> Type | None:
        """Give the type of a value or leaf, and report what is wrong inside it."""
        if isinstance(value, Add):
            self._texts(value.add, (*at, "add"))
            return "strings"
        if isinstance(value, Tested):
            self._condition(value.test, (*at, "test"))
            return "boolean"
        if isinstance(value, Object):
            for key, leaf in value.object.items():
                self._value(leaf, (*at, "object", key))
            return "string" if value.then else "object"
        if isinstance(value, Tailed):
            found = self._head(value, at)
            if self._report is not None and self._report.lacks_a_part(at):
                found = None  # the part may be a step
            return self._tail(value, found, at)
        return constant_type(value)

    def _head(self, value: Tailed, at: At) -> Type | None:
        if isinstance(value, From):
            return self.path(value.from_)
        if isinstance(value, Template):
            self._template(value.template, (*at, "template"))
            return "string"
        members = [(member, (*at, *place)) for place, member in members_of(value)]
        if isinstance(value, UnionOf):
            for member, here in members:
                self._texts(member, here)
            return "strings"
        for place, condition in conditions_of(value):
            self._condition(condition, (*at, *place))
        return self._common(members, head_of(value) or "")

    def _texts(self, value: Leaf, at: At) -> None:
        """Expect a list of texts, or one text."""
        found = self._value(value, at)
        if found not in ("strings", "string", None):
            self._wrong(at, f"this takes texts, not {NOUNS[found]}; {conversion(found, 'strings')}")

    def _common(self, members: Sequence[tuple[Leaf, At]], form: str) -> Type | None:
        """Expect values of one type; a constant takes the type of the others."""
        types = [
            self._value(member, at) if isinstance(member, (Form, Add)) else constant_type(member)
            for member, at in members
        ]
        if None in types:
            return None
        computed = [found for found, (member, _) in zip(types, members, strict=True) if isinstance(member, (Form, Add))]
        constants = [found for found, (member, _) in zip(types, members, strict=True) if member != ()]
        wanted = (computed or constants or ["strings"])[0] or ""
        for found, (member, at) in zip(types, members, strict=True):
            if isinstance(member, (Form, Add)):
                cure = conversion(found or "", wanted) if found != wanted else None
                what = NOUNS[found or wanted]
            else:
                cure, what = misfit(member, wanted), described(member)
            if cure is not None:
                self._wrong(at, f"`{form}` needs values of one type: {what} isn't {NOUNS[wanted]}; {cure}")
        return wanted

    def _tail(self, value: Tailed, found: Type | None, at: At) -> Type | None:
        for number, step in enumerate(value.then):
            found = self._step(step, found, (*at, "then", number))
        if value.one_of is not None:
            here = (*at, "one_of")
            if found not in ("string", "strings", None):
                message = f"`one_of` takes text or a list, not {NOUNS[found]}; {conversion(found, 'string')}"
                self._wrong(here, message, key=True)
            self._set(value.one_of, here)
        if value.default is not None and found is not None:
            cure = misfit(value.default, found)
            if cure is not None:
                message = f"the value is {NOUNS[found]} and can't default to {described(value.default)}; {cure}"
                self._wrong((*at, "default"), message)
        return found

    def _set(self, path: str, at: At) -> None:
        """Expect the path of a list or text."""
        found = self.path(path)
        if found not in ("strings", "string", None):
            what = f"{quoted(path, 'this input')} is {NOUNS[found]}"
            message = f"{what}, and `one_of` needs a list; name a list, for example `groups`"
            self._wrong(at, message)

    def _step(self, step: Step, found: Type | None, at: At) -> Type | None:
        name = step if isinstance(step, str) else argument_name(step)
        spec = STEPS[name]
        if found is not None and found not in spec.takes:
            takes = " or ".join(dict.fromkeys(NOUNS[taken] for taken in spec.takes))
            cure = conversion(found, spec.takes[0], without=name)
            self._wrong(at, f"`{name}` takes {takes}, not {NOUNS[found]}; {cure}")
            found = None
        if isinstance(step, Keep):
            self._test(step.keep, item_type(found), "the value", (*at, "keep"))
        if isinstance(step, Table):
            return self._table(step, found, at)
        if isinstance(step, Prefer):
            for number, constant in enumerate(step.prefer):
                self._equals(constant, item_type(found), "the value", (*at, "prefer", number))
            return item_type(found)
        return found if spec.gives == "same" else spec.gives

    def _table(self, step: Table, found: Type | None, at: At) -> Type | None:
        if self._report is not None and ("tables", str(step.table)) in self._report.unsure:
            return None
        entries = entries_of(step, at, self._policy.tables)
        if found not in ITEMS:
            return self._common(list(entries.values()), "table") if entries else None
        for constant, place in entries.values():
            if constant_type(constant) not in ("string", "strings"):
                message = f"over a list the entries of a table are texts, not {described(constant)}"
                self._wrong(place, f"{message}; {misfit(constant, 'string')}")
        return "strings"

    def _template(self, text: str, at: At) -> None:
        for path in placeholders(text):
            found = self.path(path)
            if found is not None and found not in SCALAR_TYPES:
                cure = "make it a derived value with `then: only`" if found == "strings" else "use `then: json`"
                self._wrong(at, f"{quoted(path, 'this input')} is {NOUNS[found]} and can't stand in text; {cure}")

    def _must_match(self, wanted: Type | None, path: str, at: At) -> None:
        found = self.path(path)
        if found is not None and wanted is not None and wanted != found:
            cure = f"declare the field with `type: {found}`"
            self._wrong(at, f"the field is {NOUNS[wanted]}, and {quoted(path, 'this input')} is {NOUNS[found]}; {cure}")

    def _condition(self, condition: Condition, at: At) -> None:
        for path, test in condition.tests.items():
            self._test(test, self.path(path), quoted(path, "this input"), (*at, path))
        for name, members in (("all", condition.all), ("any", condition.any)):
            for number, member in enumerate(members or ()):
                self._condition(member, (*at, name, number))
        if condition.not_ is not None:
            self._condition(condition.not_, (*at, "not"))

    def _test(self, test: Test, found: Type | None, subject: str, at: At) -> None:
        if isinstance(test, tuple):
            for number, member in enumerate(test):
                self._test(member, found, subject, (*at, number))
        elif not isinstance(test, Operators):
            self._equals(test, item_type(found), subject, at)
        else:
            for name in test.items():
                self._operator(name, test, found, subject, (*at, name))

    def _operator(self, name: str, test: Operators, found: Type | None, subject: str, at: At) -> None:
        applies = TESTS[name].applies_to
        if found is not None and found not in applies:
            judged = " or ".join(dict.fromkeys(NOUNS[kind] for kind in applies))
            cure = f"use `{_FITTING_TESTS.get(found, 'exists: true')}`"
            if found == "string" and subject.startswith(_DECLARED):
                cure = f"declare it with `type: {applies[0]}`"
            self._wrong(at, f"`{name}` judges {judged}, and {subject} is {NOUNS[found]}; {cure}", key=True)
        elif name == "count" and test.count is not None:
            self._test(test.count, "number", "a count", at)
        elif name == "not" and test.not_ is not None:
            self._test(test.not_, found, subject, at)
        elif name == "one_of" and test.one_of is not None:
            self._set(test.one_of, at)

    def _equals(self, constant: ScalarConstant, found: Type | None, subject: str, at: At) -> None:
        cure = misfit(constant, found) if found is not None else None
        if cure is not None:
            self._wrong(at, f"{subject} is {NOUNS[found or '']} and can't equal {described(constant)}; {cure}")
