"""The finding that pages show: the sample's policy with a birth date that users write."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from click.testing import CliRunner

from pretoken.cli.program import program
from tests.docs.pages import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def sample_finding(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give its paragraph, as `pretoken check` writes it."""
    shutil.copytree(ROOT / "policies", folder / "policies")
    pool = folder / "policies" / "pool.yaml"
    pool.write_text(pool.read_text().replace("birthdate: {writable_by: admin}", "birthdate: {writable_by: user}"))
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(program, ["check"])
    assert result.exit_code == 1
    shown, _, _ = result.output.partition("\n\n")
    return f"{shown}\n"
