"""The kinds of lookups, their one interface, and what a kind is told of a lookup that pool.yaml declares."""

from __future__ import annotations

from functools import partial

from pretoken.trigger.durations import milliseconds_of
from pretoken.trigger.errors import PlanError
from pretoken.trigger.lookups import provider_of
from pretoken.trigger.outcomes import Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
    from typing import Any, Protocol

    from pretoken.trigger.fetching.aws import AWS
    from pretoken.trigger.fetching.call import Answer, Key

    class Kind(Protocol):
        """Answers all lookups of one kind."""

        def companions(self, lookup: str) -> Hashable:
            """Say with which others a lookup is one request: with those that have an equal value here."""

        def fetch(self, keys: Mapping[str, Key]) -> Mapping[str, Answer]:
            """Ask for the rows of companions, by lookup; the answers by lookup too, of each a row, None or an error.

            It may take as long as it likes: whoever waits gives up in time. It runs in a thread of its own.

            Raises:
                FetchError: none of them can be answered.
            """

    Kinds = Mapping[str, Callable[[Sequence["Declared"]], Kind]]
    """Makes what answers each provider's lookups."""

UNREADABLE = Outcome("UNREADABLE")
"""Stands for what has no JSON form, such as binary data: a value of no type of the language."""
KINDS = ("dynamodb", "lambda")
DEFAULT_TIMEOUT = "500ms"
LARGEST = 64 * 1024
"""Bytes of an answer. No token could carry more, and what is kept must stay small."""


class Declared:
    """A lookup as pool.yaml declares it, with the values of variables filled in.

    Attributes:
        name: the lookup's.
        source: the provider's part: `{"table": …, "key": …}` and the like.
        paths: for each field the keys that lead to it in the answer.
        timeout: seconds.
        cached: seconds, or None.
    """

    __slots__ = ("cached", "name", "paths", "source", "timeout")

    def __init__(self, name: str, source: dict[str, Any], declaration: Mapping[str, Any]) -> None:
        self.name = name
        self.source = source
        self.paths: dict[str, tuple[str, ...]] = {
            field: tuple(shape["at"].split(".")) if "at" in shape else (field,)
            for field, shape in declaration["fields"].items()
        }
        self.timeout = milliseconds_of(declaration.get("timeout", DEFAULT_TIMEOUT)) / 1000
        self.cached = milliseconds_of(declaration["cache"]) / 1000 if "cache" in declaration else None

    def row(self, document: dict[str, Any]) -> dict[str, Any]:
        """Take the declared fields out of an answer, and nothing else.

        What a path can't go through is a value of no type, so that the field is failed, and not absent.
        """
        row = {}
        for field, path in self.paths.items():
            value: Any = document
            for key in path:
                if value is None:
                    break
                value = value.get(key) if isinstance(value, dict) else UNREADABLE
            if value is not None:
                row[field] = value
        return row


def check_kinds(plan: dict[str, Any], lookups: Iterable[str]) -> None:
    """Check that the function can make these lookups.

    Raises:
        PlanError: it can't make one of this kind.
    """
    for name in lookups:
        provider = provider_of(plan["pool"]["lookups"][name])
        if provider not in KINDS:
            raise PlanError(
                f"the lookup `{name}` is a `{provider}`, which isn't supported yet; use `dynamodb` or `lambda`"
            )


def kinds_of(aws: AWS) -> Kinds:
    """Give all kinds, answered by AWS."""
    from pretoken.trigger.fetching.dynamodb import DynamoDB
    from pretoken.trigger.fetching.function import Function

    return {"dynamodb": partial(DynamoDB, aws=aws), "lambda": partial(Function, aws=aws)}
