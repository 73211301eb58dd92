"""What the tests of the kinds share: a way to AWS that leads to loopback alone, and servers at its end."""

from __future__ import annotations

import logging
import traceback
from typing import TYPE_CHECKING

import botocore.session
import pytest

from pretoken.trigger.fetching import fetcher
from pretoken.trigger.fetching.aws import AWS
from tests.fetching.stranger import MARK, Stranger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from botocore.session import Session


@pytest.fixture(autouse=True)
def _one_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let failures of one key open a breaker, so that tests need no more; `test_breaker.py` has several."""
    monkeypatch.setattr(fetcher._Source, "who", lambda _self, _key: None)


@pytest.fixture(scope="session")
def session() -> Session:
    """Give one session, which reads botocore's models once."""
    return botocore.session.Session()


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Set what Lambda sets, and nothing of the developer's own."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "AWS_PROFILE", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")  # nobody is there
    return monkeypatch


@pytest.fixture
def aws(session: Session, environment: pytest.MonkeyPatch) -> AWS:  # noqa: ARG001 - set before it is used
    """Make clients that lead to loopback."""
    return AWS(session)


@pytest.fixture
def stranger(environment: pytest.MonkeyPatch) -> Iterator[Stranger]:
    """Run a server that answers as it is told, where AWS should be."""
    with Stranger() as stranger:
        environment.setenv("AWS_ENDPOINT_URL", stranger.endpoint)
        yield stranger


@pytest.fixture
def tells_nothing(caplog: pytest.LogCaptureFixture) -> Callable[[BaseException], None]:
    """Log everything, and give what asserts that nothing marked is in an error or in the log."""
    caplog.set_level(logging.DEBUG)

    def check(error: BaseException) -> None:
        parts = (str(error), error, error.args, vars(error), error.__cause__, error.__context__)
        told = [*map(repr, parts), *traceback.format_exception(error)]
        assert not [text for text in told if MARK in text]
        assert error.__cause__ is None
        assert error.__context__ is None
        assert MARK not in caplog.text

    return check
