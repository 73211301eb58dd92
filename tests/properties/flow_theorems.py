"""What must hold of every policy in which the checks of the flow of data find nothing, as checks.

Each makes a policy and situations from choices, and says what is wrong, or None. The evaluator is the oracle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.properties.flow_game import (
    FACTS,
    PROOFS,
    PROVIDERS,
    REMOVALS,
)
from tests.properties.flow_grants import bounded_grants
from tests.properties.flow_policies import Focus
from tests.properties.flow_recipients import recipients_are_nobodys_choice
from tests.properties.flow_release import delimited_release, no_mark_in_the_clear
from tests.properties.flow_robustness import asking_for_less_gives_no_more, robustness

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.properties.checks import Check, Tally
    from tests.properties.choices import Choices


def _about(check: Callable[..., str | None], focus: Focus, name: str) -> Check:
    """Give a check with another focus, under a name of its own."""

    def focused(choices: Choices, tally: Tally) -> str | None:
        return check(choices, tally, focus)

    focused.__name__ = name
    return focused


facts_are_few = _about(delimited_release, FACTS, "facts_are_few")
removals_hold = _about(robustness, REMOVALS, "removals_hold")
proofs_are_asked_for = _about(robustness, PROOFS, "proofs_are_asked_for")
providers_are_asked_for = _about(robustness, PROVIDERS, "providers_are_asked_for")

THEOREMS: tuple[Check, ...] = (
    delimited_release,
    facts_are_few,
    no_mark_in_the_clear,
    robustness,
    removals_hold,
    proofs_are_asked_for,
    providers_are_asked_for,
    asking_for_less_gives_no_more,
    bounded_grants,
    recipients_are_nobodys_choice,
)
