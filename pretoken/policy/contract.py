"""Cognito's contract, held against what the rules write."""

from typing import Any

from pretoken.cognito.contract import claim_problem, suppression_problem, value_problem
from pretoken.policy.errors import is_personal, quoted
from pretoken.policy.fitting import Type
from pretoken.policy.pool import Pool
from pretoken.policy.report import At, Report
from pretoken.policy.rules import Rule, Token
from pretoken.policy.types import Typing
from pretoken.policy.values import Add, Form, From, Leaf
from pretoken.policy.walk import effects_of

RESERVED_PREFIX = "encrypted_for_"

_SAMPLES: dict[Type, Any] = {
    "string": "text",
    "number": 1,
    "boolean": True,
    "date": "2000-01-31",
    "time": 1,
    "strings": ["text"],
    "numbers": [1],
    "booleans": [True],
    "object": {"key": "text"},
}


class Contract:
    """Report claims that rules may not write or suppress, or not with such a value."""

    def __init__(self, pool: Pool, typing: Typing, report: Report) -> None:
        self._versions = pool.trigger
        self._typing = typing
        self._report = report

    def check(self, rule: Rule, at: At) -> None:
        """Check the tokens of a rule."""
        for place, part in effects_of(rule):
            if isinstance(part, Token):
                here = (*at, *place)
                for claim, leaf in part.claims.items():
                    self._check_claim(claim, leaf, str(place[0]), (*here, "claims", claim))
                self._check_suppressions(part.suppress, str(place[0]), (*here, "suppress"))
                for recipient, members in part.encrypted_for.items():
                    if "sub" in members:
                        message = "`sub` is in every encrypted message already; leave `sub` out"
                        report_at = (*here, "encrypted_for", recipient, "sub")
                        self._report.add("reserved-claim", report_at, message, key=True)

    def _check_claim(self, claim: str, leaf: Leaf, token: str, at: At) -> None:
        problem = _masked(claim_problem(claim, token), claim)
        if claim.startswith(RESERVED_PREFIX):
            problem = f"`{RESERVED_PREFIX}…` is for messages; write it under `encrypted_for: {{RECIPIENT: {{…}}}}`"
        if problem is None and claim == "aud":
            if leaf == From.model_validate({"from": "client.id"}) or self._typing.of(leaf) is None:
                return
            problem = value_problem(claim, "", token, "V2_0", "client id")
        if problem is None:
            self._check_value(claim, leaf, token, at)
        else:
            self._report.add("reserved-claim", at, problem, key=True)

    def _check_suppressions(self, claims: tuple[str, ...], token: str, at: At) -> None:
        for number, claim in enumerate(claims):
            problem = _masked(suppression_problem(claim, token), claim)
            if problem is not None:
                self._report.add("reserved-claim", (*at, number), problem)
            elif claim in claims[:number]:
                self._report.add("suppressed-twice", (*at, number), f"{quoted(claim)} stands twice; write it once")

    def _check_value(self, claim: str, leaf: Leaf, token: str, at: At) -> None:
        """Ask about a sample of the value's type, in each event version that is declared."""
        found = self._typing.of(leaf)
        if found is None:
            return
        for version in self._versions:
            if version == "V1_0" and token == "access_token":
                continue  # access-token effects don't apply to such events
            problem = _masked(value_problem(claim, _SAMPLES[found], token, version, ""), claim)
            if problem is None:
                continue
            if version == "V1_0":
                self._report.add("not-in-this-event-version", at, _as_text(claim, leaf) or problem)
            else:
                self._report.add("wrong-claim-type", at, problem)
            return


def _masked(problem: str | None, claim: str) -> str | None:
    """Take a claim's name out of what the contract says, if it may be about a person."""
    if problem is None or not is_personal(claim):
        return problem
    return problem.replace(f"`{claim}`", "this claim").replace(claim.rpartition(":")[2] or claim, "example")


def _as_text(claim: str, leaf: Leaf) -> str | None:
    """Say how to make text of what has no step of its own."""
    text = f"{quoted(claim, 'this claim')} must be text"
    if isinstance(leaf, Add):
        return f'{text} in a V1_0 event, and `add` makes a list; use `then: {{join: ","}}`'
    if not isinstance(leaf, Form):
        return f'{text} in a V1_0 event; put the constant in quotes: `"…"`'
    return None
