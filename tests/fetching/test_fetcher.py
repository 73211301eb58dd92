"""The fetcher: who asks whom, in which thread, how often; what is kept, shared, given up and left alone."""

from __future__ import annotations

import threading
import time
from queue import Empty, SimpleQueue
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from pretoken.trigger.fetching import CAUSES, FetchError
from pretoken.trigger.fetching import fetcher as module
from pretoken.trigger.fetching.breaker import FAILURES, SHORTEST
from pretoken.trigger.fetching.call import MOST_UNDER_WAY
from pretoken.trigger.fetching.causes import OUTAGES, TRANSIENT
from pretoken.trigger.fetching.fetcher import Fetcher
from pretoken.trigger.outcomes import PENDING
from tests.fetching.kinds import (
    PATIENCE,
    Broken,
    Clock,
    Flaky,
    Mood,
    Slow,
    Table,
    answered_by,
    eventually,
    listed,
    patient,
    seeded,
)
from tests.trigger.plans import lookup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pretoken.trigger.fetching.call import Call
    from pretoken.trigger.fetching.kinds import Declared, Kind

ROW = {"string": "x"}
KEY = {"pk": "k"}
SHORT = {"timeout": "1ms"}
KEPT = {"cache": "1m"}


class Asking:
    """A fetcher, and who asks it."""

    def __init__(self, kind: Kind, **lookups: Any) -> None:
        self.clock = Clock()
        self.fetcher = Fetcher(lookups or {"row": patient()}, answered_by(kind), self.clock)
        self.listener: SimpleQueue[Call] = SimpleQueue()

    def ask(self, *names: str, key: dict[str, str] | None = None) -> dict[str, tuple[Call, str]]:
        return self.fetcher.ask(dict.fromkeys(names, key or KEY), self.listener)

    def how(self, name: str = "row", key: dict[str, str] | None = None) -> str:
        """Ask, and tell how the call came about, once it is answered."""
        return self._over(name, key)[1]

    def answer(self, name: str = "row", key: dict[str, str] | None = None) -> Any:
        """Give the answer: the row, or the cause of the failure."""
        return _answer(self._over(name, key)[0])

    def _over(self, name: str, key: dict[str, str] | None) -> tuple[Call, str]:
        call, how = self.ask(name, key=key)[name]
        while how in ("made", "joined") and self.listener.get(timeout=PATIENCE) is not call:
            pass  # it is about an earlier one
        return call, how

    def settled(self) -> bool:
        """Wait until no request is under way."""
        return eventually(lambda: not any(source.number for source in self.fetcher._sources.values()))


def _answer(call: Call) -> Any:
    assert eventually(lambda: call.answer is not PENDING)
    return call.answer.cause if isinstance(call.answer, FetchError) else call.answer


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAUSE", 0.0)


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    before = threading.active_count()
    yield
    assert eventually(lambda: threading.active_count() <= before)


@pytest.fixture(autouse=True)
def _nothing_is_written(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Fail if a thread ends in an error: it would stand in the function's log, with all its text."""
    yield
    assert capfd.readouterr() == ("", "")


# Requests.


@pytest.mark.parametrize("row", [ROW, {}, None], ids=["row", "empty row", "no row"])
def test_a_row_is_asked_for_in_a_thread_and_whoever_listens_is_told(row: object) -> None:
    table = Table({"row": row})
    asking = Asking(table)
    ((call, how),) = asking.ask("row").values()
    assert asking.listener.get(timeout=PATIENCE) is call
    assert (call.lookup, call.key, call.answer, how) == ("row", KEY, row, "made")
    (request,) = table.requests
    assert request.keys == {"row": KEY}
    assert request.thread != threading.get_ident()


def test_nobody_is_told_twice_or_of_what_is_there_at_once() -> None:
    asking = Asking(Table({"row": ROW}), row=patient(**KEPT))
    assert asking.how() == "made"
    assert asking.how() == "cached"
    assert asking.settled()
    with pytest.raises(Empty):
        asking.listener.get_nowait()


def test_each_kind_is_made_once_of_all_its_lookups_with_their_declarations() -> None:
    seen: list[Declared] = []
    fetcher = Fetcher(
        {
            "a": lookup("{client}", timeout="2s", cache="5m"),
            "b": {"lambda": {"function": "f"}, "data": "none", "fields": {"string": {"at": "x.y"}}},
            "c": lookup(),
        },
        listed(Table(), seen),
    )
    assert [one.name for one in seen] == ["a", "c", "b"]
    a, c, b = seen
    assert (a.timeout, a.cached, a.source) == (2.0, 300.0, {"table": "t", "key": {"pk": "{client}"}})
    assert (c.timeout, c.cached) == (0.5, None)
    assert (b.source, b.paths) == ({"function": "f"}, {"string": ("x", "y")})
    assert fetcher.ask({}, SimpleQueue()) == {}


def test_companions_are_one_request_and_others_run_in_threads_of_their_own() -> None:
    with Slow({"a": ROW, "b": None, "c": ROW, "d": ROW}, together=("a", "b"), at_once=3) as kind:
        asking = Asking(kind, a=patient(), b=patient(), c=patient(), d=patient())
        calls = asking.ask("a", "b", "c", "d")
        assert [_answer(call) for call, _ in calls.values()] == [ROW, None, ROW, ROW]
    assert sorted(sorted(request.keys) for request in kind.requests) == [["a", "b"], ["c"], ["d"]]
    assert len({request.thread for request in kind.requests}) == 3
    assert {asking.listener.get(timeout=PATIENCE).lookup for _ in range(4)} == {"a", "b", "c", "d"}


def test_lookups_of_different_kinds_are_no_companions() -> None:
    tables = [Table({"a": ROW}, together="ab"), Table({"b": ROW}, together="ab")]
    kinds = {"dynamodb": lambda _declared: tables[0], "lambda": lambda _declared: tables[1]}
    lookups = {"a": patient(), "b": {"lambda": {"function": "f"}, "data": "none", "fields": {"string": {}}}}
    calls = Fetcher(lookups, kinds).ask({"a": KEY, "b": {}}, SimpleQueue())
    assert [_answer(call) for call, _ in calls.values()] == [ROW, ROW]
    assert [table.asked for table in tables] == [[("a", KEY)], [("b", {})]]


# Failures.


@pytest.mark.parametrize("cause", CAUSES)
def test_an_error_that_is_raised_or_answered_is_the_answer(cause: str) -> None:
    assert Asking(Broken(errors={"row": FetchError(cause)})).answer() == cause
    assert Asking(Table({"row": FetchError(cause)})).answer() == cause


class _Odd(BaseException):
    pass


@pytest.mark.parametrize(
    "error",
    [
        ValueError("anna"),
        KeyError("anna"),
        RecursionError("anna"),
        MemoryError("anna"),
        StopIteration("anna"),
        SystemExit("anna"),
        KeyboardInterrupt("anna"),
        GeneratorExit("anna"),
        _Odd("anna"),
    ],
    ids=repr,
)
def test_whatever_else_a_kind_raises_all_companions_failed_and_nothing_is_written(error: BaseException) -> None:
    asking = Asking(Broken({"a": ROW, "c": ROW}, errors={"b": error}, together="ab"), a=patient(), b=patient())
    calls = asking.ask("a", "b")
    assert {name: _answer(call) for name, (call, _) in calls.items()} == {"a": "failed", "b": "failed"}
    assert asking.settled()


@pytest.mark.parametrize("answers", [{}, {"a": ROW}, None, [], "ab", 5], ids=repr)
def test_answers_without_one_of_the_lookups_are_none(answers: Any) -> None:
    class Forgetful(Table):
        def fetch(self, _keys: Any) -> Any:
            return answers

    calls = Asking(Forgetful(together="ab"), a=patient(), b=patient()).ask("a", "b")
    assert {_answer(call) for call, _ in calls.values()} == {"failed"}


def test_a_failure_of_one_companion_leaves_the_others_alone() -> None:
    calls = Asking(Table({"a": ROW, "b": FetchError("refused")}, together="ab"), a=patient(), b=patient()).ask("a", "b")
    assert {name: _answer(call) for name, (call, _) in calls.items()} == {"a": ROW, "b": "refused"}


@pytest.mark.parametrize("cause", CAUSES)
def test_what_failed_in_passing_is_attempted_once_more_and_nothing_else(cause: str) -> None:
    kind = Flaky({"row": ROW}, plan=lambda _name, _number: Mood(failure=FetchError(cause), attempts=1))
    assert Asking(kind).answer() == (ROW if cause in TRANSIENT else cause)
    assert len(kind.requests) == (2 if cause in TRANSIENT else 1)


def test_there_is_no_third_attempt() -> None:
    kind = Flaky(plan=lambda _name, _number: Mood(failure=FetchError("throttled"), attempts=9))
    assert Asking(kind).answer() == "throttled"
    assert len(kind.requests) == 2
    assert len({request.thread for request in kind.requests}) == 1


def test_only_the_companion_that_failed_in_passing_is_attempted_once_more() -> None:
    moods = {"b": Mood(failure=FetchError("throttled"), attempts=1), "c": Mood(failure=FetchError("refused"))}
    kind = Flaky({"a": ROW, "b": ROW}, together="abc", plan=lambda name, _number: moods.get(name, Mood()))
    calls = Asking(kind, a=patient(), b=patient(), c=patient()).ask("a", "b", "c")
    assert {name: _answer(call) for name, (call, _) in calls.items()} == {"a": ROW, "b": ROW, "c": "refused"}
    assert [sorted(request.keys) for request in kind.requests] == [["a", "b", "c"], ["b"]]


def test_a_second_attempt_that_fails_for_good_has_that_cause() -> None:
    causes = iter(("throttled", "access-denied"))

    class Worse(Table):
        def fetch(self, keys: Any) -> Any:
            super().fetch(keys)
            raise FetchError(next(causes))

    assert Asking(Worse()).answer() == "access-denied"


def test_there_is_no_second_attempt_after_the_time_of_the_lookup() -> None:
    mood = Mood(delay=0.02, failure=FetchError("unreachable"), attempts=1)
    kind = Flaky({"row": ROW}, plan=lambda _name, _number: mood)
    assert Asking(kind, row=lookup(timeout="10ms")).answer() == "unreachable"
    assert len(kind.requests) == 1


def test_a_pause_is_made_before_the_second_attempt_unless_it_takes_the_time_that_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(module, "_PAUSE", 60.0)
    monkeypatch.setattr(module, "random", lambda: 0.5)
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=time.monotonic, sleep=slept.append))
    for timeout, attempts in (("1h", 2), ("25s", 1)):
        kind = Flaky({"row": ROW}, plan=lambda _name, _number: Mood(failure=FetchError("throttled"), attempts=1))
        assert Asking(kind, row=lookup(timeout=timeout)).answer() == (ROW if attempts == 2 else "throttled")
        assert len(kind.requests) == attempts
    assert slept == [30.0]


# Keeping and sharing.


@pytest.mark.parametrize("row", [ROW, None], ids=["row", "no row"])
def test_an_answer_is_kept_as_long_as_declared_and_no_longer(row: object) -> None:
    table = Table({"row": row})
    asking = Asking(table, row=patient(**KEPT))
    hows = []
    for seconds in (0, 0, 59, 1, 59, 59):
        asking.clock.now += seconds
        hows.append(asking.how())
        assert asking.answer() == row
    assert hows == ["made", "cached", "cached", "made", "cached", "made"]
    assert len(table.requests) == 3


def test_the_time_is_counted_from_when_it_was_asked_for() -> None:
    with Slow({"row": ROW}, hanging=["row"]) as kind:
        asking = Asking(kind, row=patient(**KEPT))
        ((call, _),) = asking.ask("row").values()
        asking.clock.now += 50
        kind.release()
        assert _answer(call) == ROW
        assert asking.settled()
        assert asking.how() == "cached"
        asking.clock.now += 10
        assert asking.how() == "made"


def test_what_is_kept_from_a_time_to_come_is_not_believed() -> None:
    asking = Asking(Table({"row": ROW}), row=patient(**KEPT))
    assert asking.how() == "made"
    asking.clock.now -= 1
    assert asking.how() == "made"


def test_what_is_not_declared_to_be_kept_is_not() -> None:
    asking = Asking(Table({"row": ROW}))
    assert [asking.how() for _ in range(3)] == ["made"] * 3


def test_an_answer_is_kept_for_its_whole_key_and_lookup() -> None:
    table = Table({"a": lambda key: {"string": f"a {key['pk']}"}, "b": lambda key: {"string": f"b {key['pk']}"}})
    asking = Asking(table, a=patient(**KEPT), b=patient(**KEPT))
    for _ in range(2):
        for name in "ab":
            for key in (
                {"pk": "1"},
                {"pk": "2"},
                {"pk": "1", "sk": "2"},
                {"sk": "2", "pk": "1"},
                {"sk": "1", "pk": "2"},
            ):
                assert asking.answer(name, key) == {"string": f"{name} {key['pk']}"}
    assert len(table.requests) == 2 * 4  # in which order the parts stand means nothing


@pytest.mark.parametrize("cause", CAUSES)
def test_a_failure_is_not_kept(cause: str) -> None:
    kind = Flaky(
        {"row": ROW},
        plan=lambda _name, number: Mood(failure=FetchError(cause), attempts=0 if number else 2),
    )
    asking = Asking(kind, row=patient(**KEPT))
    assert asking.answer() == cause
    assert asking.settled()
    assert [asking.how(), asking.how()] == ["made", "cached"]


def test_what_cannot_be_renewed_fails_instead_of_being_old() -> None:
    kind = Flaky(
        {"row": ROW},
        plan=lambda _name, number: Mood(failure=FetchError("unreachable"), attempts=2 if number else 0),
    )
    asking = Asking(kind, row=patient(**KEPT))
    assert asking.answer() == ROW
    asking.clock.now += 60
    assert asking.settled()
    assert asking.answer() == "unreachable"


def test_everything_that_is_kept_can_be_let_go_of() -> None:
    asking = Asking(Table({"a": ROW, "b": ROW}), a=patient(**KEPT), b=patient())
    assert [asking.how("a"), asking.how("b"), asking.how("a")] == ["made", "made", "cached"]
    asking.fetcher.forget()
    assert asking.how("a") == "made"


@pytest.mark.parametrize("row", [ROW, None, FetchError("refused")], ids=["row", "no row", "failure"])
def test_of_32_threads_that_want_one_row_that_is_kept_one_asks(row: Any) -> None:
    with Slow({"row": row}, hanging=["row"]) as kind:
        asking = Asking(kind, row=patient(**KEPT))
        hows, answers = _from_threads(asking, kind, 32, requests=1)
        assert sorted(hows) == ["joined"] * 31 + ["made"]
        assert answers == [row.cause if isinstance(row, FetchError) else row] * 32
    assert len(kind.requests) == 1
    assert asking.settled()
    assert asking.fetcher._sources["row"].under_way == {}


def test_of_32_threads_that_want_a_row_that_is_not_kept_each_asks() -> None:
    with Slow({"row": ROW}, hanging=["row"]) as kind:
        hows, answers = _from_threads(Asking(kind), kind, 32, requests=32)
    assert hows == ["made"] * 32
    assert answers == [ROW] * 32


def test_threads_that_want_different_rows_of_one_lookup_get_their_own() -> None:
    with Slow({"row": lambda key: {"string": key["pk"]}}, hanging=["row"]) as kind:
        for declared in (patient(), patient(**KEPT)):
            asking = Asking(kind, row=declared)
            calls = [asking.ask("row", key={"pk": pk})["row"][0] for pk in "abab"]
            kind.release()
            assert [_answer(call)["string"] for call in calls] == [*"abab"]


def _from_threads(asking: Asking, kind: Slow, number: int, *, requests: int) -> tuple[list[str], list[Any]]:
    """Ask from so many threads at once, and release the kind when it is asked so often."""
    hows: list[str] = []
    answers: list[Any] = []
    together = threading.Barrier(number, timeout=PATIENCE)

    def ask() -> None:
        together.wait()
        listener: SimpleQueue[Call] = SimpleQueue()
        ((call, how),) = asking.fetcher.ask({"row": KEY}, listener).values()
        hows.append(how)
        assert listener.get(timeout=PATIENCE) is call
        answers.append(_answer(call))

    threads = [threading.Thread(target=ask) for _ in range(number)]
    for thread in threads:
        thread.start()
    assert eventually(lambda: len(hows) == number)
    kind.await_requests(requests)
    kind.release()
    for thread in threads:
        thread.join(PATIENCE)
    return hows, answers


# Cutting off.


def test_who_gave_up_is_told_nothing_more_and_the_answer_is_kept_all_the_same() -> None:
    with Slow({"row": ROW}, hanging=["row"]) as kind:
        asking = Asking(kind, row=patient(**KEPT))
        ((call, _),) = asking.ask("row").values()
        asking.fetcher.cut_off(call, asking.listener)
        kind.release()
        assert asking.settled()
        assert eventually(lambda: not asking.fetcher._sources["row"].under_way)
        assert asking.listener.empty()
        assert (asking.how(), asking.answer()) == ("cached", ROW)


def test_an_answer_that_comes_late_does_not_replace_one_that_was_asked_for_later() -> None:
    answers = iter(("new", "old"))  # the first request is the last to be answered
    with Slow({"row": lambda _key: {"string": next(answers)}}, hanging=["row"]) as kind:
        asking = Asking(kind, row=lookup(timeout="5ms", **KEPT))
        ((late, _),) = asking.ask("row").values()
        assert eventually(lambda: kind.stuck and time.monotonic() >= late.until)
        asking.fetcher.cut_off(late, asking.listener)
        kind.hanging.clear()
        asking.clock.now += 1
        assert asking.answer() == {"string": "new"}
        kind.release("row")
        assert asking.settled()
        assert eventually(lambda: not asking.fetcher._sources["row"].under_way)
        assert (asking.how(), asking.answer()) == ("cached", {"string": "new"})


def test_a_request_that_is_over_cannot_be_cut_off() -> None:
    asking = Asking(Table({"row": ROW}))
    ((call, _),) = asking.ask("row").values()
    assert _answer(call) == ROW
    for _ in range(FAILURES):
        asking.fetcher.cut_off(call, asking.listener)
    assert _answer(call) == ROW
    assert asking.settled()
    assert asking.answer() == ROW, "it was no outage"


def test_whoever_shares_a_request_waits_on_when_another_gives_up_and_one_outage_is_counted() -> None:
    with Slow({"row": ROW}, hanging=["row"]) as kind:
        asking, other = Asking(kind, row=patient(**KEPT)), SimpleQueue[Any]()
        ((call, _),) = asking.ask("row").values()
        ((shared, how),) = asking.fetcher.ask({"row": call.key}, other).values()
        assert (shared, how) == (call, "joined")
        for _ in range(FAILURES):
            asking.fetcher.cut_off(call, asking.listener)
        kind.release()
        assert other.get(timeout=PATIENCE) is call
        assert _answer(call) == ROW
        assert asking.settled()
        assert asking.answer(key={"pk": "another"}) == ROW, "one outage opens no breaker"


def test_nobody_joins_a_request_whose_time_is_up() -> None:
    with Slow({"row": ROW}, hanging=["row"]) as kind:
        asking = Asking(kind, row=lookup(timeout="5ms", **KEPT))
        ((first, _),) = asking.ask("row").values()
        assert eventually(lambda: time.monotonic() >= first.until)
        ((second, how),) = asking.ask("row").values()
        assert (how, second is first) == ("made", False)
        kind.release()
        assert asking.settled()
        assert eventually(lambda: not asking.fetcher._sources["row"].under_way)


def test_nobody_joins_a_request_whose_answer_would_be_too_old_to_be_kept() -> None:
    """Between two events Lambda stops the environment, and with it all clocks but the wall's."""
    with Slow({"row": ROW}, hanging=["row"]) as kind:
        asking = Asking(kind, row=patient(**KEPT))
        hows = []
        for seconds in (0, 59, 1, -120):
            asking.clock.now += seconds
            ((_, how),) = asking.ask("row").values()
            hows.append(how)
        assert hows == ["made", "joined", "made", "made"]


# Bounds.


def test_beyond_the_bound_no_request_is_made_until_others_are_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_UNDER_WAY", 3)
    with Slow({"row": ROW}, hanging=["row"]) as kind:
        asking = Asking(kind)
        for _ in range(3):
            assert asking.ask("row")["row"][1] == "made"
        for _ in range(5):
            call, how = asking.ask("row")["row"]
            assert (how, _answer(call)) == ("busy", "busy")
        assert kind.most == 3
        kind.release()
        assert asking.settled()
        assert asking.answer() == ROW


def test_a_lookup_whose_requests_never_end_leaves_others_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_UNDER_WAY", 2)
    with Slow({"a": ROW, "b": ROW}, hanging=["a"]) as kind:
        asking = Asking(kind, a=patient(), b=patient())
        assert [asking.ask("a")["a"][1] for _ in range(3)] == ["made", "made", "busy"]
        assert _answer(asking.ask("b")["b"][0]) == ROW
        kind.release()
        assert asking.settled()


def test_what_is_kept_or_joined_needs_no_request_and_so_is_never_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    with Slow({"a": ROW, "b": ROW}, hanging=["b"]) as kind:
        asking = Asking(kind, a=patient(**KEPT), b=patient(**KEPT))
        assert asking.how("a") == "made"
        asking.ask("b")
        monkeypatch.setattr(module, "MOST_UNDER_WAY", 0)
        assert [how for _, how in asking.ask("a", "b").values()] == ["cached", "joined"]


def test_the_bound_is_that_of_threads_in_lambda() -> None:
    """Source: Lambda developer guide, quotas: 1,024 file descriptors and as many threads for each environment."""
    assert MOST_UNDER_WAY <= 1024 // 4


def test_without_a_thread_a_lookup_is_busy_and_its_breaker_knows_no_more_than_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asking = Asking(Table({"row": FetchError("unreachable")}), row=patient(**KEPT))
    for _ in range(FAILURES - 1):
        assert asking.answer() == "unreachable"
    assert asking.settled()
    with monkeypatch.context() as patch:
        patch.setattr(module, "Thread", _NoThread)
        assert asking.answer() == "busy"
        assert not any(source.number for source in asking.fetcher._sources.values())
        assert asking.fetcher._sources["row"].under_way == {}
    assert asking.answer() == "unreachable"  # the fifth in a row
    assert asking.answer() == "breaker-open"
    asking.clock.now += SHORTEST
    with monkeypatch.context() as patch:
        patch.setattr(module, "Thread", _NoThread)
        assert asking.answer() == "busy"
    assert asking.answer() == "breaker-open"


class _NoThread:
    def __init__(self, **_: object) -> None:
        pass

    def start(self) -> None:
        raise RuntimeError("can't start new thread")


# Breakers.


@pytest.mark.parametrize("cause", CAUSES)
def test_outages_in_a_row_open_the_breaker_and_other_failures_do_not(cause: str) -> None:
    kind = Broken(errors={"row": FetchError(cause)})
    asking = Asking(kind)
    answers = []
    for _ in range(FAILURES + 3):
        answers.append(asking.answer())
        assert asking.settled()
    opens = cause in OUTAGES
    assert answers == [cause] * FAILURES + ["breaker-open" if opens else cause] * 3
    assert len(kind.requests) == (FAILURES if opens else FAILURES + 3) * (2 if cause in TRANSIENT else 1)


WHO = module._Source.who  # which the other tests replace
IN_FUNCTION = {"data": "none", "fields": {"string": {}}, "timeout": "1h"}


@pytest.mark.parametrize(
    ("declared", "keys", "opens"),
    [
        (patient("CONFIG"), 1, True),
        (patient("CONFIG#${STAGE}"), 1, True),
        (patient("{{CONFIG}}#$$"), 1, True),
        (patient("{variable.STAGE}"), 1, True),
        ({**IN_FUNCTION, "lambda": {"function": "f"}}, 1, True),
        ({**IN_FUNCTION, "lambda": {"function": "f", "input": {"stage": "${STAGE}"}}}, 1, True),
        (patient("USER#{attribute.sub}"), 1, False),
        (patient("USER#{attribute.sub}"), 2, False),
        (patient("USER#{attribute.sub}"), 3, True),
        ({**IN_FUNCTION, "lambda": {"function": "f", "input": {"sub": "{attribute.sub}"}}}, 2, False),
    ],
    ids=str,
)
def test_outages_of_several_keys_open_a_breaker_or_of_the_only_one(
    declared: dict[str, Any], keys: int, monkeypatch: pytest.MonkeyPatch, *, opens: bool
) -> None:
    """What fails for one user alone must not be refused to all; a key that rests on nothing is everybody's."""
    monkeypatch.setattr(module._Source, "who", WHO)
    asking = Asking(Table({"row": FetchError("throttled")}), row=declared)
    answers = [asking.answer(key={"pk": f"{number % keys}"}) for number in range(3 * FAILURES)]
    assert answers == ["throttled"] * FAILURES + ["breaker-open" if opens else "throttled"] * 2 * FAILURES


def test_an_open_breaker_lets_one_request_pass_at_a_time_and_closes_after_an_answer() -> None:
    outage = [True]
    kind = Flaky(
        {"row": ROW},
        plan=lambda _name, _number: Mood(failure=FetchError("access-denied"), attempts=2 if outage[0] else 0),
    )
    asking = Asking(kind)

    def ask(*, after: float) -> Any:
        asking.clock.now += after
        answer = asking.answer()
        assert asking.settled()
        return answer

    assert [ask(after=0) for _ in range(FAILURES)] == ["access-denied"] * FAILURES
    assert [ask(after=0), ask(after=0.9)] == ["breaker-open"] * 2
    assert [ask(after=0.1), ask(after=1.9), ask(after=0.1)] == ["access-denied", "breaker-open", "access-denied"]
    outage[0] = False
    assert [ask(after=3.9), ask(after=0.1), ask(after=0)] == ["breaker-open", ROW, ROW]
    outage[0] = True
    assert [ask(after=0) for _ in range(FAILURES + 1)] == ["access-denied"] * FAILURES + ["breaker-open"]


def test_while_a_probe_is_under_way_no_other_request_passes() -> None:
    with Slow({"row": ROW}, hanging=["row"]) as kind:
        asking = Asking(kind)
        for _ in range(FAILURES):
            asking.fetcher.cut_off(asking.ask("row")["row"][0], asking.listener)
        assert asking.answer() == "breaker-open"
        asking.clock.now += SHORTEST
        probe, how = asking.ask("row")["row"]
        assert how == "made"
        assert [asking.answer() for _ in range(5)] == ["breaker-open"] * 5
        kind.release()
        assert _answer(probe) == ROW
        assert asking.settled()
        assert asking.answer() == ROW


def test_an_answer_that_comes_too_late_neither_opens_nor_closes_the_breaker() -> None:
    with Slow({"row": ROW}, hanging=["row"]) as kind:
        asking = Asking(kind)
        for _ in range(FAILURES):
            asking.fetcher.cut_off(asking.ask("row")["row"][0], asking.listener)
        kind.release()
        assert asking.settled()
        assert asking.answer() == "breaker-open"


def test_each_lookup_has_its_own_breaker() -> None:
    asking = Asking(Table({"a": FetchError("throttled"), "b": ROW}, together="ab"), a=patient(), b=patient())
    for _ in range(FAILURES + 1):
        calls = asking.ask("a", "b")
        answers = [_answer(call) for call, _ in calls.values()]
    assert answers == ["breaker-open", ROW]


def test_what_is_kept_is_answered_while_the_breaker_is_open() -> None:
    asking = Asking(Table({"row": ROW}), row=patient(**KEPT))
    assert asking.answer() == ROW
    assert asking.settled()
    for _ in range(FAILURES):
        asking.fetcher._sources["row"].breaker.failed(asking.clock.now)
    assert (asking.answer(), asking.answer(key={"pk": "other"})) == (ROW, "breaker-open")


def test_a_row_that_fails_for_one_user_closes_the_breaker_for_all() -> None:
    asking = Asking(
        Flaky({}, plan=lambda _name, number: Mood(failure=FetchError("refused" if number == 4 else "throttled")))
    )
    answers = []
    for _ in range(10):
        answers.append(asking.answer())
        assert asking.settled()
    assert answers == ["throttled"] * 4 + ["refused"] + ["throttled"] * 5


# Anything at all.


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_to_requests_each_call_is_answered_and_nothing_is_left(seed: int) -> None:
    declared = {name: patient(**(KEPT if name in "abc" else {})) for name in "abcdef"}
    kind = Flaky(dict.fromkeys(declared, ROW), together="ad", plan=seeded(seed, causes=("failed", "throttled")))
    asking = Asking(kind, **declared)
    calls: list[Call] = []
    for number in range(60):
        asking.clock.now += number % 7
        asked = asking.ask(*[name for at, name in enumerate(declared) if (number + seed) % (at + 1) == 0])
        calls += [call for call, _ in asked.values()]
    answers = {str(_answer(call)) for call in calls}
    assert answers >= {str(ROW), "failed", "throttled"}
    assert asking.settled()
    assert eventually(lambda: not any(source.under_way for source in asking.fetcher._sources.values()))
    assert eventually(lambda: not any(call.listeners for call in calls))
