"""Durations of the rule language: `500ms`, `2s`, `10m`, `12h`, `30d`."""

from __future__ import annotations

import re

DURATION = re.compile(r"([1-9][0-9]*)(ms|s|m|h|d)")
_MILLISECONDS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def milliseconds_of(duration: str) -> int:
    """Give a duration in milliseconds; raises ValueError if it isn't one."""
    match = DURATION.fullmatch(duration)
    if match is None:
        raise ValueError(duration)
    return int(match.group(1)) * _MILLISECONDS[match.group(2)]


def seconds_of(duration: str) -> int:
    """Give a duration in whole seconds, as the tests of instants need it."""
    return milliseconds_of(duration) // 1000
