"""The keys of one user pool, at hand when they are needed."""

from __future__ import annotations

import time
from concurrent.futures import Future, wait
from threading import Lock, Thread

from pretoken.verifier.https import FetchError
from pretoken.verifier.jwks import LONGEST, JWKSError, parse_jwks, signing_keys
from pretoken.verifier.refusals import KeysUnavailableError, UnknownKeyRefused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, TypeAlias

    from joserfc.jwk import RSAKey

    Fetch: TypeAlias = Callable[[str, int], bytes]

COOL_DOWN = float(KeysUnavailableError.retry_after)
"""Seconds between two fetches, however many unknown key ids are asked for."""
MAX_AGE = 3600.0
"""Seconds after which keys are fetched again, so that a key that the pool withdrew is forgotten."""
PATIENCE = 5.0
"""Seconds that a request waits for keys."""


class KeysMissingError(Exception):
    """Say that a key isn't at hand, and that fetching may help."""

    def __init__(self, keys: FetchedKeys) -> None:
        super().__init__()
        self.keys = keys


class GivenKeys:
    """The keys of a user pool, given once; nothing is fetched."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._keys = signing_keys(document)

    def key(self, kid: str, *, waited: bool) -> RSAKey:  # noqa: ARG002 - there is nothing to wait for
        """Return the key of an id; raises UnknownKeyRefused."""
        key = self._keys.get(kid)
        if key is None:
            raise UnknownKeyRefused
        return key

    def prepare(self) -> None:
        """Do nothing: the keys are here."""


class FetchedKeys:
    """The keys of a user pool, fetched and cached.

    A key id that isn't known is a reason to fetch, at most once in `COOL_DOWN` seconds; whoever needs keys meanwhile
    waits for the same fetch. One that hangs for longer is given up, and what it brings counts only if nothing newer is
    here. Keys older than `MAX_AGE` go on being used while newer ones are fetched behind the request; at twice that, as
    after a night without requests, a request waits for them. A set replaces the one before as a whole; a fetch that
    fails, or brings no usable key, changes nothing.

    Args:
        urls: where the set can be had; those after the first are for when it can't be had there.
        fetch: takes an HTTPS URL and the most bytes, and returns the answer's body; what it raises is a failure.
    """

    def __init__(self, urls: Sequence[str], fetch: Fetch) -> None:
        self._urls = urls
        self._fetch = fetch
        self._keys: Mapping[str, RSAKey] = {}
        self._lock = Lock()
        self._fetched_at = self._tried_at = -float("inf")
        self._failure: str | None = None
        self._latest: Future[None] = Future()
        self._latest.set_result(None)

    def key(self, kid: str, *, waited: bool) -> RSAKey:
        """Return the key of an id, without waiting.

        Args:
            kid: the key id of a token.
            waited: whether the caller has waited for a fetch, and asks for the last time.

        Raises:
            KeysMissingError: it isn't here, or too old; call `refresh`, wait, and ask again.
            KeysUnavailableError: the last fetch failed, and the next one has to wait.
            UnknownKeyRefused: the pool has no such key, as was found out less than `COOL_DOWN` seconds ago.
        """
        key = self._keys.get(kid)
        now = time.monotonic()
        if key is not None:
            age = now - self._fetched_at
            if age >= 2 * MAX_AGE and not waited and now - self._tried_at >= COOL_DOWN:
                raise KeysMissingError(self)
            if age >= MAX_AGE:
                self.refresh()
            return key
        if waited and not self._latest.done():
            raise KeysUnavailableError("timeout")
        if not waited and (now - self._tried_at >= COOL_DOWN or not self._latest.done()):
            raise KeysMissingError(self)
        if self._failure is not None:
            raise KeysUnavailableError(self._failure)
        raise UnknownKeyRefused

    def refresh(self) -> Future[None]:
        """Fetch the keys in a thread of its own; returns the latest fetch, if it began in the last `COOL_DOWN` seconds.

        The future has a result when the fetch is over, whether it brought keys or not.
        """
        with self._lock:
            now = time.monotonic()
            # Asked here, under the lock: the fetch that the caller saw under way may be over by now.
            if now - self._tried_at >= COOL_DOWN:
                self._tried_at = now
                self._latest = Future()
                self._latest.set_running_or_notify_cancel()  # so that one who stops waiting doesn't stop the others
                try:
                    Thread(target=self._run, args=(self._latest, now), name="pretoken-jwks", daemon=True).start()
                except RuntimeError:  # there can be no more threads; what is known goes on being verified
                    self._failure = "no-thread"
                    self._latest.set_result(None)
            return self._latest

    def prepare(self) -> None:
        """Fetch the keys now, so that the first request needn't wait; raises KeysUnavailableError."""
        fetch = self.refresh()
        wait_for(fetch)
        if not fetch.done():
            raise KeysUnavailableError("timeout")
        if self._failure is not None:
            raise KeysUnavailableError(self._failure)

    def _run(self, fetch: Future[None], started: float) -> None:
        keys, failure = self._first_good()
        with self._lock:
            if fetch is self._latest:
                self._failure = failure
            if keys is not None and started >= self._fetched_at:
                self._keys = keys
                self._fetched_at = started
        fetch.set_result(None)

    def _first_good(self) -> tuple[Mapping[str, RSAKey] | None, str | None]:
        causes = []
        for url in self._urls:
            try:
                return parse_jwks(self._fetch(url, LONGEST)), None
            except FetchError as error:
                causes.append(error.cause)
            except JWKSError:
                causes.append("no-usable-key")
            except Exception:  # noqa: BLE001 - a `fetch` of the API's own may fail in any way
                causes.append("fetch-failed")
        return None, causes[0]


def wait_for(fetch: Future[None]) -> None:
    """Wait for a fetch, for at most `PATIENCE` seconds."""
    wait((fetch,), timeout=PATIENCE)


async def wait_for_async(fetch: Future[None]) -> None:
    """Do as `wait_for`, and let the event loop go on."""
    import asyncio

    await asyncio.wait((asyncio.wrap_future(fetch),), timeout=PATIENCE)
