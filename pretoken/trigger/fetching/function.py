"""Lookups by a Lambda function: a JSON object of texts to it, a JSON object back.

Source: Lambda API reference, Invoke.
"""

from __future__ import annotations

import json

from pretoken.trigger.fetching.aws import fetch_error
from pretoken.trigger.fetching.causes import FetchError
from pretoken.trigger.fetching.kinds import LARGEST
from pretoken.trigger.outcomes import FAILED
from pretoken.trigger.reading import read_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence
    from typing import Any

    from pretoken.trigger.fetching.aws import AWS
    from pretoken.trigger.fetching.call import Answer, Key
    from pretoken.trigger.fetching.kinds import Declared


class Function:
    """Answers the lookups of the kind `lambda`.

    A function has all of the lookup's time for one attempt: a second would run it twice at once.
    """

    def __init__(self, declared: Sequence[Declared], aws: AWS) -> None:
        self._declared = {one.name: one for one in declared}
        self._clients = {
            timeout: aws.client("lambda", connect_timeout=timeout / 2, read_timeout=timeout)
            for timeout in {one.timeout for one in declared}
        }

    def companions(self, lookup: str) -> Hashable:
        """Ask for each lookup by itself."""
        return lookup

    def fetch(self, keys: Mapping[str, Key]) -> Mapping[str, Answer]:
        """Run the function."""
        ((lookup, key),) = keys.items()
        declared = self._declared[lookup]
        try:
            answer = self._clients[declared.timeout].invoke(
                FunctionName=declared.source["function"],
                InvocationType="RequestResponse",
                Payload=json.dumps(key).encode(),
            )
            content = answer["Payload"].read(LARGEST + 1)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told by its cause alone
            raise fetch_error(error) from None
        if "FunctionError" in answer:
            raise FetchError("function-error")
        if len(content) > LARGEST:
            raise FetchError("too-large")
        document = _read(content)
        return {lookup: None if document is None else declared.row(document)}


def _read(content: bytes) -> dict[str, Any] | None:
    """Read the answer: an object, or null for no row."""
    try:
        document = read_json(content.decode())
    except UnicodeDecodeError:
        document = FAILED
    if document is not None and not isinstance(document, dict):
        raise FetchError("unreadable")
    return document
