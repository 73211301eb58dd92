"""Each assumption names the code that makes it, and a way to try it that runs."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import botocore.session
import pytest
from botocore.model import ServiceModel

from tests.docs.pages import ROOT, block, blocks_of, prose_of

PAGE = "assumptions.md"
ASSUMPTIONS = [part.partition("\n") for part in re.split(r"^### ", prose_of(PAGE), flags=re.MULTILINE)[1:]]
COMMAND = re.compile(r"aws [a-z-]+ [a-z-]+[^`\n]*")


def each() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("text", [pytest.param(text, id=title) for title, _, text in ASSUMPTIONS])


@each()
def test_an_assumption_has_a_reading_code_an_experiment_and_an_outcome(text: str) -> None:
    labels = re.findall(r"^\* (Reading, in|Probe|Try|Holds if)\b", text, re.MULTILINE)
    assert labels in (["Reading, in", "Probe", "Holds if"], ["Reading, in", "Try", "Holds if"])


@each()
def test_the_code_is_there(text: str) -> None:
    (line,) = (line for line in text.splitlines() if line.startswith("* Reading, in"))
    found = re.findall(r"\[`(\w+)`\]\(\.\./([\w/.]+)\)", line)
    assert found
    for symbol, path in found:
        code = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"^(?:def |class )?{symbol}\b", code, re.MULTILINE), symbol


@each()
def test_a_probe_is_an_answer(text: str) -> None:
    for probe in re.findall(r"^\* Probe: `(.+?)`", text, re.MULTILINE):
        if probe != "no JSON":
            assert isinstance(json.loads(probe.replace("…", "claimsAndScopeOverrideDetails")), dict)


def commands() -> list[str]:
    console = "".join(block.text for block in blocks_of(PAGE) if block.language == "console")
    return COMMAND.findall(console) + COMMAND.findall(prose_of(PAGE))


@pytest.mark.parametrize("command", commands())
def test_a_command_of_aws_exists_with_its_options(command: str) -> None:
    _, service, operation, *arguments = command.split()
    if service == "logs" and operation == "tail":
        return  # the command line's own
    model = model_of(service)
    names = {_dashed(name): name for name in model.operation_names}
    shape = model.operation_model(names[operation]).input_shape
    assert shape is not None
    options = {f"--{_dashed(name)}" for name in shape.members} | {"--query", "--output"}
    flags = {"--no-" + option[2:] for option in options}
    assert {argument for argument in arguments if argument.startswith("--")} <= options | flags
    required = {f"--{_dashed(name)}" for name in shape.required_members}
    assert required <= {*arguments}


@cache
def model_of(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


def _dashed(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


def test_the_probe_answers_with_what_it_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module: dict[str, Any] = {}
    exec(block(PAGE, "probe/function.py").text, module)  # noqa: S102 - it is our own page
    monkeypatch.setenv("PROBE", '{"claimsAndScopeOverrideDetails": null}')
    event = {"version": "2", "response": {}}
    assert module["handler"](event, None) == {"version": "2", "response": {"claimsAndScopeOverrideDetails": None}}
    assert json.loads(capsys.readouterr().out) == event
