"""The properties find faults: each planted one, within a bounded number of examples."""

from __future__ import annotations

import pytest

from tests.properties.faults import FAULTS, Fault
from tests.properties.search import search

_MOST = 4_000


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_found(
    fault: Fault, monkeypatch: pytest.MonkeyPatch, found: dict[str, tuple[str, int]]
) -> None:
    fault.plant(monkeypatch)
    broken = search(fault.check, _MOST)
    assert broken is not None, f"{fault.name}: no example of {_MOST} shows it"
    found[fault.name] = fault.check.__name__, broken[0]
