"""FastAPI: a dependency that returns the principal, and its security scheme for the OpenAPI document."""

# Without `from __future__ import annotations`: FastAPI reads those of `__call__`, and of an object can't resolve text.

from collections.abc import Mapping
from copy import copy
from http import HTTPStatus
from typing import Any, Self

from fastapi import FastAPI, Response, WebSocket
from fastapi.openapi.models import HTTPBearer, OAuth2, OAuthFlowAuthorizationCode, OAuthFlows
from fastapi.requests import HTTPConnection
from fastapi.security import SecurityScopes
from fastapi.security.base import SecurityBase
from fastapi.websockets import WebSocketState

from pretoken.verifier.access_token_verifier import AccessTokenVerifier
from pretoken.verifier.bearer import bearer_token
from pretoken.verifier.principal import Principal
from pretoken.verifier.refusals import Refused
from pretoken.verifier.requirements import Requirements
from pretoken.verifier.responses import ANSWERABLE, error_response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pretoken.verifier.requirements import Names

_DESCRIPTION = "The access token of an Amazon Cognito user pool; never the ID token."

_BODY = {
    "type": "object",
    "required": ["error", "message"],
    "properties": {"error": {"type": "string"}, "message": {"type": "string"}},
}

RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": description, "content": {"application/json": {"schema": _BODY}}}
    for status, description in {
        401: "There is no access token, or it isn't accepted.",
        403: "The access token isn't enough for this.",
        500: "This API can't open what is encrypted for it.",
        503: "The token can't be verified or opened now.",
    }.items()
}
"""The answers to refused requests, for the OpenAPI document: `FastAPI(responses=RESPONSES)`."""


class CognitoAuth(SecurityBase):
    """The dependency that verifies a request's access token and returns its Principal.

    `Security(auth, scopes=["invoices/read"])` asks for scopes, all of them, and `Depends(auth)` for none. It serves
    HTTP requests and WebSocket handshakes, and never blocks the event loop.

    Args:
        verifier: verifies the tokens.
        domain: the user pool's domain, such as `https://acme.auth.eu-west-1.amazoncognito.com`; with it the OpenAPI
            document has the OAuth 2.0 authorization code flow, so that one can sign in under `/docs`; without it, HTTP
            bearer authentication.
        scope_descriptions: for the OpenAPI document, what the scopes allow, by scope; nothing is asked for.
        scheme_name: the name of the security scheme in the OpenAPI document.

    Raises:
        ValueError: the domain is no HTTPS URL, or scopes are described without a domain.

    Source: RFC 6750; OpenAPI 3.1 "Security Scheme Object"; Amazon Cognito Developer Guide, "Authorize endpoint".
    """

    def __init__(
        self,
        verifier: AccessTokenVerifier,
        *,
        domain: str | None = None,
        scope_descriptions: Mapping[str, str] | None = None,
        scheme_name: str = "CognitoAccessToken",
    ) -> None:
        self.model = _scheme(domain, scope_descriptions)
        self.scheme_name = scheme_name
        self._verifier = verifier
        self._requirements: dict[str, Any] = {}

    def requiring(
        self, *, any_scope: "Names | None" = None, groups: "Names" = (), any_group: "Names | None" = None
    ) -> Self:
        """Return a dependency that asks for more than scopes, which the OpenAPI document doesn't show.

        Scopes that must all be there belong into `Security(…, scopes=[…])`, from which FastAPI takes those that it
        shows; given here they would be enforced and not shown.

        Args:
            any_scope: scopes of which the token must have one.
            groups: groups that the user must be in, all of them.
            any_group: groups of which the user must be in one.

        Raises:
            ValueError: this dependency asks for more already, or a name can't be one.
        """
        if self._requirements:
            raise ValueError("these requirements would replace those before; give all of them at once")
        Requirements.of((), any_scope, groups, any_group)
        made = copy(self)
        made._requirements = {"any_scope": any_scope, "groups": groups, "any_group": any_group}  # noqa: SLF001 - one of this class
        return made

    @staticmethod
    def init_app(app: FastAPI) -> None:
        """Let an application answer refusals, and OpeningErrors that its handlers let through.

        A mounted sub-application needs it too.
        """
        for error in ANSWERABLE:
            app.add_exception_handler(error, _respond)  # type: ignore[arg-type] # it serves both kinds of connection

    async def __call__(self, connection: HTTPConnection, security_scopes: SecurityScopes) -> Principal:
        """Return who calls; raises what `AccessTokenVerifier.verify` raises."""
        if Refused not in connection.app.exception_handlers:
            raise RuntimeError("the application doesn't answer refusals; call `CognitoAuth.init_app(app)` once")
        # Several headers become one, as in WSGI, and then none of them is a token.
        authorization = ", ".join(connection.headers.getlist("Authorization"))
        return await self._verifier.verify_async(
            bearer_token(authorization), scopes=security_scopes.scopes, **self._requirements
        )


def _scheme(domain: str | None, descriptions: Mapping[str, str] | None) -> HTTPBearer | OAuth2:
    if domain is None:
        if descriptions is not None:
            raise ValueError("`scope_descriptions` are shown with the user pool's `domain`; give both, or neither")
        return HTTPBearer(bearerFormat="JWT", description=_DESCRIPTION)
    if not domain.startswith("https://"):
        raise ValueError(f"`{domain}` is no domain of a user pool; give its URL, which begins with `https://`")
    url = f"{domain.rstrip('/')}/oauth2"
    flow = OAuthFlowAuthorizationCode(
        authorizationUrl=f"{url}/authorize", tokenUrl=f"{url}/token", scopes=dict(descriptions or {})
    )
    return OAuth2(flows=OAuthFlows(authorizationCode=flow), description=_DESCRIPTION)


async def _respond(connection: HTTPConnection, error: Any) -> Response | None:
    status, headers, body = error_response(error)
    if isinstance(connection, WebSocket) and not _can_be_denied(connection):
        internal_error, policy_violation = 1011, 1008  # RFC 6455 section 7.4.1
        at_fault = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        await connection.close(internal_error if at_fault else policy_violation, error.code)
        return None
    return Response(body, status, headers)


def _can_be_denied(websocket: WebSocket) -> bool:
    # Before the handshake is answered, and by servers that can answer it with a response.
    return (
        websocket.application_state is WebSocketState.CONNECTING
        and "websocket.http.response" in websocket.scope.get("extensions", {})
    )
