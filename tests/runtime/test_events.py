"""The built package under Lambda's runtime: it answers every sample event as the library does in this process."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from pretoken.sealing import Opener
from pretoken.trigger import create_handler
from pretoken.trigger.errors import SignInRefused
from tests.runtime.emulator import Emulator, environment
from tests.runtime.packages import ROOT, SIGN_IN, encrypted_claim

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.runtime.aws import AWS

EVENTS = sorted((ROOT / "events").glob("v*.json"))


@pytest.fixture(scope="module")
def function(sample: Path, variables: dict[str, str]) -> Iterator[Emulator]:
    with Emulator(sample, variables) as emulator:
        yield emulator


@pytest.mark.parametrize("file", EVENTS, ids=lambda file: file.stem)
def test_an_event_is_answered_and_logged_as_the_library_does(
    file: Path, function: Emulator, sample: Path, aws: AWS, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    event = json.loads(file.read_text())
    answer = function.invoke(event)
    reference = function.references[-1]

    def seal(recipient: str, members: Mapping[str, object], sub: str) -> str:
        assert Opener(recipient, aws.key, client=aws.client).open(encrypted_claim(answer), sub=sub) == members
        return encrypted_claim(answer)

    for name, value in environment(sample, variables).items():
        monkeypatch.setenv(name, value)
    plan = json.loads((sample / "policy.json").read_text())
    written: list[str] = []
    handler = create_handler(plan, environment=variables, seal=seal, write=written.append)
    expected: dict[str, Any]
    try:
        expected = handler(event, SimpleNamespace(aws_request_id=reference))
    except SignInRefused as refused:
        expected = {"errorType": "SignInRefused", "errorMessage": str(refused)}
    assert {name: answer.get(name) for name in expected} == expected
    logged = function.logged(reference)
    assert [lasting(line) for line in logged if "errorType" not in line] == [*map(lasting, map(json.loads, written))]
    assert [line["errorMessage"] for line in logged if "errorType" in line] == [
        text for name, text in expected.items() if name == "errorMessage"
    ]


def lasting(line: dict[str, Any]) -> dict[str, Any]:
    """Give what of a log line two runs have in common."""
    kept = {name: value for name, value in line.items() if name not in ("DurationMs", "LookupMs", "timestamp", "_aws")}
    return {**kept, "metrics": line["_aws"]["CloudWatchMetrics"]}


def test_every_line_is_the_functions_own_and_names_the_package(function: Emulator, sample: Path) -> None:
    function.invoke({})
    function.invoke(SIGN_IN)
    digest = json.loads((sample / "policy.json").read_text())["digest"].removeprefix("sha256:")
    assert function.logged(function.references[-1])
    assert {line.get("package") for line in function.lines if "errorType" not in line} == {digest[:12]}


def test_nothing_personal_of_any_event_is_written(sample: Path, variables: dict[str, str]) -> None:
    """Neither by the function nor by Lambda's runtime client."""
    personal: set[str] = set()
    with Emulator(sample, variables) as function:
        for file in EVENTS:
            event = json.loads(file.read_text())
            function.invoke(event)
            request = event["request"]
            for source in (
                request.get("userAttributes"),
                request.get("clientMetadata"),
                {"userName": event["userName"]},
            ):
                personal.update(value.lower() for value in (source or {}).values())
        function.logged(function.references[-1])
        output = function.output.lower()
    assert output.count("end requestid") == len(EVENTS)
    personal -= {"true", "false", "confirmed", "clientcredentials"}  # ours and Cognito's words, too
    assert len(personal) > 40
    assert [value for value in personal if value in output] == []


def test_a_data_key_serves_many_calls(function: Emulator, aws: AWS) -> None:
    before = len(aws.calls)
    messages = {encrypted_claim(function.invoke(SIGN_IN)) for _ in range(10)}
    assert len(messages) == 10
    assert "" not in messages
    assert len(aws.calls) - before <= 1
