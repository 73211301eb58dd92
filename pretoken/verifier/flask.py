"""Flask: a decorator for views, a guard for blueprints, and the responses to refusals."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from flask import Response, current_app, request

from pretoken.verifier.bearer import bearer_token
from pretoken.verifier.requirements import Requirements
from pretoken.verifier.responses import ANSWERABLE, error_response

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import ParamSpec, TypeVar

    from flask import Blueprint, Flask

    from pretoken.verifier.access_token_verifier import AccessTokenVerifier
    from pretoken.verifier.principal import Principal
    from pretoken.verifier.requirements import Names

    P = ParamSpec("P")
    R = TypeVar("R")

_EXTENSION = "pretoken"


class CognitoAuth:
    """Verify the access token of requests, and keep the Principal for the view.

    Args:
        verifier: verifies the tokens.
    """

    def __init__(self, verifier: AccessTokenVerifier) -> None:
        self._verifier = verifier
        # In the request's environment: `flask.g` may outlive a request where tests push an application context.
        self._key = f"pretoken.principal.{id(self)}"

    @staticmethod
    def init_app(app: Flask) -> None:
        """Let an application answer refusals, and OpeningErrors that its views let through.

        They are handled by their classes: what the application does about werkzeug's own 401 and 403 stays as it is.
        """
        for error in ANSWERABLE:
            app.register_error_handler(error, _respond)
        app.extensions[_EXTENSION] = True

    @property
    def principal(self) -> Principal:
        """Who calls; raises RuntimeError in a view that doesn't require a token."""
        found: Principal | None = request.environ.get(self._key)
        if found is None:
            raise RuntimeError("nobody is known to call; put `required()` below the view's route, or `protect` it")
        return found

    def required(
        self,
        *,
        scopes: Names = (),
        any_scope: Names | None = None,
        groups: Names = (),
        any_group: Names | None = None,
    ) -> Callable[[Callable[P, R]], Callable[P, R]]:
        """Decorate a view that takes verified requests only; stands below the decorator of its route.

        Args:
            scopes: scopes that the token must have, all of them.
            any_scope: scopes of which it must have one.
            groups: groups that the user must be in, all of them.
            any_group: groups of which the user must be in one.

        Raises:
            ValueError: a name can't be one.
        """
        verify = self._verify(scopes, any_scope, groups, any_group)

        def decorate(view: Callable[P, R]) -> Callable[P, R]:
            @wraps(view)
            def protected(*args: P.args, **kwargs: P.kwargs) -> R:
                verify()
                result: R = current_app.ensure_sync(view)(*args, **kwargs)  # the view may be a coroutine function
                return result

            return protected

        return decorate

    def protect(
        self,
        target: Flask | Blueprint,
        *,
        scopes: Names = (),
        any_scope: Names | None = None,
        groups: Names = (),
        any_group: Names | None = None,
    ) -> None:
        """Let all views of a blueprint, or of an application, take verified requests only.

        Flask's own answers to OPTIONS stay open, since a browser's preflight request (CORS) carries no token. The
        arguments and errors are those of `required`, which may ask for more.
        """
        verify = self._verify(scopes, any_scope, groups, any_group)

        def before_request() -> None:
            if not (request.method == "OPTIONS" and getattr(request.url_rule, "provide_automatic_options", False)):
                verify()

        target.before_request(before_request)

    def _verify(
        self, scopes: Names, any_scope: Names | None, groups: Names, any_group: Names | None
    ) -> Callable[[], None]:
        Requirements.of(scopes, any_scope, groups, any_group)

        def verify() -> None:
            if _EXTENSION not in current_app.extensions:
                raise RuntimeError("the application doesn't answer refusals; call `CognitoAuth.init_app(app)` once")
            request.environ[self._key] = self._verifier.verify(
                bearer_token(request.headers.get("Authorization")),
                scopes=scopes,
                any_scope=any_scope,
                groups=groups,
                any_group=any_group,
            )

        return verify


def _respond(error: Any) -> Response:
    status, headers, body = error_response(error)
    return Response(body, status, headers)
