"""The decorator and the guard for Flask, through Flask itself."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from flask import Blueprint, Flask, abort
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from pretoken.testing import TokenIssuer
from pretoken.verifier import AccessTokenVerifier, Refused
from pretoken.verifier.flask import CognitoAuth
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
    token,
    unreachable,
    verifier,
)


def api(verifier: AccessTokenVerifier) -> Flask:
    auth = CognitoAuth(verifier)
    app = Flask(__name__)
    auth.init_app(app)

    @app.get("/invoices")
    @auth.required(scopes=["invoices/read"])
    def invoices() -> str:
        return auth.principal.sub

    @app.get("/me/<name>")
    @auth.required()
    def me(name: str) -> str:
        return f"{auth.principal.sub} {name}"

    @app.get("/any")
    @auth.required(any_scope=["a", "invoices/read"])
    def any_of() -> str:
        return auth.principal.sub

    @app.get("/admin")
    @auth.required(scopes="invoices/read", groups=["admins"])
    def admin() -> str:
        return auth.principal.sub

    @app.get("/staff")
    @auth.required(any_group=["admins", "support"])
    def staff() -> str:
        return auth.principal.sub

    @app.get("/email")
    @auth.required()
    def email() -> str:
        return str(auth.principal.encrypted["email"])

    @app.get("/async")
    @auth.required(scopes=["invoices/read"])
    async def asynchronous() -> str:
        return auth.principal.sub

    @app.get("/open")
    def open_to_all() -> str:
        return auth.principal.sub

    @app.get("/tea/<int:status>")
    def tea(status: int) -> str:
        abort(status)

    reports = Blueprint("reports", __name__, url_prefix="/reports")
    auth.protect(reports, scopes=["invoices/read"])

    @reports.get("/")
    def report() -> str:
        return auth.principal.sub

    @reports.route("/own", methods=["OPTIONS"], provide_automatic_options=False)
    def own_options() -> str:
        return auth.principal.sub

    @reports.get("/admin")
    @auth.required(groups=["admins"])
    def admin_report() -> str:
        return auth.principal.sub

    inner = Blueprint("inner", __name__, url_prefix="/inner")

    @inner.get("/")
    def inner_report() -> str:
        return auth.principal.sub

    reports.register_blueprint(inner)
    app.register_blueprint(reports)
    return app


@pytest.fixture
def client() -> FlaskClient:
    return api(verifier()).test_client()


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "pretoken")
    return caplog


def answer(response: TestResponse) -> tuple[int, Any, str]:
    return response.status_code, response.headers, response.text


def test_the_view_finds_the_principal(client: FlaskClient) -> None:
    for path in ("/invoices", "/any", "/async", "/reports/", "/reports/inner/"):
        assert client.get(path, headers=bearer(token())).text == SUB
    assert client.get("/me/you", headers=bearer(token())).text == f"{SUB} you"
    assert client.get("/email", headers=bearer(token())).text == PERSON["email"]


@pytest.mark.parametrize("name", REFUSED)
def test_every_broken_token_is_refused_by_its_code(
    name: str, client: FlaskClient, log: pytest.LogCaptureFixture
) -> None:
    response = client.get("/invoices", headers=bearer(ISSUER.broken(name, scopes=["invoices/read"], sub=SUB)))
    check_answer(answer(response), 401, TokenIssuer.BROKEN[name], log)


@pytest.mark.parametrize("path", ["/invoices", "/async", "/reports/", "/reports/inner/", "/reports/admin"])
@pytest.mark.parametrize("header", BAD_HEADERS.values(), ids=BAD_HEADERS.keys())
def test_a_request_without_a_token_is_told_the_scheme_alone(
    header: str | None, path: str, client: FlaskClient, log: pytest.LogCaptureFixture
) -> None:
    response = client.get(path, headers={} if header is None else {"Authorization": header})
    check_answer(answer(response), 401, "no-token", log)


@pytest.mark.parametrize("path", ["/invoices", "/async", "/reports/", "/reports/inner/", "/reports/admin"])
def test_a_missing_scope_is_told(path: str, client: FlaskClient, log: pytest.LogCaptureFixture) -> None:
    response = client.get(path, headers=bearer(token(scopes=["other/scope"], groups=["admins"])))
    check_answer(answer(response), 403, "missing-scope", log)
    assert response.headers["www-authenticate"].endswith(', scope="invoices/read"')


def test_one_of_several_scopes_is_enough(client: FlaskClient, log: pytest.LogCaptureFixture) -> None:
    check_answer(answer(client.get("/any", headers=bearer(token(scopes=["b"])))), 403, "missing-scope", log)
    assert client.get("/any", headers=bearer(token(scopes=["a"]))).text == SUB


@pytest.mark.parametrize("path", ["/admin", "/reports/admin", "/staff"])
def test_groups_are_asked_for(path: str, client: FlaskClient, log: pytest.LogCaptureFixture) -> None:
    check_answer(answer(client.get(path, headers=bearer(token()))), 403, "missing-group", log)
    assert client.get(path, headers=bearer(token(groups=["admins"]))).text == SUB


def test_a_requirement_that_cannot_be_one_is_refused_at_start() -> None:
    auth = CognitoAuth(verifier())
    with pytest.raises(ValueError, match="one scope per text"):
        auth.required(scopes="a b")
    with pytest.raises(ValueError, match="no token would do"):
        auth.protect(Flask(__name__), any_group=[])


@pytest.mark.parametrize(("name", "status"), OPENING.items())
def test_a_message_that_cannot_be_opened_is_no_traceback(
    name: str, status: int, client: FlaskClient, log: pytest.LogCaptureFixture
) -> None:
    broken = bearer(ISSUER.broken(name, sub=SUB, encrypted={"billing-api": PERSON}))
    assert client.get("/me/you", headers=broken).text == f"{SUB} you"
    check_answer(answer(client.get("/email", headers=broken)), status, TokenIssuer.BROKEN[name], log)


def test_a_token_without_a_message_is_not_enough(client: FlaskClient, log: pytest.LogCaptureFixture) -> None:
    check_answer(answer(client.get("/email", headers=bearer(token(encrypted=None)))), 403, "no-message", log)


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [("kms-unreachable", 503, "kms-unavailable"), ("kms-access-denied", 500, "kms-refused")],
)
def test_what_kms_does_is_not_the_clients_fault(
    fault: str, status: int, code: str, log: pytest.LogCaptureFixture
) -> None:
    client = api(verifier(fault=fault)).test_client()
    check_answer(answer(client.get("/email", headers=bearer(token()))), status, code, log)


def test_without_keys_the_client_is_asked_to_come_back(log: pytest.LogCaptureFixture) -> None:
    client = api(fetching(unreachable)).test_client()
    check_answer(answer(client.get("/me/you", headers=bearer(token()))), 503, "keys-unavailable", log)


def test_flasks_own_answer_to_a_preflight_request_stays_open(client: FlaskClient) -> None:
    for path in ("/invoices", "/reports/"):
        response = client.options(path)
        assert (response.status_code, response.text) == (200, "")


def test_a_view_of_the_apis_own_for_options_is_protected(client: FlaskClient) -> None:
    assert client.options("/reports/own").status_code == 401
    assert client.options("/reports/own", headers=bearer(token())).text == SUB


def test_a_whole_application_is_protected_pages_that_are_not_there_too() -> None:
    app = Flask(__name__)
    auth = CognitoAuth(verifier())
    auth.init_app(app)
    auth.protect(app)
    app.add_url_rule("/", view_func=lambda: auth.principal.sub)
    client = app.test_client()
    assert [client.get(path).status_code for path in ("/", "/nothing")] == [401, 401]
    assert client.options("/nothing").status_code == 401
    assert client.get("/", headers=bearer(token())).text == SUB
    assert client.get("/nothing", headers=bearer(token())).status_code == 404


@pytest.mark.parametrize("status", [401, 403])
def test_werkzeugs_own_errors_stay_as_they_are(status: int, client: FlaskClient) -> None:
    """With the application's own handler for them, too."""
    response = client.get(f"/tea/{status}")
    assert (response.status_code, response.mimetype) == (status, "text/html")
    app = api(verifier())
    app.register_error_handler(HTTPException, lambda error: (f"own {error.code}", error.code))
    assert app.test_client().get(f"/tea/{status}").text == f"own {status}"
    assert app.test_client().get("/invoices").json == client.get("/invoices").json


def test_an_application_may_answer_refusals_in_its_own_way() -> None:
    app = api(verifier())
    app.register_error_handler(Refused, lambda error: (error.code, 418))
    response = app.test_client().get("/invoices")
    assert (response.status_code, response.text) == (418, "no-token")


def test_a_view_that_requires_no_token_knows_nobody() -> None:
    """Even if the same application context served a caller before, as in tests that push one."""
    app = api(verifier())
    app.testing = True
    with app.app_context():
        client = app.test_client()
        assert client.get("/invoices", headers=bearer(token())).text == SUB
        with pytest.raises(RuntimeError, match="nobody is known"):
            client.get("/open", headers=bearer(token()))


def test_one_verifiers_principal_is_not_anothers() -> None:
    app = Flask(__name__)
    app.testing = True
    one, another = CognitoAuth(verifier()), CognitoAuth(verifier())
    one.init_app(app)
    app.add_url_rule("/", view_func=one.required()(lambda: another.principal.sub))
    with pytest.raises(RuntimeError, match="nobody is known"):
        app.test_client().get("/", headers=bearer(token()))


def test_an_application_that_answers_no_refusals_says_so_at_the_first_request() -> None:
    app = Flask(__name__)
    app.testing = True
    app.add_url_rule("/", view_func=CognitoAuth(verifier()).required()(lambda: "never"))
    with pytest.raises(RuntimeError, match="init_app"):
        app.test_client().get("/", headers=bearer(token()))
