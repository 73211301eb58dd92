"""What variables can be, and texts with them."""

from collections.abc import Mapping
from itertools import product
from typing import Any

from pretoken.policy.pool import Pool
from pretoken.trigger.text import parts_of, resolve_variables

_MOST = 1_000


def complete_variables(declared: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """Give every declared variable a value: the given one, else the first that is allowed, else its own name.

    Args:
        declared: name -> `any` or the list of allowed values, as in a plan.
        given: values of some.

    Raises:
        PlanError: a given value isn't among those allowed.
    """
    values = {name: name if allowed == "any" else allowed[0] for name, allowed in declared.items()}
    return resolve_variables(declared, {**values, **given})


def possible_texts(text: str, pool: Pool) -> tuple[str, ...] | None:
    """Give every text that a constant can be, or None where a variable may hold anything."""
    choices: list[tuple[str, ...]] = []
    count = 1
    for kind, part in parts_of(text):
        allowed = pool.variables.get(part, "any") if kind == "variable" else (part,)
        if isinstance(allowed, str):
            return None
        choices.append(allowed)
        count *= len(allowed)
        if count > _MOST:
            return None
    return tuple("".join(parts) for parts in product(*choices))
