from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def found() -> Iterator[dict[str, tuple[str, int]]]:
    """Collect which property found a planted fault after how many examples; `pytest -s` shows the table."""
    table: dict[str, tuple[str, int]] = {}
    yield table
    for fault, (check, examples) in table.items():
        sys.stdout.write(f"\n{fault:65}{check:28}{examples:5}")
