"""Games: a policy that passes the checks of the flow of data, with what it takes to attack it."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pretoken.trigger.plan import link
from tests.properties.choices import Seeded
from tests.properties.flow_oracle import Oracle
from tests.properties.flow_passing import passing
from tests.properties.flow_people import Situation, situation
from tests.properties.flow_policies import Focus, policy
from tests.properties.flow_world import (
    ADMIN_SCOPE,
    CHOSEN,
    PERSONAL,
    PROVIDER,
    SAFE,
    SCOPES,
    SECRET,
    SENSITIVE,
    SHARED,
    UNTRUSTED,
    VOUCHED,
)
from tests.properties.outcome import Outcome
from tests.properties.vocabulary import SECRETS, VARIABLES

if TYPE_CHECKING:
    from pretoken.trigger.plan import Program
    from tests.properties.checks import Tally
    from tests.properties.choices import Choices

_INTEGRITY = (UNTRUSTED, UNTRUSTED, CHOSEN, CHOSEN, SCOPES, SHARED, PROVIDER, VOUCHED)
PRIVATE = Focus((PERSONAL, PERSONAL, SENSITIVE, SENSITIVE, SECRET), ("claim", "take", "encrypt", "suppress"))
CHOICES = Focus(_INTEGRITY, ("claim", "choose"))
GRANTS = Focus((UNTRUSTED, UNTRUSTED, SAFE, CHOSEN, SHARED, PROVIDER, VOUCHED), ("add", "attenuate"))
FACTS = Focus((PERSONAL,), ("claim", "claim", "claim"), 60, 75)
LESS = Focus((SCOPES, SCOPES, SAFE), ("claim", "claim"), 50, 70)
RECIPIENTS = Focus(_INTEGRITY, ("encrypt",))
REMOVALS = Focus((UNTRUSTED, CHOSEN, SAFE), ("take", "suppress", "deny", "preferred"))
PROOFS = Focus((VOUCHED, VOUCHED, SAFE), ("claim", "claim", "choose"), 30, 75)
PROVIDERS = Focus((PROVIDER, PROVIDER, SAFE), ("claim", "claim"), 30, 75)
_USERS = {"principal": "user"}


class Game:
    """A policy that passes, with its program, and what the oracle knows of it."""

    def __init__(self, plan: dict[str, Any], tally: Tally) -> None:
        self.plan = plan
        self.tally = tally
        self.program: Program = link(plan, VARIABLES, SECRETS)
        self.oracle = Oracle(plan)
        self.providers: list[str] = plan["pool"]["identity_providers"]
        self.authorizing = plan["pool"]["id_token_authorizes"]

    def outcome(self, situation: Situation, *, keyed: bool = True) -> Outcome:
        """Give what becomes of a situation."""
        outcome = Outcome(self.program, situation.event(), situation.answers(keyed=keyed))
        self.tally["outcomes"] += 1
        self.tally["acted"] += outcome.changed
        return outcome

    @cached_property
    def protected(self) -> bool:
        """Tell whether no user can change attributes with a token: a rule for all users takes the scope for it away."""
        return any(
            rule.get("when", _USERS) == _USERS and self._takes_admin_scope(rule) for rule in self.plan["rules"].values()
        )

    def _takes_admin_scope(self, rule: dict[str, Any]) -> bool:
        edits = {name: test for name, test in rule.get("access_token", {}).get("scopes", {}).items() if name != "add"}
        if not edits or "one_of" in json.dumps(edits):
            return False  # what a list takes away depends on the list
        program = link({**self.plan, "rules": {"r": {"access_token": {"scopes": edits}}}}, VARIABLES, SECRETS)
        asked = situation(Seeded("asked"), self.providers, machine=0)
        asked = asked._replace(inputs={**asked.inputs, "scopes": [ADMIN_SCOPE]})
        return not list_of(Outcome(program, asked.event(), asked.answers()), "scopes")

    def said(self, problem: str, *situations: Situation) -> str:
        """Say what is wrong, with all that it takes to see it."""
        plan = self.plan
        parts: dict[str, Any] = {"providers": self.providers, "authorizes": self.authorizing}
        parts |= {name: plan[name] for name in ("derived", "tables", "rules")}
        parts |= {f"situation {n}": tuple(one) for n, one in enumerate(situations)}
        return "\n".join([problem, *(f"{name}: {json.dumps(part)}" for name, part in parts.items())])


def game_of(choices: Choices, tally: Tally, focus: Focus) -> Game | None:
    plan = policy(choices, focus)
    tally["policies"] += 1
    tally["rules"] += len(plan["rules"])
    passed = passing(plan)
    if passed is None:
        return None
    tally["passed"] += 1
    tally["rules left"] += len(passed["rules"])
    return Game(passed, tally)


def list_of(outcome: Outcome, name: str) -> list[str]:
    decided = getattr(outcome.decision, name)
    return (getattr(outcome.event, name) or []) if decided is None else decided.items
