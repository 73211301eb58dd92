"""Constants that name something: clients, identity providers, groups, scopes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias

from pretoken.cognito.contract import group_problem, scope_problem
from pretoken.policy.constants import Constant
from pretoken.policy.errors import is_personal, named, quoted, typed
from pretoken.policy.names import Names
from pretoken.policy.pool import Pool
from pretoken.policy.report import At, Report
from pretoken.policy.rules import Edit, Rule
from pretoken.policy.spots import flow
from pretoken.policy.steps import Keep, Prefer, Step, Table
from pretoken.policy.suggestions import closest, suggested
from pretoken.policy.tests import Operators, Test
from pretoken.policy.values import Add, Form, From, Leaf, Tailed
from pretoken.policy.variables import possible_texts
from pretoken.policy.walk import Part, effects_of, entries_of, members_of
from pretoken.trigger.tests import SAFE_AS

_PRINCIPALS = ("user", "machine")


Spot: TypeAlias = tuple[Constant, At, bool]
"""A constant, its place, and whether it is the key there."""


class Vocabulary:
    """Which constants make sense beside which inputs."""

    def __init__(self, names: Names, report: Report) -> None:
        self._names = names
        self._pool = names.pool
        self._report = report
        self._problems: dict[str, Callable[[str], str | None]] = {
            "principal": self._principal,
            "client": self._client,
            "identity_providers": self._provider,
            "groups": self._named("groups", group_problem),
            "scopes": self._named("scopes", scope_problem),
            "pool.groups": group_problem,
            "pool.scopes": scope_problem,
        }

    def check_part(self, part: Part) -> None:
        """Report constants that a condition or a value compares with an input that can't be them."""
        if part.kind == "condition":
            for path, test in part.item.tests.items():
                if path in self._problems:
                    self._check(path, compared(test, (*part.at, path)))
        elif part.kind == "value" and isinstance(part.item, From) and part.item.from_ in self._problems:
            self._check(part.item.from_, self._compared_by_steps(part.item, part.at))
        elif part.kind == "test" and part.at in (("pool", "groups"), ("pool", "scopes")):
            self._check(f"pool.{part.at[1]}", compared(part.item, part.at))

    def check_rule(self, rule: Rule, at: At) -> None:
        """Report scopes and groups that Cognito doesn't take, or that pool.yaml doesn't have."""
        for place, part in effects_of(rule):
            sort = str(place[-1])
            if isinstance(part, Edit) and sort in self._problems:
                here = (*at, *place)
                if part.add is not None:
                    self._check(sort, results(part.add, (*here, "add"), self._names.policy.tables))
                for name, test in (("keep", part.keep), ("remove", part.remove)):
                    if test is not None:
                        self._check(sort, compared(test, (*here, name)))

    def _check(self, path: str, constants: Iterable[Spot]) -> None:
        for constant, at, key in constants:
            for item in constant if isinstance(constant, tuple) else (constant,):
                for text in possible_texts(item, self._pool) or () if isinstance(item, str) else ():
                    problem = self._problems[path](text)
                    if problem is not None:
                        meant = None if key else _meant(text, at)
                        if meant is not None:
                            problem = f"{problem.rpartition('; ')[0]}; write {meant}"
                        self._report.add(_NAMES[path.removeprefix("pool.")], at, problem, key=key)
                        break

    def _compared_by_steps(self, value: From, at: At) -> Iterator[Spot]:
        for number, step in enumerate(value.then):
            here = (*at, "then", number)
            if isinstance(step, Keep):
                yield from compared(step.keep, (*here, "keep"))
            elif isinstance(step, Prefer):
                for position, constant in enumerate(step.prefer):
                    yield constant, (*here, "prefer", position), False
                return
            elif isinstance(step, Table):
                for key, (_, place) in entries_of(step, here, self._names.policy.tables).items():
                    yield key.replace("$", "$$"), place, True
                return
            elif step != "only":
                return

    def _principal(self, text: str) -> str | None:
        if text in _PRINCIPALS:
            return None
        cure = f"write `{closest(text, _PRINCIPALS) or 'machine'}`"
        return f"`principal` is `user` or `machine`, never {quoted(text)}; {cure}"

    def _client(self, text: str) -> str | None:
        if self._names.knows("clients", text):
            return None
        cure = suggested(text, self._pool.clients, f"add `{typed(text)}: …` under `clients`")
        return f"pool.yaml declares no client {named(text)}; {cure}"

    def _provider(self, text: str) -> str | None:
        if self._names.knows("identity_providers", text):
            return None
        cure = suggested(text, self._pool.identity_providers, f"write `identity_providers: [{typed(text)}]` there")
        return f"pool.yaml declares no identity provider {named(text)}; {cure}"

    def _named(self, sort: str, contract: Callable[[object], str | None]) -> Callable[[str], str | None]:
        """Judge a group or scope by Cognito's contract, and by the names that pool.yaml says exist."""
        test = getattr(self._pool, sort)

        def problem(text: str) -> str | None:
            refused = contract(text)
            if refused is not None or test is None or _admits(test, text, self._pool) is not False:
                return refused
            known = (constant for constant, _, _ in compared(test, ()) if isinstance(constant, str))
            admitted = [name for name in known if _admits(test, name, self._pool)]
            cure = suggested(text, admitted, f"let `{sort}` there admit it: `{typed(text)}`")
            return f"pool.yaml has no {sort[:-1]} {named(text)}; {cure}"

        return problem


def _meant(text: str, at: At) -> str | None:
    """Spell what other languages write as a sign in the text, if it can stand at a place."""
    words = [word.strip() for word in text.split(",")]
    if is_personal(text) or not text.isprintable():
        return None
    if len(words) > 1 and all(words) and isinstance(at[-1], str):
        return f"`{at[-1]}: {flow(words)}`"
    if "add" in at or "then" in at or len(text) == 1:
        return None
    if text.startswith("!"):
        return f"`not: {text[1:].strip()}`"
    return f"`prefix: {text[:-1]}`" if text.endswith("*") else None


def _admits(test: Test, text: str, pool: Pool) -> bool | None:
    """Tell whether a text passes a test; None where that depends on the event."""
    if isinstance(test, tuple):
        outcomes = {_admits(member, text, pool) for member in test}
        return True if True in outcomes else None if None in outcomes else False
    if not isinstance(test, Operators):
        texts = possible_texts(test, pool) if isinstance(test, str) else ()
        return None if texts is None else text in texts
    outcomes = {_passes(name, test, text, pool) for name in test.items()}
    return False if False in outcomes else None if None in outcomes else True


def _passes(operator: str, test: Operators, text: str, pool: Pool) -> bool | None:
    if operator == "not" and test.not_ is not None:
        admitted = _admits(test.not_, text, pool)
        return None if admitted is None else not admitted
    if operator == "prefix" and test.prefix is not None:
        prefixes = possible_texts(test.prefix, pool)
        return None if prefixes is None else text.startswith(prefixes)
    return SAFE_AS[test.safe_as].fullmatch(text) is not None if operator == "safe_as" and test.safe_as else None


def compared(test: Test, at: At) -> Iterator[Spot]:
    """Give the constants that a test compares its subject with, each with its place and whether it is a key there."""
    if isinstance(test, tuple):
        for number, member in enumerate(test):
            yield from compared(member, (*at, number))
    elif not isinstance(test, Operators):
        yield test, at, False
    elif test.not_ is not None:
        yield from compared(test.not_, (*at, "not"))


def results(value: Leaf, at: At, tables: Mapping[str, Mapping[str, Constant]]) -> Iterator[Spot]:
    """Give the constants that a value can be, each with its place; computed ones are left out."""
    if not isinstance(value, (Form, Add)):
        yield value, at, False
    if not isinstance(value, Tailed):
        return
    if value.default is not None:
        yield value.default, (*at, "default"), False
    if value.then:
        yield from _results_of_step(value.then[-1], (*at, "then", len(value.then) - 1), tables)
    else:
        for place, member in members_of(value):
            yield from results(member, (*at, *place), tables)


def _results_of_step(step: Step, at: At, tables: Mapping[str, Mapping[str, Constant]]) -> Iterator[Spot]:
    if isinstance(step, Prefer):
        yield step.prefer, (*at, "prefer"), False
    elif isinstance(step, Table):
        for constant, place in entries_of(step, at, tables).values():
            yield constant, place, False


_NAMES = {
    "principal": "unknown-principal",
    "client": "unknown-client",
    "identity_providers": "unknown-identity-provider",
    "groups": "unknown-group",
    "scopes": "unknown-scope",
}
