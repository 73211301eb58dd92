"""The policy: a pool and its rules, and the JSON that the trigger runs."""

from collections.abc import Iterable
from typing import Any, get_args

from pydantic import Field

from pretoken.policy.constants import DerivedName, RuleName, Text
from pretoken.policy.fields import Encoding, Type
from pretoken.policy.lookups import PROVIDERS
from pretoken.policy.model import Model
from pretoken.policy.pool import Pool
from pretoken.policy.rules import Rule
from pretoken.policy.steps import PLAIN_STEPS, STEPS_WITH_ARGUMENT, Entries
from pretoken.policy.tests import OPERATORS, Alphabet
from pretoken.policy.values import FORMS, Value
from pretoken.trigger.inputs import TYPES
from pretoken.trigger.lookups import KEYS
from pretoken.trigger.reading import ENCODINGS
from pretoken.trigger.steps import STEPS
from pretoken.trigger.tests import SAFE_AS, TESTS
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
_VOCABULARY: dict[str, tuple[Iterable[str], Iterable[str]]] = {
    "forms": (FORMS, TRIGGER_FORMS),
    "steps": ((*PLAIN_STEPS, *STEPS_WITH_ARGUMENT), STEPS),
    "tests": (OPERATORS, TESTS),
    "alphabets": (get_args(Alphabet), SAFE_AS),
    "types": (get_args(Type), TYPES),
    "encodings": (get_args(Encoding), ENCODINGS),
    "providers of lookups": (PROVIDERS, KEYS),
}
for _noun, (_written, _done) in _VOCABULARY.items():
    if set(_written) != set(_done):
        raise ImportError(f"the rule language and the trigger don't know the same {_noun}")
