"""One measured figure."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """A figure of ours against that of a named alternative, measured in the same run."""

    what: str
    ours: str
    alternative: str
    against: str
    ratio: float
    """Ours through the alternative's."""
    budget: float
    """The largest ratio that is good."""

    @property
    def within_budget(self) -> bool:
        """Tell whether the ratio keeps to the budget."""
        return self.ratio <= self.budget

    def __str__(self) -> str:
        alternative = f"{self.alternative} ({self.against})"
        return f"{self.what} | {self.ours} | {alternative} | {self.ratio:.3g}x | <= {self.budget:.3g}x"
