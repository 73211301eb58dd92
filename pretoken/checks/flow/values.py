"""The labels of values: what each form, step and tail does to the labels of what goes in."""

from collections import Counter
from typing import TYPE_CHECKING

from pretoken.checks.finding import Hop
from pretoken.checks.flow.conditions import (
    failing,
    holding,
    is_negative,
    label_of,
    lists_of,
    losers_of,
    shown_test,
    steerers_of,
    writers_of,
)
from pretoken.checks.flow.label import CONSTANT, NOBODY, PERSONAL, PRINCIPAL, Label, Traces, joined, worst
from pretoken.checks.scopes import names_constants
from pretoken.policy.constants import Constant
from pretoken.policy.steps import Keep, Prefer, Step, Table
from pretoken.policy.tests import Test
from pretoken.policy.values import Add, Choose, FirstOf, Form, From, Leaf, Object, Tailed, Template, Tested
from pretoken.policy.vocabulary import compared
from pretoken.policy.walk import argument_name, entries_of, members_of, placeholders
from pretoken.trigger.steps import STEPS

if TYPE_CHECKING:
    from pretoken.checks.flow.context import Context
    from pretoken.checks.flow.labels import Labels
    from pretoken.policy.report import At

FEW = 100
"""Of at most so many constants a result is a fact instead of the datum."""

_SELECTING = ("prefer", "only", "at_most")
MERGING = ("lower", "upper", "trim", "strip_prefix")
"""Steps that can make one address of two."""


def value_label(value: Leaf, context: "Context", at: "At", labels: "Labels") -> Label:
    """Give the label of a value that is used in a context."""
    if isinstance(value, Add):
        return value_label(value.add, context, (*at, "add"), labels)
    if isinstance(value, Tested):
        return _tested(value, context, at, labels)
    if isinstance(value, Object):
        return worst(value_label(member, context, (*at, *place), labels) for place, member in members_of(value))
    if not isinstance(value, Tailed):
        return CONSTANT
    label = _head(value, context, at, labels)
    for number, step in enumerate(value.then):
        if _name(step) in MERGING and _can_merge(step, value.then[number:], label):
            label = label.written_by(label.vouched)._replace(vouched={})
        label = _stepped(step, label, context, (*at, "then", number), labels)
    if value.one_of is not None:
        label = _endorsed(label, value.one_of, context, (*at, "one_of"), labels)
    if value.default is not None:
        label = label.written_by(label.absence)  # a constant is about nobody: who takes the value away chose it
    return label


def _can_merge(step: Step, then: tuple[Step, ...], label: Label) -> bool:
    """Tell whether a step can make one of two addresses, or of two domains; Cognito vouches for what is stored."""
    return "email_domain" not in then and (_name(step) == "strip_prefix" or not label.shared)


def _tested(value: Tested, context: "Context", at: "At", labels: "Labels") -> Label:
    """Give the label of whether a condition holds: who can make it false chose the value as well."""
    node = holding(value.test, context, (*at, "test"), labels)
    label = label_of(node)
    otherwise = failing(value.test, context, (*at, "test"), labels)
    return label.written_by(steerers_of(node))._replace(
        absence=joined(label.absence, steerers_of(node), steerers_of(otherwise))
    )


def _head(value: Tailed, context: "Context", at: "At", labels: "Labels") -> Label:
    if isinstance(value, From):
        return labels.path(value.from_, context, at)
    if isinstance(value, Template):
        return _template(value, context, at, labels)
    if isinstance(value, Choose):
        return _chosen(value, context, at, labels)
    members = [value_label(member, context, (*at, *place), labels) for place, member in members_of(value)]
    label = worst(members)
    return label.written_by(_fallbacks(members)) if isinstance(value, FirstOf) else label


def _template(value: Template, context: "Context", at: "At", labels: "Labels") -> Label:
    parts = [labels.path(path, context, (*at, "template")) for path in placeholders(value.template)]
    label = worst(parts)
    return label if label.writers else label._replace(standing=max((part.standing for part in parts), default=NOBODY))


def _fallbacks(members: list[Label]) -> dict[str, tuple[Hop, ...]]:
    """Give who can choose a fallback that everybody can have, by taking away what comes before it."""
    found: dict[str, tuple[Hop, ...]] = {}
    before: dict[str, tuple[Hop, ...]] = {}
    for member in members:
        if member.standing < PRINCIPAL:
            found = {**before, **found}
        before = {**member.absence, **before}
    return found


def _chosen(value: Choose, context: "Context", at: "At", labels: "Labels") -> Label:
    conditions, parts = [], []
    for number, branch in enumerate(value.choose):
        here = (*at, "choose", number)
        node = holding(branch.when, context, (*here, "when"), labels)
        otherwise = failing(branch.when, context, (*here, "when"), labels)
        asked = label_of(node).written_by(steerers_of(node))
        if number + 1 < len(value.choose) or value.otherwise is not None:  # who falls through has the next value
            asked = asked.written_by(writers_of(otherwise))
        conditions.append(asked._replace(absence=joined(asked.absence, steerers_of(otherwise), losers_of(otherwise))))
        within = labels.contexts.within(context, branch.when)
        parts.append((branch.value, value_label(branch.value, within, (*here, "value"), labels)))
    if value.otherwise is not None:
        parts.append((value.otherwise, value_label(value.otherwise, context, (*at, "otherwise"), labels)))
    asked = worst(conditions)
    given = [label if isinstance(part, Form) else label._replace(standing=asked.standing) for part, label in parts]
    return worst([asked, *given])._replace(standing=min(label.standing for label in given))


def disclosers(value: Leaf, context: "Context", at: "At", labels: "Labels") -> Traces:
    """Give who can choose, by a condition inside a value, that personal data is in it."""
    found: list[Traces] = []
    if isinstance(value, From) and value.from_.startswith("derived."):
        name = value.from_.removeprefix("derived.")
        return disclosers(labels.policy.derived[name], context, ("derived", name), labels)
    for place, member in members_of(value):
        here, within = (*at, *place), context
        if isinstance(value, Choose) and place[0] == "choose":
            when = value.choose[int(place[1])].when
            within = labels.contexts.within(context, when)
            if value_label(member, within, here, labels).secrecy:
                found.append(writers_of(holding(when, context, (*here[:-1], "when"), labels)))
        elif isinstance(value, Choose) and value_label(member, within, here, labels).secrecy:
            for number, branch in enumerate(value.choose):
                found.append(writers_of(failing(branch.when, context, (*at, "choose", number, "when"), labels)))
        found.append(disclosers(member, within, here, labels))
    return joined(*found)


def _endorsed(label: Label, path: str, context: "Context", at: "At", labels: "Labels") -> Label:
    """Give the label of what is in a list: believed, if the list is trusted and about the principal."""
    members = labels.path(path, context, at)
    if members.writers or members.standing < PRINCIPAL:
        return worst([label, members]).through(
            Hop(f"one_of {path}, which is no trusted list about the user", at, "listed")
        )
    chosen = members if label.secrecy <= PERSONAL else worst([members, label])
    choices = label.choices | members.choices
    if label.writers:
        choices = label.choices | {frozenset({path}).union(*members.choices)}
    return chosen._replace(
        writers={},
        absence=joined(label.absence, members.absence),
        standing=members.standing,
        facts=members.facts | label.facts | label.personal,
        choices=choices,
    ).through(Hop(f"one_of {path}", at, "endorsed"))


def _name(step: Step) -> str:
    return step if isinstance(step, str) else argument_name(step)


def _stepped(step: Step, label: Label, context: "Context", at: "At", labels: "Labels") -> Label:
    name = _name(step)
    effect = STEPS[name].label
    if isinstance(step, Keep):
        label = _kept(step.keep, label, context, (*at, "keep"), labels)
        few = names_constants(step.keep) and sum(1 for _ in compared(step.keep, ())) <= FEW
    elif isinstance(step, Table):
        few = effect == "few-valued" and _merges(step, at, labels, shared=label.shared)
        label = label._replace(standing=min(label.standing, PRINCIPAL))
    else:
        few = isinstance(step, Prefer) and len(step.prefer) <= FEW
    if name in _SELECTING and not label.choices:
        label = label.written_by(label.absence)  # who leaves an item out has another one selected
    if name == "email_domain":
        label = label._replace(shared=True, standing=min(label.standing, PRINCIPAL))
    if few:
        label = label.few_valued()
    elif effect == "pseudonym":
        label = label.as_fact()
    text = shown_test(step.keep) if isinstance(step, Keep) else name
    return label.through(Hop(text, at, "table" if isinstance(step, Table) else "step"))


def _kept(test: Test, label: Label, context: "Context", at: "At", labels: "Labels") -> Label:
    """Give the label of what passes a test: who writes the lists that it asks has a hand in it."""
    lists = lists_of(test, context, at, labels)
    more = joined(*((asked.absence if is_negative(test) else asked.writers) for asked in lists))
    label = label.written_by(more)
    standing = label.standing
    return worst([label, *(asked._replace(writers={}) for asked in lists)])._replace(
        writers=label.writers, standing=standing
    )


def _merges(step: Table, at: "At", labels: "Labels", *, shared: bool) -> bool:
    """Tell whether a table says less than its key: few results, each of several keys, and none that spells its key."""
    entries = {key: constant for key, (constant, _) in entries_of(step, at, labels.policy.tables).items()}
    results = Counter(entries.values())
    if len(results) > FEW:
        return False
    shared = shared or min(results.values(), default=0) > 1
    return shared and not any(key.casefold() in _spelled(result) for key, result in entries.items())


def _spelled(constant: Constant) -> list[str]:
    return [str(item).casefold() for item in (constant if isinstance(constant, tuple) else (constant,))]
