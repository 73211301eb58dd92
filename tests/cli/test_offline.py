"""Nothing leaves the machine: no network, no credentials."""

import json
import socket
from pathlib import Path
from typing import NoReturn

import pytest

from tests.cli.conftest import Run
from tests.simulator.folders import event

AWS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
)


@pytest.fixture(autouse=True)
def without_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Refuse every socket, and take away whatever could be credentials."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "__init__", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for name in AWS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "nowhere"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "nowhere"))


def test_a_preview_encrypts_without_network_and_credentials(run: Run) -> None:
    raw = event(attributes={"email": "anna@example.com"}, scopes=["invoices/read"])
    result = run("preview", "--event", "-", stdin=json.dumps(raw))

    assert result.exit_code == 0
    assert "billing-api alone can read email" in result.output


@pytest.mark.parametrize(
    "command", [["test"], ["check"], ["diff", "policies", "policies"], ["schema", "rules"], ["--help"]]
)
def test_no_command_opens_a_socket(command: list[str], run: Run) -> None:
    assert run(*command).exit_code == 0
