"""The page about the flow of data shows what a finding looks like."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from pretoken.cli.program import program
from tests.docs.pages import ROOT, blocks_of


def test_the_finding_is_that_of_the_sample_with_a_birth_date_that_users_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its place, its flow, its gain and its cure."""
    shutil.copytree(ROOT / "policies", tmp_path / "policies")
    pool = tmp_path / "policies" / "pool.yaml"
    pool.write_text(pool.read_text().replace("birthdate: {writable_by: admin}", "birthdate: {writable_by: user}"))
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(program, ["check"])
    assert result.exit_code == 1
    shown, _, _ = result.output.partition("\n\n")
    assert f"{shown}\n" == blocks_of("data-flow.md")[0].text
