"""Durations: whole numbers with a unit."""

from __future__ import annotations

import pytest

from pretoken.trigger.durations import milliseconds_of, seconds_of


@pytest.mark.parametrize(
    ("duration", "milliseconds"),
    [("500ms", 500), ("2s", 2_000), ("10m", 600_000), ("12h", 43_200_000), ("30d", 2_592_000_000)],
)
def test_a_duration_is_a_number_of_its_unit(duration: str, milliseconds: int) -> None:
    assert milliseconds_of(duration) == milliseconds


def test_tests_of_instants_take_a_duration_in_whole_seconds() -> None:
    assert seconds_of("90s") == 90
    assert seconds_of("1h") == 3600


@pytest.mark.parametrize("text", ["", "5", "0s", "05s", "1.5h", "-1d", "1w", "1 h", "1H", "1h\n", "²s"])
def test_any_other_text_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        milliseconds_of(text)
