"""The page on lookups names every cause, and the times, sizes and numbers that the code has."""

from __future__ import annotations

import re
from typing import Any

from pretoken.policy.lookups import Lookup
from pretoken.policy.yaml import read_yaml
from pretoken.trigger.durations import milliseconds_of
from pretoken.trigger.fetching import breaker, cache, kinds, lookups
from pretoken.trigger.fetching.causes import CAUSES
from pretoken.trigger.lookups import KEYS
from tests.docs.pages import blocks_of, prose_of, rows, section, text_of

PAGE = "lookups.md"


def test_every_cause_stands_there_with_what_it_means_and_nothing_else() -> None:
    assert rows(section(PAGE, "Causes"), "cause") == [[f"`{cause}`", meaning] for cause, meaning in CAUSES.items()]


def test_the_lookups_are_ones_that_can_be_declared() -> None:
    declared: dict[str, Lookup] = {}
    for block in blocks_of(PAGE):
        if block.language == "yaml":
            data: Any = read_yaml(block.text, str(block)).data
            declared |= {name: Lookup.model_validate(shape) for name, shape in data["lookups"].items()}
    assert {lookup.provider for lookup in declared.values()} == {*kinds.KINDS}


def test_the_kinds_that_are_not_supported_yet_stand_there() -> None:
    (line,) = (line for line in prose_of(PAGE).splitlines() if "support them yet" in line)
    assert {*KEYS} - {*kinds.KINDS} == {*re.findall(r"`([a-z_]+)`", line)}


def test_times_and_numbers_are_those_of_the_code() -> None:
    time = section(PAGE, "Time")
    assert milliseconds_of(kinds.DEFAULT_TIMEOUT) == 500
    assert "500 ms if left out" in time
    assert f"`limits: {{lookups_total: {lookups.DEFAULT_TOTAL}}}`" in time
    assert f"At most {cache.MOST} answers" in section(PAGE, "Keeping answers")
    down = section(PAGE, "When something is down")
    assert (breaker.FAILURES, breaker.SHORTEST, breaker.LONGEST) == (5, 1, 30)
    assert "After five failures in a row a lookup isn't asked for a second" in down
    assert "the wait doubles, up to 30 seconds" in down
    assert kinds.LARGEST == 64 * 1024
    assert "longer than 64 KiB" in text_of(PAGE)
