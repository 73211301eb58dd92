"""Case files: tests that live beside the rules."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field

from pretoken.policy.constants import Text
from pretoken.policy.errors import Place, PolicyErrors, RuleError, quoted
from pretoken.policy.model import Model
from pretoken.policy.pruning import read_model
from pretoken.policy.report import At
from pretoken.policy.translation import Problem
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


def find_case_files(folder: Path) -> Iterator[Path]:
    """Find the case files of a policy folder, in the order of their names; `.yml` ones too, which are refused."""
    for root, folders, names in os.walk(folder / "cases"):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        yield from (Path(root, name) for name in sorted(names) if name.endswith((".yaml", ".yml")))


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
    for path in find_case_files(folder):
        try:
            cases += read_cases(path, plan)
        except PolicyErrors as problems:
            errors += problems.errors
    if errors:
        raise PolicyErrors(errors)
    return cases


def read_cases(path: Path, plan: dict[str, Any] | None) -> list[LocatedCase]:
    """Read one case file.

    Raises:
        PolicyErrors: something is wrong; with all errors of the file.
    """
    file = str(path)
    if path.suffix != ".yaml":
        message = f"case files end in `.yaml`; rename it to {quoted(path.stem + '.yaml')}"
        raise PolicyErrors([RuleError("wrong-extension", Place(file), message)])
    try:
        document = read_yaml(path.read_bytes(), file)
    except OSError:
        error = RuleError("unreadable", Place(file), "this file can't be read; check it with `ls -l`")
        raise PolicyErrors([error]) from None
    errors = list(document.errors)
    cases: list[LocatedCase] = []
    if document.data is not None:
        reading = read_model(document.data, CaseFile, {})
        problems = list(reading.problems)
        broken = {at[:2] for at in (*reading.left_out, *(problem.at for problem in problems))}
        if reading.model is not None and ("cases",) not in broken:
            located = [LocatedCase(case, number, document) for number, case in enumerate(reading.model.cases)]
            cases = [case for case in located if ("cases", case.number) not in broken]
        problems += _problems(cases, plan)
        read_already = {error.place for error in document.errors}
        for problem in problems:
            place = document.key_place(problem.at) if problem.key else document.place(problem.at)
            if place not in read_already:
                errors.append(RuleError(problem.name, place, problem.message))
    if errors:
        raise PolicyErrors(errors)
    return cases


def _problems(cases: list[LocatedCase], plan: dict[str, Any] | None) -> Iterator[Problem]:
    first: dict[str, LocatedCase] = {}
    for located in cases:
        case, at = located.case, ("cases", located.number)
        if plan is not None:
            for problem in check_given(case.given, plan):
                yield problem._replace(at=(*at, "given", *problem.at))
            for problem in check_expect(case.expect, case.given, plan):
                yield problem._replace(at=(*at, "expect", *problem.at))
        if first.setdefault(case.name, located) is not located:
            line = first[case.name].place.line
            yield Problem(
                "duplicate-name", (*at, "name"), f"the case on line {line} has this name too; write another `name: …`"
            )
