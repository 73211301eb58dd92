"""What is wrong in the rule files: names, places and messages."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal


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

    @property
    def severity(self) -> Literal["error"]:
        """That of a finding that isn't safe to deploy: such rule files don't load."""
        return "error"

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
    """Refuse a policy folder, with the errors of all its files, the first 100 of each, in the order of their places."""

    def __init__(self, errors: Iterable[RuleError]) -> None:
        self.errors = tuple(_bounded(sorted(set(errors))))
        super().__init__("\n".join(map(str, self.errors)))


_MOST = 100
_TOO_MANY = "too-many-errors"


def _bounded(errors: list[RuleError]) -> Iterator[RuleError]:
    """Give the first errors of each file, and say how many more there are, once."""
    for _, group in groupby(errors, key=lambda error: error.place.file):
        of_file = list(group)
        yield from of_file[:_MOST]
        first, more = of_file[_MOST : _MOST + 1], len(of_file) - _MOST
        for error in first:
            told = error.name == _TOO_MANY
            message = f"{more} more errors begin here; mend those above, and run it again"
            yield error if told else RuleError(_TOO_MANY, error.place, message)


# An address, or seven digits or more as in phone numbers and dates.
_PERSONAL = re.compile(r"\S@|@\S|(?:\d[\s()./-]{0,3}){6}\d")
_LONGEST = 40


def is_personal(text: str) -> bool:
    """Tell whether text of a rule file may be about a person, so that no message repeats it."""
    return _PERSONAL.search(text) is not None


def quoted(text: str, instead: str = "this text") -> str:
    """Put text of a rule file in backticks: one printable line, cut at 40 characters.

    Args:
        text: as it stands in the file.
        instead: what to say of it where it may be about a person.

    """
    if is_personal(text):
        return instead
    line = printable(text)
    return f"`{line if len(line) <= _LONGEST else line[: _LONGEST - 1] + '…'}`"


def printable(text: str) -> str:
    """Write text as one line that plays no tricks on a terminal."""
    return "".join(character if character.isprintable() else " " for character in text)


def named(name: str) -> str:
    """Put a name behind what it names: a client `web`, or a client of this name."""
    return quoted(name, "of this name")


def typed(text: str) -> str:
    """Give text of a rule file as a cure can spell it: `example` where it may be about a person, or isn't one line."""
    return text if text.isprintable() and not is_personal(text) else "example"
