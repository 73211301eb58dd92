"""What is wrong in the rule files: names, places and messages."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True, slots=True)
class Place:
    """Point at one character of a file.

    `line` and `column` count characters from 1.
    """

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class RuleError:
    """Say what is wrong at one place of the rule files, and what cures it.

    `name` is stable and in kebab case; `message` is lower case and quotes rule files with `quoted`.
    Errors are ordered by place.
    """

    name: str
    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.name}: {self.message}"

    def __lt__(self, other: "RuleError") -> bool:
        return (self.place, self.name, self.message) < (other.place, other.name, other.message)

    def to_json(self) -> dict[str, str | int]:
        """Give the error as one flat JSON object."""
        return {
            "file": self.place.file,
            "line": self.place.line,
            "column": self.place.column,
            "name": self.name,
            "message": self.message,
        }


class PolicyErrors(Exception):  # noqa: N818 - it carries errors, it is not one
    """Refuse a policy folder, with the errors of all its files in the order of their places."""

    def __init__(self, errors: Iterable[RuleError]) -> None:
        self.errors = tuple(sorted(set(errors)))
        super().__init__("\n".join(map(str, self.errors)))


def quoted(text: str) -> str:
    """Put text of a rule file in backticks: one printable line, cut at 40 characters."""
    line = "".join(character if character.isprintable() else " " for character in text)
    return f"`{line if len(line) <= 40 else line[:39] + '…'}`"  # noqa: PLR2004 - the docstring says it
