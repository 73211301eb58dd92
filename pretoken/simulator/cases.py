"""Case files: tests that live beside the rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field

from pretoken.policy.constants import Text
from pretoken.policy.errors import Place, PolicyErrors, RuleError
from pretoken.policy.files import files_in, read_file
from pretoken.policy.model import Model
from pretoken.policy.pruning import read_model
from pretoken.policy.report import At, Problem, is_within
from pretoken.policy.yaml import Document, read_yaml
from pretoken.simulator.expect import Expect, check_expect
from pretoken.simulator.given import Given, check_given


class Case(Model):
    """A sign-in, and what it must come to."""

    noun: ClassVar[str] = "a case"

    name: Text = Field(examples=["an admin may approve orders"])
    """What is tested, as a sentence."""
    given: Given = Field(examples=[{"client": "web"}])
    """Who signs in, with what."""
    expect: Expect = Field(examples=[{"denied": False}])
    """What it must come to."""


class CaseFile(Model):
    """A file of cases."""

    noun: ClassVar[str] = "a file of cases"

    cases: Annotated[tuple[Case, ...], Field(min_length=1)] = Field(
        examples=[[{"name": "anyone may sign in", "given": {"client": "web"}, "expect": {"denied": False}}]]
    )
    """The cases."""


@dataclass(frozen=True, slots=True)
class LocatedCase:
    """A case, and where it stands."""

    case: Case
    number: int
    document: Document

    @property
    def place(self) -> Place:
        """The place of the case's name."""
        return self.at(("name",))

    def at(self, path: At) -> Place:
        """Give the place of a part of the case."""
        return self.document.place(("cases", self.number, *path))


def load_cases(folder: Path, plan: dict[str, Any] | None) -> list[LocatedCase]:
    """Load all cases of a policy folder.

    Args:
        folder: the folder with `pool.yaml` and `cases/`, as the user wrote it; messages begin with it.
        plan: the policy's canonical JSON; None checks the shape of the cases alone.

    Raises:
        PolicyErrors: something is wrong; with all errors of all case files.
    """
    cases: list[LocatedCase] = []
    errors: list[RuleError] = []
    for path in files_in(folder / "cases", (".yaml",), errors):
        try:
            cases += read_cases(path, folder, plan)
        except PolicyErrors as problems:
            errors += problems.errors
    if errors:
        raise PolicyErrors(errors)
    return cases


def read_cases(path: Path, folder: Path, plan: dict[str, Any] | None) -> list[LocatedCase]:
    """Read one case file.

    Args:
        path: the file.
        folder: the policy folder, from which no link may lead out.
        plan: as above.

    Raises:
        PolicyErrors: something is wrong; with all errors of the file.
    """
    content = read_file(path, folder)
    if isinstance(content, RuleError):
        raise PolicyErrors([content])
    document = read_yaml(content, str(path))
    if document.data is None:
        raise PolicyErrors(document.errors)
    reading = read_model(document.data, CaseFile)
    read = () if reading.model is None or ("cases",) in reading.left_out else reading.model.cases
    cases = [LocatedCase(case, number, document) for number, case in enumerate(read)]
    errors = document.errors_of([*reading.problems, *_problems(cases, plan, reading.left_out)])
    if errors:
        raise PolicyErrors(errors)
    return cases


def _problems(cases: list[LocatedCase], plan: dict[str, Any] | None, left_out: list[At]) -> Iterator[Problem]:
    """Give what is wrong in cases beyond their shape, as far as they could be read."""
    holders = {at[:depth] for at in left_out for depth in range(len(at))}
    for located in cases:
        for problem in _unfit(located, plan) if plan is not None else ():
            # What lacks a part that couldn't be read isn't wrong by itself.
            if problem.at not in holders and not is_within(problem.at, left_out):
                yield problem
    first: dict[str, LocatedCase] = {}
    for located in cases:
        at: At = ("cases", located.number, "name")
        if at not in left_out and first.setdefault(located.case.name, located) is not located:
            line = first[located.case.name].place.line
            yield Problem("duplicate-name", at, f"the case on line {line} has this name too; write another `name: …`")


def _unfit(located: LocatedCase, plan: dict[str, Any]) -> Iterator[Problem]:
    """Give what doesn't fit the policy."""
    case, at = located.case, ("cases", located.number)
    for problem in check_given(case.given, plan):
        yield problem._replace(at=(*at, "given", *problem.at))
    for problem in check_expect(case.expect, case.given, plan):
        yield problem._replace(at=(*at, "expect", *problem.at))
