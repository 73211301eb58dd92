"""Explanations: every finding has one, and its examples do what it says."""

import re
import runpy
from pathlib import Path

import pytest

from pretoken.checks import UnknownFindingError, explain
from pretoken.checks.reference import reference
from pretoken.checks.registry import CHECKS
from tests.checks.conftest import POOL, Check, Found

FENCE = re.compile(r"^```yaml\n(.*?)^```$", re.DOTALL | re.MULTILINE)
ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "checks.md"
MAIN = ROOT / "pretoken" / "checks" / "__main__.py"


def example(name: str, heading: str) -> tuple[str, str, str]:
    """Give the rules, the pool and the template of an example; else none, the pool of all tests, and none."""
    _, _, rest = CHECKS[name].explanation.partition(f"\n{heading}:\n")
    texts = FENCE.findall(re.split(r"\n(?:Good|Source):", rest)[0])
    pools = [text for text in texts if text.startswith("# pool.yaml")]
    templates = [text for text in texts if text.startswith("# template.yaml")]
    rules = [text for text in texts if text not in (*pools, *templates)]
    return "".join(rules) or "rules: {}\n", "".join(pools) or POOL, "".join(templates)


@pytest.mark.parametrize("name", sorted(set(CHECKS) - {"claim-suppressed-elsewhere"}))
def test_the_bad_example_is_found_and_the_good_one_is_not(name: str, found: Found) -> None:
    """Readers can copy the examples of an explanation."""
    assert len(found(name, *example(name, "Bad"))) == 1
    assert found(name, *example(name, "Good")) == []


@pytest.mark.parametrize("name", sorted(set(CHECKS) - {"claim-suppressed-elsewhere"}))
def test_the_good_example_has_no_other_error(name: str, check: Check) -> None:
    """What people copy can be built."""
    assert [str(one) for one in check(*example(name, "Good")).standing if one.severity == "error"] == []


def test_the_bad_example_of_a_suppression_is_refused_unless_it_is_accepted(check: Check) -> None:
    """A suppressed claim that another rule writes is found when the policy is loaded."""
    name = "claim-suppressed-elsewhere"
    bad, _, _ = example(name, "Bad")
    with pytest.raises(Exception, match=name):
        check(bad)
    check(example(name, "Good")[0])


@pytest.mark.parametrize("name", CHECKS)
def test_an_explanation_says_what_and_why_and_names_its_source(name: str) -> None:
    """It begins with one sentence in one line, and has every part."""
    text = explain(name)
    assert text.startswith(f"{name} ({CHECKS[name].severity})\n\nReport ")
    first, rest = CHECKS[name].explanation.split("\n\n", 1)
    assert first.endswith(".")
    assert "\n" not in first
    for heading in ("Bad:\n\n```yaml\n", "Good:\n\n```yaml\n", "Source: "):
        assert heading in rest
    prose = [line for line in FENCE.sub("", rest).splitlines() if line]
    assert all(line.endswith((".", ":")) for line in prose), "one line per sentence"
    assert not any(re.search(r"[.] [A-Z]\w+ ", line) for line in prose if "Source" not in line), "one sentence per line"


def test_an_unknown_finding_gets_a_suggestion() -> None:
    """A typo is answered with the name that was meant."""
    with pytest.raises(
        UnknownFindingError,
        match=r"^no finding has the name `unused-nam`, and errors .*; did you mean `unused-name`\?$",
    ):
        explain("unused-nam")
    with pytest.raises(
        UnknownFindingError, match="no finding has the name `xyz`, and errors explain themselves; there are `add-wi"
    ):
        explain("xyz")


def test_the_reference_is_what_the_docstrings_say(capsys: pytest.CaptureFixture[str]) -> None:
    """After a change of a docstring, run `python -m pretoken.checks > docs/checks.md`."""
    runpy.run_path(str(MAIN))
    assert capsys.readouterr().out == reference() == DOCS.read_text(encoding="utf-8")
