"""Examinations that find anything at all: strange texts, files, places and flows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from pretoken.checks import Finding
from pretoken.checks.acceptances import Accepted
from pretoken.checks.finding import Step
from pretoken.checks.registry import CHECKS
from pretoken.policy.errors import Place, RuleError
from pretoken.simulator.examination import Examination

if TYPE_CHECKING:
    from collections.abc import Sequence

TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["a `b` {c: 1}", "{0}", "[a](http://b)", "anna@example.com", "\x1b[31m", "::error::", "%0A\r\n,:"]),
)
FILES = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=12),
    st.sampled_from(["policies/rules/a.yaml", "../b.yaml", "/etc/c.yaml", "a b/ü%.yaml", "a:b/c.yaml", "\udcff.yaml"]),
)
NUMBERS = st.integers(1, 3000)
PLACES = st.builds(Place, FILES, NUMBERS, NUMBERS)
NAMES = st.sampled_from([*CHECKS, "a-new-finding", "unknown-key"])
FINDINGS = st.builds(
    Finding,
    NAMES,
    st.sampled_from(["error", "warning", "notice"]),
    PLACES,
    st.none() | TEXTS,
    TEXTS,
    TEXTS,
    TEXTS,
    TEXTS,
    st.lists(st.builds(Step, TEXTS, PLACES), max_size=3).map(tuple),
)
ERRORS = st.builds(RuleError, NAMES, PLACES, TEXTS)
EXAMINATIONS = st.builds(
    Examination,
    st.lists(FINDINGS | ERRORS, max_size=5),
    st.lists(st.builds(Accepted.because, FINDINGS, TEXTS), max_size=3),
    st.none(),
    st.none(),
)
"""Of policies that don't load, since what was checked doesn't matter."""


def examination(found: Sequence[RuleError | Finding], accepted: Sequence[Accepted] = ()) -> Examination:
    """Give an examination that found this."""
    return Examination(found, accepted, None, None)
