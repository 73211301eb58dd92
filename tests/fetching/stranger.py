"""A server that stands where AWS should be, and answers as it is told: well, badly or not at all."""

from __future__ import annotations

import json
import socket
import struct
import time
from contextlib import suppress
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self


MARK = "anna.mark@example.com"
"""Personal data, which no error and no log may have in it."""


class Answer(NamedTuple):
    """An answer of HTTP.

    Attributes:
        content: as it is sent; what isn't bytes is spelt as JSON.
        more: characters that `Content-Length` promises beyond the content.
        head: lines of the head beside those that are always there.
        chunked: whether the content is sent in one chunk; `more` then leaves out the last one.
    """

    content: Any = b"{}"
    status: int = 200
    more: int = 0
    head: str = ""
    chunked: bool = False

    def encoded(self) -> bytes:
        """Give what goes over the line."""
        content = self.content if isinstance(self.content, bytes) else json.dumps(self.content).encode()
        if self.chunked:
            length = "Transfer-Encoding: chunked"
            content = b"%x\r\n%b\r\n%b" % (len(content), content, b"" if self.more else b"0\r\n\r\n")
        else:
            length = f"Content-Length: {len(content) + self.more}"
        lines = (f"HTTP/1.1 {self.status} Whatever", length, "Connection: close", *filter(None, [self.head]))
        return "\r\n".join((*lines, "", "")).encode() + content


def error(code: str | None, status: int = 400, **more: Any) -> Answer:
    """Make an error as DynamoDB spells it."""
    content = {"message": MARK, **more}
    return Answer(
        content if code is None else {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", **content}, status
    )


class Raw(NamedTuple):
    """An answer as it goes over the line."""

    content: bytes

    def encoded(self) -> bytes:
        """Give it."""
        return self.content


class Reset:
    """The connection is reset when the request is there."""


class Close:
    """The connection is closed when the request is there."""


class Hang:
    """Nothing is ever answered; or the head of an answer and nothing more."""

    def __init__(self, begun: bytes = b"") -> None:
        self.begun = begun


Manner = Answer | Raw | Reset | Close | Hang


class Request(NamedTuple):
    """A request that was answered: the first line and the head, and the content."""

    head: str
    content: Any


class Stranger:
    """The server; `manner` is how it answers.

    Attributes:
        endpoint: its URL.
        requests: what it was asked.
    """

    def __init__(self) -> None:
        self.manner: Manner = Answer()
        self.requests: list[Request] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._ended = Event()
        self._lock = Lock()
        self._thread = Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.refuse()
        self._thread.join()

    def wait_for_request(self) -> None:
        """Wait until somebody has asked, since a machine may be busy."""
        for _ in range(1000):
            if self.requests:
                return
            time.sleep(0.01)
        raise AssertionError("nobody asked")

    def refuse(self) -> None:
        """Listen no longer."""
        self._ended.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _serve(self) -> None:
        hanging = []
        while not self._ended.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                break
            thread = Thread(target=self._answer, args=(connection,))
            thread.start()
            hanging.append(thread)
        for thread in hanging:
            thread.join()

    def _answer(self, connection: socket.socket) -> None:
        with connection, suppress(ConnectionError):
            connection.settimeout(10)
            request = _read(connection)
            with self._lock:
                self.requests.append(request)
            match self.manner:
                case Answer() | Raw() as answer:
                    connection.sendall(answer.encoded())
                case Hang(begun=begun):
                    connection.sendall(begun)
                    self._ended.wait(10)
                case Reset():
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _read(connection: socket.socket) -> Request:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, content = received.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    length = int(lengths[0].partition(b":")[2]) if lengths else 0
    while len(content) < length:
        content += connection.recv(65536)
    return Request(head.decode(), json.loads(content))
