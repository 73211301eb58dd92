"""The properties find faults: each planted one, within a bounded number of examples."""

from __future__ import annotations

import pytest

from tests.properties.faults import FAULTS, Fault


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_found(fault: Fault) -> None:
    assert fault.found_after(examples=4_000), f"{fault.name}: no example shows it"
