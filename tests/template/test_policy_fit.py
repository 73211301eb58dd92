"""The template fits the sample policy also in what `pretoken check` doesn't compare."""

from __future__ import annotations

from typing import Any


def properties(template: dict[str, Any], logical_id: str) -> dict[str, Any]:
    found: dict[str, Any] = template["Resources"][logical_id]["Properties"]
    return found


def clients(template: dict[str, Any]) -> list[dict[str, Any]]:
    kind = "AWS::Cognito::UserPoolClient"
    return [one["Properties"] for one in template["Resources"].values() if one["Type"] == kind]


def test_people_cannot_sign_in_through_the_client_for_machines(template: dict[str, Any]) -> None:
    worker = properties(template, "WorkerClient")
    assert worker["AllowedOAuthFlows"] == ["client_credentials"]
    assert worker["ExplicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH"]
    assert worker["GenerateSecret"]


def test_nobody_asks_for_a_scope_that_rules_give_by_group(template: dict[str, Any], plan: dict[str, Any]) -> None:
    given = {scope for scopes in plan["tables"]["scopes_of_group"].values() for scope in scopes}
    asked = set(properties(template, "WebClient")["AllowedOAuthScopes"])
    assert given == {"orders/read", "orders/write"}
    assert not asked & (given | {"aws.cognito.signin.user.admin"})


def test_the_pool_has_what_the_rules_name(template: dict[str, Any], plan: dict[str, Any]) -> None:
    pool, resources = plan["pool"], template["Resources"].values()
    schema = {f"custom:{one['Name']}" for one in properties(template, "UserPool")["Schema"]}
    assert schema == {name for name in pool["attributes"] if name.startswith("custom:")}
    groups = {one["Properties"]["GroupName"] for one in resources if one["Type"] == "AWS::Cognito::UserPoolGroup"}
    assert groups == set(pool["groups"])
    servers = [one["Properties"] for one in resources if one["Type"] == "AWS::Cognito::UserPoolResourceServer"]
    scopes = {f"{server['Identifier']}/{scope['ScopeName']}" for server in servers for scope in server["Scopes"]}
    assert scopes == {"orders/read", "orders/write", "invoices/read"}
    assert {scope for client in clients(template) for scope in client["AllowedOAuthScopes"] if "/" in scope} <= scopes


def test_user_names_hold_no_personal_data(template: dict[str, Any]) -> None:
    """With an address to sign in by, Cognito makes a UUID the user name, which access tokens hold."""
    assert properties(template, "UserPool")["UsernameAttributes"] == ["email"]
    assert "AliasAttributes" not in properties(template, "UserPool")


def test_the_pool_has_no_trigger_of_the_old_kind(template: dict[str, Any]) -> None:
    """It would have to be the same function."""
    assert "PreTokenGeneration" not in properties(template, "UserPool")["LambdaConfig"]


def test_the_deployed_function_asks_aws_itself(template: dict[str, Any]) -> None:
    assert properties(template, "PreTokenGeneration")["Environment"]["Variables"]["AWS_ENDPOINT_URL"] == ""


def test_the_function_answers_before_cognito_gives_up(template: dict[str, Any]) -> None:
    assert properties(template, "PreTokenGeneration")["Timeout"] < 5
