"""The local KMS and DynamoDB, which can be told to keep callers waiting."""

from __future__ import annotations

import time
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING, Any

import botocore.session

from pretoken.local import LocalResources
from pretoken.local.items import parse_items
from pretoken.local.server import LocalAWS
from pretoken.policy.load import load_policy
from tests.local.serving import serving
from tests.runtime.packages import ROOT, VARIABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIEnvironment

KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


class AWS(LocalAWS):
    """A KMS with one key, and a DynamoDB with the table of the sample's memberships.

    Attributes:
        endpoint: its URL.
        key: the key's ARN.
        client: a KMS client of the side that decrypts.
        calls: the access key ids that data keys were asked with.
        reads: the operations of DynamoDB that were asked for.
    """

    def __init__(self) -> None:
        resources = LocalResources({}, {KEY: ["billing-api"]}, {VARIABLES["MEMBERSHIPS_TABLE"]: ["pk"]}, {})
        pool = load_policy(ROOT / "policies").plan()["pool"]
        items = parse_items((ROOT / "events" / "items.yaml").read_bytes(), "items.yaml", pool, VARIABLES)
        super().__init__(resources, "127.0.0.1", 0, lambda _: None, items)
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.key = KEY
        self.client: Any = botocore.session.get_session().create_client(
            "kms", "eu-west-1", endpoint_url=self.endpoint, aws_access_key_id="reader", aws_secret_access_key="test"
        )
        self.calls: list[str] = []
        self.reads: list[str] = []
        self._answering = {"GenerateDataKey": Event(), "GetItem": Event()}
        for answering in self._answering.values():
            answering.set()

    @contextmanager
    def hanging(self, operation: str = "GenerateDataKey") -> Iterator[None]:
        """Accept requests for an operation and answer none of them."""
        self._answering[operation].clear()
        try:
            yield
        finally:
            self._answering[operation].set()

    def wait_for_calls(self, count: int) -> None:
        """Wait until data keys have been asked for so many times."""
        for _ in range(1200):
            if len(self.calls) >= count:
                return
            time.sleep(0.05)
        raise AssertionError(f"KMS was asked {len(self.calls)} times, not {count}")

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        operation = environ["HTTP_X_AMZ_TARGET"].partition(".")[2]
        if operation == "GenerateDataKey":
            self.calls.append(environ["HTTP_AUTHORIZATION"].partition("Credential=")[2].partition("/")[0])
        elif environ["HTTP_X_AMZ_TARGET"].startswith("DynamoDB"):
            self.reads.append(operation)
        if operation in self._answering:
            self._answering[operation].wait()
        return super()._answer(environ, start_response)


@contextmanager
def running_aws() -> Iterator[AWS]:
    """Run them in threads of this process."""
    aws = AWS()
    with serving(aws):
        yield aws
