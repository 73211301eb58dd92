"""The page about web frameworks: its code runs in each of them, and its table is that of the code."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any
from wsgiref.validate import validator

import httpx2
import pytest
from fastapi.testclient import TestClient
from werkzeug.test import Client

from pretoken.verifier import Principal
from pretoken.verifier.responses import RETRY_AFTER
from tests.docs.pages import block, blocks_of, rows, section
from tests.verifier.test_responses import STATUSES
from tests.verifier.web import ISSUER, OPENING, PERSON, SUB, bearer, fetching, token, unreachable, verifier

PAGE = "web-frameworks.md"
Ask = Callable[[dict[str, str]], tuple[int, dict[str, str], str]]


@pytest.fixture
def billing(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Let `billing/auth.py` have the verifier of an issuer."""
    package, auth = ModuleType("billing"), ModuleType("billing.auth")
    auth.verifier = verifier()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "billing", package)
    monkeypatch.setitem(sys.modules, "billing.auth", auth)
    return auth


def run(path: str) -> dict[str, Any]:
    module: dict[str, Any] = {"__name__": "billing.page"}
    exec(block(PAGE, path).text, module)  # noqa: S102 - it is our own page
    return module


def admin(**changed: Any) -> dict[str, str]:
    return bearer(token(groups=["billing-admins"], scopes=["invoices/read", "invoices/write"], **changed))


@pytest.mark.usefixtures("billing")
def test_the_api_with_fastapi_runs(capsys: pytest.CaptureFixture[str]) -> None:
    with TestClient(run("billing/api_fastapi.py")["app"]) as client:
        assert client.get("/invoices", headers=bearer(token())).json() == "secret-tenant"
        assert client.get("/address", headers=bearer(token())).json() == PERSON["email"]
        assert client.delete("/invoices/A-1", headers=bearer(token(scopes=["invoices/write"]))).status_code == 403
        assert client.delete("/invoices/A-1", headers=admin()).is_success
        assert client.get("/invoices", headers=bearer(ISSUER.id_token())).status_code == 401
    assert capsys.readouterr().out == "A-1 is cancelled\n"


@pytest.mark.usefixtures("billing")
def test_the_api_with_flask_runs() -> None:
    client = run("billing/api_flask.py")["app"].test_client()
    assert client.get("/invoices", headers=bearer(token())).text == "secret-tenant"
    assert client.delete("/invoices/A-1", headers=bearer(token(scopes=["invoices/write"]))).status_code == 403
    assert client.delete("/invoices/A-1", headers=admin()).text == "A-1 is cancelled"
    assert client.get("/invoices", headers=bearer(ISSUER.id_token())).status_code == 401


def test_the_table_tells_every_status() -> None:
    told: dict[str, int] = {}
    for errors, status, _ in rows(section(PAGE, "What is answered"), "error")[1:]:
        told |= dict.fromkeys(re.findall(r"`([\w-]+)`", errors), int(status[:3]))
    assert told == {**STATUSES, "keys-unavailable": 503}
    assert f"`Retry-After: {RETRY_AFTER}`" in section(PAGE, "What is answered")


def test_recipes_have_few_lines() -> None:
    for name, most in {"django": 12, "wsgi": 12, "asgi": 18}.items():
        text = block(PAGE, f"billing/cognito_{name}.py").text
        assert len([line for line in text.splitlines()[1:] if line]) <= most


def test_every_block_of_python_is_run_here() -> None:
    assert [part.path for part in blocks_of(PAGE) if part.language == "python"] == [
        "billing/api_fastapi.py",
        "billing/api_flask.py",
        "billing/cognito_django.py",
        "billing/cognito_asgi.py",
        "billing/cognito_wsgi.py",
    ]


# The recipes


def answer(principal: Principal) -> str:
    return f"{principal.sub} {len(principal.scopes)}"


@pytest.fixture(params=["django", "asgi", "wsgi"])
def ask(request: pytest.FixtureRequest, billing: ModuleType) -> Ask:
    """Give what asks an application behind a recipe that wants the scope `invoices/read`."""
    del billing
    return {"django": by_django, "asgi": by_asgi, "wsgi": by_wsgi}[request.param]()


def by_asgi() -> Ask:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        del receive
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": answer(scope["principal"]).encode()})

    protected = run("billing/cognito_asgi.py")["cognito"](app, scopes=["invoices/read"])

    def ask(headers: dict[str, str]) -> tuple[int, dict[str, str], str]:
        async def once() -> httpx2.Response:
            async with httpx2.AsyncClient(transport=httpx2.ASGITransport(protected)) as client:
                return await client.get("http://testserver/", headers=headers)

        response = asyncio.run(once())
        return response.status_code, dict(response.headers), response.text

    return ask


def by_wsgi() -> Ask:
    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return iter([answer(environ["billing.principal"]).encode()])

    protected = validator(run("billing/cognito_wsgi.py")["cognito"](app, scopes=["invoices/read"]))

    def ask(headers: dict[str, str]) -> tuple[int, dict[str, str], str]:
        with Client(protected).get("/", headers=headers) as response:
            answered = {name.lower(): value for name, value in response.headers}
            return response.status_code, answered, response.get_data(as_text=True)

    return ask


def by_django() -> Ask:
    """Serve the view by Django's own handler, middleware and client."""
    pytest.importorskip("django", reason="`make test` installs Django")
    from django.conf import settings
    from django.http import HttpResponse
    from django.test import Client as DjangoClient
    from django.urls import path

    def view(request: Any) -> HttpResponse:
        if request.GET:
            return HttpResponse(request.principal.encrypted["email"])
        return HttpResponse(answer(request.principal))

    if not settings.configured:
        settings.configure(
            ALLOWED_HOSTS=["testserver"],
            MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
            USE_TZ=True,
            SECRET_KEY="of the tests",
        )
        import django

        django.setup()
    urls = ModuleType("urls")
    urls.urlpatterns = [path("", run("billing/cognito_django.py")["cognito"](view, scopes=["invoices/read"]))]  # type: ignore[attr-defined]

    def ask(headers: dict[str, str]) -> tuple[int, dict[str, str], str]:
        from django.test.utils import override_settings

        headers = dict(headers)
        query = headers.pop("query", "")
        with override_settings(ROOT_URLCONF=urls):
            response = DjangoClient().get(f"/{query}", headers=headers)
        return response.status_code, {k.lower(): v for k, v in response.headers.items()}, response.content.decode()

    return ask


def test_a_recipe_hands_the_principal_over(ask: Ask) -> None:
    status, _, body = ask(bearer(token()))
    assert (status, body) == (200, f"{SUB} 1")


def test_a_recipe_refuses_with_status_header_and_code(ask: Ask) -> None:
    for headers, code, challenge in (
        ({}, "no-token", "Bearer"),
        (bearer(ISSUER.id_token()), "id-token", 'Bearer error="invalid_token"'),
        (bearer(ISSUER.broken("expired")), "expired", 'Bearer error="invalid_token"'),
        (bearer(token(scopes=["a"])), "missing-scope", 'Bearer error="insufficient_scope"'),
    ):
        status, answered, body = ask(headers)
        assert (status, json.loads(body)["error"]) == (403 if code == "missing-scope" else 401, code)
        assert answered["www-authenticate"].startswith(challenge)
        assert answered["content-type"] == "application/json"


@pytest.mark.parametrize("framework", [by_django, by_asgi, by_wsgi])
def test_a_recipe_answers_503_without_keys(framework: Callable[[], Ask], billing: Any) -> None:
    billing.verifier = fetching(unreachable)
    status, answered, body = framework()(bearer(token()))
    assert (status, json.loads(body)["error"], answered["retry-after"]) == (503, "keys-unavailable", str(RETRY_AFTER))


@pytest.mark.usefixtures("billing")
@pytest.mark.parametrize(("name", "status"), OPENING.items())
def test_djangos_recipe_answers_opening_errors(name: str, status: int) -> None:
    broken = ISSUER.broken(name, scopes=["invoices/read"], encrypted={"billing-api": PERSON})
    found, _, body = by_django()({**bearer(broken), "query": "?open"})
    assert (found, json.loads(body)["error"]) == (status, ISSUER.BROKEN[name])


@pytest.mark.usefixtures("billing")
def test_asgis_recipe_lets_lifespan_through_and_verifies_websockets() -> None:
    reached: list[Any] = []
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del receive, send
        reached.append((scope["type"], scope.get("principal")))

    async def receive() -> dict[str, str]:
        raise AssertionError

    async def send(message: Any) -> None:
        sent.append(message)

    protected = run("billing/cognito_asgi.py")["cognito"](app)
    good = b"Bearer " + token().encode()

    def call(kind: str, *headers: bytes) -> None:
        given = {} if kind == "lifespan" else {"headers": [(b"authorization", header) for header in headers]}
        asyncio.run(protected({"type": kind, **given}, receive, send))

    call("lifespan")
    call("websocket", good)
    assert [(kind, principal and principal.sub) for kind, principal in reached] == [
        ("lifespan", None),
        ("websocket", SUB),
    ]
    assert not sent
    call("websocket")
    call("websocket", good, good)
    assert sent == [{"type": "websocket.close"}] * 2
    call("http", good, good)
    assert sent[2]["status"] == 401
    assert len(reached) == 2
