"""Facts of the API's own are looked up by `sub` and kept for a while."""

from __future__ import annotations

import asyncio
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from pretoken.verifier import Enricher, Principal, enricher
from tests.verifier.minting import make_verifier, mint

if TYPE_CHECKING:
    from collections.abc import Callable


def principal(sub: str = "maria") -> Principal:
    return make_verifier().verify(mint(sub=sub))


class Directory:
    """Who is what; counts the questions."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def load(self, sub: str) -> str:
        self.asked.append(sub)
        return f"{sub} {len(self.asked)}"

    async def load_async(self, sub: str) -> str:
        await asyncio.sleep(0)
        return self.load(sub)

    __call__ = load_async


@pytest.fixture
def directory() -> Directory:
    return Directory()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    made = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(enricher, "time", SimpleNamespace(monotonic=lambda: made.now))
    return made


def facts_async(enrich: Enricher, of: Principal) -> Any:
    return asyncio.run(enrich.enrich_async(of)).facts


def test_facts_are_kept_until_their_age_and_looked_up_again(directory: Directory, clock: SimpleNamespace) -> None:
    enrich = Enricher(directory.load, max_age=60)
    assert enrich.enrich(principal()).facts == "maria 1"
    clock.now += 59.9
    assert enrich.enrich(principal()).facts == facts_async(enrich, principal()) == "maria 1"
    clock.now += 0.1
    assert enrich.enrich(principal()).facts == "maria 2"


def test_facts_are_each_user_s_and_pool_s_own(directory: Directory) -> None:
    enrich = Enricher(directory.load)
    assert enrich.enrich(principal("maria")).facts == "maria 1"
    assert enrich.enrich(principal("peter")).facts == "peter 2"
    assert enrich.enrich(principal("maria")).facts == "maria 1"


@pytest.mark.parametrize("way", ["load", "load_async", "partial", "object"])
def test_any_kind_of_load_may_be_awaited(way: str, directory: Directory) -> None:
    loads: dict[str, Callable[..., Any]] = {
        "load": directory.load,
        "load_async": directory.load_async,
        "partial": partial(directory.load_async),
        "object": directory,
    }
    enrich = Enricher(loads[way])
    assert facts_async(enrich, principal()) == facts_async(enrich, principal()) == "maria 1"
    assert directory.asked == ["maria"]


def test_a_load_that_must_be_awaited_is_refused_where_nobody_awaits(directory: Directory) -> None:
    future: asyncio.Future[str] = asyncio.Future(loop=SimpleNamespace(get_debug=lambda: False))  # type: ignore[arg-type]
    for load in (directory.load_async, directory, lambda _: future):
        with pytest.raises(TypeError, match="must be awaited"):
            Enricher(load).enrich(principal())
    assert directory.asked == []


def test_what_load_raises_reaches_the_caller_and_is_not_kept(directory: Directory) -> None:
    failures = [OSError("the directory is away")]

    def load(sub: str) -> str:
        if failures:
            raise failures.pop()
        return directory.load(sub)

    verifier = make_verifier(enrich=Enricher(load))
    with pytest.raises(OSError, match="away"):
        verifier.verify(mint())
    assert verifier.verify(mint()).facts


def test_the_longest_unused_are_dropped_first(directory: Directory) -> None:
    enrich = Enricher(directory.load, capacity=2)
    for sub in ("a", "b", "a", "c", "a", "b"):
        enrich.enrich(principal(sub))
    assert directory.asked == ["a", "b", "c", "b"]


def test_facts_may_be_forgotten_of_one_or_of_all(directory: Directory) -> None:
    enrich = Enricher(directory.load)
    for sub in ("a", "b"):
        enrich.enrich(principal(sub))
    enrich.forget("a")
    for sub in ("a", "b"):
        enrich.enrich(principal(sub))
    assert directory.asked == ["a", "b", "a"]
    enrich.forget()
    enrich.enrich(principal("b"))
    assert directory.asked == ["a", "b", "a", "b"]


def test_what_is_forgotten_while_it_is_looked_up_is_not_kept() -> None:
    """A right is taken away between the question and its answer."""
    answers = ["approver", "reader"]

    def load(sub: str) -> str:
        answer = answers.pop(0)
        enrich.forget(sub)
        return answer

    enrich = Enricher(load)
    assert enrich.enrich(principal()).facts == "approver"
    assert enrich.enrich(principal()).facts == "reader"
