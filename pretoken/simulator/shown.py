"""What a report on many sign-ins may show of them: names, and no value that comes from an event."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pretoken.policy.errors import is_personal

if TYPE_CHECKING:
    from collections.abc import Iterator

HIDDEN = "(not shown)"
"""What stands for a name that may be about a person."""

_INNER = "*"
_NO_RESULT = ("when", "test", "why", "from", "one_of", "template", "deny", "strip_prefix", "join", "keep", "remove")
"""Keys of rules under which no constant stands that can become a claim."""

_ROLE = re.compile(r"arn:aws[\w-]*:iam::\d{12}:role/(.+)", re.DOTALL)


class Shown:
    """Decides what is shown of names and values.

    A text is shown where it is a constant that a rule can write, since the rule files say it already. Keys inside a
    claim may come from a row of a lookup, so they are shown where a rule file has them.

    Args:
        plans: the canonical JSON of the policies.
    """

    def __init__(self, *plans: dict[str, Any]) -> None:
        parts = [plan.get(section, {}) for plan in plans for section in ("rules", "derived", "tables")]
        self._constants = {text for part in parts for text in _constants(part)}
        self._keys = {key for part in parts for key in _keys(part)}

    @staticmethod
    def name(text: str) -> str:
        """Show the name of a scope, group, role or claim."""
        role = _ROLE.fullmatch(text)
        # The number of the AWS account isn't a person's.
        return HIDDEN if is_personal(text if role is None else role[1]) else text

    def path(self, path: tuple[str, ...]) -> str:
        """Show the name of a claim or member, with the keys that lead to a leaf in it."""
        name, *inner = path
        return ".".join([self.name(name), *(self.name(key) if key in self._keys else _INNER for key in inner)])

    def value(self, value: Any) -> str | None:
        """Show a boolean, or a text that stands in the rules; None for all other values."""
        if isinstance(value, bool):
            return "true" if value else "false"
        return value if isinstance(value, str) and value in self._constants and not is_personal(value) else None


def _constants(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, list):
        for item in part:
            yield from _constants(item)
    elif isinstance(part, dict):
        for key, inner in part.items():
            if key not in _NO_RESULT:
                yield from _constants(inner)


def _keys(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for key, inner in part.items():
            yield key
            yield from _keys(inner)
    elif isinstance(part, list):
        for item in part:
            yield from _keys(item)
