"""Each assumption names the code that makes it, and a way to try it that runs."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.docs.aws import aws_commands, check_command
from tests.docs.pages import ROOT, block, prose_of

PAGE = "assumptions.md"
ASSUMPTIONS = [part.partition("\n") for part in re.split(r"^### ", prose_of(PAGE), flags=re.MULTILINE)[1:]]


def each() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("text", [pytest.param(text, id=title) for title, _, text in ASSUMPTIONS])


@each()
def test_an_assumption_has_a_reading_code_an_experiment_and_an_outcome(text: str) -> None:
    labels = re.findall(r"^\* (Reading, in|Probe|Try|Holds if)\b", text, re.MULTILINE)
    assert labels in (["Reading, in", "Probe", "Holds if"], ["Reading, in", "Try", "Holds if"])


@each()
def test_the_code_is_there(text: str) -> None:
    (line,) = (line for line in text.splitlines() if line.startswith("* Reading, in"))
    found = re.findall(r"\[`(\w+)`\]\(([\w/.]+)\)", line)
    assert found
    for symbol, path in found:
        code = (ROOT / "docs" / path).read_text(encoding="utf-8")
        forms = {"yaml": rf" *{symbol}:", "md": rf"# {symbol}\.jq$"}
        definition = forms.get(path.rpartition(".")[2], rf"(?:def |class )?{symbol}\b")
        assert re.search(rf"^{definition}", code, re.MULTILINE), symbol


@each()
def test_a_probe_is_an_answer(text: str) -> None:
    for probe in re.findall(r"^\* Probe: `(.+?)`", text, re.MULTILINE):
        if probe != "no JSON":
            assert isinstance(json.loads(probe.replace("…", "claimsAndScopeOverrideDetails")), dict)


@pytest.mark.parametrize("command", aws_commands(PAGE))
def test_a_command_of_aws_exists_with_its_options(command: str) -> None:
    check_command(command)


def test_the_probe_answers_with_what_it_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module: dict[str, Any] = {}
    exec(block(PAGE, "probe/function.py").text, module)  # noqa: S102 - it is our own page
    monkeypatch.setenv("PROBE", '{"claimsAndScopeOverrideDetails": null}')
    event = {"version": "2", "response": {}}
    assert module["handler"](event, None) == {"version": "2", "response": {"claimsAndScopeOverrideDetails": None}}
    assert json.loads(capsys.readouterr().out) == event
