"""Keys are fetched seldom, by one thread for all who wait, and the last good set outlives what goes wrong."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Thread
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from pretoken.verifier import AccessTokenVerifier, KeysUnavailableError, SignatureRefused, UnknownKeyRefused, keys
from pretoken.verifier.keys import COOL_DOWN, MAX_AGE, FetchedKeys, KeysMissingError, wait_for
from tests.verifier.minting import KID, access_claims, b64, compact, jwk, jwks, make_verifier, mint, rsa_key
from tests.verifier.silence import assert_tells_nothing
from tests.verifier.test_jwks import BAD_SETS

if TYPE_CHECKING:
    from collections.abc import Callable

GOOD = mint()
UNKNOWN = mint(header={"kid": "unknown"})
JWKS = compact(jwks())


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(keys, "time", made)
    return made


class Server:
    """What is fetched from: counts, answers with `body`, or raises it."""

    def __init__(self, body: bytes | Exception = JWKS) -> None:
        self.body = body
        self.urls: list[str] = []
        self.lengths: set[int] = set()

    def __call__(self, url: str, longest: int) -> bytes:
        self.urls.append(url)
        self.lengths.add(longest)
        return self.answer()

    def answer(self) -> bytes:
        if isinstance(self.body, Exception):
            raise self.body
        return self.body


class HangingServer(Server):
    """One that doesn't answer before it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = Event()
        self.go_on = Event()

    def answer(self) -> bytes:
        self.asked.set()
        assert self.go_on.wait(30)
        return super().answer()


def fetching(fetch: Callable[[str, int], bytes]) -> AccessTokenVerifier:
    return make_verifier(jwks=None, fetch=fetch)


def keys_of(verifier: AccessTokenVerifier) -> FetchedKeys:
    [(_, found)] = set(verifier._issuers.values())
    assert isinstance(found, FetchedKeys)
    return found


def settle(verifier: AccessTokenVerifier) -> None:
    """Wait for the fetch that is under way."""
    wait_for(keys_of(verifier)._latest)


"""When keys are fetched."""


def test_nothing_is_fetched_before_a_token_needs_it() -> None:
    server = Server()
    verifier = fetching(server)
    assert server.urls == []
    verifier.verify(GOOD)
    assert server.urls == ["https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34/.well-known/jwks.json"]
    assert server.lengths == {65_536}


def test_keys_are_fetched_once_for_many_tokens() -> None:
    server = Server()
    verifier = fetching(server)
    for _ in range(50):
        verifier.verify(GOOD)
        asyncio.run(verifier.verify_async(GOOD))
    assert len(server.urls) == 1


def test_keys_prepared_are_not_fetched_again() -> None:
    server = Server()
    verifier = fetching(server)
    verifier.prepare()
    verifier.prepare()
    verifier.verify(GOOD)
    assert len(server.urls) == 1


def test_given_keys_need_no_preparation() -> None:
    verifier = make_verifier()
    verifier.prepare()
    assert verifier.verify(GOOD).claims == access_claims()


def test_preparation_says_that_keys_are_unavailable() -> None:
    with pytest.raises(KeysUnavailableError):
        fetching(Server(OSError())).prepare()


def test_a_new_key_is_fetched_when_a_token_names_it(clock: Clock) -> None:
    server = Server(compact(jwks(jwk("next", "the-next-key"))))
    verifier = fetching(server)
    verifier.prepare()
    server.body = JWKS
    with pytest.raises(UnknownKeyRefused):
        verifier.verify(GOOD)
    clock.now += COOL_DOWN
    assert verifier.verify(GOOD).claims == access_claims()
    assert len(server.urls) == 2


def test_a_withdrawn_key_is_forgotten_after_an_hour(clock: Clock) -> None:
    server = Server()
    verifier = fetching(server)
    verifier.prepare()
    server.body = compact(jwks(jwk("next", "the-next-key")))
    clock.now += MAX_AGE - 1
    verifier.verify(GOOD)
    assert len(server.urls) == 1
    clock.now += 1
    assert verifier.verify(GOOD).claims == access_claims()  # behind whose request the new ones are fetched
    settle(verifier)
    with pytest.raises(UnknownKeyRefused):
        verifier.verify(GOOD)
    assert len(server.urls) == 2


def test_a_withdrawn_key_is_not_accepted_after_a_night_without_requests(clock: Clock) -> None:
    server = Server()
    verifier = fetching(server)
    verifier.prepare()
    server.body = compact(jwks(jwk("next", "the-next-key")))
    clock.now += 2 * MAX_AGE
    with pytest.raises(UnknownKeyRefused):
        verifier.verify(GOOD)


def test_old_keys_are_used_if_no_others_can_be_had(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server()
    verifier = fetching(server)
    verifier.prepare()
    server.body = OSError()
    clock.now += 2 * MAX_AGE
    assert verifier.verify(GOOD).claims == access_claims()
    hanging = HangingServer()
    keys_of(verifier)._fetch = hanging
    monkeypatch.setattr(keys, "PATIENCE", 0.01)
    clock.now += COOL_DOWN
    assert verifier.verify(GOOD).claims == access_claims()
    hanging.go_on.set()


def test_the_other_issuer_s_keys_are_fetched_if_the_first_has_none() -> None:
    asked: list[str] = []

    def fetch(url: str, _: int) -> bytes:
        asked.append(url)
        return JWKS if "issuer-cognito-idp" in url else b"{}"

    assert fetching(fetch).verify(GOOD).claims == access_claims()
    assert [url.split("/")[2] for url in asked] == [
        "cognito-idp.eu-west-1.amazonaws.com",
        "issuer-cognito-idp.eu-west-1.amazonaws.com",
    ]


"""Bounded fetches."""


def test_a_million_unknown_key_ids_cost_one_fetch_in_ten_seconds(clock: Clock) -> None:
    server = Server()
    fetched = FetchedKeys(["https://keys.example"], server)
    refused = 0
    for number in range(1_000_000):  # a thousand a second
        clock.now += 0.001
        try:
            fetched.key(str(number), waited=False)
        except KeysMissingError:
            wait_for(fetched.refresh())
            with pytest.raises(UnknownKeyRefused):
                fetched.key(str(number), waited=True)
        except UnknownKeyRefused:
            refused += 1
    assert len(server.urls) <= 1_000_000 * 0.001 / COOL_DOWN + 1
    assert refused == 1_000_000 - len(server.urls)
    assert set(fetched._keys) == {KID, "the-next-key"}


def test_tokens_of_many_unknown_key_ids_cost_one_fetch_and_good_tokens_none(clock: Clock) -> None:
    server = Server()
    verifier = fetching(server)
    payload = GOOD.split(".")[1]
    for number in range(5000):
        header = b64(compact({"kid": f"key {number}", "alg": "RS256"}))
        with pytest.raises(UnknownKeyRefused):
            verifier.verify(f"{header}.{payload}.AAAA")
        if number % 1000 == 0:
            assert verifier.verify(GOOD).claims == access_claims()
    assert len(server.urls) == 1
    clock.now += COOL_DOWN - 0.001
    with pytest.raises(UnknownKeyRefused):
        verifier.verify(UNKNOWN)
    assert len(server.urls) == 1


def test_tokens_of_other_issuers_or_without_form_cost_no_fetch() -> None:
    server = Server()
    verifier = fetching(server)
    for token in (mint(iss="https://evil.example"), mint(header={"alg": "HS256"}), mint(header={"kid": 5}), "x.y.z"):
        with pytest.raises(Exception, match=r"."):
            verifier.verify(token)
    assert server.urls == []


def test_a_failed_fetch_is_not_tried_again_before_its_time(clock: Clock) -> None:
    server = Server(OSError())
    verifier = fetching(server)
    for _ in range(100):
        with pytest.raises(KeysUnavailableError) as caught:
            verifier.verify(GOOD)
        assert_tells_nothing(caught.value, GOOD)
    assert len(server.urls) == 2  # one at each issuer's URL
    server.body = JWKS
    clock.now += COOL_DOWN
    assert verifier.verify(GOOD).claims == access_claims()


"""The last good set."""


@pytest.mark.parametrize(
    "answer",
    [*BAD_SETS.values(), OSError("outage"), ValueError(), RecursionError(), TypeError(), TimeoutError()],
    ids=[*BAD_SETS, "an outage", "ValueError", "RecursionError", "TypeError", "a timeout"],
)
def test_a_bad_answer_leaves_the_last_good_set(answer: bytes | Exception, clock: Clock) -> None:
    server = Server()
    verifier = fetching(server)
    verifier.prepare()
    server.body = answer
    for _ in range(3):
        clock.now += MAX_AGE
        verifier.verify(GOOD)
        settle(verifier)
        with pytest.raises(SignatureRefused):
            verifier.verify(mint(rsa_key("attacker")))
        with pytest.raises(KeysUnavailableError):
            verifier.verify(UNKNOWN)
    assert verifier.verify(GOOD).claims == access_claims()
    assert len(server.urls) == 7
    server.body = JWKS
    clock.now += COOL_DOWN
    with pytest.raises(UnknownKeyRefused):
        verifier.verify(UNKNOWN)


def test_a_good_set_replaces_the_last_one_as_a_whole(clock: Clock) -> None:
    server = Server(compact(jwks(jwk("old", "old"), jwk())))
    verifier = fetching(server)
    verifier.prepare()
    old = mint(rsa_key("old"), {"kid": "old"})
    assert verifier.verify(old).claims == access_claims()
    server.body = JWKS
    clock.now += MAX_AGE
    verifier.verify(old)
    settle(verifier)
    with pytest.raises(UnknownKeyRefused):
        verifier.verify(old)


"""Threads and coroutines."""


def test_fifty_threads_that_need_keys_make_one_fetch() -> None:
    server = HangingServer()
    verifier = fetching(server)
    barrier = Barrier(51)

    def verify() -> object:
        barrier.wait()
        return verifier.verify(GOOD).claims

    with ThreadPoolExecutor(50) as pool:
        results = [pool.submit(verify) for _ in range(50)]
        barrier.wait()
        assert server.asked.wait(10)
        server.go_on.set()
        assert [result.result(10) for result in results] == [access_claims()] * 50
    assert len(server.urls) == 1


def test_one_who_comes_when_the_fetch_is_just_over_makes_no_other(clock: Clock) -> None:
    """It saw the fetch under way, and asks for it after its end."""
    server = HangingServer()
    fetched = FetchedKeys(["https://keys.example"], server)
    latest = fetched.refresh()
    clock.now += 1
    with pytest.raises(KeysMissingError):
        fetched.key("unknown", waited=False)
    server.go_on.set()
    wait_for(latest)
    assert fetched.refresh() is latest
    assert len(server.urls) == 1


def test_two_hundred_coroutines_make_one_fetch_and_the_loop_goes_on() -> None:
    server = HangingServer()
    verifier = fetching(server)

    async def release() -> None:
        # Nobody else does: if a coroutine blocked the loop, the fetch would never end.
        await asyncio.to_thread(server.asked.wait, 10)
        server.go_on.set()

    async def main() -> list[object]:
        results = await asyncio.gather(*(verifier.verify_async(GOOD) for _ in range(200)), release())
        return [result.claims for result in results[:-1] if result is not None]

    assert asyncio.run(main()) == [access_claims()] * 200
    assert len(server.urls) == 1


def test_a_coroutine_that_is_cancelled_cancels_no_other() -> None:
    server = HangingServer()
    verifier = fetching(server)

    async def main() -> None:
        tasks = [asyncio.create_task(verifier.verify_async(GOOD)) for _ in range(20)]
        await asyncio.to_thread(server.asked.wait, 10)
        for task in tasks[::2]:
            task.cancel()
        await asyncio.sleep(0)
        server.go_on.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(result).__name__ for result in results] == ["CancelledError", "Principal"] * 10

    asyncio.run(main())
    assert len(server.urls) == 1


def test_a_fetch_can_be_cancelled_by_none_of_those_who_wait() -> None:
    server = HangingServer()
    fetched = FetchedKeys(["https://keys.example"], server)
    assert fetched.refresh().cancel() is False
    server.go_on.set()
    wait_for(fetched.refresh())
    assert fetched.key(KID, waited=False)


def test_event_loops_and_threads_share_a_verifier() -> None:
    server = HangingServer()
    verifier = fetching(server)
    with ThreadPoolExecutor(8) as pool:
        sync = [pool.submit(verifier.verify, GOOD) for _ in range(4)]
        loops = [pool.submit(lambda: asyncio.run(verifier.verify_async(GOOD))) for _ in range(4)]
        server.go_on.set()
        assert [result.result(10).claims for result in (*sync, *loops)] == [access_claims()] * 8
    assert len(server.urls) == 1


"""Fetches that hang."""


@pytest.mark.usefixtures("clock")
def test_a_request_waits_for_a_hanging_fetch_no_longer_than_its_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "PATIENCE", 0.02)
    server = HangingServer()
    verifier = fetching(server)
    try:
        for _ in range(3):
            with pytest.raises(KeysUnavailableError) as caught:
                verifier.verify(GOOD)
            assert_tells_nothing(caught.value, GOOD)
            with pytest.raises(KeysUnavailableError):
                asyncio.run(verifier.verify_async(GOOD))
        with pytest.raises(KeysUnavailableError):
            verifier.prepare()
        assert len(server.urls) == 1
    finally:
        server.go_on.set()
    settle(verifier)
    assert verifier.verify(GOOD).claims == access_claims()


def test_known_keys_are_used_while_a_fetch_hangs(clock: Clock) -> None:
    server = Server()
    verifier = fetching(server)
    verifier.prepare()
    hanging = HangingServer()
    keys_of(verifier)._fetch = hanging
    clock.now += MAX_AGE
    try:
        for _ in range(20):
            assert verifier.verify(GOOD).claims == access_claims()
        assert hanging.asked.wait(10)
        assert len(hanging.urls) == 1
    finally:
        hanging.go_on.set()
    settle(verifier)


def test_a_fetch_that_hangs_for_ever_is_given_up_for_another(clock: Clock) -> None:
    """So a thread lost to a fork or a frozen environment locks nobody out."""
    hanging = HangingServer()
    hanging.body = compact(jwks(jwk("attacker")))
    fetched = FetchedKeys(["https://keys.example"], hanging)
    lost = fetched.refresh()
    assert hanging.asked.wait(10)
    clock.now += COOL_DOWN
    fetched._fetch = Server()
    wait_for(fetched.refresh())
    newer = fetched.key(KID, waited=False)
    hanging.go_on.set()
    wait_for(lost)
    assert fetched.key(KID, waited=False) is newer  # what came late is older, and counts no more
    assert fetched.key("the-next-key", waited=False)


def test_a_failure_that_comes_late_counts_no_more(clock: Clock) -> None:
    hanging = HangingServer()
    hanging.body = OSError()
    fetched = FetchedKeys(["https://keys.example"], hanging)
    lost = fetched.refresh()
    assert hanging.asked.wait(10)
    clock.now += COOL_DOWN
    fetched._fetch = Server()
    wait_for(fetched.refresh())
    hanging.go_on.set()
    wait_for(lost)
    with pytest.raises(UnknownKeyRefused):
        fetched.key("unknown", waited=False)


def test_what_comes_late_is_used_if_nothing_newer_came(clock: Clock) -> None:
    hanging = HangingServer()
    fetched = FetchedKeys(["https://keys.example"], hanging)
    late = fetched.refresh()
    assert hanging.asked.wait(10)
    clock.now += COOL_DOWN
    fetched._fetch = Server(OSError())
    wait_for(fetched.refresh())
    with pytest.raises(KeysUnavailableError):
        fetched.key(KID, waited=False)
    hanging.go_on.set()
    wait_for(late)
    assert fetched.key(KID, waited=False)


def test_a_machine_without_another_thread_goes_on_with_the_keys_it_has(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    verifier = fetching(Server())
    verifier.prepare()
    clock.now += MAX_AGE

    def start(_: Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(keys, "Thread", lambda **_: SimpleNamespace(start=lambda: start(Thread())))
    assert verifier.verify(GOOD).claims == access_claims()
    clock.now += COOL_DOWN
    with pytest.raises(KeysUnavailableError):
        verifier.verify(UNKNOWN)
    assert verifier.verify(GOOD).claims == access_claims()
