"""Lookups by a Lambda function, run by Lambda's own emulator and client: what it gets, and what it may answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pretoken.trigger.fetching.causes import FetchError
from pretoken.trigger.fetching.function import Function
from pretoken.trigger.fetching.kinds import UNREADABLE
from tests.fetching.declarations import declared
from tests.fetching.stranger import Answer
from tests.runtime.emulator import MISSING, Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pretoken.trigger.fetching.aws import AWS
    from tests.fetching.stranger import Stranger

PROGRAM = """
import json

def handler(event, context):
    if event.get("answer"):
        return json.loads(event["answer"])
    return {"plan": event, "type": type(event).__name__}
"""
FIELDS = {"plan": {}, "seats": {"at": "limits.seats"}, "type": {}}
NAME = "function"
"""What the emulator calls the function, and itself listens to."""


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    if MISSING:
        pytest.skip(MISSING)
    folder = tmp_path_factory.mktemp("function")
    (folder / "program.py").write_text(PROGRAM)
    with Emulator(folder, {}, handler="program.handler") as emulator:
        emulator.invoke({})  # until then it may not listen yet
        yield emulator


@pytest.fixture
def real(aws: AWS, emulator: Emulator, environment: pytest.MonkeyPatch) -> Function:
    """Lead to a function that answers what it is told."""
    environment.setenv("AWS_ENDPOINT_URL", f"http://{emulator._address}:{emulator._port}")
    return Function([declared({"function": NAME}, FIELDS)], aws)


def ask(function: Function, **key: str) -> Any:
    return function.fetch({"lookup": key})["lookup"]


def cause(function: Function, **key: str) -> str:
    with pytest.raises(FetchError) as raised:
        function.fetch({"lookup": key})
    assert raised.value.__context__ is None
    return raised.value.cause


@pytest.mark.parametrize(
    ("answer", "row"),
    [
        ({"plan": "pro", "limits": {"seats": 5}}, {"plan": "pro", "seats": 5}),
        ({"plan": "pro", "secret": "x"}, {"plan": "pro"}),
        ({}, {}),
        ({"other": 1}, {}),
        (None, None),
        ({"plan": None, "limits": None}, {}),
        ({"plan": "", "limits": {"seats": False}}, {"plan": "", "seats": False}),
        ({"plan": ["b", "a"], "limits": ["seats"]}, {"plan": ["b", "a"], "seats": UNREADABLE}),
        ({"plan": [{"a": None}, {"a": [{}]}]}, {"plan": [{"a": None}, {"a": [{}]}]}),
        ({"plan": {"a": {"b": [1, 2.5, True]}}}, {"plan": {"a": {"b": [1, 2.5, True]}}}),
        ({"plan": 2**53}, {"plan": 2**53}),
        ({"plan": "ä 😀 \u2028 \x00"}, {"plan": "ä 😀 \u2028 \x00"}),
    ],
    ids=str,
)
def test_a_function_answers_with_an_object_or_null(real: Function, answer: object, row: object) -> None:
    """Whether a field is of its type is told by whoever reads the row."""
    assert ask(real, answer=json.dumps(answer)) == row


@pytest.mark.parametrize("answer", [[], ["pro"], 0, 1.5, "", "pro", "null", False, True], ids=repr)
def test_what_is_neither_is_unreadable(real: Function, answer: object) -> None:
    assert cause(real, answer=json.dumps(answer)) == "unreadable"


@pytest.mark.parametrize("answer", ['{"plan": NaN}', '{"plan": Infinity}', '{"plan": "\\ud800"}', '{"": 1}'])
def test_what_no_json_holds_is_unreadable_or_an_error_of_the_function(real: Function, answer: str) -> None:
    """What Lambda's runtime client makes of it isn't an answer either way."""
    assert cause(real, answer=answer) in {"unreadable", "function-error"}, "the versions of the client differ"


def test_an_error_is_none_without_its_head_too(aws: AWS, stranger: Stranger) -> None:
    """As the emulator answers; a field that is declared may be called so."""
    stranger.manner = Answer({"errorMessage": "x", "errorType": "ValueError", "plan": "pro"})
    fields: dict[str, Any] = {"plan": {}}
    assert cause(Function([declared({"function": NAME}, fields)], aws), sub="anna") == "function-error"
    fields["errorType"] = {}
    row = ask(Function([declared({"function": NAME}, fields)], aws), sub="anna")
    assert row == {"plan": "pro", "errorType": "ValueError"}


@pytest.mark.parametrize(
    "key",
    [{"sub": "anna"}, {"sub": "anna", "tenant": "acme"}, {"größe": 'ä 😀 " \\ \x00'}, {"number": "5"}, {}],
    ids=str,
)
def test_a_function_gets_the_declared_object_of_texts_and_nothing_else(real: Function, key: dict[str, str]) -> None:
    row = ask(real, **key)
    assert row["type"] == "dict"
    assert row["plan"] == key


def test_an_answer_may_have_64_kib(real: Function) -> None:
    fits = 65536 - len('{"plan": ""}')
    assert ask(real, answer=json.dumps({"plan": "x" * fits})) == {"plan": "x" * fits}
    assert cause(real, answer=json.dumps({"plan": "x" * (fits + 1)})) == "too-large"
    assert cause(real, answer=json.dumps({"plan": "x" * 1_000_000})) == "too-large"


def test_an_answer_after_one_that_was_too_large_is_its_own(real: Function) -> None:
    """Nothing of the other is left in the connection."""
    assert cause(real, answer=json.dumps({"plan": "x" * 200_000})) == "too-large"
    assert ask(real, answer='{"plan": "pro"}') == {"plan": "pro"}


def test_a_function_is_asked_by_its_name_for_an_answer(aws: AWS, stranger: Stranger) -> None:
    function = Function([declared({"function": "entitlements:live", "input": {"sub": "…"}})], aws)
    stranger.manner = Answer({"plan": "pro"})
    assert ask(function, sub="anna") == {"plan": "pro"}
    (request,) = stranger.requests
    lines = request.head.lower().split("\r\n")
    assert lines[0] == "post /2015-03-31/functions/entitlements%3alive/invocations http/1.1"
    assert "x-amz-invocation-type: requestresponse" in lines
    assert not [line for line in lines if line.startswith(("x-amz-log-type", "x-amz-client-context"))]
    assert request.content == {"sub": "anna"}


def test_a_function_has_all_of_the_time_since_it_is_asked_once(aws: AWS) -> None:
    lookups = [declared({"function": "f"}, name="a", timeout="1s"), declared({"function": "f"}, name="b")]
    kind = Function([*lookups, declared({"function": "g"}, name="c", timeout="1s")], aws)
    patience = {
        timeout: (client.meta.config.connect_timeout, client.meta.config.read_timeout)
        for timeout, client in kind._clients.items()
    }
    assert patience == {1.0: (0.5, 1.0), 20.0: (10.0, 20.0)}
    assert len({kind.companions(name) for name in "abc"}) == 3


def test_each_lookup_asks_its_own_function(aws: AWS, stranger: Stranger) -> None:
    kind = Function([declared({"function": "f"}, name="a"), declared({"function": "g"}, {"x": {}}, name="b")], aws)
    stranger.manner = Answer({"plan": "pro", "x": 1})
    assert kind.fetch({"b": {"sub": "anna"}}) == {"b": {"x": 1}}
    assert kind.fetch({"a": {"sub": "otto"}}) == {"a": {"plan": "pro"}}
    assert [request.head.split("/")[3] for request in stranger.requests] == ["g", "f"]
