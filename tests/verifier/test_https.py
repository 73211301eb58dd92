"""Keys come over HTTPS from a server with a good certificate, whole, soon, and from nowhere else."""

from __future__ import annotations

import socket
from itertools import count
from threading import Event
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from pretoken.verifier import KeysUnavailableError, https
from pretoken.verifier.refusals import CAUSES
from tests.verifier.https_server import Authority, make_authority, serving
from tests.verifier.minting import access_claims, compact, jwks, make_verifier, mint

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

JWKS = compact(jwks())


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """Make a CA that this process trusts."""
    made = make_authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.ca))
    return made


def answering(body: bytes = JWKS, status: int = 200, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """Return what answers with a status, headers and a body."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return answer


def refuse(url: str, cause: str) -> None:
    with pytest.raises(https.FetchError) as caught:
        https.get(url, 65_536)
    assert caught.value.cause == cause
    assert caught.value.cause in CAUSES


def test_a_verifier_takes_the_keys_of_a_server(authority: Authority) -> None:
    asked: list[str] = []

    def fetch(url: str, longest: int) -> bytes:
        asked.append(url)
        return https.get(url.replace("https://cognito-idp.eu-west-1.amazonaws.com", here), longest)

    paths: list[str] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        paths.append(request.path)
        answering()(request)

    with serving(authority, answer) as here:
        verifier = make_verifier(jwks=None, fetch=fetch)
        verifier.prepare()
        assert verifier.verify(mint()).claims == access_claims()
    assert asked == ["https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34/.well-known/jwks.json"]
    assert paths == ["/eu-west-1_Ab12Cd34/.well-known/jwks.json"]


def test_a_certificate_of_an_unknown_authority_is_refused(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "stranger").mkdir()
    del authority
    with serving(make_authority(tmp_path / "stranger"), answering()) as url:
        refuse(url, "wrong-certificate")


def test_a_certificate_of_another_host_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = make_authority(tmp_path, "evil.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca))
    with serving(authority, answering()) as url:
        refuse(url, "wrong-certificate")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int, authority: Authority) -> None:
    followed: list[str] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        followed.append(request.path)
        answering(status=status, Location=f"{url}/elsewhere")(request)

    with serving(authority, answer) as url:
        refuse(url + "/first", "bad-answer")
    assert followed == ["/first"]


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500, 503])
def test_an_error_is_no_answer(status: int, authority: Authority) -> None:
    with serving(authority, answering(status=status)) as url:
        refuse(url, "bad-answer")


def test_an_answer_of_the_greatest_length_is_taken_and_a_longer_one_is_not(authority: Authority) -> None:
    with serving(authority, answering(b"x" * 65_536)) as url:
        assert https.get(url, 65_536) == b"x" * 65_536
    with serving(authority, answering(b"x" * 65_537)) as url:
        refuse(url, "bad-answer")


def test_an_endless_answer_is_read_to_the_limit_and_no_further(authority: Authority) -> None:
    stopped = Event()

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            while True:
                request.wfile.write(b" " * 65_536)
        except OSError:
            stopped.set()

    with serving(authority, answer) as url:
        refuse(url, "bad-answer")
        assert stopped.wait(10)


def test_an_answer_that_drips_is_given_up(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each piece comes in time, the whole never does."""
    seconds = count()
    monkeypatch.setattr(https, "time", SimpleNamespace(monotonic=lambda: next(seconds)))
    stopped = Event()

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            while not stopped.wait(0.01):
                request.wfile.write(b" ")
        except OSError:
            stopped.set()

    with serving(authority, answer) as url:
        refuse(url, "timeout")
        assert stopped.wait(10)


def test_a_server_that_never_answers_is_given_up(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(https, "_SECONDS", 0.1)
    over = Event()

    def answer(_: BaseHTTPRequestHandler) -> None:
        over.wait(10)

    with serving(authority, answer) as url:
        refuse(url, "timeout")
        over.set()


def test_an_answer_that_is_no_http_is_refused(authority: Authority) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"\x00" * 100 + b"\r\n\r\n")

    with serving(authority, answer) as url:
        refuse(url, "bad-answer")


def test_an_answer_cut_short_brings_no_keys(authority: Authority) -> None:
    def fetch(_: str, longest: int) -> bytes:
        return https.get(url, longest)

    with serving(authority, answering(JWKS[:-20], Content_Length=str(len(JWKS)))) as url:
        verifier = make_verifier(jwks=None, fetch=fetch)
        with pytest.raises(KeysUnavailableError):
            verifier.prepare()


@pytest.mark.parametrize(
    "url", ["http://localhost", "file:///etc/passwd", "ftp://localhost", "data:,x", "HTTPS://x", ""]
)
def test_anything_but_https_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="over HTTPS alone"):
        https.get(url, 65_536)


def test_a_port_on_which_nobody_listens_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    refuse(f"https://localhost:{port}", "unreachable")
