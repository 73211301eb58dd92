"""Choices: what a generator asks for, answered by Hypothesis, which can shrink them, or by a seed, which is fast."""

from __future__ import annotations

import random
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")


class Choices:
    """Answer a generator's questions; the first option is the simplest."""

    def below(self, bound: int) -> int:
        """Give a number from 0 to `bound - 1`."""
        raise NotImplementedError

    def pick(self, options: Sequence[T]) -> T:
        """Give one of the options."""
        return options[self.below(len(options))]

    def chance(self, percent: int) -> bool:
        """Say yes in so many of a hundred cases."""
        return self.below(100) >= 100 - percent

    def some(self, options: Sequence[T], least: int, most: int) -> list[T]:
        """Give so many of the options, each once, in any order."""
        rest = list(options)
        count = least + self.below(min(most, len(rest)) - least + 1)
        return [rest.pop(self.below(len(rest))) for _ in range(count)]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """Give all the options in any order."""
        return self.some(options, len(options), len(options))


class Seeded(Choices):
    """Choose by a seed: the same seed, the same choices."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed).random  # noqa: S311 - nothing is secret here

    def below(self, bound: int) -> int:
        return int(self._random() * bound)


class Drawn(Choices):
    """Let Hypothesis choose."""

    def __init__(self, draw: Callable[[st.SearchStrategy[int]], int]) -> None:
        self._draw = draw

    def below(self, bound: int) -> int:
        return self._draw(_below(bound)) if bound > 1 else 0


@cache
def _below(bound: int) -> st.SearchStrategy[int]:
    return st.integers(0, bound - 1)


@st.composite
def made_by(draw: st.DrawFn, make: Callable[[Choices], T]) -> T:
    """Make an example from choices that Hypothesis draws."""
    return make(Drawn(draw))
