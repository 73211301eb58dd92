"""The function as Lambda runs it: Lambda's runtime interface emulator and runtime client, without a container.

Both are what SAM and Lambda's own images run: the emulator's binary comes with the SAM CLI, the client from PyPI.
"""

from __future__ import annotations

import json
import os
import platform
import re
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from random import SystemRandom
from socket import create_server
from typing import TYPE_CHECKING, Any

from tests.runtime.packages import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Self

PYTHON = ROOT / ".venv" / "lambda" / "bin" / "python"
_ARCHITECTURE = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
_BINARY = next(
    ROOT.glob(f".venv/sam/lib/python3*/site-packages/samcli/local/rapid/aws-lambda-rie-{_ARCHITECTURE}"), None
)
_PATH = "/2015-03-31/functions/function/invocations"
_PATIENCE = 60  # seconds, for a machine that is busy with something else

MISSING = (
    "the emulator runs on Linux alone"
    if sys.platform != "linux"
    else "`make test` makes .venv/lambda where Python 3.13 is"
    if not PYTHON.exists()
    else "`make test` makes .venv/sam, which has the emulator"
    if _BINARY is None
    else ""
)
"""Why nothing can be run here; empty if it can."""


def environment(package: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """Give the environment that Lambda gives to a function, and nothing of the developer's own."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": "/nonexistent",
        "PYTHONPATH": str(package),
        "LAMBDA_TASK_ROOT": str(package),
        "AWS_LAMBDA_FUNCTION_NAME": "pre-token-generation",
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_LEVEL": "INFO",
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        **variables,
    }


class Emulator:
    """One execution environment, which takes one call at a time: two at once crash the emulator.

    Args:
        package: the folder that Lambda runs.
        variables: those of the function, beside Lambda's own.
        handler: module and function.
        timeout: the function's, in whole seconds.
    """

    def __init__(
        self,
        package: Path,
        variables: Mapping[str, str],
        *,
        handler: str = "pre_token_generation.handler",
        timeout: int = 30,
    ) -> None:
        # An address of our own among the 16 million of the loopback interface, so that no port can be taken meanwhile.
        self._address = "127.{}.{}.{}".format(*(SystemRandom().randrange(1, 255) for _ in range(3)))
        with create_server((self._address, 0)) as calls, create_server((self._address, 0)) as runtime:
            self._port, runtime_port = calls.getsockname()[1], runtime.getsockname()[1]
        self._output = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed with the emulator
        self._written = ""
        command = [
            str(_BINARY),
            *("--log-level", "error"),
            *("--runtime-interface-emulator-address", f"{self._address}:{self._port}"),
            *("--runtime-api-address", f"{self._address}:{runtime_port}"),
            *(str(PYTHON), "-m", "awslambdaric", handler),
        ]
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            command,
            cwd=package,
            env=environment(package, {"AWS_LAMBDA_FUNCTION_TIMEOUT": str(timeout), **variables}),
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        children = self.children
        self._process.kill()
        for child in children:
            _kill(child)
        self._process.wait()
        self._written = self.output
        self._output.close()

    def invoke(self, event: object) -> Any:
        """Call the function; give its answer as JSON, or the emulator's text if it isn't any."""
        connection = self._connection()
        try:
            connection.request("POST", _PATH, json.dumps(event))
            text = connection.getresponse().read().decode()
        except OSError as error:
            raise AssertionError(f"the emulator doesn't answer, {self._process.poll()}: {self.output}") from error
        finally:
            connection.close()
        try:
            return json.loads(text)
        except ValueError:
            return text

    def _connection(self) -> HTTPConnection:
        connection = HTTPConnection(self._address, self._port, timeout=_PATIENCE)
        for _ in range(_PATIENCE * 20):
            try:
                connection.connect()
            except ConnectionRefusedError:
                if self._process.poll() is not None:
                    break
                time.sleep(0.05)
            else:
                return connection
        raise AssertionError(f"the emulator doesn't listen: {self.output}")

    @property
    def output(self) -> str:
        """All that function and emulator wrote."""
        if self._output.closed:
            return self._written
        self._output.seek(0)
        return self._output.read()

    def logged(self, reference: str) -> list[dict[str, Any]]:
        """Give the JSON lines that the function wrote about one call, once the emulator has them all."""
        for _ in range(_PATIENCE * 20):
            if f"END RequestId: {reference}" in self.output:
                break
            time.sleep(0.05)
        return [line for line in self.lines if reference in json.dumps(line)]

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON lines that the function wrote."""
        return [json.loads(line) for line in self.output.splitlines() if line.startswith("{")]

    @property
    def references(self) -> list[str]:
        """The ids of the calls, in order."""
        return re.findall("^START RequestId: ([0-9a-f-]{36})", self.output, re.MULTILINE)

    @property
    def children(self) -> list[int]:
        """The function's process, if it runs."""
        tasks = Path(f"/proc/{self._process.pid}/task").glob("*/children")
        return [int(child) for file in tasks for child in file.read_text().split()]

    @property
    def cpu_seconds(self) -> float:
        """The CPU time that the function's process has taken."""
        tasks = (task for child in self.children for task in Path(f"/proc/{child}/task").glob("*/schedstat"))
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def kill_function(self) -> None:
        """Kill the function's process, as Lambda does whenever it likes."""
        (child,) = self.children
        _kill(child)


def _kill(process: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
