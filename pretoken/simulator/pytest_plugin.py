"""Let pytest run the cases of a policy folder: `pytest policies`.

pytest loads this module in every run of every project that has pretoken installed, so it imports nothing of ours until
a case file is found.
"""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pretoken.simulator.cases import LocatedCase
    from pretoken.simulator.running import Runner

_RUNNERS = pytest.StashKey["dict[Path, Runner]"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that refuses rule files in Python."""
    parser.getgroup("pretoken").addoption(
        "--pretoken-no-python",
        action="store_true",
        help="Refuse the rule files in Python of policy folders; refuse those of strangers.",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect `cases/**/*.yaml` below a folder that has a pool.yaml, if both look like ours."""
    if file_path.suffix != ".yaml" or "cases" not in file_path.parent.parts:
        return None
    policies = _policy_folder(file_path)
    if policies is None or not _has_key(file_path, b"cases"):
        return None
    collector: CasesFile = CasesFile.from_parent(parent, path=file_path)
    collector.policies = policies
    return collector


def _policy_folder(case_file: Path) -> Path | None:
    """Find the policy folder that a case file belongs to."""
    return next(
        (
            folder.parent
            for folder in case_file.parents
            if folder.name == "cases" and _has_key(folder.parent / "pool.yaml", b"language")
        ),
        None,
    )


def _has_key(file: Path, key: bytes) -> bool:
    """Tell whether a line of a file begins like a top-level key; other projects have pools and cases too."""
    try:
        with file.open("rb") if file.is_file() else BytesIO() as lines:
            return any(map(re.compile(rb"(\xef\xbb\xbf)?(\{\s*)?[\"']?%b[\"']?\s*:" % key).match, lines))
    except OSError:
        return False


def _from_here(path: Path) -> Path:
    """Write a path as short as it can be in messages."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


class CasesFile(pytest.File):
    """A file of cases."""

    policies: Path

    def collect(self) -> Iterable[pytest.Item]:
        """Give an item for each case."""
        from pretoken.policy.errors import PolicyErrors
        from pretoken.simulator.cases import read_cases
        from pretoken.trigger.errors import PlanError

        try:
            runner = self._runner()
            cases = read_cases(_from_here(self.path), _from_here(self.policies), runner.plan)
        except (PolicyErrors, PlanError) as problem:
            raise self.CollectError(str(problem)) from None
        return self._items(cases, runner)

    def _runner(self) -> Runner:
        from pretoken.policy.load import load_policy
        from pretoken.simulator.running import Runner

        runners = self.config.stash.setdefault(_RUNNERS, {})
        if self.policies not in runners:
            python = not self.config.getoption("--pretoken-no-python", False)
            runners[self.policies] = Runner(load_policy(_from_here(self.policies), python=python).plan())
        return runners[self.policies]

    def _items(self, cases: list[LocatedCase], runner: Runner) -> Iterator[pytest.Item]:
        for located in cases:
            item: CaseItem = CaseItem.from_parent(self, name=located.case.name)
            item.located, item.runner = located, runner
            yield item


class CaseItem(pytest.Item):
    """A case."""

    located: LocatedCase
    runner: Runner

    def runtest(self) -> None:
        """Run the case."""
        result = self.runner.run(self.located)
        if result.passed and result.notes:
            self.add_report_section("call", "notes", "\n".join(result.notes))
        if not result.passed:
            raise CaseFailed(str(result))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **options: Any) -> Any:
        """Show a failed case as expected and actual, not as a traceback."""
        if isinstance(excinfo.value, CaseFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *args, **options)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Point at the case's name in its file; pytest counts lines from 0."""
        return self.path, self.located.place.line - 1, self.name


class CaseFailed(AssertionError):  # noqa: N818 - it is what a failed assertion is
    """A case came out differently than expected."""
