"""The page about the flow of data shows what a finding looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.docs.pages import blocks_of
from tests.docs.sample_finding import sample_finding

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_finding_is_that_of_the_sample_with_a_birth_date_that_users_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its place, its flow, its gain and its cure."""
    assert sample_finding(tmp_path, monkeypatch) == blocks_of("data-flow.md")[0].text
