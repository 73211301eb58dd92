"""The billing APIs answer what their READMEs are there to show, and are made from the environment in production."""

from __future__ import annotations

import re
import runpy
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pretoken.testing import TokenIssuer
from pretoken.testing.messages import key_arn
from pretoken.verifier import https
from tests.examples.sample_events import EXAMPLES
from tests.verifier.web import bearer, jwks

FRAMEWORKS = pytest.mark.parametrize("framework", ["fastapi", "flask"])


@FRAMEWORKS
def test_the_readme_shows_every_kind_of_answer(framework: str) -> None:
    text = (EXAMPLES / framework / "README.md").read_text("utf-8")
    found = re.findall(r"^(\w.+): [A-Z]+ /.*\n    (\d+) (.*)$", text, re.MULTILINE)
    answers = {what: (int(status), *re.findall(r'"error": "([\w-]+)"', body)) for what, status, body in found}
    answers["another tenant's invoice"] = answers["another tenant's invoice"][:1]
    assert answers == {
        "a good token": (200,),
        "its encrypted address": (202,),
        "another tenant's invoice": (404,),
        "no token": (401, "no-token"),
        "the ID token": (401, "id-token"),
        "an expired token": (401, "expired"),
        "a missing scope": (403, "missing-scope"),
        "a missing group": (403, "missing-group"),
        "another user's message": (401, "wrong-subject"),
    }
    assert '"to":"anna@example.com"' in text
    assert text.count("WWW-Authenticate: Bearer") == 6


@FRAMEWORKS
def test_the_api_of_production_takes_the_pools_tokens(framework: str, monkeypatch: pytest.MonkeyPatch) -> None:
    issuer = TokenIssuer()
    monkeypatch.setattr(https, "get", lambda _url, _longest: jwks())
    monkeypatch.setenv("USER_POOL_ID", issuer.user_pool_id)
    monkeypatch.setenv("CLIENT_IDS", "7q3web,4w9worker")
    monkeypatch.setenv("BILLING_KEY_ARN", key_arn("billing-api", "eu-west-1"))
    app: Any = runpy.run_path(str(EXAMPLES / framework / f"billing_{framework}.py"))["production"]()
    client: Any = TestClient(app) if framework == "fastapi" else app.test_client()
    given: dict[str, Any] = {"scopes": ["invoices/read", "invoices/write"], "claims": {"tenant_id": "acme"}}
    admin = bearer(issuer.access_token(client_id="7q3web", groups=["billing-admins"], **given))
    assert client.get("/invoices", headers=admin).status_code == 200
    assert [client.delete(f"/invoices/{number}", headers=admin).status_code for number in ("A-1", "G-1")] == [204, 404]
    assert client.get("/invoices", headers=bearer(issuer.access_token(**given))).status_code == 401
