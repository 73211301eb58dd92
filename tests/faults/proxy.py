"""A program between DynamoDB's clients and its server that breaks things: seeded, and told how by lines of JSON.

`python -m tests.faults.proxy UPSTREAM_PORT SEED` prints its port; each line on standard input is a mix: the share of
requests, by fault. `refused` isn't of requests: with it nobody listens.
"""

from __future__ import annotations

import asyncio
import json
import random
import socket
import struct
import sys
from contextlib import suppress

FAULTS = (
    "refused",
    "reset",
    "closed",
    "slow",
    "hanging",
    "throttled",
    "failing",
    "garbage",
    "truncated",
    "dripping",
    "swapped",
)
LATE = 0.05
"""Seconds that a `late` answer takes longer; no fault, but how a benchmark makes time pass."""
GARBAGE = (
    b"<html>502</html>",
    b"[]",
    b"null",
    b"",
    b'{"Item": {"pk": "x"}}',
    b'{"Item":',
    b"\xff\xfe",
    b'"ok"',
    b"{}x",
)
_THROTTLED = (
    b'{"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException", "message": "slow down"}'
)


def _answer(status: str, body: bytes, length: int | None = None) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/x-amz-json-1.0\r\n"
    return f"{head}Content-Length: {len(body) if length is None else length}\r\n\r\n".encode() + body


class Proxy:
    """Forwards requests, and does to some of them what the mix says."""

    def __init__(self, upstream: int, seed: str) -> None:
        self._upstream = upstream
        self._random = random.Random(seed)  # noqa: S311 - a test
        self._mix: dict[str, float] = {}
        self._server: asyncio.Server | None = None
        self._port = 0
        self._connections: set[asyncio.StreamWriter] = set()
        self._last: dict[bytes, bytes] = {}

    async def run(self) -> None:
        """Listen until standard input ends."""
        await self._listen()
        print(self._port, flush=True)  # noqa: T201 - this is a program
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            mix = json.loads(line)
            await (self._refuse() if "refused" in mix else self._listen())
            self._mix = mix
            print("done", flush=True)  # noqa: T201 - as above

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port, backlog=512)
            self._port = self._server.sockets[0].getsockname()[1]

    async def _refuse(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._connections):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        try:
            while request := await _read(reader):
                if not await self._reply(request, writer):
                    break
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._connections.discard(writer)
            writer.close()

    async def _reply(self, request: bytes, writer: asyncio.StreamWriter) -> bool:
        """Answer a request somehow; tell whether the connection goes on."""
        fault = self._pick()
        if fault == "reset":
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()
            return False
        if fault == "closed":
            return False
        if fault == "hanging":
            await asyncio.sleep(3)
            return False
        if fault == "late":
            await asyncio.sleep(LATE)
        if fault == "slow":
            await asyncio.sleep(self._random.uniform(0.02, 0.4))
        instead = {
            "throttled": lambda: _answer("400 Bad Request", _THROTTLED),
            "failing": lambda: _answer(self._random.choice(("500 Oops", "503 Busy")), self._random.choice(GARBAGE)),
            "garbage": lambda: _answer("200 OK", self._random.choice(GARBAGE)),
        }
        if fault in instead:
            return await _send(writer, instead[fault]())
        answer = await self._forward(request)
        operation = request.partition(b"X-Amz-Target:")[2][:40]
        if fault == "swapped":  # with the answer to somebody else's request, as a broken cache would
            return await _send(writer, self._last.get(operation, answer))
        if b'"S"' in answer:  # that somebody else has no item can't be told from that this one hasn't
            self._last[operation] = answer
        if fault == "truncated":
            await _send(writer, answer[: self._random.randrange(len(answer))])
            return False
        if fault == "dripping":
            for start in range(0, len(answer), 8):
                await _send(writer, answer[start : start + 8])
                await asyncio.sleep(0.04)
            return True
        return await _send(writer, answer)

    def _pick(self) -> str | None:
        point = self._random.random()
        for fault, share in self._mix.items():
            point -= share
            if point < 0:
                return fault
        return None

    async def _forward(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._upstream)
        try:
            writer.write(request)
            answer = await _read(reader)
            head, _, body = answer.partition(b"\r\n\r\n")
            return _answer(head.partition(b"\r\n")[0].partition(b" ")[2].decode(), body)
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> bytes:
    """Read a request or an answer; nothing at the end."""
    with suppress(asyncio.IncompleteReadError):
        head = await reader.readuntil(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return head + await reader.readexactly(length)
    return b""


async def _send(writer: asyncio.StreamWriter, answer: bytes) -> bool:
    writer.write(answer)
    await writer.drain()
    return True


if __name__ == "__main__":
    asyncio.run(Proxy(int(sys.argv[1]), sys.argv[2]).run())
