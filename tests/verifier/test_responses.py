"""What is answered, whatever the framework."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TypeVar

import pytest

from pretoken.sealing import errors
from pretoken.sealing.errors import KMSRefusedError, KMSUnavailableError, OpeningError
from pretoken.verifier import KeysUnavailableError, Refused, ScopeRefused, encrypted_claims, refusals
from pretoken.verifier.keys import COOL_DOWN
from pretoken.verifier.responses import ANSWERABLE, RETRY_AFTER, error_response

E = TypeVar("E", bound=Exception)


def leaves(base: type[E]) -> Iterator[type[E]]:
    for kind in base.__subclasses__():
        if not kind.__name__.startswith("_"):
            yield kind
        yield from leaves(kind)


STATUSES = {
    "invalid-content": 401,
    "kms-refused": 500,
    "kms-unavailable": 503,
    "malformed-message": 401,
    "message-too-long": 401,
    "no-message": 403,
    "no-recipient": 500,
    "tampered-message": 401,
    "too-many-data-keys": 401,
    "wrong-key": 500,
    "wrong-recipient": 401,
    "wrong-subject": 401,
    "wrong-suite": 401,
}


def test_every_opening_error_has_a_status() -> None:
    made = [kind("kms-timeout") if issubclass(kind, errors._KMSError) else kind() for kind in leaves(OpeningError)]
    assert encrypted_claims.NoMessageError in map(type, made)
    assert {error.code: error_response(error).status for error in made} == STATUSES


def test_a_refusal_is_answered_with_its_status_its_header_and_its_text() -> None:
    kinds = [*leaves(Refused)]
    assert refusals.IdTokenRefused in kinds
    for kind in kinds:
        error = kind()
        status, headers, body = error_response(error)
        assert status == error.status
        assert headers == {"Content-Type": "application/json", "WWW-Authenticate": error.www_authenticate}
        assert json.loads(body) == {"error": error.code, "message": error.text}


def test_the_scopes_that_the_api_asks_for_are_told() -> None:
    assert error_response(ScopeRefused(["a", "b"])).headers["WWW-Authenticate"].endswith(', scope="a b"')


@pytest.mark.parametrize("error", [KeysUnavailableError(), KMSUnavailableError("kms-throttled")], ids=["keys", "kms"])
def test_what_may_work_later_is_answered_with_when(error: KeysUnavailableError | KMSUnavailableError) -> None:
    answer = error_response(error)
    assert (answer.status, answer.headers["Retry-After"]) == (503, str(RETRY_AFTER))
    assert "WWW-Authenticate" not in answer.headers
    assert RETRY_AFTER == COOL_DOWN


def test_the_cause_is_for_the_log_and_not_for_the_client(caplog: pytest.LogCaptureFixture) -> None:
    answer = error_response(KMSRefusedError("kms-access-denied"))
    assert "access-denied" not in str(answer)
    assert "role" not in answer.body
    (record,) = caplog.records
    assert record.name == "pretoken.verifier"
    assert record.getMessage().startswith("kms-refused: ")
    assert record.getMessage().endswith("(kms-access-denied)")


def test_whatever_is_answered_can_be_caught_at_once() -> None:
    assert {Refused, KeysUnavailableError, OpeningError} == {*ANSWERABLE}
