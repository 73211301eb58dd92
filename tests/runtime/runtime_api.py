"""Lambda's runtime API with SnapStart's part, which the emulator doesn't have; and credentials as SnapStart gives them.

Source: Lambda developer guide, "Using the Lambda runtime API" and "Lambda SnapStart runtime hooks"; the paths of
`restore` are those that the runtime client asks for.
"""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Event, Thread
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from tests.runtime.emulator import PYTHON, environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_API = "/2018-06-01/runtime"
_PATIENCE = 60  # seconds


class RuntimeAPI(ThreadingHTTPServer):
    """Takes a function through snapshot and restore, and gives it events.

    Attributes:
        snapshot: set once the function is ready for its snapshot.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Requests)
        self.snapshot = Event()
        self.restored = Event()
        self.events: Queue[object] = Queue()
        self.answers: Queue[Any] = Queue()

    def invoke(self, event: object) -> Any:
        """Give the function an event; returns its answer, or what it reports as its error."""
        self.events.put(event)
        return self.answers.get(timeout=_PATIENCE)

    def wait_for_snapshot(self) -> None:
        """Wait until the function is ready for its snapshot."""
        assert self.snapshot.wait(_PATIENCE)


class _Requests(BaseHTTPRequestHandler):
    server: RuntimeAPI
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == f"{_API}/restore/next":
            self.server.snapshot.set()
            self.server.restored.wait()
            self._answer(200)
        elif self.path == f"{_API}/invocation/next":
            event = self.server.events.get()
            deadline = int((datetime.now(UTC).timestamp() + 30) * 1000)
            names = {"Aws-Request-Id": "a-request", "Deadline-Ms": str(deadline), "Invoked-Function-Arn": "an-arn"}
            self._answer(200, event, {f"Lambda-Runtime-{name}": value for name, value in names.items()})
        else:
            # Those from before the restore are over by then.
            late = self.server.restored.is_set()
            expiration = datetime.now(UTC) + timedelta(hours=1 if late else -1)
            self._answer(
                200,
                {
                    "AccessKeyId": "restored" if late else "initial",
                    "SecretAccessKey": "test",
                    "Token": "test",
                    "Expiration": f"{expiration:%Y-%m-%dT%H:%M:%SZ}",
                },
            )

    def do_POST(self) -> None:
        self.server.answers.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self._answer(202)

    def _answer(self, status: int, content: object = None, headers: Mapping[str, str] = MappingProxyType({})) -> None:
        body = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")  # without it the runtime client crashes
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Write nothing."""


@contextmanager
def starting_function(
    package: Path, variables: Mapping[str, str], *, handler: str = "pre_token_generation.handler"
) -> Iterator[RuntimeAPI]:
    """Run Lambda's runtime client against the API, as Lambda does for a version with SnapStart."""
    with RuntimeAPI() as api:
        Thread(target=api.serve_forever, daemon=True).start()
        address = f"127.0.0.1:{api.server_port}"
        lambdas_own = {
            "AWS_LAMBDA_RUNTIME_API": address,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
            "AWS_ACCESS_KEY_ID": "",
            "AWS_SECRET_ACCESS_KEY": "",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://{address}/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "test",
        }
        process = subprocess.Popen(  # noqa: S603 - our own command
            [str(PYTHON), "-m", "awslambdaric", handler],
            cwd=package,
            env=environment(package, {**lambdas_own, **variables}),
            stdout=subprocess.DEVNULL,
        )
        try:
            yield api
        finally:
            process.kill()
            process.wait()
            api.restored.set()
            api.events.put(None)
            api.shutdown()
