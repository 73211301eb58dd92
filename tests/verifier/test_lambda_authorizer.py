"""An authorizer lets good access tokens in, in every form in which API Gateway asks, and tells nobody anything else."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pretoken.testing import TokenIssuer
from pretoken.testing.broken_messages import MESSAGES
from pretoken.verifier import (
    AccessTokenVerifier,
    AuthorizerError,
    CheckRefused,
    ClaimRefused,
    Enricher,
    KeysUnavailableError,
    LambdaAuthorizer,
    Principal,
    Refused,
)
from tests.verifier.authorizer_events import POLICIES, REST, STAGE, allows, http_api_1, http_api_2, request, token

Event = Callable[..., dict[str, Any]]

ISSUER = TokenIssuer()
SUB = "5f0c1e2a-7b64-4d39-9c1e-0a1b2c3d4e5f"
PERSON = "anna@example.com"
BROKEN = {name: code for name, code in TokenIssuer.BROKEN.items() if name not in MESSAGES}

each_event = pytest.mark.parametrize("event", POLICIES)


def access_token(**given: Any) -> str:
    return ISSUER.access_token(
        **{"sub": SUB, "scopes": ["invoices/read"], "groups": ["staff"], "username": PERSON} | given
    )


def bearer(**given: Any) -> str:
    return f"Bearer {access_token(**given)}"


def authorizer(**given: Any) -> LambdaAuthorizer:
    return LambdaAuthorizer(ISSUER.verifier(), **given)


def refused(handler: LambdaAuthorizer, event: Mapping[str, Any]) -> bool:
    """Say whether API Gateway answers 401: for an error with just this text."""
    with pytest.raises(Exception, match=r"^Unauthorized$") as caught:
        handler(event, None)
    return type(caught.value) is Exception


def unreachable(_url: str, _most: int) -> bytes:
    raise OSError(PERSON)


def cut_off() -> AccessTokenVerifier:
    return AccessTokenVerifier(user_pool_id=ISSUER.user_pool_id, client_ids=None, recipient=None, fetch=unreachable)


def log_of(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    captured = capsys.readouterr()
    assert not captured.err
    return [json.loads(line) for line in captured.out.splitlines()]


class TestAGoodToken:
    @each_event
    def test_gets_a_policy_for_every_method_of_the_stage_and_its_own_context(self, event: Event) -> None:
        answer = authorizer(scopes="invoices/read")(event(bearer()), None)
        assert answer == {
            "principalId": SUB,
            "policyDocument": {
                "Version": "2012-10-17",
                "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": [f"{STAGE}/*/*"]}],
            },
            "context": {
                "sub": SUB,
                "client_id": "7q3webexample1client0id",
                "scopes": '["invoices/read"]',
                "groups": '["staff"]',
            },
        }

    @each_event
    @pytest.mark.parametrize("other", ["GET/", "GET/request", "POST/a/b/c", "DELETE/%2e%2e", "HEAD/ü", "OPTIONS/a*b"])
    def test_is_let_through_to_every_method_by_a_policy_from_the_cache(self, event: Event, other: str) -> None:
        assert allows(authorizer()(event(bearer()), None), other)

    @each_event
    def test_is_let_through_to_no_other_stage_or_api(self, event: Event) -> None:
        answer = authorizer()(event(bearer()), None)
        for stage in (f"{STAGE}2", STAGE.replace("abcdef123", "abcdef1234"), STAGE.replace("/test", "/prod")):
            assert not allows(answer, "GET/request", stage=stage)

    def test_gets_a_simple_response_where_the_authorizer_is_set_to_it(self) -> None:
        answer = authorizer(simple_responses=True)(http_api_2(bearer()), None)
        assert answer.keys() == {"isAuthorized", "context"}
        assert answer["isAuthorized"] is True
        assert answer["context"]["sub"] == SUB

    def test_of_a_machine_has_its_client_as_principal(self) -> None:
        answer = authorizer()(token(f"Bearer {ISSUER.machine_token(scopes=['a/b'])}"), None)
        assert answer["principalId"] == answer["context"]["client_id"] == "4w9workerexample1client0id"

    @each_event
    def test_is_not_logged(self, event: Event, capsys: pytest.CaptureFixture[str]) -> None:
        authorizer()(event(bearer()), None)
        assert log_of(capsys) == []

    @each_event
    def test_leaves_neither_itself_nor_personal_data_in_the_answer(self, event: Event) -> None:
        given = bearer(claims={"note": PERSON}, encrypted={"billing-api": {"email": PERSON}})
        answer = json.dumps(authorizer()(event(given), None))
        assert PERSON not in answer
        assert all(part not in answer for part in given.split("."))
        assert "AYAD" not in answer  # as messages begin

    @pytest.mark.parametrize("stage", ["$default", "prod", "v1-beta_2", "test-invoke-stage"])
    @pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
    def test_may_call_any_stage_in_any_partition(self, stage: str, partition: str) -> None:
        arn = STAGE.replace("arn:aws:", f"arn:{partition}:").replace("/test", f"/{stage}")
        answer = authorizer()(http_api_2(bearer(), stage=arn), None)
        assert allows(answer, "GET/request", stage=arn)


class TestTheHeader:
    @pytest.mark.parametrize("event", [request, http_api_1, http_api_2])
    @pytest.mark.parametrize("name", ["authorization", "Authorization", "AUTHORIZATION"])
    def test_is_found_in_any_case(self, event: Event, name: str) -> None:
        given = event(bearer())
        given["headers"] = {name: bearer()} if event is request else {name: given["identitySource"]}
        if event is http_api_2:
            given["headers"] = {name: given["identitySource"][0]}
        given.pop("multiValueHeaders", None)
        assert authorizer()(given, None)["principalId"] == SUB

    def test_is_found_where_there_are_headers_of_many_values_only(self) -> None:
        given = request(bearer()) | {"headers": None}
        assert authorizer()(given, None)["principalId"] == SUB

    def test_may_be_another_one(self) -> None:
        given = http_api_2(bearer())
        given["headers"]["x-forwarded-authorization"] = given["headers"].pop("authorization")
        assert authorizer(header="X-Forwarded-Authorization")(given, None)["principalId"] == SUB
        assert refused(authorizer(), given)

    def test_that_is_there_twice_is_refused(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Of two tokens the API's function might read the other one."""
        given = request(bearer())
        given["multiValueHeaders"]["Authorization"].insert(0, "Bearer another")
        assert refused(authorizer(), given)
        given = http_api_2(bearer())
        given["headers"]["Authorization"] = "Bearer another"
        assert refused(authorizer(), given)
        joined = f"{bearer()},{bearer(sub='another')}"
        assert refused(authorizer(), http_api_2(joined))
        assert [line["code"] for line in log_of(capsys)] == ["malformed-token"] * 3

    @pytest.mark.parametrize(
        "given",
        [
            token(""),
            token(access_token()),  # without the scheme
            token("Basic YTpi"),
            request("") | {"headers": {}, "multiValueHeaders": {}},
            request("") | {"headers": None, "multiValueHeaders": None},
            http_api_2("") | {"headers": {}, "identitySource": None},
        ],
    )
    def test_without_a_bearer_token_is_refused(self, given: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
        assert refused(authorizer(), given)
        assert [line["code"] for line in log_of(capsys)] == ["no-token"]

    @pytest.mark.parametrize("sources", [["acme"], "acme,7"])
    def test_that_is_no_identity_source_is_an_error(
        self, sources: list[str] | str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """API Gateway would hand the answer for one token to whoever sends the same identity source."""
        event = http_api_2 if isinstance(sources, list) else http_api_1
        with pytest.raises(AuthorizerError, match="no identity source"):
            authorizer()(event(bearer()) | {"identitySource": sources}, None)
        assert "no identity source" in log_of(capsys)[0]["message"]


class TestARefusedToken:
    @pytest.mark.parametrize("event", [*POLICIES, http_api_2])
    @pytest.mark.parametrize("name", BROKEN)
    def test_makes_api_gateway_answer_401_and_is_logged_by_its_code(
        self, event: Event, name: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        given = ISSUER.broken(name, sub=SUB, username=PERSON)
        assert refused(authorizer(), event(f"Bearer {given}"))
        (line,) = log_of(capsys)
        assert line.keys() == {"timestamp", "level", "message", "code", "status"}
        assert (line["level"], line["message"], line["code"], line["status"]) == ("INFO", "refused", BROKEN[name], 401)

    def test_makes_api_gateway_answer_401_with_simple_responses_too(self) -> None:
        assert refused(authorizer(simple_responses=True), http_api_2(f"Bearer {ISSUER.id_token()}"))

    @each_event
    @pytest.mark.parametrize(
        ("needs", "code"),
        [
            ({"scopes": ["invoices/read", "invoices/write"]}, "missing-scope"),
            ({"any_scope": ["a", "b"]}, "missing-scope"),
            ({"groups": "admins"}, "missing-group"),
            ({"any_group": ["admins", "owners"]}, "missing-group"),
        ],
    )
    def test_that_lacks_something_gets_a_policy_that_denies_every_method(
        self, event: Event, needs: dict[str, Any], code: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        answer = authorizer(**needs)(event(bearer()), None)
        for other in ("GET/request", "POST/another", "GET/"):
            assert not allows(answer, other)
        assert answer["policyDocument"]["Statement"] == [
            {"Action": "execute-api:Invoke", "Effect": "Deny", "Resource": [f"{STAGE}/*/*"]}
        ]
        assert "context" not in answer
        assert answer["principalId"] == "refused"
        assert [(line["code"], line["status"]) for line in log_of(capsys)] == [(code, 403)]

    def test_that_lacks_something_gets_a_simple_no(self) -> None:
        assert authorizer(groups="admins", simple_responses=True)(http_api_2(bearer()), None) == {"isAuthorized": False}

    def test_of_the_apis_own_check_gets_a_policy_that_denies(self, capsys: pytest.CaptureFixture[str]) -> None:
        handler = LambdaAuthorizer(ISSUER.verifier(check=lambda principal: principal.sub != SUB))
        assert not allows(handler(token(bearer()), None), "GET/request")
        assert log_of(capsys)[0]["code"] == "check-failed"

    @each_event
    @pytest.mark.parametrize("argument", ["context", "usage_key"])
    def test_may_be_refused_by_what_makes_the_answer(
        self, event: Event, argument: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def refuse(with_: type[Refused]) -> LambdaAuthorizer:
            def raising(_: Principal) -> Any:
                raise with_

            return authorizer(**{argument: raising})

        assert not allows(refuse(CheckRefused)(event(bearer()), None), "GET/request")
        assert refused(refuse(ClaimRefused), event(bearer()))
        assert [(line["level"], line["code"]) for line in log_of(capsys)] == [
            ("INFO", "check-failed"),
            ("INFO", "wrong-claim"),
        ]

    def test_leaves_nothing_of_it_in_what_lambda_logs(self) -> None:
        given = ISSUER.broken("expired", username=PERSON)
        with pytest.raises(Exception, match="Unauthorized") as caught:
            authorizer()(token(f"Bearer {given}"), None)
        assert caught.value.__cause__ is caught.value.__context__ is None
        told = "".join(traceback.format_exception(caught.value))
        assert given not in told
        assert PERSON not in told
        assert "Refused" not in told


class TestAFailure:
    @pytest.mark.parametrize("simple", [False, True])
    def test_to_fetch_the_keys_makes_api_gateway_answer_500(
        self, simple: bool, capsys: pytest.CaptureFixture[str]
    ) -> None:
        handler = LambdaAuthorizer(cut_off(), simple_responses=simple)
        with pytest.raises(KeysUnavailableError) as caught:
            handler(http_api_2(bearer()), None)
        assert str(caught.value) != "Unauthorized"
        assert PERSON not in "".join(traceback.format_exception(caught.value))
        (line,) = log_of(capsys)
        assert (line["level"], line["code"], line["cause"]) == ("ERROR", "keys-unavailable", "fetch-failed")
        assert caught.value.cause == line["cause"]

    def test_to_fetch_the_keys_early_is_no_failure_yet(self, capsys: pytest.CaptureFixture[str]) -> None:
        LambdaAuthorizer(cut_off(), prepare=True)
        (line,) = log_of(capsys)
        assert (line["level"], line["code"], line["cause"]) == ("WARN", "keys-unavailable", "fetch-failed")

    def test_keys_are_fetched_early_if_wanted(self) -> None:
        fetched = []

        def fetch(url: str, _most: int) -> bytes:
            fetched.append(url)
            return json.dumps(ISSUER.jwks).encode()

        verifier = AccessTokenVerifier(user_pool_id=ISSUER.user_pool_id, client_ids=None, recipient=None, fetch=fetch)
        handler = LambdaAuthorizer(verifier)
        assert not fetched
        handler = LambdaAuthorizer(verifier, prepare=True)
        assert fetched
        before = list(fetched)
        handler(token(bearer()), None)
        assert fetched == before

    @each_event
    def test_of_a_given_function_is_logged_by_name_and_place_alone(
        self, event: Event, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def fail(_: object) -> Any:
            raise LookupError(PERSON)

        for handler in (
            authorizer(context=fail),
            authorizer(usage_key=fail),
            LambdaAuthorizer(ISSUER.verifier(check=fail)),
            LambdaAuthorizer(ISSUER.verifier(enrich=Enricher(fail))),
        ):
            with pytest.raises(AuthorizerError, match="the authorizer fails") as caught:
                handler(event(bearer()), None)
            assert PERSON not in "".join(traceback.format_exception(caught.value))
            (line,) = log_of(capsys)
            assert line.keys() == {"timestamp", "level", "message", "code", "error", "at"}
            assert (line["level"], line["code"], line["error"]) == ("ERROR", caught.value.code, "LookupError")
            assert line["at"].startswith(f"{__name__}:")

    @pytest.mark.parametrize(
        "given",
        [
            {},
            {"version": "2.0"},
            {"type": "TOKEN", "authorizationToken": bearer(), "methodArn": None},
            {"type": "TOKEN", "authorizationToken": bearer(), "methodArn": "arn:aws:execute-api:*:*:*/*/GET/"},
            {"type": "TOKEN", "authorizationToken": bearer(), "methodArn": f"{STAGE}*/GET/request"},
            {"type": "TOKEN", "authorizationToken": bearer(), "methodArn": f"{STAGE[:-4]}$other/GET/request"},
            {"type": "TOKEN", "authorizationToken": bearer(), "methodArn": STAGE},
            http_api_2(bearer()) | {"version": "1.0"},  # whose ARN is in `methodArn`
        ],
    )
    def test_to_know_the_stage_makes_api_gateway_answer_500(
        self, given: dict[str, Any], capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(AuthorizerError, match="no event of API Gateway"):
            authorizer()(given, None)
        assert log_of(capsys)[0]["level"] == "ERROR"

    @pytest.mark.parametrize("event", [*REST, http_api_1])
    def test_to_give_a_simple_response_where_there_is_none_makes_api_gateway_answer_500(self, event: Event) -> None:
        with pytest.raises(AuthorizerError, match=r"payload format 2\.0"):
            authorizer(simple_responses=True)(event(bearer()), None)


class TestThePathOfARequest:
    @each_event
    @pytest.mark.parametrize(
        "path",
        [
            "*",
            "?",
            "..",
            "a/../../prod/GET/x",
            "%2f",
            "%2e%2e",
            "ü",
            "a:b:c/d",
            "\n",
            "$default",
            "${aws:username}",
            "",
        ],
    )
    def test_never_reaches_the_policy(self, event: Event, path: str) -> None:
        expected = authorizer()(event(bearer(now=1795758321, lifetime=10**9)), None)["policyDocument"]
        handler = authorizer()
        answer = handler(event(bearer(now=1795758321, lifetime=10**9), request=f"GET/{path}"), None)
        assert answer["policyDocument"] == expected


class TestTheContext:
    def test_has_what_the_api_adds_as_text_number_or_boolean(self) -> None:
        def more(principal: Principal) -> dict[str, Any]:
            return {
                "tenant_id": principal.claims["tenant_id"],
                "roles": principal.claims["roles"],
                "limits": principal.claims["limits"],
                "some": frozenset({"b", "a"}),
                "adult": True,
                "level": 3,
                "share": 0.5,
                "nothing": None,
            }

        claims = {"tenant_id": "acme", "roles": ["é, b", "a"], "limits": {"seats": 3}}
        for event in POLICIES:
            context = authorizer(context=more)(event(bearer(claims=claims)), None)["context"]
            assert {
                name: context[name] for name in context if name not in {"sub", "client_id", "scopes", "groups"}
            } == {
                "tenant_id": "acme",
                "roles": '["é, b","a"]',
                "limits": '{"seats":3}',
                "some": '["a","b"]',
                "adult": True,
                "level": 3,
                "share": 0.5,
            }

    def test_has_lists_in_which_every_name_is_still_itself(self) -> None:
        groups = ['a","b', "c\\d", "e,f", "[g]"]
        context = authorizer()(token(bearer(groups=groups, scopes=["b/c", "a/b"])), None)["context"]
        assert json.loads(context["groups"]) == sorted(groups)
        assert json.loads(context["scopes"]) == ["a/b", "b/c"]

    @pytest.mark.parametrize("name", ["sub", "client_id", "scopes", "groups", "principalId", "integrationLatency"])
    def test_never_says_something_else_under_a_name_that_is_taken(self, name: str) -> None:
        with pytest.raises(AuthorizerError, match="taken"):
            authorizer(context=lambda _: {name: "mine"})(token(bearer()), None)

    def test_may_hand_on_a_message_that_stays_encrypted(self) -> None:
        handler = authorizer(context=lambda principal: {"message": principal.claims["encrypted_for_billing_api"]})
        context = handler(token(bearer(encrypted={"billing-api": {"email": PERSON}})), None)["context"]
        assert ISSUER.recipient("billing-api").open(context["message"], sub=context["sub"]) == {"email": PERSON}

    def test_comes_with_the_key_of_a_usage_plan_if_wanted(self) -> None:
        answer = authorizer(usage_key=lambda principal: f"key-of-{principal.client_id}")(token(bearer()), None)
        assert answer["usageIdentifierKey"] == "key-of-7q3webexample1client0id"


@pytest.mark.parametrize(
    "given",
    [
        {"scopes": "a b"},
        {"any_scope": []},
        {"groups": [""]},
        {"routes": {}},
        {"routes": {"GET /": []}, "simple_responses": True},
    ],
)
def test_what_cannot_be_used_is_an_error_at_once(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"; "):
        authorizer(**given)
