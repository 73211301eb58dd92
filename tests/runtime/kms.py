"""moto's KMS on loopback, which can be told to keep callers waiting."""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from moto.kms.responses import KmsResponse
from moto.server import ThreadedMotoServer

if TYPE_CHECKING:
    from collections.abc import Iterator


class KMS:
    """A KMS with one key.

    Attributes:
        endpoint: its URL.
        key: the key's ARN.
        client: a client of the side that decrypts.
        calls: the access key ids that data keys were asked with.
    """

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        client: Any = botocore.session.get_session().create_client(
            "kms", "eu-west-1", endpoint_url=endpoint, aws_access_key_id="reader", aws_secret_access_key="test"
        )
        self.client = client
        self.key: str = client.create_key()["KeyMetadata"]["Arn"]
        self.calls: list[str] = []
        self._answering = Event()
        self._answering.set()

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Accept requests and answer none of them."""
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

    def asked(self, authorization: str) -> None:
        """Note a request for a data key, and wait until KMS answers."""
        self.calls.append(authorization.partition("Credential=")[2].partition("/")[0])
        self._answering.wait()


@contextmanager
def running_kms() -> Iterator[KMS]:
    """Run a KMS in threads of this process."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # or each request is a line on standard error
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    kms = KMS("http://{}:{}".format(*server.get_host_and_port()))
    generate = KmsResponse.generate_data_key

    def generate_data_key(response: Any) -> Any:
        kms.asked(response.headers["Authorization"])
        return generate(response)

    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(KmsResponse, "generate_data_key", generate_data_key)
            yield kms
    finally:
        server.stop()
