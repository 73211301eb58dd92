"""The page about the verifier: its code verifies and opens, and its tables are those of the code."""

from __future__ import annotations

from typing import Any

import pytest

from pretoken import verifier as public
from pretoken.sealing import local_kms_client, opener
from pretoken.testing import TokenIssuer
from pretoken.verifier import (
    CheckRefused,
    IdTokenRefused,
    Principal,
    Refused,
    ScopeRefused,
    https,
    keys,
    unverified_token,
)
from tests.docs.pages import block, names, prose_of, rows, section

PAGE = "verifier.md"
SUB = "5f0c1e2a-7b64-4d39-9c1e-0a1b2c3d4e5f"


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> TokenIssuer:
    """Let the issuer be the user pool of the page, and the key service be local."""
    import json

    issuer = TokenIssuer(user_pool_id="eu-west-1_Ab12Cd34")
    monkeypatch.setattr(https, "get", lambda url, longest: json.dumps(issuer.jwks).encode())  # noqa: ARG005
    monkeypatch.setattr(opener, "kms_clients", lambda: local_kms_client)
    return issuer


def run(path: str) -> dict[str, Any]:
    module: dict[str, Any] = {}
    exec(block(PAGE, path).text, module)  # noqa: S102 - it is our own page
    return module


def test_five_lines_verify_and_refuse(issuer: TokenIssuer) -> None:
    who = run("billing/auth.py")["who_may_read_invoices"]
    good = issuer.access_token(client_id="7q3web", scopes=["invoices/read"])

    assert who(f"Bearer {good}").client_id == "7q3web"
    with pytest.raises(IdTokenRefused):
        who(f"Bearer {issuer.id_token(client_id='7q3web')}")
    with pytest.raises(ScopeRefused):
        who(f"Bearer {issuer.access_token(client_id='7q3web', scopes=['openid'])}")


def test_an_address_is_opened_missing_or_forbidden(issuer: TokenIssuer) -> None:
    recipient = issuer.recipient("billing-api")
    verifier = issuer.verifier(client_ids=None, recipient=recipient)
    address_of = run("billing/invoice.py")["address_of"]
    sealed = issuer.access_token(encrypted={"billing-api": {"email": "anna@example.com"}})

    assert address_of(verifier.verify(sealed)) == "anna@example.com"
    assert address_of(verifier.verify(issuer.access_token())) is None
    with pytest.raises(PermissionError):
        address_of(verifier.verify(issuer.broken("message_of_another_user")))


def test_facts_are_looked_up_and_checked(issuer: TokenIssuer) -> None:
    verifier = run("billing/accounts.py")["verifier"]

    assert verifier.verify(issuer.access_token(sub=SUB, client_id="7q3web")).facts == {"blocked": False}
    with pytest.raises(CheckRefused):
        verifier.verify(issuer.access_token(client_id="7q3web", sub="5f0c1e2a-7b64-4d39-9c1e-ffffffffffff"))


def test_the_table_of_refusals_is_all_of_them() -> None:
    told = {tuple(cell.strip("`") for cell in row) for row in rows(section(PAGE, "Refusals"), "code")}
    classes = [value for name in public.__all__ if isinstance(value := getattr(public, name), type)]
    refusals = {each for each in classes if issubclass(each, Refused) and each is not Refused}
    assert told == {(each.code, each.__name__, str(each.status)) for each in refusals}


def test_the_table_of_the_principal_is_all_that_it_has() -> None:
    assert names(section(PAGE, "The principal"), "of the principal") == {*Principal.__dataclass_fields__}


def test_numbers_are_those_of_the_code() -> None:
    text = prose_of(PAGE)
    assert f"at most {unverified_token.LONGEST:,} characters" in text
    assert f"once in {keys.COOL_DOWN:.0f} seconds" in text
    assert f"at most {keys.PATIENCE:.0f} seconds" in text
    assert keys.MAX_AGE == 3600
