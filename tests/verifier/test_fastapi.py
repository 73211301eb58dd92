"""The dependency for FastAPI, through FastAPI itself."""

# Without `from __future__ import annotations`: the applications are made inside functions, where FastAPI can't look up
# names.

import asyncio
import logging
import threading
from collections.abc import Iterator
from typing import Annotated, Any

import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Response, Security, WebSocket
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from pretoken.testing import TokenIssuer
from pretoken.verifier import AccessTokenVerifier, Principal, Refused
from pretoken.verifier.fastapi import RESPONSES, CognitoAuth
from tests.verifier.web import (
    BAD_HEADERS,
    ISSUER,
    OPENING,
    PERSON,
    REFUSED,
    SUB,
    bearer,
    check_answer,
    fetching,
    jwks,
    token,
    unreachable,
    verifier,
)


def api(verifier: AccessTokenVerifier, **options: Any) -> FastAPI:
    auth = CognitoAuth(verifier, **options)
    app = FastAPI(responses=RESPONSES)
    auth.init_app(app)

    def tenant(principal: Annotated[Principal, Security(auth, scopes=["tenants/read"])]) -> str:
        return str(principal.claims["tenant_id"])

    @app.get("/invoices")
    def invoices(principal: Annotated[Principal, Security(auth, scopes=["invoices/read"])]) -> str:
        return principal.sub

    @app.get("/me")
    async def me(principal: Annotated[Principal, Depends(auth)]) -> str:
        return principal.sub

    @app.get("/both")
    def both(tenant: Annotated[str, Security(tenant, scopes=["invoices/read"])]) -> str:
        return tenant

    @app.get("/any")
    def any_of(principal: Annotated[Principal, Security(auth.requiring(any_scope=["a", "invoices/read"]))]) -> str:
        return principal.sub

    @app.get("/admin")
    def admin(
        principal: Annotated[Principal, Security(auth.requiring(groups="admins"), scopes=["invoices/read"])],
    ) -> str:
        return principal.sub

    @app.get("/staff")
    def staff(principal: Annotated[Principal, Depends(auth.requiring(any_group=["admins", "support"]))]) -> str:
        return principal.sub

    @app.get("/email")
    async def email(principal: Annotated[Principal, Depends(auth)]) -> str:
        await principal.encrypted.open_async()
        return str(principal.encrypted["email"])

    @app.get("/tea")
    def tea() -> None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Tea"})

    @app.websocket("/feed")
    async def feed(
        websocket: WebSocket, principal: Annotated[Principal, Security(auth, scopes=["invoices/read"])]
    ) -> None:
        await websocket.accept()
        await websocket.send_text(principal.sub)
        await websocket.send_text(principal.encrypted["email"])
        await websocket.close()

    router = APIRouter(prefix="/router", dependencies=[Security(auth, scopes=["invoices/read"])])

    @router.get("/open")
    def of_the_router() -> str:
        return "in"

    app.include_router(router)
    return app


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(api(verifier())) as client:
        yield client


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "pretoken")
    return caplog


def answer(response: httpx2.Response) -> tuple[int, Any, str]:
    return response.status_code, response.headers, response.text


def test_the_handler_gets_the_principal(client: TestClient) -> None:
    for path in ("/invoices", "/me", "/any"):
        assert client.get(path, headers=bearer(token())).json() == SUB
    assert client.get("/router/open", headers=bearer(token())).json() == "in"
    assert client.get("/email", headers=bearer(token())).json() == PERSON["email"]


@pytest.mark.parametrize("name", REFUSED)
def test_every_broken_token_is_refused_by_its_code(
    name: str, client: TestClient, log: pytest.LogCaptureFixture
) -> None:
    response = client.get("/invoices", headers=bearer(ISSUER.broken(name, scopes=["invoices/read"], sub=SUB)))
    check_answer(answer(response), 401, TokenIssuer.BROKEN[name], log)


@pytest.mark.parametrize("header", BAD_HEADERS.values(), ids=BAD_HEADERS.keys())
def test_a_request_without_a_token_is_told_the_scheme_alone(
    header: str | None, client: TestClient, log: pytest.LogCaptureFixture
) -> None:
    response = client.get("/me", headers={} if header is None else {"Authorization": header})
    check_answer(answer(response), 401, "no-token", log)


def test_two_tokens_in_one_request_are_none(client: TestClient, log: pytest.LogCaptureFixture) -> None:
    """Else what stands before this API may have looked at the other one."""
    headers = [("Authorization", f"Bearer {token()}"), ("Authorization", f"Bearer {token(sub='another')}")]
    check_answer(answer(client.get("/me", headers=headers)), 401, "malformed-token", log)


def test_a_missing_scope_is_told(client: TestClient, log: pytest.LogCaptureFixture) -> None:
    for path in ("/invoices", "/router/open"):
        log.clear()
        response = client.get(path, headers=bearer(token(scopes=["other/scope"])))
        check_answer(answer(response), 403, "missing-scope", log)
        assert response.headers["www-authenticate"].endswith(', scope="invoices/read"')


def test_scopes_of_dependencies_add_up(client: TestClient) -> None:
    refused = client.get("/both", headers=bearer(token()))
    assert refused.headers["www-authenticate"].endswith(', scope="invoices/read tenants/read"')
    assert client.get("/both", headers=bearer(token(scopes=["invoices/read", "tenants/read"]))).is_success


def test_one_of_several_scopes_is_enough(client: TestClient, log: pytest.LogCaptureFixture) -> None:
    response = client.get("/any", headers=bearer(token(scopes=["b"])))
    check_answer(answer(response), 403, "missing-scope", log)
    assert client.get("/any", headers=bearer(token(scopes=["a"]))).is_success


def test_groups_are_asked_for_beside_scopes(client: TestClient, log: pytest.LogCaptureFixture) -> None:
    check_answer(answer(client.get("/admin", headers=bearer(token()))), 403, "missing-group", log)
    log.clear()
    response = client.get("/admin", headers=bearer(token(groups=["admins"], scopes=["b"])))
    check_answer(answer(response), 403, "missing-scope", log)
    assert client.get("/admin", headers=bearer(token(groups=["admins"]))).is_success
    assert client.get("/staff", headers=bearer(token(groups=["support"]))).is_success
    assert client.get("/staff", headers=bearer(token())).status_code == 403


def test_a_requirement_is_never_replaced_by_another() -> None:
    admins = CognitoAuth(verifier()).requiring(groups=["admins"])
    with pytest.raises(ValueError, match="all of them at once"):
        admins.requiring(any_scope=["a"])


def test_a_requirement_that_cannot_be_one_is_refused_at_start() -> None:
    with pytest.raises(ValueError, match="one scope per text"):
        CognitoAuth(verifier()).requiring(any_scope="a b")


@pytest.mark.parametrize(("name", "status"), OPENING.items())
def test_a_message_that_cannot_be_opened_is_no_traceback(
    name: str, status: int, client: TestClient, log: pytest.LogCaptureFixture
) -> None:
    broken = bearer(ISSUER.broken(name, sub=SUB, encrypted={"billing-api": PERSON}))
    assert client.get("/me", headers=broken).is_success
    check_answer(answer(client.get("/email", headers=broken)), status, TokenIssuer.BROKEN[name], log)


def test_a_token_without_a_message_is_not_enough(client: TestClient, log: pytest.LogCaptureFixture) -> None:
    check_answer(answer(client.get("/email", headers=bearer(token(encrypted=None)))), 403, "no-message", log)


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [("kms-unreachable", 503, "kms-unavailable"), ("kms-access-denied", 500, "kms-refused")],
)
def test_what_kms_does_is_not_the_clients_fault(
    fault: str, status: int, code: str, log: pytest.LogCaptureFixture
) -> None:
    with TestClient(api(verifier(fault=fault))) as client:
        check_answer(answer(client.get("/email", headers=bearer(token()))), status, code, log)


def test_without_keys_the_client_is_asked_to_come_back(log: pytest.LogCaptureFixture) -> None:
    with TestClient(api(fetching(unreachable))) as client:
        check_answer(answer(client.get("/me", headers=bearer(token()))), 503, "keys-unavailable", log)


def test_the_event_loop_goes_on_while_keys_are_fetched() -> None:
    """The fetch ends only after another request was answered."""
    answered = threading.Event()

    def fetch(_url: str, _most: int) -> bytes:
        assert answered.wait(timeout=4)
        return jwks()

    async def both() -> tuple[httpx2.Response, httpx2.Response]:
        transport = httpx2.ASGITransport(api(fetching(fetch)))
        async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as client:
            waiting = asyncio.create_task(client.get("/me", headers=bearer(token())))
            await asyncio.sleep(0)
            other = await client.get("/tea")
            assert not waiting.done()
            answered.set()
            return await waiting, other

    waiting, other = asyncio.run(both())
    assert (waiting.status_code, other.status_code) == (200, 401)


def test_fastapis_own_errors_stay_as_they_are(client: TestClient) -> None:
    response = client.get("/tea")
    assert (response.status_code, response.json()) == (401, {"detail": "Unauthorized"})
    assert response.headers["www-authenticate"] == "Tea"


def test_an_application_may_answer_refusals_in_its_own_way() -> None:
    app = api(verifier())

    @app.exception_handler(Refused)
    def refuse(_request: Any, error: Refused) -> Response:
        return Response(error.code, 418)

    response = TestClient(app).get("/me")
    assert (response.status_code, response.text) == (418, "no-token")


def test_an_application_that_answers_no_refusals_says_so_at_the_first_request() -> None:
    app = FastAPI()
    auth = CognitoAuth(verifier())

    @app.get("/", dependencies=[Depends(auth)])
    def never() -> None:
        raise AssertionError

    with pytest.raises(RuntimeError, match="init_app"):
        TestClient(app).get("/", headers=bearer(token()))


# WebSockets


def test_a_websocket_gets_the_principal(client: TestClient) -> None:
    with client.websocket_connect("/feed", headers=bearer(token())) as websocket:
        assert websocket.receive_text() == SUB
        assert websocket.receive_text() == PERSON["email"]


def test_a_handshake_is_refused_as_a_request_is(client: TestClient, log: pytest.LogCaptureFixture) -> None:
    with (
        pytest.raises(WebSocketDenialResponse) as caught,
        client.websocket_connect("/feed", headers=bearer(ISSUER.id_token())),
    ):
        pass
    check_answer(answer(caught.value), 401, "id-token", log)


@pytest.mark.parametrize(
    ("fault", "encrypted", "code", "reason"),
    [(None, None, 1008, "no-message"), ("kms-timeout", {"billing-api": PERSON}, 1011, "kms-unavailable")],
)
def test_an_open_websocket_is_closed_with_the_code(fault: str | None, encrypted: Any, code: int, reason: str) -> None:
    client = TestClient(api(verifier(fault=fault)))
    with client.websocket_connect("/feed", headers=bearer(token(encrypted=encrypted))) as websocket:
        websocket.receive_text()
        with pytest.raises(WebSocketDisconnect) as caught:
            websocket.receive_text()
    assert (caught.value.code, caught.value.reason) == (code, reason)


def test_a_server_that_cannot_refuse_a_handshake_with_a_response_closes_it() -> None:
    """By the ASGI specification it then answers 403."""
    sent: list[Any] = []

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/feed", "headers": [], "query_string": b"", "subprotocols": []}
    asyncio.run(api(verifier())(scope, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1008, "reason": "no-token"}]


# The OpenAPI document


def test_the_document_shows_a_bearer_token_and_the_scopes(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    (scheme,) = document["components"]["securitySchemes"].values()
    assert scheme.pop("description")
    assert scheme == {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    shown = {path: methods["get"].get("security") for path, methods in document["paths"].items()}
    assert shown == {
        "/invoices": [{"CognitoAccessToken": ["invoices/read"]}],
        "/me": [{"CognitoAccessToken": []}],
        "/both": [{"CognitoAccessToken": ["invoices/read", "tenants/read"]}],
        "/any": [{"CognitoAccessToken": []}],
        "/admin": [{"CognitoAccessToken": ["invoices/read"]}],
        "/staff": [{"CognitoAccessToken": []}],
        "/email": [{"CognitoAccessToken": []}],
        "/tea": None,
        "/router/open": [{"CognitoAccessToken": ["invoices/read"]}],
    }
    assert {"401", "403", "500", "503"} <= document["paths"]["/invoices"]["get"]["responses"].keys()


def test_with_the_pools_domain_the_document_shows_where_to_sign_in() -> None:
    app = api(
        verifier(),
        domain="https://acme.auth.eu-west-1.amazoncognito.com/",
        scope_descriptions={"invoices/read": "Read invoices"},
        scheme_name="Cognito",
    )
    document = TestClient(app).get("/openapi.json").json()
    scheme = document["components"]["securitySchemes"]["Cognito"]
    assert scheme["type"] == "oauth2"
    assert scheme["flows"] == {
        "authorizationCode": {
            "authorizationUrl": "https://acme.auth.eu-west-1.amazoncognito.com/oauth2/authorize",
            "tokenUrl": "https://acme.auth.eu-west-1.amazoncognito.com/oauth2/token",
            "scopes": {"invoices/read": "Read invoices"},
        }
    }
    assert document["paths"]["/invoices"]["get"]["security"] == [{"Cognito": ["invoices/read"]}]


@pytest.mark.parametrize(
    ("given", "cure"),
    [
        ({"domain": "acme"}, "https://"),
        ({"domain": "http://acme.example.com"}, "https://"),
        ({"scope_descriptions": {"a": "b"}}, "give both"),
    ],
)
def test_a_domain_that_cannot_be_one_is_refused(given: Any, cure: str) -> None:
    with pytest.raises(ValueError, match=cure):
        CognitoAuth(verifier(), **given)
