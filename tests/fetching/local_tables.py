"""Tables of the local DynamoDB, which remember what they were asked."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from pretoken.local import LocalResources
from pretoken.local.server import LocalAWS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment


class Request(NamedTuple):
    """A request: its operation, and its content."""

    operation: str
    content: Any


class LocalTables(LocalAWS):
    """A DynamoDB with two tables: `memberships`, whose key is `pk`, and `orders`, whose key is `pk` and `sk`.

    Attributes:
        endpoint: its URL.
        requests: what it was asked, but not to put something in.
    """

    def __init__(self) -> None:
        tables = {"memberships": ["pk"], "orders": ["pk", "sk"]}
        super().__init__(LocalResources({}, {}, tables, {}), "127.0.0.1", 0, lambda _: None)
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.requests: list[Request] = []

    def put(self, item: dict[str, Any], table: str = "memberships") -> None:
        """Put an item of attribute values into a table, as they go over the line."""
        self._call("DynamoDB_20120810.PutItem", TableName=table, Item=item)

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        content = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        self.requests.append(Request(environ["HTTP_X_AMZ_TARGET"].partition(".")[2], json.loads(content)))
        return super()._answer({**environ, "wsgi.input": io.BytesIO(content)}, start_response)
