"""A walk over everything that is written in a policy, each part with its place."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

from pretoken.policy.conditions import Condition
from pretoken.policy.constants import Constant
from pretoken.policy.lookups import Lookup
from pretoken.policy.policy import Policy
from pretoken.policy.report import At
from pretoken.policy.rules import Edit, IamRoles, Rule, Token
from pretoken.policy.steps import AtMost, Join, Keep, Prefer, Pseudonym, Step, StripPrefix, Table
from pretoken.policy.tests import Operators, Test
from pretoken.policy.values import Add, Choose, FirstOf, Form, From, Leaf, Object, Tailed, Template, Tested, UnionOf
from pretoken.trigger.text import TemplateError, parts_of

Kind: TypeAlias = Literal["value", "condition", "test", "step", "input", "constant", "template", "plain"]
"""`input`: a path. `constant`: a scalar or tuple that may hold variables. `template`: text with placeholders.
`plain`: text in which nothing is replaced."""


class Part(NamedTuple):
    """A part of a policy: what it is, the model or text itself, where it stands; `key` if it is a key there."""

    kind: Kind
    item: Any
    at: At
    key: bool = False


def walk(policy: Policy) -> Iterator[Part]:
    """Walk over a whole policy."""
    yield from _walk_pool(policy)
    for name, value in policy.derived.items():
        yield from walk_value(value, ("derived", name))
    for name, entries in policy.tables.items():
        yield from _walk_entries(entries, ("tables", name))
    for name, rule in policy.rules.items():
        yield from walk_rule(rule, ("rules", name))


def _walk_pool(policy: Policy) -> Iterator[Part]:
    pool = policy.pool
    for name, ids in pool.clients.items():
        for number, client_id in enumerate(ids):
            yield Part("constant", client_id, ("pool", "clients", name, number))
    for name, lookup in pool.lookups.items():
        yield from walk_lookup(lookup, ("pool", "lookups", name))
    for sort, test in (("groups", pool.groups), ("scopes", pool.scopes)):
        if test is not None:
            yield from walk_test(test, ("pool", sort))
    for name, recipient in pool.recipients.items():
        yield Part("constant", recipient.key, ("pool", "recipients", name, "key"))
    for name, pseudonym in pool.pseudonyms.items():
        yield Part("constant", pseudonym.secret, ("pool", "pseudonyms", name, "secret"))


def walk_lookup(lookup: Lookup, at: At) -> Iterator[Part]:
    """Walk over a lookup: its texts, its templates and the inputs that it must match."""
    templates = lookup.templates()
    for place, text in templates.items():
        yield Part("template", text, (*at, *place))
    provider = lookup.provider
    for name, argument in getattr(lookup, "lambda_" if provider == "lambda" else provider):
        texts = argument if isinstance(argument, tuple) else (argument,)
        if (provider, name) not in templates and all(isinstance(text, str) for text in texts):
            yield Part("constant", argument, (*at, provider, name))
    for field, path in lookup.must_match.items():
        yield Part("input", path, (*at, "must_match", field))


def walk_rule(rule: Rule, at: At) -> Iterator[Part]:
    """Walk over a rule."""
    if rule.why is not None:
        yield Part("plain", rule.why, (*at, "why"))
    if rule.deny is not None:
        yield Part("plain", rule.deny, (*at, "deny"))
    if rule.when is not None:
        yield from walk_condition(rule.when, (*at, "when"))
    for name, part in effects_of(rule):
        yield from _walk_token(part, (*at, *name)) if isinstance(part, Token) else walk_edit(part, (*at, *name))


def effects_of(rule: Rule) -> Iterator[tuple[At, Token | Edit]]:
    """Give the tokens and edits of a rule, each with its place in the rule."""
    for name, token in (("access_token", rule.access_token), ("id_token", rule.id_token)):
        if token is not None:
            yield (name,), token
    if rule.access_token is not None and rule.access_token.scopes is not None:
        yield ("access_token", "scopes"), rule.access_token.scopes
    for name, edit in (("groups", rule.groups), ("iam_roles", rule.iam_roles)):
        if edit is not None:
            yield (name,), edit


def _walk_token(token: Token, at: At) -> Iterator[Part]:
    for claim, leaf in token.claims.items():
        yield Part("plain", claim, (*at, "claims", claim), key=True)
        yield from walk_value(leaf, (*at, "claims", claim))
    for number, claim in enumerate(token.suppress):
        yield Part("plain", claim, (*at, "suppress", number))
    for recipient, members in token.encrypted_for.items():
        for member, value in members.items():
            yield Part("plain", member, (*at, "encrypted_for", recipient, member), key=True)
            yield from walk_value(value, (*at, "encrypted_for", recipient, member))


def walk_edit(edit: Edit, at: At) -> Iterator[Part]:
    """Walk over an edit of a list."""
    if edit.add is not None:
        yield from walk_value(edit.add, (*at, "add"))
    for name, test in (("keep", edit.keep), ("remove", edit.remove)):
        if test is not None:
            yield from walk_test(test, (*at, name))
    if isinstance(edit, IamRoles) and edit.preferred is not None:
        yield Part("constant", edit.preferred, (*at, "preferred"))


def walk_value(value: Leaf, at: At) -> Iterator[Part]:
    """Walk over a value or leaf."""
    if not isinstance(value, Add):
        yield Part("value", value, at)
    if not isinstance(value, (Form, Add)):
        yield Part("constant", value, at)
    if isinstance(value, From):
        yield Part("input", value.from_, (*at, "from"))
    if isinstance(value, Template):
        yield Part("template", value.template, (*at, "template"))
    for place, condition in conditions_of(value):
        yield from walk_condition(condition, (*at, *place))
    for place, member in members_of(value):
        if isinstance(value, Object):
            yield Part("plain", str(place[-1]), (*at, *place), key=True)
        yield from walk_value(member, (*at, *place))
    if isinstance(value, Tailed):
        yield from _walk_tail(value, at)


def _walk_tail(value: Tailed, at: At) -> Iterator[Part]:
    for number, step in enumerate(value.then):
        yield from _walk_step(step, (*at, "then", number))
    if value.one_of is not None:
        yield Part("input", value.one_of, (*at, "one_of"))
    if value.default is not None:
        yield Part("constant", value.default, (*at, "default"))


def members_of(value: object) -> Iterator[tuple[At, Leaf]]:
    """Give the values that a value is made of, each with its place in it."""
    if isinstance(value, Add):
        yield ("add",), value.add
    if isinstance(value, (FirstOf, UnionOf)):
        head, members = ("first_of", value.first_of) if isinstance(value, FirstOf) else ("union", value.union)
        yield from (((head, number), member) for number, member in enumerate(members))
    if isinstance(value, Choose):
        yield from ((("choose", number, "value"), branch.value) for number, branch in enumerate(value.choose))
        if value.otherwise is not None:
            yield ("otherwise",), value.otherwise
    if isinstance(value, Object):
        yield from ((("object", key), member) for key, member in value.object.items())


def conditions_of(value: object) -> Iterator[tuple[At, Condition]]:
    """Give the conditions in a value, each with its place in it."""
    if isinstance(value, Tested):
        yield ("test",), value.test
    if isinstance(value, Choose):
        yield from ((("choose", number, "when"), branch.when) for number, branch in enumerate(value.choose))


def _walk_entries(entries: Mapping[str, Constant], at: At) -> Iterator[Part]:
    for key, constant in entries.items():
        yield Part("plain", key, (*at, key), key=True)
        yield Part("constant", constant, (*at, key))


def _walk_step(step: Step, at: At) -> Iterator[Part]:
    yield Part("step", step, at)
    if isinstance(step, Keep):
        yield from walk_test(step.keep, (*at, "keep"))
    elif isinstance(step, Table) and isinstance(step.table, dict):
        yield from _walk_entries(step.table, (*at, "table"))
    elif isinstance(step, (Prefer, Join, StripPrefix)):
        name = argument_name(step)
        yield Part("constant", getattr(step, name), (*at, name))


def entries_of(step: Table, at: At, tables: Mapping[str, Mapping[str, Constant]]) -> dict[str, tuple[Constant, At]]:
    """Give the entries of the table that a step looks into, each with its place; none if there is no such table."""
    named = isinstance(step.table, str)
    entries = tables.get(step.table, {}) if isinstance(step.table, str) else step.table
    place: At = ("tables", str(step.table)) if named else (*at, "table")
    return {key: (constant, (*place, key)) for key, constant in entries.items()}


def argument_name(step: StripPrefix | Keep | Table | Prefer | AtMost | Join | Pseudonym) -> str:
    """Give the name of a step that has an argument."""
    return next(iter(type(step).model_fields))


def walk_condition(condition: Condition, at: At) -> Iterator[Part]:
    """Walk over a condition."""
    yield Part("condition", condition, at)
    for path, test in condition.tests.items():
        yield Part("input", path, (*at, path), key=True)
        yield from walk_test(test, (*at, path))
    for name, members in (("all", condition.all), ("any", condition.any)):
        for number, member in enumerate(members or ()):
            yield from walk_condition(member, (*at, name, number))
    if condition.not_ is not None:
        yield from walk_condition(condition.not_, (*at, "not"))


def walk_test(test: Test, at: At) -> Iterator[Part]:
    """Walk over a test."""
    yield Part("test", test, at)
    if isinstance(test, tuple):
        for number, member in enumerate(test):
            yield from walk_test(member, (*at, number))
    elif isinstance(test, Operators):
        if test.one_of is not None:
            yield Part("input", test.one_of, (*at, "one_of"))
        for name, text in (("prefix", test.prefix), ("domain", test.domain)):
            if text is not None:
                yield Part("constant", text, (*at, name))
        for name, inner in (("count", test.count), ("not", test.not_)):
            if inner is not None:
                yield from walk_test(inner, (*at, name))
    else:
        yield Part("constant", test, at)


def inputs_in(parts: Iterator[Part]) -> set[str]:
    """Give the paths that parts name themselves."""
    paths = set()
    for part in parts:
        if part.kind == "input":
            paths.add(part.item)
        elif part.kind == "template":
            paths.update(placeholders(part.item))
    return paths


def placeholders(template: str) -> list[str]:
    """Give the paths in a template; none if its braces are wrong."""
    try:
        return [part for kind, part in parts_of(template, template=True) if kind == "input"]
    except TemplateError:
        return []


def inputs_of(item: Condition | Leaf, policy: Policy) -> frozenset[str]:
    """Give every path that a value or condition depends on, through derived values and lookups too."""
    parts = walk_condition(item, ()) if isinstance(item, Condition) else walk_value(item, ())
    return with_sources(inputs_in(parts), policy)


def inputs_of_rule(rule: Rule, policy: Policy) -> frozenset[str]:
    """Give every path that a rule depends on, in its condition and in all that it does."""
    return with_sources(inputs_in(walk_rule(rule, ())), policy)


def with_sources(paths: set[str], policy: Policy) -> frozenset[str]:
    """Give these paths and every path that they depend on."""
    found: set[str] = set()
    waiting = list(paths)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting.extend(direct_sources(path, policy))
    return frozenset(found)


def direct_sources(path: str, policy: Policy) -> set[str]:
    """Give the paths that a derived value or a lookup field is computed from."""
    root, _, name = path.partition(".")
    if root == "derived" and name in policy.derived:
        return inputs_in(walk_value(policy.derived[name], ()))
    lookup = policy.pool.lookups.get(name.partition(".")[0]) if root == "lookup" else None
    return inputs_in(walk_lookup(lookup, ())) if lookup is not None else set()
