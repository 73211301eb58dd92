"""A user pool, its callers, and what the tests of all web frameworks ask of an answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from pretoken.sealing import local_kms_client
from pretoken.testing import TokenIssuer
from pretoken.testing.broken_messages import MESSAGES
from pretoken.testing.issuer import CLIENT, MACHINE
from pretoken.testing.messages import key_arn
from pretoken.verifier import AccessTokenVerifier, Recipient

ISSUER = TokenIssuer()
SUB = "5f0c1e2a-7b64-4d39-9c1e-0a1b2c3d4e5f"
PERSON = {"email": "anna.secret@example.com"}
CALLER: dict[str, Any] = {
    "sub": SUB,
    "username": "anna-the-secret",
    "scopes": ["invoices/read"],
    "groups": ["secret-accountants"],
    "claims": {"tenant_id": "secret-tenant"},
    "encrypted": {"billing-api": PERSON},
}
VALUES = (SUB, *PERSON.values(), "anna-the-secret", "secret-accountants", "secret-tenant")
"""What no answer to a refused request and no line of a log may hold."""

REFUSED = sorted(ISSUER.BROKEN.keys() - MESSAGES)
OPENING = {
    "message_of_another_user": 401,
    "message_for_another_recipient": 401,
    "message_under_another_key": 500,
    "changed_message": 401,
    "cut_message": 401,
}
"""Broken messages, and the status of a view that opens them."""

BAD_HEADERS = {
    "no header": None,
    "empty": "",
    "no scheme": "eyJraWQi",
    "another scheme": "Basic YW5uYTpzZWNyZXQ=",
    "no token": "Bearer ",
}


def verifier(*, recipient: Recipient | None = None, fault: str | None = None, **options: Any) -> AccessTokenVerifier:
    """Make a verifier of the issuer's tokens; `fault` is what happens when it asks KMS."""
    if fault is not None:
        client = local_kms_client("eu-west-1", faults={"Decrypt": fault})
        recipient = Recipient("billing-api", key=key_arn("billing-api", "eu-west-1"), client=client)
    return ISSUER.verifier(recipient=recipient or ISSUER.recipient("billing-api"), **options)


def fetching(fetch: Any) -> AccessTokenVerifier:
    """Make a verifier that fetches the keys."""
    return AccessTokenVerifier(
        user_pool_id=ISSUER.user_pool_id, client_ids=[CLIENT, MACHINE], recipient=None, fetch=fetch
    )


def unreachable(_url: str, _most: int) -> bytes:
    """Fetch nothing."""
    raise OSError("no route to host")


def jwks() -> bytes:
    """Give the pool's key set as it is fetched."""
    return json.dumps(ISSUER.jwks).encode()


def token(**changed: Any) -> str:
    """Issue a good token of the caller."""
    return ISSUER.access_token(**CALLER | changed)


def bearer(text: str) -> dict[str, str]:
    """Give the headers that carry a token."""
    return {"Authorization": f"Bearer {text}"}


def check_answer(
    answer: tuple[int, Mapping[str, str], str], status: int, code: str, log: pytest.LogCaptureFixture
) -> None:
    """Hold an answer to a refused request against RFC 6750, and see that nothing of the token is in it or in a log."""
    found, headers, body = answer
    assert (found, json.loads(body)["error"]) == (status, code)
    assert json.loads(body).keys() == {"error", "message"}
    assert headers["content-type"] == "application/json"
    challenge = headers.get("www-authenticate")
    if code == "no-token":
        assert challenge == "Bearer"
    elif status in (401, 403):
        error = "invalid_token" if status == 401 else "insufficient_scope"
        assert challenge is not None
        assert challenge.startswith(f'Bearer error="{error}", error_description="')
    else:
        assert challenge is None
    assert headers.get("retry-after") == ("10" if status == 503 else None)
    assert [(record.levelname, record.getMessage().partition(":")[0]) for record in log.records] == [
        ("ERROR" if status >= 500 else "INFO", code)
    ]
    seen = f"{headers} {body} {log.text}"
    assert not [value for value in VALUES if value in seen]
