"""What an API itself knows about a caller, looked up after verification and kept for a while."""

from __future__ import annotations

import inspect
import time
from collections import OrderedDict
from threading import Lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any, TypeAlias

    from pretoken.verifier.principal import Principal

    Load: TypeAlias = Callable[[str], Any] | Callable[[str], Awaitable[Any]]


class Enricher:
    """Add an API's own facts to principals, by `sub`.

    Args:
        load: takes a `sub` and returns the facts; may be a coroutine function, for `verify_async` alone. What it raises
            reaches the caller, and isn't kept.
        max_age: how long facts are used, in seconds: so long a right that was taken away goes on.
        capacity: of how many callers facts are kept; the longest unused are dropped first.
    """

    def __init__(self, load: Load, *, max_age: float = 60, capacity: int = 1000) -> None:
        self._load = load
        self._max_age = max_age
        self._capacity = capacity
        self._kept: OrderedDict[tuple[str, str], tuple[float, Any]] = OrderedDict()
        self._forgets = 0
        self._lock = Lock()

    def enrich(self, principal: Principal) -> Principal:
        """Return the principal with its facts."""
        found, facts = self._find(principal)
        if not found:
            forgets = self._forgets
            facts = self._load(principal.sub)
            if inspect.isawaitable(facts):
                if inspect.iscoroutine(facts):
                    facts.close()
                raise TypeError("`load` must be awaited; call `verify_async`, or give a plain function")
            self._keep(principal, facts, forgets)
        return principal.with_facts(facts)

    async def enrich_async(self, principal: Principal) -> Principal:
        """Return the principal with its facts; a plain `load` runs in a thread."""
        found, facts = self._find(principal)
        if not found:
            forgets = self._forgets
            if inspect.iscoroutinefunction(self._load):
                facts = await self._load(principal.sub)
            else:
                from asyncio import to_thread

                facts = await to_thread(self._load, principal.sub)
                if inspect.isawaitable(facts):  # of an object whose `__call__` is a coroutine function
                    facts = await facts
            self._keep(principal, facts, forgets)
        return principal.with_facts(facts)

    def forget(self, sub: str | None = None) -> None:
        """Drop what is kept about a `sub`, or about everybody; what is being looked up now isn't kept."""
        with self._lock:
            self._forgets += 1
            for key in [key for key in self._kept if sub in (None, key[1])]:
                del self._kept[key]

    def _find(self, principal: Principal) -> tuple[bool, Any]:
        key = (principal.user_pool_id, principal.sub)
        with self._lock:
            until, facts = self._kept.get(key, (0.0, None))
            if time.monotonic() >= until:
                return False, None
            self._kept.move_to_end(key)
            return True, facts

    def _keep(self, principal: Principal, facts: Any, forgets: int) -> None:
        with self._lock:
            if forgets != self._forgets:
                return
            self._kept[principal.user_pool_id, principal.sub] = (time.monotonic() + self._max_age, facts)
            self._kept.move_to_end((principal.user_pool_id, principal.sub))
            while len(self._kept) > self._capacity:
                self._kept.popitem(last=False)
