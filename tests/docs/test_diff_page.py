"""The page about comparing policies names every option and part, and its workflow runs the command that it says."""

from __future__ import annotations

import shlex

import click
import pytest

from pretoken.cli.program import program
from pretoken.simulator.diff import KINDS, What
from pretoken.simulator.holdings import PARTS
from tests.docs.pages import block, names, rows, section

PAGE = "diff.md"
VALUED = ("preferred_role", "access_token", "readable", "id_token")
"""Parts with a value that can change."""

CALLED = {
    "sign_in": "sign-in",
    "iam_role": "IAM role",
    "preferred_role": "preferred IAM role",
    "access_token": "access token",
    "id_token": "ID token",
}


def test_every_option_stands_there() -> None:
    known = {name for option in program.commands["diff"].params for name in (*option.opts, *option.secondary_opts)}
    told = {name.split(" ")[0] for name in names(section(PAGE, "Options"), "option")}
    assert told == {name for name in known if name.startswith("--")} - {"--python"}


@pytest.mark.parametrize(("number", "part"), [*enumerate(PARTS)])
def test_every_part_stands_there_in_its_order_with_what_counts(number: int, part: str) -> None:
    called, _, counts = rows(section(PAGE, "What is compared"), "part")[number]
    assert called == CALLED.get(part, part)
    possible = KINDS if part in VALUED else ("gained", "lost")
    kinds = [kind for kind in possible if What(kind, part, "", "").is_gain]
    if part == "sign_in":
        assert (counts, kinds) == ("if it is no longer refused", ["gained"])
    else:
        assert counts.partition(":")[0] == (f"if it is {' or '.join(kinds)}" if kinds else "never")


def test_the_workflow_runs_the_command_with_its_options() -> None:
    (line,) = (
        line.partition("run: ")[2]
        for line in block(PAGE, ".github/workflows/policy-diff.yaml").text.splitlines()
        if "run: pretoken" in line
    )
    name, command, *arguments = shlex.split(line.partition(" >")[0])
    assert name == "pretoken"
    context = program.commands[command].make_context(command, arguments)
    assert isinstance(context, click.Context)
    given = {"old": "HEAD^1", "new": "policies", "python": False, "fail_on_gain": True, "format_": "markdown"}
    assert given.items() <= context.params.items()
