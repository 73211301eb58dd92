"""While tables break in every way, sign-ins get at most what they get otherwise; the whole soak is a program."""

from __future__ import annotations

import pytest

from tests.faults.soak import PHASES, soak

FEW = 40


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have what the soak sets taken back."""
    for name in ("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "")


def test_no_fault_gives_more_than_there_is_without_it() -> None:
    phases = {phase.name: phase for phase in soak(FEW * len(PHASES), lambda _: None)}
    assert [problem for phase in phases.values() for problem in phase.problems] == []
    assert phases["refused"].refused == FEW
    causes = set().union(*(phase.causes for phase in phases.values()))
    assert causes >= {"timeout", "throttled", "unreachable", "unreadable", "server-error", "breaker-open", "wrong-type"}
    assert sum(phase.took_away for phase in phases.values()) > FEW
