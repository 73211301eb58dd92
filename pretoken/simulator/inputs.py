"""The inputs of one event, read once more, to say why something came out as it did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pretoken.trigger.lookups import key_templates
from pretoken.trigger.outcomes import ABSENT, FAILED
from pretoken.trigger.reads import paths_of_template

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pretoken.trigger.context import Context
    from pretoken.trigger.link import Linker


class Inputs:
    """Tells which inputs of an event are absent, and which can't be read.

    Args:
        linker: what the names in the plan mean.
        context: the event, and who answers lookups.
    """

    def __init__(self, linker: Linker, context: Context) -> None:
        self._linker = linker
        self._context = context

    def absent(self, paths: Iterable[str]) -> list[str]:
        """Give the paths at which there is nothing."""
        return [path for path in sorted(paths) if self._read(path) is ABSENT]

    def failed(self, paths: Iterable[str]) -> list[str]:
        """Give the paths whose value can't be known."""
        return [path for path in sorted(paths) if self._read(path) is FAILED]

    def key_paths(self, lookup: str) -> set[str]:
        """Give the paths that the key of a lookup is made of."""
        declaration = self._linker.pool["lookups"][lookup]
        return set().union(*map(paths_of_template, key_templates(declaration).values()))

    def _read(self, path: str) -> Any:
        return self._linker.input(path)(self._context)
