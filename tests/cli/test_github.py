"""`pretoken check --format github`: workflow commands, one a line, that nothing in a policy can add to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hypothesis import given

from pretoken.checks import Finding
from pretoken.checks.acceptances import Accepted
from pretoken.checks.finding import Step
from pretoken.cli.formats.github import check_github
from pretoken.policy.errors import Place, RuleError
from tests.cli.examinations import EXAMINATIONS, examination

if TYPE_CHECKING:
    from pretoken.simulator.examination import Examination

FINDING = Finding(
    "a-finding",
    "error",
    Place("policies/a,b:c.yaml", 9, 20),
    "plan",
    "when",
    "100 %: this, that",
    "mend it",
    "anyone passes",
    (Step("a", Place("a.yaml")), Step("b", Place("a.yaml"))),
)
COMMAND = re.compile(r"::(?P<name>error|warning|notice) (?P<properties>[^:]*)::(?P<message>.*)")


def test_a_finding_is_a_command_with_its_flow_gain_and_cure() -> None:
    assert check_github(examination([FINDING]), "1 error in 1 file") == (
        "::error file=policies/a%2Cb%3Ac.yaml,line=9,col=20,title=a-finding::"
        "100 %25: this, that%0Aa -> b%0Again: anyone passes%0Acure: mend it\n"
        "1 error in 1 file"
    )


def test_an_error_is_a_command() -> None:
    error = RuleError("unknown-key", Place("a.yaml", 1, 2), "unknown key `a`")
    assert check_github(examination([error]), "sum").splitlines()[0] == (
        "::error file=a.yaml,line=1,col=2,title=unknown-key::unknown key `a`"
    )


def test_an_accepted_finding_is_a_notice_with_the_reason() -> None:
    accepted = Accepted.because(FINDING, "It is meant so.")
    command, total = check_github(examination([], [accepted]), "no findings").splitlines()
    assert command == (
        "::notice file=policies/a%2Cb%3Ac.yaml,line=9,col=20,title=accepted%3A a-finding::"
        "`when` of `plan`: It is meant so."
    )
    assert total == "no findings"


@given(EXAMINATIONS)
def test_whatever_is_found_each_line_is_one_command(examined: Examination) -> None:
    """A line of text could else be a command of its own, such as one that sets a variable."""
    *commands, total = re.split(r"[\r\n]", check_github(examined, "the sum"))
    expected = [*examined.found, *(finding for finding, _ in examined.accepted)]

    assert total == "the sum"
    assert len(commands) == len(expected)
    for line, one in zip(commands, expected, strict=True):
        match = COMMAND.fullmatch(line)
        assert match, line
        properties = dict(part.split("=", 1) for part in match["properties"].split(","))
        assert (properties["line"], properties["col"]) == (str(one.place.line), str(one.place.column))
        assert list(properties) == ["file", "line", "col", "title"]
