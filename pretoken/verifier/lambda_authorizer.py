"""A Lambda authorizer for API Gateway."""

from __future__ import annotations

import json
import time
from http import HTTPStatus

from pretoken.verifier.bearer import bearer_token
from pretoken.verifier.invoke_policy import policy, policy_for, routes_of, stage_of
from pretoken.verifier.refusals import KeysUnavailableError, MalformedTokenRefused, NoTokenRefused, Refused
from pretoken.verifier.requirements import Requirements

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from pretoken.verifier.access_token_verifier import AccessTokenVerifier
    from pretoken.verifier.principal import Principal
    from pretoken.verifier.requirements import Names

# Beside ours, what API Gateway itself puts there in a REST API.
_TAKEN = {"sub", "client_id", "scopes", "groups", "principalId", "integrationLatency", "claims"}


class AuthorizerError(Exception):
    """Say that the authorizer itself is at fault: its settings, or a function that it was given; no refusal."""

    code = "authorizer-error"


class LambdaAuthorizer:
    """Answer API Gateway who may call, by access tokens; an instance is the function's handler.

    It takes what REST APIs send to TOKEN and REQUEST authorizers, and HTTP APIs in both payload formats. An answer
    holds for every method of the stage, or for all `routes`, so API Gateway may cache it by token.

    What API Gateway hands to the API's function: `sub`, `client_id`, and `scopes` and `groups`, which are JSON texts of
    sorted lists, since a context holds no lists. API Gateway may log it, so it has neither the token nor personal data.

    Args:
        verifier: verifies the tokens.
        scopes: scopes that a token must have, all of them.
        any_scope: scopes of which it must have one.
        groups: groups that the user must be in, all of them.
        any_group: groups of which the user must be in one.
        routes: by route, such as `GET /invoices/*`, further scopes that a token must have for it, all of them; other
            routes are closed. `*` stands for any text, slashes too. Default: all routes are open.
        context: gives more for the API's function, by name. Texts, numbers and booleans are handed on, lists and
            objects become JSON text, None is left out. What it refuses, with CheckRefused for instance, is refused.
        usage_key: gives the API key by which a REST API counts usage, if its source is `AUTHORIZER`.
        header: the header that holds `Bearer` and the token; it must be the identity source, by which API Gateway
            caches.
        simple_responses: what the authorizer of an HTTP API is set to (`EnableSimpleResponses`).
        prepare: whether to fetch the user pool's keys now; if they can't be had, the first request tries again.

    Raises:
        ValueError: an argument can't be used.

    Source: API Gateway Developer Guide, "Use API Gateway Lambda authorizers" and "Control access to HTTP APIs with AWS
    Lambda authorizers".
    """

    def __init__(
        self,
        verifier: AccessTokenVerifier,
        *,
        scopes: Names = (),
        any_scope: Names | None = None,
        groups: Names = (),
        any_group: Names | None = None,
        routes: Mapping[str, Names] | None = None,
        context: Callable[[Principal], Mapping[str, Any]] | None = None,
        usage_key: Callable[[Principal], str] | None = None,
        header: str = "authorization",
        simple_responses: bool = False,
        prepare: bool = False,
    ) -> None:
        if simple_responses and routes is not None:
            raise ValueError("a simple response opens every route alike; leave out `routes`, or `simple_responses`")
        Requirements.of(scopes, any_scope, groups, any_group)  # now rather than at each request
        self._verifier = verifier
        self._needs: dict[str, Any] = {
            "scopes": scopes,
            "any_scope": any_scope,
            "groups": groups,
            "any_group": any_group,
        }
        self._routes = None if routes is None else routes_of(routes)
        self._context = context
        self._usage_key = usage_key
        self._header = header.lower()
        self._simple = simple_responses
        if prepare:
            try:
                verifier.prepare()
            except KeysUnavailableError as unavailable:
                _log("WARN", "the user pool's keys aren't there yet", code=unavailable.code, cause=unavailable.cause)

    def __call__(self, event: Mapping[str, Any], _context: object) -> dict[str, Any]:
        """Answer an event of API Gateway.

        Returns:
            What allows the request, or makes API Gateway answer 403.

        Raises:
            Exception: with the text `Unauthorized`, for which API Gateway answers 401.
            KeysUnavailableError, AuthorizerError: API Gateway answers 500.
        """
        try:
            stage = self._stage_of(event)
            try:
                return self._allow(stage, self._verifier.verify(self._token_of(event), **self._needs))
            except Refused as refused:
                _log("INFO", "refused", code=refused.code, status=refused.status)
                if refused.status == HTTPStatus.FORBIDDEN:
                    return self._forbid(stage)
        except KeysUnavailableError as unavailable:
            cause = unavailable.cause
            _log("ERROR", "the user pool's keys can't be fetched", code=unavailable.code, cause=cause)
            raise KeysUnavailableError(cause) from None
        except AuthorizerError as error:
            _log("ERROR", str(error), code=error.code)
            raise
        except Exception as error:  # noqa: BLE001 - its text may hold anything, and Lambda would log it
            name = type(error).__name__
            _log("ERROR", "the authorizer fails", code=AuthorizerError.code, error=name, at=_place_of(error))
            raise AuthorizerError("the authorizer fails; mend the code that its log line names as `at`") from None
        raise Exception("Unauthorized")  # noqa: TRY002 - API Gateway looks for just this text

    def _stage_of(self, event: Mapping[str, Any]) -> str:
        two = event.get("version") == "2.0"
        if self._simple and not two:
            raise AuthorizerError("simple responses are for HTTP APIs with payload format 2.0; leave them out")
        stage = stage_of(event.get("routeArn" if two else "methodArn"))
        if stage is None:
            raise AuthorizerError(
                "this is no event of API Gateway for an authorizer; let an API call it, which sends a request's ARN"
            )
        return stage

    def _forbid(self, stage: str) -> dict[str, Any]:
        if self._simple:
            return {"isAuthorized": False}
        return {"principalId": "refused", "policyDocument": policy(stage, allowed=False)}

    def _allow(self, stage: str, principal: Principal) -> dict[str, Any]:
        context = self._context_of(principal)
        if self._simple:
            return {"isAuthorized": True, "context": context}
        if self._routes is None:
            document = policy(stage, allowed=True)
        else:
            document = policy_for(stage, self._routes, principal.scopes)
        answer = {"principalId": principal.sub, "policyDocument": document, "context": context}
        return answer if self._usage_key is None else answer | {"usageIdentifierKey": self._usage_key(principal)}

    def _token_of(self, event: Mapping[str, Any]) -> str:
        if event.get("type") == "TOKEN":
            return bearer_token(event.get("authorizationToken"))
        values = set(_values(event, self._header))
        if not values:
            raise NoTokenRefused
        if len(values) > 1:  # the API's function might read the other one
            raise MalformedTokenRefused
        (value,) = values
        source = event.get("identitySource")  # a list of values, or their text; None if there are none
        if source is not None and value not in source:
            raise AuthorizerError(
                f"`{self._header}` is no identity source, so API Gateway would cache the answer for other tokens too; "
                "make it one"
            )
        return bearer_token(value)

    def _context_of(self, principal: Principal) -> dict[str, Any]:
        context: dict[str, Any] = {
            "sub": principal.sub,
            "client_id": principal.client_id,
            "scopes": _json(sorted(principal.scopes)),
            "groups": _json(sorted(principal.groups)),
        }
        if self._context is not None:
            more = self._context(principal)
            if not _TAKEN.isdisjoint(more):
                raise AuthorizerError(f"`context` gives a name that is taken; use none of {', '.join(sorted(_TAKEN))}")
            context |= {name: _scalar(value) for name, value in more.items() if value is not None}
        return context


def _values(event: Mapping[str, Any], header: str) -> Iterator[str]:
    """Give the values of a header, whose name's case each kind of API leaves as it likes."""
    for name, value in (event.get("headers") or {}).items():
        if name.lower() == header:
            yield value
    for name, values in (event.get("multiValueHeaders") or {}).items():
        if name.lower() == header:
            yield from values


def _scalar(value: Any) -> str | float:
    if isinstance(value, (str, int, float)):
        return value
    return _json(sorted(value) if isinstance(value, (set, frozenset)) else value)


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _place_of(error: BaseException) -> str:
    """Say where an error was raised, without its text: module and line."""
    place = "?"
    trace = error.__traceback__
    while trace is not None:
        place = f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _log(level: str, message: str, **names: str | int) -> None:
    """Write one line of constant texts, codes and names."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    print(json.dumps({"timestamp": now, "level": level, "message": message} | names), flush=True)  # noqa: T201 - Lambda's log
