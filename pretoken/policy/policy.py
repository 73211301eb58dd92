"""The policy: a pool and its rules, and the JSON that the trigger runs."""

from typing import Any

from pydantic import Field

from pretoken.policy.constants import DerivedName, RuleName, Text
from pretoken.policy.model import Model
from pretoken.policy.pool import Pool
from pretoken.policy.rules import Rule
from pretoken.policy.steps import PLAIN_STEPS, STEPS_WITH_ARGUMENT, Entries
from pretoken.policy.tests import OPERATORS
from pretoken.policy.values import FORMS, Value
from pretoken.trigger.steps import STEPS
from pretoken.trigger.tests import TESTS
from pretoken.trigger.values import FORMS as TRIGGER_FORMS


class Policy(Model):
    """A pool with all the rules of its folder."""

    pool: Pool
    """What the inputs are."""
    derived: dict[DerivedName, Value] = Field({})
    """Values by name."""
    tables: dict[Text, Entries] = Field({})
    """Tables by name."""
    rules: dict[RuleName, Rule] = Field({})
    """Rules by name."""

    def plan(self) -> dict[str, Any]:
        """Give the plan: canonical JSON that loads back as an equal policy."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


# One vocabulary: what may be written is what the trigger does.
if (
    set(FORMS) != set(TRIGGER_FORMS)
    or {*PLAIN_STEPS, *STEPS_WITH_ARGUMENT} != set(STEPS)
    or set(OPERATORS) != set(TESTS)
):
    raise ImportError("the rule language and the trigger don't know the same forms, steps and tests")
