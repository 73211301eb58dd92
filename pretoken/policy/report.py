"""Where the checks of a policy put what they find."""

from collections.abc import Callable, Collection
from typing import Any, NamedTuple, TypeAlias

from pretoken.policy.errors import Place, RuleError

At: TypeAlias = tuple[str | int, ...]
"""A place in a policy: the keys and positions that lead there, such as `("rules", "greeting", "when")`."""


class Problem(NamedTuple):
    """Something wrong in one file: its name, its place in the file, its message; `key` points at the key there.

    `stand_in` is a place, and what can stand there while the rest of the file is checked.
    """

    name: str
    at: At
    message: str
    key: bool = False
    stand_in: tuple[At, Any] | None = None


def is_within(at: At, places: Collection[At]) -> bool:
    """Tell whether a place is one of these, or inside one."""
    return any(at[:depth] in places for depth in range(len(at) + 1))


class Report:
    """Collect errors at places of a policy.

    Args:
        place: gives the place in a file of a place in the policy; with True, that of its key.
        unsure: names, by sort, that are defined somewhere but couldn't be read, so nothing is known of them.
        broken: names of rules that couldn't be read whole; what they do is not known.
        left_out: places whose content couldn't be read; what stands there instead is not judged.
        complete: whether every file could be read, so that what isn't defined doesn't exist.

    """

    def __init__(
        self,
        place: Callable[[At, bool], Place],
        *,
        unsure: frozenset[tuple[str, str]] = frozenset(),
        broken: frozenset[str] = frozenset(),
        left_out: frozenset[At] = frozenset(),
        complete: bool = True,
    ) -> None:
        self.place = place
        self.unsure = unsure
        self.broken = broken
        self.complete = complete
        self._left_out = left_out
        self._holders = {at[:-1] for at in left_out}
        self.errors: list[RuleError] = []

    def is_left_out(self, at: At) -> bool:
        """Tell whether something else stands at a place, since its content couldn't be read."""
        return is_within(at, self._left_out)

    def lacks_a_part(self, at: At) -> bool:
        """Tell whether a key of the mapping at a place couldn't be read."""
        return at in self._holders

    def add(self, name: str, at: At, message: str, *, key: bool = False) -> None:
        """Add an error at a place, or at its key."""
        if not self.is_left_out(at[:-1] if key else at):
            self.errors.append(RuleError(name, self.place(at, key), message))
