"""Where the checks of a policy put what they find."""

from collections.abc import Callable
from typing import TypeAlias

from pretoken.policy.errors import Place, RuleError

At: TypeAlias = tuple[str | int, ...]
"""A place in a policy: the keys and positions that lead there, such as `("rules", "greeting", "when")`."""


class Report:
    """Collect errors at places of a policy.

    Args:
        place: gives the place in a file of a place in the policy; with True, that of its key.
        unsure: names, by sort, that are defined somewhere but couldn't be read, so nothing is known of them.
        broken: names of rules that couldn't be read whole; what they do is not known.
        complete: whether every file could be read, so that what isn't defined doesn't exist.

    """

    def __init__(
        self,
        place: Callable[[At, bool], Place],
        *,
        unsure: frozenset[tuple[str, str]] = frozenset(),
        broken: frozenset[str] = frozenset(),
        complete: bool = True,
    ) -> None:
        self.place = place
        self.unsure = unsure
        self.broken = broken
        self.complete = complete
        self.errors: list[RuleError] = []

    def add(self, name: str, at: At, message: str, *, key: bool = False) -> None:
        """Add an error at a place, or at its key."""
        self.errors.append(RuleError(name, self.place(at, key), message))
