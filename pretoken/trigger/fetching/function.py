"""Lookups by a Lambda function: a JSON object of texts to it, a JSON object back.

Source: Lambda API reference, Invoke.
"""

from __future__ import annotations

import json
from contextlib import closing

from pretoken.trigger.fetching.aws import ask, document_of
from pretoken.trigger.fetching.causes import FetchError
from pretoken.trigger.fetching.kinds import LARGEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence
    from typing import Any

    from pretoken.trigger.fetching.aws import AWS
    from pretoken.trigger.fetching.call import Answer, Key
    from pretoken.trigger.fetching.kinds import Declared


_ERROR = {"errorMessage", "errorType"}
"""What an error has; Lambda tells one in the head of its answer too, the local emulator here alone."""


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
        document = ask(lambda: self._run(self._declared[lookup], key))
        if document is None:
            return {lookup: None}
        if not isinstance(document, dict):
            raise FetchError("unreadable")
        declared = self._declared[lookup]
        if document.keys() >= _ERROR and not _ERROR & {path[0] for path in declared.paths.values()}:
            raise FetchError("function-error")
        return {lookup: declared.row(document)}

    def _run(self, declared: Declared, key: Key) -> Any:
        answer = self._clients[declared.timeout].invoke(
            FunctionName=declared.source["function"],
            InvocationType="RequestResponse",
            Payload=json.dumps(key).encode(),
        )
        with closing(answer["Payload"]) as payload:
            content = payload.read(LARGEST + 1)
        if "FunctionError" in answer:
            raise FetchError("function-error")
        return document_of(answer, content, LARGEST)
