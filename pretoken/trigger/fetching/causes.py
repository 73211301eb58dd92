"""Why a lookup failed, in words that hold nothing of the event, the key or the answer."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CAUSES = {
    "timeout": "no answer within the lookup's `timeout`; check the route to it, or give it more time",
    "deadline": "no time was left of `lookups_total`, or of the function's own; shorten the lookups before it",
    "breaker-open": "it failed several times in a row, so it isn't asked for a while; see its earlier failures",
    "busy": "too many earlier requests are still waiting for their answers; see its earlier failures",
    "throttled": "the table or function gets too many requests; raise its capacity or quota",
    "unreachable": "there is no connection to it; check the network route, the region and the endpoint",
    "access-denied": "the role may not ask for this; compare its policy with the lookup in pool.yaml",
    "no-credentials": "there are no valid AWS credentials; check the role, or your own",
    "not-found": "there is no such table or function; check its name in pool.yaml and the function's variables",
    "refused": "the request isn't valid, mostly a key that doesn't fit the table; compare `key` with the table's",
    "server-error": "it has an error of its own; check its health",
    "function-error": "the Lambda function raised an error; see its log",
    "unreadable": "the answer isn't what the service promises: not JSON, cut short, or another item",
    "too-large": "the answer is longer than 64 KiB; name fewer fields, or keep less in them",
    "wrong-type": "a field isn't of the type or length that pool.yaml declares",
    "failed": "it failed for another reason; check its health",
}
"""Each cause with what it means, and what to do."""

OUTAGES = frozenset(
    ("timeout", "throttled", "unreachable", "access-denied", "no-credentials", "not-found", "server-error")
)
"""Causes that tell of the dependency, whoever signs in: several in a row open its breaker.

No others: a user whose own row or key is at fault must not be able to open it for all.
"""

TRANSIENT = frozenset(("timeout", "throttled", "unreachable", "server-error"))
"""Causes after which a second attempt is worth its time."""


def causes_of(failures: Mapping[str, str], misread: Iterable[str]) -> dict[str, str]:
    """Give the cause of each lookup that failed, or of which a field can't be read, in the order of names."""
    return dict(sorted({**dict.fromkeys(misread, "wrong-type"), **failures}.items()))


class FetchError(Exception):
    """Say that a lookup failed; `cause` is a key of `CAUSES`."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause

    def __str__(self) -> str:
        return CAUSES[self.cause]
