"""What a text with variables can be."""

from itertools import product

from pretoken.policy.pool import Pool
from pretoken.trigger.text import parts_of

_MOST = 1_000


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
