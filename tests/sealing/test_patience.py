"""Sealing ends in time, whatever it waits for."""

from __future__ import annotations

import time
from collections.abc import Mapping
from threading import Event

import pytest

from pretoken.sealing.errors import SealingError
from pretoken.sealing.patience import PatientSeal


def test_what_comes_in_time_comes() -> None:
    seal = PatientSeal(lambda recipient, members, sub: f"{recipient} {members} {sub}")
    assert seal("billing-api", {"a": 1}, "anna") == "billing-api {'a': 1} anna"


def test_a_failure_keeps_its_cause() -> None:
    def fail(*_: object) -> str:
        raise SealingError("kms-throttled")

    with pytest.raises(SealingError) as failed:
        PatientSeal(fail)("billing-api", {}, "anna")
    assert failed.value.cause == "kms-throttled"


def test_anything_else_is_a_failure_of_which_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    def fail(*_: object) -> str:
        raise MemoryError("anna@example.com")

    with pytest.raises(SealingError) as failed:
        PatientSeal(fail)("billing-api", {}, "anna")
    assert failed.value.cause == "sealing-failed"
    assert capsys.readouterr() == ("", "")


def test_what_comes_too_late_is_a_timeout_and_goes_on_behind() -> None:
    answer, done = Event(), Event()

    def wait(recipient: str, members: Mapping[str, object], sub: str) -> str:
        del members, sub
        answer.wait(60)
        done.set()
        return recipient

    seal = PatientSeal(wait, 0.01)
    with pytest.raises(SealingError) as late:
        seal("billing-api", {}, "anna")
    assert late.value.cause == "kms-timeout"
    assert not done.is_set()
    answer.set()
    assert done.wait(60)
    assert PatientSeal(wait, 60)("billing-api", {}, "anna") == "billing-api"


def test_where_less_is_left_than_it_would_wait_it_waits_less() -> None:
    answer = Event()

    def wait(*_: object) -> str:
        answer.wait(60)
        return "late"

    with pytest.raises(SealingError) as failed:
        PatientSeal(wait, 60).until(time.perf_counter() - 1)("billing-api", {}, "anna")
    assert failed.value.cause == "kms-timeout"
    answer.set()
    assert PatientSeal(wait, 60).until(time.perf_counter() + 60)("billing-api", {}, "anna") == "late"
