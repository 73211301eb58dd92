"""The labels of conditions: who can make them hold, and what they still require whatever those do."""

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from pretoken.checks.finding import Hop
from pretoken.checks.flow.inputs import VERIFIED
from pretoken.checks.flow.label import NOT_WRITTEN, PRINCIPAL, Label, Traces, joined, worst
from pretoken.checks.possible import Possible
from pretoken.checks.scopes import names_constants
from pretoken.policy.conditions import Condition
from pretoken.policy.errors import is_personal
from pretoken.policy.tests import Operators, Test
from pretoken.policy.values import Tested
from pretoken.policy.walk import walk_test
from pretoken.trigger.outcomes import ABSENT
from pretoken.trigger.tests import TESTS

if TYPE_CHECKING:
    from pretoken.checks.flow.context import Context
    from pretoken.checks.flow.labels import Labels
    from pretoken.policy.report import At


_ALWAYS_THERE = ("attribute.sub", "username")
_LONGEST = 60


class Literal(NamedTuple):
    """One test of one input, as it must come out.

    Attributes:
        label: the label of what is tested, and of the lists that it is tested against.
        writers: who can make the test come out so; those who can make the input absent if that is enough.
        losers: who can make it come out so by losing a proof: a changed address isn't verified.
        guards: whether it requires something about the principal, such as a group, that not everybody has.

    """

    label: Label
    writers: Traces
    losers: Traces = NOT_WRITTEN
    guards: bool = False


class Group(NamedTuple):
    """Literals and groups, of which all must hold, or one."""

    every: bool
    parts: "tuple[Node, ...]"


Node: TypeAlias = Literal | Group


def holding(condition: Condition, context: "Context", at: "At", labels: "Labels") -> Group:
    """Give what must hold for a condition to be true, each input with the label that it has where it is needed."""
    return _needed(condition, labels.contexts.within(context, condition), at, labels, true=True)


def failing(condition: Condition, context: "Context", at: "At", labels: "Labels") -> Group:
    """Give what must hold for a condition to be false."""
    return _needed(condition, context, at, labels, true=False)


def _needed(condition: Condition, context: "Context", at: "At", labels: "Labels", *, true: bool) -> Group:
    """Give what must hold for a condition to come out so: all of its parts to be true, or one of them to be false."""
    same, opposite = (holding, failing) if true else (failing, holding)
    parts: list[Node] = [
        _literal(path, test, context, (*at, path), labels, true=true) for path, test in condition.tests.items()
    ]
    for number, member in enumerate(condition.all or ()):
        parts.append(same(member, context, (*at, "all", number), labels))
    if condition.any is not None:
        members = [same(member, context, (*at, "any", n), labels) for n, member in enumerate(condition.any)]
        parts.append(Group(not true, tuple(members)))
    if condition.not_ is not None:
        parts.append(opposite(condition.not_, context, (*at, "not"), labels))
    return Group(true, tuple(parts))


def _literal(path: str, test: Test, context: "Context", at: "At", labels: "Labels", *, true: bool) -> Node:
    derived = labels.policy.derived.get(path.removeprefix("derived.")) if path.startswith("derived.") else None
    if isinstance(derived, Tested) and isinstance(test, bool):
        return labels.fact(path, derived, context, test is true)
    tested = labels.path(path, context, at).through(Hop(shown_test(test), at))
    if path == "attribute.email" and _asks_for_beginning(test):  # whoever has a domain verifies any beginning in it
        tested = tested.written_by(tested.vouched)
    lists = lists_of(test, context, at, labels)
    label = worst([tested, *lists])._replace(standing=tested.standing)
    asks = true and not is_negative(test)
    writers = label.writers if asks else label.absence
    loses = path in VERIFIED.values() and _comes_out_without(test, labels, true)
    losers: Traces = {"user": (Hop(f"{path} (user)", at, "input", path),)} if loses else NOT_WRITTEN
    tells_apart = path not in _ALWAYS_THERE or names_constants(test) or bool(lists)
    return Literal(label, writers, losers, asks and tells_apart and not writers and label.standing >= PRINCIPAL)


def _comes_out_without(test: Test, labels: "Labels", true: bool) -> bool:
    """Tell whether a test of a proof can come out so where there is none, be it false or absent."""
    possible = Possible(labels.policy, lambda _path: None)
    outcomes = [possible.judge(test, subject) for subject in (True, False, ABSENT)]
    return {true} in outcomes[1:] and len(set(outcomes)) > 1


def _asks_for_beginning(test: Test) -> bool:
    return any(isinstance(part.item, Operators) and part.item.prefix is not None for part in walk_test(test, ()))


def lists_of(test: Test, context: "Context", at: "At", labels: "Labels") -> list[Label]:
    """Give the labels of the inputs that a test compares with."""
    return [labels.path(part.item, context, part.at) for part in walk_test(test, at) if part.kind == "input"]


def is_negative(test: Test) -> bool:
    """Tell whether a test, or a part of it, can hold for what is absent."""
    if isinstance(test, tuple):
        return any(map(is_negative, test))
    if not isinstance(test, Operators):
        return False
    return any(TESTS[name].negative and argument is not True for name, argument in test.items().items())


def literals_of(node: Node) -> list[Literal]:
    """Give all literals of a condition, those of a fact that is asked for twice only once."""
    found, waiting, seen = [], [node], set()
    while waiting:
        part = waiting.pop()
        if isinstance(part, Literal):
            found.append(part)
        elif id(part) not in seen:
            seen.add(id(part))
            waiting.extend(reversed(part.parts))
    return found


def writers_of(node: Node) -> Traces:
    """Give who has a hand in whether a condition holds."""
    return joined(*(literal.writers for literal in literals_of(node)))


def steerers_of(node: Node) -> Traces:
    """Give who has a hand in it, or can take away or choose what it asks for."""
    return joined(*(literal.label.absence for literal in literals_of(node)))


def losers_of(node: Node) -> Traces:
    """Give who can make a condition hold by losing a proof."""
    return joined(*(literal.losers for literal in literals_of(node)))


def guards(node: Node, known: dict[int, bool] | None = None) -> bool:
    """Tell whether a condition still requires something about the principal, whatever users and callers do."""
    if isinstance(node, Literal):
        return node.guards
    known = {} if known is None else known
    if id(node) not in known:
        known[id(node)] = (any if node.every else all)(guards(part, known) for part in node.parts)
    return known[id(node)]


def label_of(node: Node) -> Label:
    """Give the label of what a condition lets through: personal data tells no more than a fact by it."""
    literals = literals_of(node)
    label = worst([literal.label.few_valued() for literal in literals])
    writers = joined(*(literal.writers for literal in literals))
    return label._replace(writers=writers, absence=joined(writers, label.absence))


def shown_test(test: Test) -> str:
    """Name a test in a few words, such as `age_at_least 18`."""
    if isinstance(test, Operators):
        operators = test.items()
        name, argument = next(iter(operators.items()))
        if len(operators) == 1 and isinstance(argument, (str, int, float)):
            return _plain(f"{name} {str(argument).lower() if isinstance(argument, bool) else argument}", name)
        return " and ".join(operators)
    if isinstance(test, tuple):
        return "one of several"
    return _plain(f"is {str(test).lower() if isinstance(test, bool) else test}", "is a constant")


def _plain(text: str, instead: str) -> str:
    return text if text.isprintable() and len(text) <= _LONGEST and not is_personal(text) else instead
