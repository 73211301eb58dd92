"""Acceptances: findings that somebody has read and decided to live with."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from pretoken.checks.check import check
from pretoken.checks.declarations import names_somebody
from pretoken.checks.finding import Doubt, Finding
from pretoken.policy.errors import named, printable, quoted, typed
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.report import At
from pretoken.policy.rules import Acceptance
from pretoken.policy.suggestions import closest, suggested


class Accepted(NamedTuple):
    """A finding that is accepted, and the reason that the policy gives, as far as a report may repeat it."""

    finding: Finding
    why: str

    @classmethod
    def because(cls, finding: Finding, why: str) -> "Accepted":
        """Accept a finding for a reason as it stands in the policy; one that may be about a person is told as such."""
        return cls(finding, "a reason that may be about a person" if names_somebody(why) else printable(why))


@check(
    "warning",
    gain="the same finding can come back unseen, under a reason that was given for something else",
    cure="leave the acceptance out, or name the finding and place that still stand",
)
def unused_acceptance(
    loaded: LoadedPolicy,
    found: Collection[Finding] = (),
    names: Collection[str] = (),
    not_looked_for: Collection[str] = (),
) -> Iterator[Doubt]:
    """Report an acceptance that silences nothing.

    What it accepted is gone, or its name or place has a typo and the finding still stands.
    Left alone, it would silence the same finding when it comes back, and nobody would read the reason again.

    An acceptance stands in the rule that the finding is in, or in pool.yaml for all that isn't in a rule.
    It silences one finding, by its name and place, which stays in every report, with the reason.
    A second one at the same place needs an acceptance of its own, with its own reason.
    One of a template's findings is no finding where there is no template.

    Bad:

    ```yaml
    rules:
      stage:
        when: {principal: user}
        access_token: {claims: {stage: live}}
        accept: [{finding: reaches-machines, at: access_token, why: Every token names the stage.}]
    ```

    Good:

    ```yaml
    rules:
      stage:
        access_token: {claims: {stage: live}}
        accept: [{finding: reaches-machines, at: access_token, why: Every token names the stage.}]
    ```

    Source: the rule language, on `accept`.
    """
    places: dict[tuple[str | None, str], list[str]] = {}
    for finding in found:
        places.setdefault((finding.rule, finding.name), []).append(finding.at)
    for at, rule, accepted in acceptances(loaded):
        name, elsewhere = accepted.finding, places.get((rule, accepted.finding), [])
        if accepted.at in elsewhere:
            elsewhere.remove(accepted.at)  # the next one at this place needs an acceptance of its own
            continue
        if name in not_looked_for:
            continue
        if name not in names:
            cure = suggested(name, names, f"leave out `finding: {typed(name)}`")
            yield Doubt((*at, "finding"), f"there is no finding {named(name)}", cure)
        elif elsewhere:
            near = closest(accepted.at or "", elsewhere) or min(elsewhere)
            what = "an acceptance names a place" if accepted.at is None else f"{quoted(name)} isn't found there"
            yield Doubt((*at, "at"), what, f"write `at: {typed(near)}`")
        elif places.get((None, name)):
            where, near = min(places[None, name]), "accept it in pool.yaml"
            yield Doubt(at, f"{quoted(name)} isn't found in this rule", f"{near}: `at: {typed(where)}`")
        else:
            where = "in this rule" if rule is not None else "outside of rules"
            yield Doubt(at, f"{quoted(name)} isn't found {where}", f"leave out `finding: {typed(name)}`")


def acceptances(loaded: LoadedPolicy) -> Iterator[tuple[At, str | None, Acceptance]]:
    """Give every acceptance of a policy: its place, the rule that it is in, and itself."""
    for number, accepted in enumerate(loaded.policy.pool.accept):
        yield ("pool", "accept", number), None, accepted
    for name, rule in loaded.policy.rules.items():
        for number, accepted in enumerate(rule.accept):
            yield ("rules", name, "accept", number), name, accepted
