"""Faults to plant into the analysis of the flow of data: one rule of it switched off at a time, a few lines each.

`python -m tests.properties.flow_faults` shows which theorem finds each, and after how many examples.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pretoken.checks import confidentiality, integrity
from pretoken.checks.check import Check as PolicyCheck
from pretoken.checks.flow import conditions, context, inputs, label, labels, sinks, values
from pretoken.checks.flow.label import ANCHOR, CLIENT, NOBODY, NOT_WRITTEN, PERSONAL, PRINCIPAL, PUBLIC, SENSITIVE
from pretoken.checks.registry import CHECKS
from pretoken.policy.tests import Operators
from pretoken.policy.values import FirstOf, Object, Tailed
from pretoken.policy.walk import argument_name, entries_of, members_of, placeholders
from tests.properties.choices import Seeded
from tests.properties.faults import Fault
from tests.properties.flow_grants import bounded_grants
from tests.properties.flow_recipients import recipients_are_nobodys_choice
from tests.properties.flow_release import delimited_release, no_mark_in_the_clear
from tests.properties.flow_robustness import asking_for_less_gives_no_more, robustness
from tests.properties.flow_theorems import facts_are_few, proofs_are_asked_for, providers_are_asked_for, removals_hold

if TYPE_CHECKING:
    from collections.abc import Callable

    from pretoken.checks.flow import Label, Sink
    from pretoken.checks.flow.context import Context
    from tests.properties.checks import Check

    Plant = Callable[[pytest.MonkeyPatch], None]

FLOW_FAULTS: list[Fault] = []


def _fault(name: str, check: Check) -> Callable[[Plant], Plant]:
    def register(plant: Plant) -> Plant:
        FLOW_FAULTS.append(Fault(name, check, plant))
        return plant

    return register


def _changed(patch: pytest.MonkeyPatch, module: Any, name: str, change: Callable[..., Any]) -> None:
    """Let a function of the analysis give something else; `change` takes what it gives, and its arguments."""
    function = getattr(module, name)
    patch.setattr(module, name, lambda *given, **more: change(function(*given, **more), *given))


# The four checks.


def _silent(name: str) -> Plant:
    def plant(patch: pytest.MonkeyPatch) -> None:
        check: PolicyCheck = CHECKS[name]
        patch.setitem(CHECKS, name, check._replace(doubts=lambda _loaded: ()))

    return plant


for _name, _check in {
    "personal-data-in-clear": delimited_release,
    "untrusted-authorization": robustness,
    "recipient-chosen-by-untrusted-input": recipients_are_nobodys_choice,
    "removal-can-be-evaded": removals_hold,
}.items():
    FLOW_FAULTS.append(Fault(f"`{_name}` finds nothing", _check, _silent(_name)))


@_fault("what Cognito writes into ID tokens isn't seen", robustness)
def _native(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(integrity, "_native", lambda _policy: ())


@_fault("that there is a message tells nothing of its members", delimited_release)
def _telling(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(confidentiality, "_telling_messages", lambda _policy: ())


# Inputs.


def _trusting(writer: str) -> Plant:
    def plant(patch: pytest.MonkeyPatch) -> None:
        _changed(
            patch,
            inputs,
            "input_label",
            lambda given, *_: (
                given._replace(writers=NOT_WRITTEN, absence=NOT_WRITTEN, standing=ANCHOR)
                if writer in given.writers
                else given
            ),
        )
        patch.setattr(labels, "input_label", inputs.input_label)

    return plant


for _name, _check in {
    "user": robustness,
    "caller": robustness,
    "provider": providers_are_asked_for,
}.items():
    FLOW_FAULTS.append(Fault(f"what a {_name} writes is trusted", _check, _trusting(_name)))


@_fault("attributes without `data` are public", delimited_release)
def _undeclared(patch: pytest.MonkeyPatch) -> None:
    _changed(patch, inputs, "secrecy_of", lambda given, data: PUBLIC if data is None else given)


@_fault("what a field holds is what its lookup holds", delimited_release)
def _field_data(patch: pytest.MonkeyPatch) -> None:
    _changed(patch, inputs, "secrecy_of", lambda given, data: PUBLIC if data in _IN_FIELDS else given)


_IN_FIELDS = ("user.contact.email", "user.name")


@_fault("special categories are personal data", delimited_release)
def _special(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(inputs, "SPECIAL_CATEGORIES", ())


@_fault("secret data is only sensitive", delimited_release)
def _secret(patch: pytest.MonkeyPatch) -> None:
    _changed(patch, inputs, "secrecy_of", lambda given, _data: min(given, SENSITIVE))


@_fault("a user name is public", no_mark_in_the_clear)
def _username(patch: pytest.MonkeyPatch) -> None:
    _public(patch, "username")


@_fault("a date of birth is public", delimited_release)
def _birthdate(patch: pytest.MonkeyPatch) -> None:
    _public(patch, "attribute.birthdate")


def _public(patch: pytest.MonkeyPatch, public: str) -> None:
    _changed(
        patch,
        labels,
        "input_label",
        lambda given, path, *_: given._replace(secrecy=PUBLIC, leak=()) if path == public else given,
    )


@_fault("scopes that aren't asked for are trusted", asking_for_less_gives_no_more)
def _scopes(patch: pytest.MonkeyPatch) -> None:
    _changed(
        patch,
        labels,
        "input_label",
        lambda given, path, *_: given._replace(absence=NOT_WRITTEN) if path == "scopes" else given,
    )


def _standing(name: str, standing: int) -> Plant:
    return lambda patch: patch.setitem(inputs._STANDING, name, standing)


FLOW_FAULTS += [
    Fault("the client tells one user from another", robustness, _standing("client.id", ANCHOR)),
    Fault("scopes are about the principal", robustness, _standing("scopes", ANCHOR)),
    Fault("the client is reason enough to grant", bounded_grants, _standing("client", PRINCIPAL)),
]


# Lookups.


def _lookup(patch: pytest.MonkeyPatch, change: Callable[..., Any]) -> None:
    _changed(patch, labels, "lookup_label", change)


@_fault("every row is believed", robustness)
def _rows(patch: pytest.MonkeyPatch) -> None:
    _lookup(
        patch,
        lambda given, _path, lookup, *_: (
            given
            if lookup.writable_by == "user"
            else given._replace(writers=NOT_WRITTEN, standing=ANCHOR if given.writers else given.standing)
        ),
    )


@_fault("a key of few values tells one user from another", robustness)
def _few_keys(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(label.Label, "few_valued", label.Label.as_fact)
    stepped = values._stepped

    def faulty(step: Any, given: Label, *rest: Any) -> Label:
        return stepped(step, given, *rest)._replace(standing=given.standing)

    patch.setattr(values, "_stepped", faulty)


@_fault("what must match needn't tell one user from another", robustness)
def _matches(patch: pytest.MonkeyPatch) -> None:
    _lookup(
        patch,
        lambda given, _path, lookup, *_: (
            given._replace(writers=NOT_WRITTEN, standing=ANCHOR) if lookup.must_match else given
        ),
    )


@_fault("people write no tables", robustness)
def _own_tables(patch: pytest.MonkeyPatch) -> None:
    lookup_label = inputs.lookup_label

    def faulty(path: str, lookup: Any, *rest: Any) -> Label:
        return lookup_label(path, lookup.model_copy(update={"writable_by": "admin"}), *rest)

    patch.setattr(labels, "lookup_label", faulty)


@_fault("nobody steers which row it is", removals_hold)
def _steered(patch: pytest.MonkeyPatch) -> None:
    _lookup(patch, lambda given, *_: given._replace(absence=given.writers))


@_fault("what must match isn't steered", removals_hold)
def _steered_matches(patch: pytest.MonkeyPatch) -> None:
    _lookup(
        patch,
        lambda given, _path, lookup, *_: given._replace(absence=given.writers) if lookup.must_match else given,
    )


@_fault("a list for everybody is about each", robustness)
def _global(patch: pytest.MonkeyPatch) -> None:
    _lookup(
        patch,
        lambda given, *_: given if given.writers or given.standing else given._replace(standing=PRINCIPAL),
    )


@_fault("that there is a row tells nothing of its key", delimited_release)
def _told(patch: pytest.MonkeyPatch) -> None:
    _lookup(
        patch,
        lambda given, _path, lookup, *_: (
            given._replace(secrecy=PUBLIC, leak=())
            if lookup.data == "none" and given.leak and given.leak[0].text.startswith("attribute.")
            else given
        ),
    )


@_fault("a domain tells one user from another", robustness)
def _domain(patch: pytest.MonkeyPatch) -> None:
    def change(stepped: Label, step: Any, given: Label, *_rest: Any) -> Label:
        return stepped._replace(standing=given.standing) if step == "email_domain" else stepped

    _changed(patch, values, "_stepped", change)


@_fault("a list about the client endorses", robustness)
def _of_client(patch: pytest.MonkeyPatch) -> None:
    _list(patch, lambda given: given._replace(standing=PRINCIPAL) if given.standing == CLIENT else given)


# Contexts.


def _believing(change: Callable[[Context, Any, Any], Context]) -> Plant:
    """Let a condition require more than it does."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        within = context.Contexts.within

        def faulty(self: Any, given: Context, condition: Any) -> Context:
            found = within(self, given, condition)
            return found if condition is None else change(found, lambda one: within(self, given, one), condition)

        patch.setattr(context.Contexts, "within", faulty)

    return plant


def _either(one: Context, other: Context) -> Context:
    return context.Context(*(mine or its for mine, its in zip(one, other, strict=True)))


def _through(found: Context, within: Any, members: Any) -> Context:
    for member in members or ():
        found = _either(found, within(member))
    return found


def _always(**held: bool) -> Plant:
    """Let something hold everywhere, with conditions and without."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        within = context.Contexts.within
        patch.setattr(
            context.Contexts, "within", lambda self, given, condition: within(self, given, condition)._replace(**held)
        )

    return plant


FLOW_FAULTS += [
    Fault("an address needs no proof", proofs_are_asked_for, _always(email_verified=True)),
    Fault("a phone number needs no proof", proofs_are_asked_for, _always(phone_number_verified=True)),
    Fault("what providers write needs no provider", providers_are_asked_for, _always(provided=True)),
    Fault("users are machines", robustness, _always(machine=True)),
    Fault(
        "a proved phone number proves the address",
        proofs_are_asked_for,
        _believing(lambda found, *_: found._replace(email_verified=found.email_verified or found[1])),
    ),
    Fault(
        "each of several conditions holds, where one must: the proof",
        proofs_are_asked_for,
        _believing(lambda found, within, condition: _through(found, within, condition.any)),
    ),
    Fault(
        "each of several conditions holds, where one must: the provider",
        providers_are_asked_for,
        _believing(lambda found, within, condition: _through(found, within, condition.any)),
    ),
    Fault(
        "what a `not` denies holds: the proof",
        proofs_are_asked_for,
        _believing(
            lambda found, within, condition: _through(found, within, [condition.not_] if condition.not_ else ())
        ),
    ),
    Fault(
        "what a `not` denies holds: the provider",
        providers_are_asked_for,
        _believing(
            lambda found, within, condition: _through(found, within, [condition.not_] if condition.not_ else ())
        ),
    ),
]


@_fault("not false is true", proofs_are_asked_for)
def _not_false(patch: pytest.MonkeyPatch) -> None:
    _changed(patch, context, "_only", lambda given, test, _constant: given or isinstance(test, Operators))


@_fault("false is as good as true", proofs_are_asked_for)
def _false(patch: pytest.MonkeyPatch) -> None:
    _changed(patch, context, "_only", lambda given, test, constant: given or (constant is True and test is False))


@_fault("one of several constants is enough", proofs_are_asked_for)
def _one_constant(patch: pytest.MonkeyPatch) -> None:
    _changed(
        patch, context, "_only", lambda given, test, constant: given or (isinstance(test, tuple) and constant in test)
    )


@_fault("users may keep the scope that writes attributes", providers_are_asked_for)
def _may_write(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(context, "removes_admin_scope", lambda _policy: True)


@_fault("a rule for some removes a scope of all", providers_are_asked_for)
def _removed_from_some(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(context, "_always_applies", lambda _rule, _possible: True)


@_fault("any provider will do, of several", providers_are_asked_for)
def _any_provider(patch: pytest.MonkeyPatch) -> None:
    _changed(
        patch,
        context.Contexts,
        "_names_one",
        lambda given, _self, test: given or (isinstance(test, Operators) and test.items() == {"exists": True}),
    )


@_fault("no provider will do", providers_are_asked_for)
def _no_provider(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(context.Contexts, "_names_one", lambda _self, _test: True)


# Values.


@_fault("a `default` is nobody's choice", robustness)
def _default(patch: pytest.MonkeyPatch) -> None:
    value_label = values.value_label

    def faulty(value: Any, *rest: Any) -> Label:
        bare = isinstance(value, Tailed) and value.default is not None
        return value_label(value.model_copy(update={"default": None}) if bare else value, *rest)

    patch.setattr(values, "value_label", faulty)
    patch.setattr(labels, "value_label", faulty)


@_fault("a fallback is nobody's choice", robustness)
def _fallback(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(values, "_fallbacks", lambda _members: {})


@_fault("a fallback that is about nobody but the client is about the principal", robustness)
def _fallback_client(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(values, "PRINCIPAL", CLIENT)


@_fault("what `choose` asks is nobody's choice", robustness)
def _choose(patch: pytest.MonkeyPatch) -> None:
    _for_function(patch, "_chosen", "label_of", lambda given: given._replace(writers={}, absence={}))
    _for_function(patch, "_chosen", "steerers_of", lambda _given: {})


@_fault("what `choose` asks tells nothing", delimited_release)
def _choose_tells(patch: pytest.MonkeyPatch) -> None:
    _for_function(patch, "_chosen", "label_of", lambda given: given._replace(secrecy=PUBLIC, leak=()))


@_fault("nobody steers what `choose` asks", asking_for_less_gives_no_more)
def _choose_steered(patch: pytest.MonkeyPatch) -> None:
    _for_function(patch, "_chosen", "steerers_of", lambda _given: {})


@_fault("what `test` asks is nobody's choice", robustness)
def _test(patch: pytest.MonkeyPatch) -> None:
    _for_function(patch, "_tested", "label_of", lambda given: given._replace(writers={}, absence={}))
    _for_function(patch, "_tested", "steerers_of", lambda _given: {})


@_fault("nobody steers what `test` asks", asking_for_less_gives_no_more)
def _test_steered(patch: pytest.MonkeyPatch) -> None:
    _for_function(patch, "_tested", "steerers_of", lambda _given: {})


@_fault("what `test` asks tells nothing", delimited_release)
def _test_tells(patch: pytest.MonkeyPatch) -> None:
    _for_function(patch, "_tested", "label_of", lambda given: given._replace(secrecy=PUBLIC, leak=()))


def _for_function(patch: pytest.MonkeyPatch, function: str, name: str, change: Callable[[Any], Any]) -> None:
    """Let a name mean something else within one function of the values alone."""
    original, meant = getattr(values, function), getattr(values, name)
    inside = [0]

    def faulty(*given: Any) -> Any:
        inside[0] += 1
        try:
            return original(*given)
        finally:
            inside[0] -= 1

    patch.setattr(values, function, faulty)
    patch.setattr(values, name, lambda node: change(meant(node)) if inside[0] else meant(node))


@_fault("a template is as its first part", no_mark_in_the_clear)
def _template_tells(patch: pytest.MonkeyPatch) -> None:
    _first_part(patch)


@_fault("a template is trusted as its first part", robustness)
def _template(patch: pytest.MonkeyPatch) -> None:
    _first_part(patch)


def _first_part(patch: pytest.MonkeyPatch) -> None:
    def faulty(value: Any, where: Any, at: Any, known: Any) -> Label:
        first = next(iter(placeholders(value.template)), None)
        return label.CONSTANT if first is None else known.path(first, where, at)

    patch.setattr(values, "_template", faulty)


def _first_member(form: type) -> Plant:
    """Let a form be as its first member is."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        value_label = values.value_label

        def faulty(value: Any, where: Any, at: Any, known: Any) -> Label:
            if isinstance(value, form):
                place, member = next(iter(members_of(value)))
                return value_label(member, where, (*at, *place), known)
            return value_label(value, where, at, known)

        patch.setattr(values, "value_label", faulty)
        patch.setattr(labels, "value_label", faulty)

    return plant


for _form, _check in (
    (FirstOf, robustness),
    (FirstOf, delimited_release),
    (Object, robustness),
    (Object, delimited_release),
):
    FLOW_FAULTS.append(
        Fault(f"`{_form.__name__}` is as its first member ({_check.__name__})", _check, _first_member(_form))
    )


@_fault("a union is as its last member", robustness)
def _union(patch: pytest.MonkeyPatch) -> None:
    head = values._head

    def faulty(value: Any, where: Any, at: Any, known: Any) -> Label:
        members = getattr(value, "union", None)
        return values.value_label(members[-1], where, at, known) if members else head(value, where, at, known)

    patch.setattr(values, "_head", faulty)


def _list(patch: pytest.MonkeyPatch, change: Callable[[Label], Label]) -> None:
    """Let `one_of` take its list for another one."""
    endorsed = values._endorsed

    class Taken(labels.Labels):
        def __init__(self, known: Any) -> None:
            self._known = known

        def path(self, *given: Any) -> Label:
            return change(self._known.path(*given))

    patch.setattr(
        values, "_endorsed", lambda given, path, where, at, known: endorsed(given, path, where, at, Taken(known))
    )


@_fault("any list endorses, whoever wrote it", robustness)
def _endorses(patch: pytest.MonkeyPatch) -> None:
    _list(patch, lambda given: given._replace(writers={}, standing=ANCHOR) if given.writers else given)


@_fault("any list endorses, whomever it is about", robustness)
def _endorses_all(patch: pytest.MonkeyPatch) -> None:
    _list(patch, lambda given: given._replace(standing=max(given.standing, PRINCIPAL)) if not given.writers else given)


@_fault("what is in a list tells nothing of the list", delimited_release)
def _list_tells(patch: pytest.MonkeyPatch) -> None:
    _list(patch, lambda given: given._replace(secrecy=PUBLIC, leak=()))


@_fault("what is in a list is no more sensitive", delimited_release)
def _list_hides(patch: pytest.MonkeyPatch) -> None:
    endorsed = values._endorsed
    patch.setattr(
        values,
        "_endorsed",
        lambda given, *rest: endorsed(given._replace(secrecy=min(given.secrecy, PERSONAL)), *rest),
    )


@_fault("what is chosen from a list is always there", removals_hold)
def _list_absence(patch: pytest.MonkeyPatch) -> None:
    _changed(patch, values, "_endorsed", lambda given, *_: given._replace(absence=given.writers))


@_fault("the lists that `keep` asks have no writers", robustness)
def _keep(patch: pytest.MonkeyPatch) -> None:
    _changed(patch, values, "_kept", lambda kept, _test, given, *_: kept._replace(writers=given.writers))


@_fault("the lists that `keep` asks tell nothing", facts_are_few)
def _keep_tells(patch: pytest.MonkeyPatch) -> None:
    _changed(
        patch, values, "_kept", lambda kept, _test, given, *_: kept._replace(secrecy=given.secrecy, leak=given.leak)
    )


@_fault("what passes any test is one of few", no_mark_in_the_clear)
def _keep_anything(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(values, "names_constants", lambda _test: True)


@_fault("every table merges", facts_are_few)
def _merges(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(values, "_merges", lambda *_, **_shared: True)


@_fault("a table that spells its keys merges", facts_are_few)
def _spells(patch: pytest.MonkeyPatch) -> None:
    def faulty(step: Any, at: Any, known: Any, *, shared: bool) -> bool:
        entries = [constant for constant, _ in entries_of(step, at, known.policy.tables).values()]
        return shared or all(entries.count(entry) > 1 for entry in entries)

    patch.setattr(values, "_merges", faulty)


def _endorsing(name: str) -> Plant:
    def plant(patch: pytest.MonkeyPatch) -> None:
        def change(stepped: Label, step: Any, *_rest: Any) -> Label:
            known = step if isinstance(step, str) else argument_name(step)
            return stepped._replace(writers={}) if known == name else stepped

        _changed(patch, values, "_stepped", change)

    return plant


def _hiding(name: str) -> Plant:
    def plant(patch: pytest.MonkeyPatch) -> None:
        def change(stepped: Label, step: Any, *_rest: Any) -> Label:
            known = step if isinstance(step, str) else argument_name(step)
            return stepped._replace(secrecy=PUBLIC, leak=()) if known == name else stepped

        _changed(patch, values, "_stepped", change)

    return plant


for _step in ("table", "keep", "prefer"):
    FLOW_FAULTS.append(Fault(f"`{_step}` endorses", robustness, _endorsing(_step)))
for _step in ("lower", "upper", "trim", "email_domain", "strip_prefix", "only", "at_most", "join", "text", "json"):
    FLOW_FAULTS.append(Fault(f"`{_step}` hides", facts_are_few, _hiding(_step)))
for _step in ("pseudonym", "prefer", "keep", "table"):
    FLOW_FAULTS.append(Fault(f"`{_step}` hides what is sensitive", delimited_release, _hiding(_step)))


@_fault("facts hide what is sensitive", delimited_release)
def _facts(patch: pytest.MonkeyPatch) -> None:
    as_fact = label.Label.as_fact
    patch.setattr(label.Label, "as_fact", lambda self: as_fact(self)._replace(secrecy=PUBLIC, leak=()))


# Conditions.


@_fault("who makes a value absent makes no test pass", removals_hold)
def _negative(patch: pytest.MonkeyPatch) -> None:
    _steerless(patch)


@_fault("who asks for less makes no test pass", asking_for_less_gives_no_more)
def _negative_scopes(patch: pytest.MonkeyPatch) -> None:
    _steerless(patch)


def _steerless(patch: pytest.MonkeyPatch) -> None:
    def faulty(given: Any, *_: Any) -> Any:
        if not isinstance(given, conditions.Literal):
            return given
        bare = given.label._replace(absence=given.label.writers)
        return conditions.Literal(bare, given.label.writers)

    _changed(patch, conditions, "_literal", faulty)


@_fault("a `not` asks as its condition does", asking_for_less_gives_no_more)
def _not(patch: pytest.MonkeyPatch) -> None:
    literal = conditions._literal

    def faulty(*given: Any, true: bool) -> Any:
        del true
        return literal(*given, true=True)

    patch.setattr(conditions, "_literal", faulty)


@_fault("negative tests ask as positive ones do", asking_for_less_gives_no_more)
def _negative_tests(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(conditions, "is_negative", lambda _test: False)


@_fault("one of several ways that is guarded guards all", bounded_grants)
def _any_guards(patch: pytest.MonkeyPatch) -> None:
    def faulty(node: Any) -> bool:
        if isinstance(node, conditions.Literal):
            return not node.writers and node.label.standing >= PRINCIPAL
        return any(map(faulty, node.parts))

    patch.setattr(integrity, "guards", faulty)


@_fault("everything guards", bounded_grants)
def _all_guards(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(integrity, "guards", lambda _node: True)


@_fault("untrusted tests guard as trusted ones do", bounded_grants)
def _untrusted_guards(patch: pytest.MonkeyPatch) -> None:
    def faulty(node: Any) -> bool:
        if isinstance(node, conditions.Literal):
            return True
        return (any if node.every else all)(map(faulty, node.parts))

    patch.setattr(integrity, "guards", faulty)


@_fault("what is about the client alone guards", bounded_grants)
def _client_guards(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(conditions, "PRINCIPAL", CLIENT)


@_fault("what is about nobody guards", bounded_grants)
def _nobody_guards(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(conditions, "PRINCIPAL", NOBODY)


@_fault("the lists that a test asks have no writers", robustness)
def _lists(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(conditions, "lists_of", lambda *_: [])


@_fault("the lists that a test asks tell nothing", delimited_release)
def _lists_tell(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(conditions, "lists_of", lambda *_: [])


@_fault("a condition tells nothing of sensitive data", delimited_release)
def _condition_tells(patch: pytest.MonkeyPatch) -> None:
    _changed(patch, sinks, "label_of", lambda given, _node: given._replace(secrecy=PUBLIC))


# Sinks.


def _unseen(where: Callable[[Sink], bool], *modules: Any) -> Plant:
    def plant(patch: pytest.MonkeyPatch) -> None:
        sinks_of = sinks.sinks_of
        for module in modules:
            patch.setattr(module, "sinks_of", lambda policy: [sink for sink in sinks_of(policy) if not where(sink)])

    return plant


def _is(kind: str, *targets: str) -> Callable[[Sink], bool]:
    return lambda sink: sink.kind == kind and (not targets or sink.target in targets)


FLOW_FAULTS += [
    Fault(f"{_kind}{_targets or ''} isn't seen ({_check.__name__})", _check, _unseen(_is(_kind, *_targets), _module))
    for _kind, _targets, _check, _module in (
        ("claim", ("access_token",), delimited_release, confidentiality),
        ("claim", ("id_token",), delimited_release, confidentiality),
        ("member", (), delimited_release, confidentiality),
        ("message", (), delimited_release, confidentiality),
        ("add", ("scopes",), delimited_release, confidentiality),
        ("add", ("groups",), delimited_release, confidentiality),
        ("add", ("iam_roles",), delimited_release, confidentiality),
        ("take", ("scopes",), delimited_release, confidentiality),
        ("take", ("groups",), delimited_release, confidentiality),
        ("suppress", (), delimited_release, confidentiality),
        ("claim", ("access_token",), robustness, integrity),
        ("claim", ("id_token",), robustness, integrity),
        ("add", ("scopes",), bounded_grants, integrity),
        ("add", ("groups",), bounded_grants, integrity),
        ("add", ("iam_roles",), bounded_grants, integrity),
        ("preferred", (), removals_hold, integrity),
        ("message", (), recipients_are_nobodys_choice, integrity),
        ("take", ("scopes",), removals_hold, integrity),
        ("take", ("groups",), removals_hold, integrity),
        ("take", ("iam_roles",), removals_hold, integrity),
        ("suppress", ("access_token",), removals_hold, integrity),
        ("deny", (), removals_hold, integrity),
    )
]


@_fault("what guards a rule is nobody's choice", robustness)
def _unguarded(patch: pytest.MonkeyPatch) -> None:
    none = conditions.Group(True, ())
    patch.setattr(sinks._Rule, "_guards", lambda _self, _when: (none, none))


@_fault("nobody steers what guards a removal", removals_hold)
def _removal_steered(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(integrity, "steerers_of", conditions.writers_of)


@_fault("the lists that a removal asks are nobody's choice", removals_hold)
def _taken(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sinks, "lists_of", lambda *_: [])


@_fault("losing a proof is nobody's doing", bounded_grants)
def _losers(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(integrity, "losers_of", lambda _node: {})


@_fault("untrusted values may be granted behind a guard", bounded_grants)
def _granted(patch: pytest.MonkeyPatch) -> None:
    sinks_of = sinks.sinks_of
    patch.setattr(
        integrity,
        "sinks_of",
        lambda policy: [
            sink._replace(value=label.CONSTANT) if sink.kind == "add" else sink for sink in sinks_of(policy)
        ],
    )


REMEMBERED = Path(__file__).with_name("flow_found.json")
"""The number of an example that shows each fault, so that not every run of the tests looks for it again."""


def is_found(fault: Fault, examples: int) -> bool:
    """Tell whether the remembered example shows a planted fault, or else one of so many."""
    number = json.loads(REMEMBERED.read_text(encoding="utf-8")).get(fault.name)
    with pytest.MonkeyPatch.context() as patch:
        fault.plant(patch)
        if number is not None and fault.check(Seeded(f"{number}"), Counter()) is not None:
            return True
    return fault.found_after(examples) is not None


def _main(examples: int) -> None:
    """Print which theorem finds each fault, after how many examples, and remember them."""
    found: dict[str, int | None] = {}
    for fault in FLOW_FAULTS:
        found[fault.name] = fault.found_after(examples)
        sys.stdout.write(f"{fault.name:75}{fault.check.__name__:32}{found[fault.name] or 'never':>6}\n")
        sys.stdout.flush()
    REMEMBERED.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _main(int(sys.argv[1]) if len(sys.argv) > 1 else 4_000)
