"""The page about CI names every format, key and hook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import yaml

from pretoken.checks import Finding
from pretoken.cli.program import program
from pretoken.policy.errors import Place
from tests.docs.pages import ROOT, block, blocks_of, names, section
from tests.docs.sample_finding import sample_finding

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PAGE = "ci.md"


def test_every_format_stands_there() -> None:
    (option,) = (option for option in program.commands["check"].params if option.name == "format_")
    assert isinstance(option.type, click.Choice)
    assert names(section(PAGE, "Formats"), "`--format`") == set(option.type.choices)


def test_the_finding_is_that_of_the_sample_with_a_birth_date_that_users_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its place, its flow, its gain and its cure."""
    assert sample_finding(tmp_path, monkeypatch) == blocks_of(PAGE)[0].text


def test_every_key_of_a_finding_stands_there() -> None:
    finding = Finding("a", "error", Place("a.yaml"), None, "b", "c", "d", "e")
    assert names(section(PAGE, "Formats"), "of a finding") == {*finding.to_json(), "why"}


def test_every_exit_code_stands_there() -> None:
    assert names(section(PAGE, "Exit codes"), "code") == {"0", "1", "2"}


def test_every_hook_stands_there() -> None:
    hooks = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    (repo,) = yaml.safe_load(block(PAGE, ".pre-commit-config.yaml").text)["repos"]
    assert names(section(PAGE, "pre-commit"), "hook") == {hook["id"] for hook in repo["hooks"]} == hooks
