"""The local KMS, which can be told to keep callers waiting."""

from __future__ import annotations

import time
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING, Any

import botocore.session

from pretoken.local import LocalResources
from pretoken.local.server import LocalAWS
from tests.local.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIEnvironment

KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


class KMS(LocalAWS):
    """A KMS with one key.

    Attributes:
        endpoint: its URL.
        key: the key's ARN.
        client: a client of the side that decrypts.
        calls: the access key ids that data keys were asked with.
    """

    def __init__(self) -> None:
        super().__init__(LocalResources({}, {KEY: ["billing-api"]}, {}, {}), "127.0.0.1", 0, log=lambda _: None)
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.key = KEY
        self.client: Any = botocore.session.get_session().create_client(
            "kms", "eu-west-1", endpoint_url=self.endpoint, aws_access_key_id="reader", aws_secret_access_key="test"
        )
        self.calls: list[str] = []
        self._answering = Event()
        self._answering.set()

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Accept requests for data keys and answer none of them."""
        self._answering.clear()
        try:
            yield
        finally:
            self._answering.set()

    def wait_for_calls(self, count: int) -> None:
        """Wait until data keys have been asked for so many times."""
        for _ in range(1200):
            if len(self.calls) >= count:
                return
            time.sleep(0.05)
        raise AssertionError(f"KMS was asked {len(self.calls)} times, not {count}")

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["HTTP_X_AMZ_TARGET"] == "TrentService.GenerateDataKey":
            self.calls.append(environ["HTTP_AUTHORIZATION"].partition("Credential=")[2].partition("/")[0])
            self._answering.wait()
        return super()._answer(environ, start_response)


@contextmanager
def running_kms() -> Iterator[KMS]:
    """Run a KMS in threads of this process."""
    kms = KMS()
    with serving(kms):
        yield kms
