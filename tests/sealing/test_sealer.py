"""The sealer: what it makes, and how rarely it asks KMS."""

from __future__ import annotations

import gc
import json
import threading
import time
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pretoken.sealing import Opener, Sealer, SealingError, local_kms_client
from pretoken.sealing.errors import CAUSES
from tests.sealing.parts import FAR_KEY, KEY, MEMBERS, OTHER_KEY, OTHER_SUB, SUB, decode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.client import BaseClient

TEXT = st.text()  # any code point but surrogates, which UTF-8 does not have
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=10,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(members=st.dictionaries(TEXT.filter(lambda name: name != "sub"), JSON, max_size=6), sub=st.text(min_size=1))
def test_what_was_sealed_is_opened(members: dict[str, Any], sub: str, sealer: Sealer, opener: Opener) -> None:
    assert opener.open(sealer.seal("billing-api", members, sub), sub=sub) == members


def test_four_claims_and_sub_fit_into_800_characters(sealer: Sealer) -> None:
    content = json.dumps(MEMBERS, ensure_ascii=False, separators=(",", ":")).encode()
    assert len(content) == 119
    assert len(KEY) == 75
    assert len(sealer.seal("billing-api", MEMBERS, SUB)) == 792


def test_nothing_but_the_recipient_and_the_key_is_readable(sealer: Sealer) -> None:
    raw = decode(sealer.seal("billing-api", MEMBERS, SUB))
    assert b"recipient\x00\x0bbilling-api" in raw
    assert KEY.encode() in raw
    for secret in (SUB, *MEMBERS, *MEMBERS.values()):
        assert secret.encode() not in raw


def test_equal_members_make_different_messages(sealer: Sealer) -> None:
    assert len({sealer.seal("billing-api", MEMBERS, SUB) for _ in range(20)}) == 20


def test_a_thousand_users_cost_one_data_key(sealer: Sealer, opener: Opener, calls: list[str]) -> None:
    subs = [f"{SUB[:-4]}{number:04}" for number in range(1000)]
    messages = [sealer.seal("billing-api", MEMBERS, sub) for sub in subs]
    assert calls == ["GenerateDataKey"]
    for message, sub in zip(messages, subs, strict=True):
        assert opener.open(message, sub=sub) == MEMBERS
    assert calls == ["GenerateDataKey", "Decrypt"]


def test_a_data_key_serves_300_seconds_at_most(
    sealer: Sealer, opener: Opener, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    old = sealer.seal("billing-api", MEMBERS, SUB)
    opener.open(old, sub=SUB)
    now += 299
    opener.open(sealer.seal("billing-api", MEMBERS, SUB), sub=SUB)
    assert calls == ["GenerateDataKey", "Decrypt"]
    now += 2
    opener.open(sealer.seal("billing-api", MEMBERS, SUB), sub=SUB)
    opener.open(old, sub=SUB)
    assert calls == ["GenerateDataKey", "Decrypt", "GenerateDataKey", "Decrypt", "Decrypt"]


@pytest.mark.parametrize(("limit", "value"), [("_MAX_MESSAGES", 10), ("_MAX_BYTES", 1700)])
def test_a_data_key_serves_a_bounded_number_of_messages_and_bytes(
    limit: str, value: int, client: BaseClient, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"pretoken.sealing.materials.{limit}", value)
    sealer = Sealer({"billing-api": KEY}, client_for=lambda _: client)
    for _ in range(100):
        sealer.seal("billing-api", MEMBERS, SUB)
    assert len(calls) == 10


def test_data_keys_that_are_kept_are_bounded(
    client: BaseClient, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pretoken.sealing.materials._CAPACITY", 2)
    opener = Opener("billing-api", KEY, client=client)
    sealers = [Sealer({"billing-api": KEY}, client_for=lambda _: client) for _ in range(3)]
    messages = [sealer.seal("billing-api", MEMBERS, SUB) for sealer in sealers]
    calls.clear()
    for message in (*messages, messages[0]):
        opener.open(message, sub=SUB)
    assert len(calls) == 4


def test_making_a_sealer_asks_nothing_of_kms(client: BaseClient, calls: list[str]) -> None:
    """A snapshot of a started function must hold no data key."""
    Sealer({"billing-api": KEY, "shipping-api": OTHER_KEY}, client_for=lambda _: client)
    assert calls == []


def test_a_sealer_that_forgot_asks_for_a_new_data_key_for_each_recipient(client: BaseClient, calls: list[str]) -> None:
    sealer = Sealer({"billing-api": KEY, "shipping-api": OTHER_KEY}, client_for=lambda _: client)
    for _ in range(2):
        sealer.forget()
        calls.clear()
        for recipient in ("billing-api", "shipping-api", "billing-api"):
            sealer.seal(recipient, MEMBERS, SUB)
        assert calls == ["GenerateDataKey"] * 2


def test_nothing_that_a_sealer_holds_leads_to_a_data_key_once_it_forgot(sealer: Sealer, client: BaseClient) -> None:
    made: list[bytes] = []
    client.meta.events.register("after-call.kms", lambda parsed, **_: made.append(parsed["Plaintext"]))
    sealer.seal("billing-api", MEMBERS, SUB)
    assert made
    assert held_by(sealer, made[0])
    sealer.forget()
    assert not held_by(sealer, made[0])


def held_by(owner: object, secret: bytes) -> bool:
    """Tell whether a value equal to `secret` can be reached from an object."""
    seen: dict[int, object] = {}
    waiting = [owner]
    while waiting:
        item = waiting.pop()
        if id(item) in seen or isinstance(item, (type, ModuleType, FunctionType)):
            continue
        seen[id(item)] = item
        if isinstance(item, bytes) and item == secret:
            return True
        waiting.extend(gc.get_referents(item))
    return False


def test_there_is_one_client_for_each_region() -> None:
    asked: list[str] = []

    def client_for(region: str) -> BaseClient:
        asked.append(region)
        return local_kms_client(region)

    keys = {"billing-api": KEY, "shipping-api": OTHER_KEY, "mail-api": KEY, "far-api": FAR_KEY}
    sealer = Sealer(keys, client_for=client_for)
    for recipient, key in keys.items():
        message = sealer.seal(recipient, MEMBERS, SUB)
        opener = Opener(recipient, key, client=local_kms_client(key.split(":")[3]))
        assert opener.open(message, sub=SUB) == MEMBERS
    assert sorted(asked) == ["eu-west-1", "us-east-1"]


def test_no_recipients_need_no_client() -> None:
    def client_for(region: str) -> BaseClient:
        raise AssertionError(region)

    Sealer({}, client_for=client_for)


@pytest.mark.parametrize("keys", [{"": KEY}, {"aws-crypto-x": KEY}, {"billing-api": "alias/billing"}])
def test_names_and_keys_that_cannot_be_used_are_refused_at_once(keys: dict[str, str], client: BaseClient) -> None:
    with pytest.raises(ValueError, match=r"recipient|ARN"):
        Sealer(keys, client_for=lambda _: client)


@pytest.mark.parametrize(
    ("recipient", "members", "sub"),
    [
        ("mail-api", MEMBERS, SUB),
        ("billing-api", {"sub": OTHER_SUB}, SUB),
        ("billing-api", MEMBERS, ""),
        ("billing-api", MEMBERS, None),
        ("billing-api", {"name": "maria\ud800"}, SUB),
        ("billing-api", {"age": float("nan")}, SUB),
        ("billing-api", {"age": float("inf")}, SUB),
        ("billing-api", {"tags": {"maria"}}, SUB),
        ("billing-api", None, SUB),
        ("billing-api", {"about": "x" * 49_000}, SUB),
    ],
    ids=range(10),
)
def test_what_cannot_be_sealed_leaves_no_trace_in_the_error(
    recipient: str, members: Mapping[str, object], sub: str, sealer: Sealer
) -> None:
    with pytest.raises(SealingError) as caught:
        sealer.seal(recipient, members, sub)
    assert caught.value.cause == "sealing-failed"
    assert str(caught.value) == CAUSES["sealing-failed"]
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert sealer.seal("billing-api", MEMBERS, SUB)


def test_what_is_longer_than_an_opener_accepts_is_not_sealed(sealer: Sealer, opener: Opener) -> None:
    """The longest message that is sealed is opened."""
    longest = {"about": "x" * 48_313}
    message = sealer.seal("billing-api", longest, SUB)
    assert len(message) == 65_536
    assert opener.open(message, sub=SUB) == longest
    with pytest.raises(SealingError):
        sealer.seal("billing-api", {"about": "x" * 48_314}, SUB)


def test_threads_share_a_sealer_and_an_opener_even_while_data_keys_expire(
    client: BaseClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pretoken.sealing.materials._MAX_AGE", 0.0005)
    sealer = Sealer({"billing-api": KEY}, client_for=lambda _: client)
    opener = Opener("billing-api", KEY, client=client)
    opened: list[bool] = []

    def work(number: int) -> None:
        for round_ in range(60):
            sub = f"user-{number}-{round_}"
            message = sealer.seal("billing-api", MEMBERS, sub)
            opened.append(opener.open(message, sub=sub) == MEMBERS)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert opened == [True] * 480


def test_an_expired_data_key_may_be_dropped_twice(sealer: Sealer) -> None:
    """Two threads may find one entry expired; the slower one must not fail."""
    sealer.seal("billing-api", MEMBERS, SUB)
    _, materials = sealer._recipients["billing-api"]
    (entry,) = materials.cache._cache.values()
    materials.cache.remove(entry)
    materials.cache.remove(entry)
    assert sealer.seal("billing-api", MEMBERS, SUB)
