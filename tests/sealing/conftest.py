"""A sealer and an opener with a KMS in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pretoken.sealing import Opener, Sealer, local_kms_client
from tests.sealing.parts import KEY, count_calls

if TYPE_CHECKING:
    from botocore.client import BaseClient


@pytest.fixture
def faults() -> dict[str, str]:
    """Return what the local KMS fails at; a test may change it between calls."""
    return {}


@pytest.fixture
def client(faults: dict[str, str]) -> BaseClient:
    return local_kms_client("eu-west-1", faults=faults)


@pytest.fixture
def calls(client: BaseClient) -> list[str]:
    """Return the operations that KMS has been asked for, in order."""
    return count_calls(client)


@pytest.fixture
def sealer(client: BaseClient) -> Sealer:
    return Sealer({"billing-api": KEY}, client_for=lambda _: client)


@pytest.fixture
def opener(client: BaseClient) -> Opener:
    return Opener("billing-api", KEY, client=client)


@pytest.fixture
def aws_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set credentials as Lambda gives them, and nothing of the developer's own."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
