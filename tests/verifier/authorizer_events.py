"""The events that API Gateway sends to authorizers, as its developer guide shows them, and how it reads the answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

STAGE = "arn:aws:execute-api:us-east-1:123456789012:abcdef123/test"


def token(authorization: str, *, request: str = "GET/request", stage: str = STAGE) -> dict[str, Any]:
    """Give the event of a TOKEN authorizer of a REST API."""
    return {"type": "TOKEN", "authorizationToken": authorization, "methodArn": f"{stage}/{request}"}


def request(authorization: str, *, request: str = "GET/request", stage: str = STAGE) -> dict[str, Any]:
    """Give the event of a REQUEST authorizer of a REST API."""
    method, _, path = request.partition("/")
    headers = {"X-AMZ-Date": "20170718T062915Z", "Accept": "*/*", "Authorization": authorization, "Host": "…"}
    return {
        "type": "REQUEST",
        "methodArn": f"{stage}/{request}",
        "resource": f"/{path}",
        "path": f"/{path}",
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {"QueryString1": "queryValue1"},
        "multiValueQueryStringParameters": {"QueryString1": ["queryValue1"]},
        "pathParameters": {},
        "stageVariables": {"StageVar1": "stageValue1"},
        "requestContext": {
            "path": f"/{path}",
            "accountId": "123456789012",
            "resourceId": "05c7jb",
            "stage": "test",
            "requestId": "…",
            "identity": {"apiKey": "…", "sourceIp": "…", "clientCert": None},
            "resourcePath": f"/{path}",
            "httpMethod": method,
            "apiId": "abcdef123",
        },
    }


def http_api_1(authorization: str, *, request: str = "GET/request", stage: str = STAGE) -> dict[str, Any]:
    """Give the event of an HTTP API in payload format 1.0."""
    method, _, path = request.partition("/")
    return {
        "version": "1.0",
        "type": "REQUEST",
        "methodArn": f"{stage}/{request}",
        "identitySource": authorization,
        "authorizationToken": authorization,
        "resource": f"/{path}",
        "path": f"/{path}",
        "httpMethod": method,
        "headers": {"X-AMZ-Date": "20170718T062915Z", "Accept": "*/*", "Authorization": authorization},
        "queryStringParameters": {"QueryString1": "queryValue1"},
        "pathParameters": {},
        "stageVariables": {"StageVar1": "stageValue1"},
        "requestContext": {
            "path": f"/{path}",
            "accountId": "123456789012",
            "resourceId": "05c7jb",
            "stage": "test",
            "requestId": "…",
            "identity": {"apiKey": "…", "sourceIp": "…"},
            "resourcePath": f"/{path}",
            "httpMethod": method,
            "apiId": "abcdef123",
        },
    }


def http_api_2(authorization: str, *, request: str = "GET/request", stage: str = STAGE) -> dict[str, Any]:
    """Give the event of an HTTP API in payload format 2.0."""
    method, _, path = request.partition("/")
    return {
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": f"{stage}/{request}",
        "identitySource": [authorization, "123"],
        "routeKey": "$default",
        "rawPath": f"/{path}",
        "rawQueryString": "parameter1=value1&parameter1=value2&parameter2=value",
        "cookies": ["cookie1", "cookie2"],
        "headers": {"accept": "*/*", "authorization": authorization},
        "queryStringParameters": {"parameter1": "value1,value2", "parameter2": "value"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcdef123",
            "domainName": "id.execute-api.us-east-1.amazonaws.com",
            "domainPrefix": "id",
            "http": {
                "method": method,
                "path": f"/{path}",
                "protocol": "HTTP/1.1",
                "sourceIp": "IP",
                "userAgent": "agent",
            },
            "requestId": "id",
            "routeKey": "$default",
            "stage": "$default",
            "time": "12/Mar/2020:19:03:58 +0000",
            "timeEpoch": 1583348638390,
        },
        "pathParameters": {"parameter1": "value1"},
        "stageVariables": {"stageVariable1": "value1", "stageVariable2": "value2"},
    }


REST = [token, request]
POLICIES = [*REST, http_api_1, http_api_2]


def allows(answer: Mapping[str, Any], request: str, *, stage: str = STAGE) -> bool:
    """Say whether the policy of an answer lets a request through: something allows it and nothing denies it."""
    document = answer["policyDocument"]
    assert document["Version"] == "2012-10-17"
    effects = set()
    for statement in document["Statement"]:
        assert statement["Action"] == "execute-api:Invoke"
        if any(fits(pattern, f"{stage}/{request}") for pattern in statement["Resource"]):
            effects.add(statement["Effect"])
    return effects == {"Allow"}


def fits(pattern: str, text: str) -> bool:
    """Match as IAM does: `*` is any text, `?` any character, and slashes are like any other character."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return fits(pattern[1:], text) or (bool(text) and fits(pattern, text[1:]))
    return bool(text) and pattern[0] in ("?", text[0]) and fits(pattern[1:], text[1:])
