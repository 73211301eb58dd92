"""Sign-ins to hold two policies against each other: recorded events, and those of cases."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pretoken.policy.errors import is_personal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pretoken.simulator.cases import LocatedCase
    from pretoken.simulator.running import Runner


@dataclass(frozen=True, slots=True)
class SignIn:
    """An event, and what is given with it: answers of lookups, values of variables, the instant."""

    name: str
    event: Any
    lookups: Mapping[str, Any]
    variables: Mapping[str, str]
    now: int

    @property
    def content(self) -> str:
        """Everything but the name, to be compared."""
        return json.dumps([self.event, self.lookups, self.variables, self.now], sort_keys=True)


def of_cases(
    cases: Iterable[LocatedCase],
    runner: Runner,
    lookups: Mapping[str, Any],
    variables: Mapping[str, str],
    told: Callable[[str], str] = str,
) -> Iterator[SignIn]:
    """Give the sign-ins of a policy's cases.

    Args:
        cases: the cases.
        runner: of the policy that has them, which makes their events.
        lookups: answers of lookups that a case doesn't give.
        variables: values of variables that a case doesn't give.
        told: says the place of a case, which stands for a name that may be about a person.
    """
    for located in cases:
        case, given = located.case, located.case.given
        place = located.place
        name = told(f"{place.file}:{place.line}") if is_personal(case.name) else case.name
        all_variables = {**variables, **given.variables}
        event = runner.event(given, runner.simulator(runner.known(all_variables)))
        yield SignIn(name, event, {**lookups, **given.lookups}, all_variables, given.now)


def joined(new: Iterable[SignIn], old: Iterable[SignIn]) -> list[SignIn]:
    """Join the cases of two policies: what both give counts once, whatever it is called."""
    sign_ins = [*new]
    names = {sign_in.name for sign_in in sign_ins}
    known = {sign_in.content for sign_in in sign_ins}
    for sign_in in old:
        if sign_in.content not in known:
            name = f"{sign_in.name} (as it was)" if sign_in.name in names else sign_in.name
            sign_ins.append(replace(sign_in, name=name))
    return sign_ins
