"""What a request asks of a token: scopes and groups."""

from __future__ import annotations

import re
from typing import NamedTuple

from pretoken.verifier.refusals import GroupRefused, ScopeRefused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import TypeAlias

    Names: TypeAlias = str | Collection[str]

# RFC 6749 section 3.3; so a scope can stand in a header without escapes.
_SCOPE = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+")


class Requirements(NamedTuple):
    """Scopes and groups that a token must have: all of them, and one of them."""

    scopes: frozenset[str]
    any_scope: frozenset[str] | None
    groups: frozenset[str]
    any_group: frozenset[str] | None

    @classmethod
    def of(cls, scopes: Names, any_scope: Names | None, groups: Names, any_group: Names | None) -> Requirements:
        """Make requirements of names; one text is one name.

        Raises:
            ValueError: a name can't be one, or there is nothing of which a token could have one.
        """
        if scopes == () and any_scope is None and groups == () and any_group is None:
            return NOTHING
        made = cls(
            names("scopes", scopes),
            None if any_scope is None else some_names("any_scope", any_scope),
            names("groups", groups),
            None if any_group is None else some_names("any_group", any_group),
        )
        for scope in made.scopes | (made.any_scope or frozenset()):
            if not _SCOPE.fullmatch(scope):
                raise ValueError(f"`{scope}` can't be a scope; give one scope per text, without spaces")
        return made

    def check(self, scopes: frozenset[str], groups: frozenset[str]) -> None:
        """Hold a token's scopes and groups against them; raises ScopeRefused or GroupRefused."""
        if not self.scopes <= scopes or (self.any_scope is not None and self.any_scope.isdisjoint(scopes)):
            raise ScopeRefused(sorted(self.scopes if self.scopes - scopes else self.any_scope or ()))
        if not self.groups <= groups or (self.any_group is not None and self.any_group.isdisjoint(groups)):
            raise GroupRefused


NOTHING = Requirements(frozenset(), None, frozenset(), None)
"""Any token will do."""


def names(argument: str, given: Names) -> frozenset[str]:
    """Return names as a set; one text is one name.

    Raises:
        ValueError: one is empty or no text.
    """
    found = frozenset((given,) if isinstance(given, str) else given)
    if not all(isinstance(name, str) and name for name in found):
        raise ValueError(f"`{argument}` has an empty name, or one that is no text; give texts")
    return found


def some_names(argument: str, given: Names) -> frozenset[str]:
    """Do as `names`, of one name or more."""
    found = names(argument, given)
    if not found:
        raise ValueError(f"`{argument}` is empty, so that no token would do; leave it out, or give one name or more")
    return found
