"""README shows excerpts of the real rules and of the real demo, and commands that there are."""

from __future__ import annotations

import re
import shlex
import shutil
from itertools import takewhile
from pathlib import Path

import pytest
from click.testing import CliRunner

from pretoken.cli.program import program
from pretoken.policy.load import load_policy
from tests.docs.pages import ROOT, blocks_of, names, section, text_of

PAGE = "../README.md"
RULES = ROOT / "policies" / "rules" / "tenant.yaml"
LEFT_OUT = ("…", "# …")


def shown(language: str, number: int = 0) -> str:
    return [block.text for block in blocks_of(PAGE) if block.language == language][number]


def assert_excerpt(excerpt: str, whole: str) -> None:
    """Each line of an excerpt is the next one of the whole, unless a mark between two says that lines are left out."""
    lines, at, skipping = whole.splitlines(), 0, True
    for line in excerpt.splitlines():
        if line.strip() in LEFT_OUT:
            skipping = True
            continue
        assert line in (lines[at:] if skipping else lines[at : at + 1]), line
        at, skipping = lines.index(line, at) + 1, False


def demo(monkeypatch: pytest.MonkeyPatch) -> str:
    """Give what `make demo` prints."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (command,) = re.findall(r"^demo:.*\n\t@\$\(BIN\)/pretoken (.+)$", makefile, re.MULTILINE)
    for name, default in re.findall(r"^(\w+) +\?= (\S+)$", makefile, re.MULTILINE):
        command = command.replace(f"$({name})", default)
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(program, shlex.split(command))
    assert result.exit_code == 0, result.output
    return result.output


def test_the_shown_rules_are_an_excerpt_of_the_sample_rules() -> None:
    assert_excerpt(shown("yaml"), RULES.read_text(encoding="utf-8"))


def test_the_shown_rules_load_beside_the_others(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "policies", tmp_path / "policies")
    (tmp_path / "policies" / "rules" / RULES.name).write_text(shown("yaml"), encoding="utf-8")
    assert {"active-tenant", "invoice-address"} <= set(load_policy(tmp_path / "policies").plan()["rules"])


def test_the_shown_tokens_are_an_excerpt_of_what_the_demo_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    assert_excerpt(shown("text"), demo(monkeypatch))


@pytest.mark.parametrize("excerpt", ["a\nc\n", "b\na\n", "a\nb \n", "…\nd\n"])
def test_what_is_no_excerpt_is_told_from_one(excerpt: str) -> None:
    assert_excerpt("b\n…\nd\n", "a\nb\nc\nd\n")
    with pytest.raises(AssertionError):
        assert_excerpt(excerpt, "a\nb\nc\n")


def test_the_quickstart_is_two_commands_that_the_makefile_has() -> None:
    quickstart = text_of(PAGE).partition("\n## Quickstart\n")[2]
    fence = quickstart.partition("```console\n")[2].splitlines()
    assert list(takewhile(lambda line: line != "```", fence)) == ["$ make demo", "$ make test"]


def test_every_command_stands_there() -> None:
    told = {name.split()[1] for name in names(section(PAGE, "Commands"), "command")}
    assert told == set(program.commands)
