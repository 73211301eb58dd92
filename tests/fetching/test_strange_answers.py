"""Whatever answers in the place of DynamoDB or Lambda: a lookup fails by its cause, and tells nothing.

Nothing but a well-formed answer without an item may ever mean that there is none: a rule may grant by that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pretoken.trigger.fetching.causes import FetchError
from pretoken.trigger.fetching.dynamodb import DynamoDB
from pretoken.trigger.fetching.function import Function
from tests.fetching.declarations import PATIENT, declared, in_table
from tests.fetching.strange_answers import EVERYWHERE, IN_FULL, IN_THE_HEAD, ITEM, KEYS, NO_BATCH, NO_ITEM, ONE
from tests.fetching.stranger import MARK, Answer, Hang

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pretoken.trigger.fetching.aws import AWS
    from tests.fetching.stranger import Manner, Stranger

    Ask = Callable[..., Mapping[str, Any]]
    TellsNothing = Callable[[BaseException], None]

WAYS = ["get", "batch", "invoke"]


@pytest.fixture
def ask(aws: AWS, stranger: Stranger) -> Ask:  # noqa: ARG001 - the server that is asked
    """Ask in one of three ways: `get`, `batch` or `invoke`, each with an optional time."""

    def ask(way: str, timeout: str = PATIENT) -> Mapping[str, Any]:
        if way == "invoke":
            kind: Any = Function([declared({"function": "entitlements"}, name="one", timeout=timeout)], aws)
        else:
            kind = DynamoDB([in_table(name=name, timeout=timeout) for name in KEYS], aws)
        answers: Mapping[str, Any] = kind.fetch(KEYS if way == "batch" else {"one": KEYS["one"]})
        if way == "get" and isinstance(answers["one"], FetchError):
            raise answers["one"]
        return answers

    return ask


def each(rows: Mapping[str, Any]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in rows.items()])


def test_the_server_answers_well_if_it_is_told_to(ask: Ask, stranger: Stranger) -> None:
    stranger.manner = Answer({"Item": ITEM})
    assert ask("get") == {"one": {"plan": "pro"}}
    stranger.manner = Answer({"Responses": {"memberships": [ITEM]}}, chunked=True)
    assert ask("batch") == {"one": {"plan": "pro"}, "two": None}
    stranger.manner = Answer({"plan": "pro"}, chunked=True)
    assert ask("invoke") == {"one": {"plan": "pro"}}


@pytest.mark.parametrize("way", WAYS)
@each(EVERYWHERE)
def test_a_strange_answer_fails_by_its_cause(
    ask: Ask, stranger: Stranger, tells_nothing: TellsNothing, way: str, row: tuple[Manner, str]
) -> None:
    stranger.manner, cause = row
    with pytest.raises(FetchError) as raised:
        ask(way)
    assert raised.value.cause == cause
    tells_nothing(raised.value)
    assert len(stranger.requests) == 1, "whether it is asked for again is decided by who waits"
    assert MARK in str(stranger.requests)


@each(NO_ITEM)
def test_only_an_answer_without_item_says_that_there_is_none(
    ask: Ask, stranger: Stranger, tells_nothing: TellsNothing, row: object
) -> None:
    stranger.manner = Answer(row)
    with pytest.raises(FetchError) as raised:
        ask("get")
    assert raised.value.cause == "unreadable"
    tells_nothing(raised.value)


@each(NO_BATCH)
def test_only_what_a_table_leaves_out_is_not_there(
    ask: Ask, stranger: Stranger, tells_nothing: TellsNothing, row: object
) -> None:
    stranger.manner = Answer(row)
    with pytest.raises(FetchError) as raised:
        ask("batch")
    assert raised.value.cause == "unreadable"
    tells_nothing(raised.value)


@pytest.mark.parametrize(("way", "content"), [("get", IN_FULL), ("invoke", b'{"plan": "pro"}')], ids=WAYS[::2])
@pytest.mark.parametrize("shows", [True, False])
def test_an_answer_that_is_cut_short_anywhere_is_unreadable(
    ask: Ask, stranger: Stranger, way: str, content: bytes, *, shows: bool
) -> None:
    for length in range(len(content)):
        stranger.manner = Answer(content[:length], more=(len(content) - length) * shows)
        with pytest.raises(FetchError) as raised:
            ask(way)
        assert raised.value.cause == "unreadable"


@pytest.mark.parametrize("way", WAYS)
def test_where_nobody_listens_it_is_unreachable(
    ask: Ask, stranger: Stranger, tells_nothing: TellsNothing, way: str
) -> None:
    stranger.refuse()
    with pytest.raises(FetchError) as raised:
        ask(way)
    assert raised.value.cause == "unreachable"
    tells_nothing(raised.value)


@pytest.mark.parametrize("way", WAYS)
@each({"nothing": b"", "a head": b"HTTP/1.1 200 OK\r\n", "a part": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"})
def test_an_answer_that_never_ends_is_cut_off_and_asked_for_once(
    ask: Ask, stranger: Stranger, tells_nothing: TellsNothing, way: str, row: bytes
) -> None:
    """A second request would run a function twice."""
    stranger.manner = Hang(row)
    with pytest.raises(FetchError) as raised:
        ask(way, "300ms")
    assert raised.value.cause == "timeout"
    stranger.wait_for_request()
    assert len(stranger.requests) == 1
    tells_nothing(raised.value)


def test_keys_that_the_table_did_not_get_to_are_throttled_beside_those_that_it_did(
    ask: Ask, stranger: Stranger, tells_nothing: TellsNothing
) -> None:
    """Taken for absent, a throttled table would take tenants away, or grant what only their absence grants."""
    unprocessed = {"memberships": {"Keys": [{"pk": {"S": KEYS["two"]["pk"]}}], "ConsistentRead": False}}
    stranger.manner = Answer({"Responses": {"memberships": [ITEM]}, "UnprocessedKeys": unprocessed})
    answers = ask("batch")
    assert answers["one"] == {"plan": "pro"}
    assert answers["two"].cause == "throttled"
    tells_nothing(answers["two"])
    unprocessed["memberships"]["Keys"] = [ONE, *unprocessed["memberships"]["Keys"]]  # type: ignore[misc]
    stranger.manner = Answer({"Responses": {"memberships": []}, "UnprocessedKeys": unprocessed})
    assert {name: answer.cause for name, answer in ask("batch").items()} == dict.fromkeys(KEYS, "throttled")


def test_a_key_of_which_no_table_tells_is_not_known(ask: Ask, stranger: Stranger) -> None:
    stranger.manner = Answer({"Responses": {}, "UnprocessedKeys": {"memberships": {"Keys": [ONE]}}})
    causes = {name: answer.cause for name, answer in ask("batch").items()}
    assert causes == {"one": "throttled", "two": "unreadable"}


def test_a_batch_may_be_as_long_as_its_items(ask: Ask, stranger: Stranger) -> None:
    two = {"pk": {"S": KEYS["two"]["pk"]}}
    items = [{**key, "plan": {"S": "x" * 60_000}} for key in (ONE, two)]
    stranger.manner = Answer({"Responses": {"memberships": items}})
    assert ask("batch") == {name: {"plan": "x" * 60_000} for name in ("one", "two")}


def test_in_a_batch_an_item_that_is_too_large_or_none_fails_alone(ask: Ask, stranger: Stranger) -> None:
    two = {"pk": {"S": KEYS["two"]["pk"]}}
    for plan, cause in (({"S": "x" * 66_000}, "too-large"), ({"S": 5}, "unreadable")):
        stranger.manner = Answer({"Responses": {"memberships": [{**ONE, "plan": plan}, {**two, "plan": {"S": "x"}}]}})
        answers = ask("batch")
        assert (answers["one"].cause, answers["two"]) == (cause, {"plan": "x"})


@pytest.mark.parametrize("spare", [0, -1])
def test_an_answer_may_have_64_kib(ask: Ask, stranger: Stranger, spare: int) -> None:
    text = "x" * (65536 - len(b'{"plan": ""}') - spare)
    stranger.manner = Answer({"plan": text})
    if spare < 0:
        with pytest.raises(FetchError, match="longer than 64 KiB"):
            ask("invoke")
    else:
        assert ask("invoke") == {"one": {"plan": text}}


@pytest.mark.parametrize(("code", "cause"), IN_THE_HEAD.items())
def test_an_error_of_lambda_is_told_by_the_code_in_its_head(
    ask: Ask, stranger: Stranger, tells_nothing: TellsNothing, code: str, cause: str
) -> None:
    stranger.manner = Answer({"Type": "User", "message": MARK}, 400, head=f"x-amzn-ErrorType: {code}")
    with pytest.raises(FetchError) as raised:
        ask("invoke")
    assert raised.value.cause == cause
    tells_nothing(raised.value)


@each(
    {"object": {"errorMessage": MARK, "errorType": "KeyError"}, "null": None, "text": MARK, "a field": {"plan": "pro"}}
)
@pytest.mark.parametrize("kind", ["Unhandled", "Handled", MARK])
def test_a_function_that_raised_an_error_failed_whatever_it_says(
    ask: Ask, stranger: Stranger, tells_nothing: TellsNothing, row: object, kind: str
) -> None:
    stranger.manner = Answer(row, head=f"X-Amz-Function-Error: {kind}")
    with pytest.raises(FetchError) as raised:
        ask("invoke")
    assert raised.value.cause == "function-error"
    tells_nothing(raised.value)


@pytest.mark.parametrize("way", WAYS)
def test_a_key_that_no_request_can_have_fails_alone(aws: AWS, tells_nothing: TellsNothing, way: str) -> None:
    """Botocore refuses it before it asks, and its error has the key in it."""
    key: Any = {"pk": MARK, MARK: 5}
    kind: Any = (
        Function([declared({"function": MARK + "\ud800"}, name="one")], aws)
        if way == "invoke"
        else DynamoDB([in_table(name="one"), in_table(name="two")], aws)
    )
    with pytest.raises(FetchError) as raised:
        kind.fetch({"one": key, "two": key} if way == "batch" else {"one": key})
    assert raised.value.cause in {"refused", "failed"}
    tells_nothing(raised.value)
