"""The template's resources as they are once deployed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.template.conftest import DIGEST, Stack
from tests.template.resources import asked, client

ACCOUNT = "123456789012"
ALIAS = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:claims-pre-token-generation:live"
EXISTING = {"UserPoolId": "eu-west-1_Ab12Cd34", "WebClientId": "7q3webexample1client0id", "WorkerClientId": "4w9worker"}


def function(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = client("lambda").get_function(FunctionName=stack.outputs["FunctionAliasArn"])
    configuration: dict[str, Any] = found["Configuration"]
    return configuration


def permissions(stack: Stack) -> list[dict[str, Any]]:
    name = stack.resources["PreTokenGeneration"]
    policy = client("lambda").get_policy(FunctionName=name, Qualifier="live")["Policy"]
    statements: list[dict[str, Any]] = json.loads(policy)["Statement"]
    return statements


def role_policies(stack: Stack) -> dict[str, Any]:
    iam, role = client("iam"), stack.resources["PreTokenGenerationRole"]
    assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    return {name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]["Statement"] for name in names}


def test_a_new_pool_calls_the_alias_that_was_published(deploy: Callable[..., Stack]) -> None:
    stack = deploy()
    pool = client("cognito-idp").describe_user_pool(UserPoolId=stack.outputs["UserPoolId"])["UserPool"]
    assert stack.outputs["FunctionAliasArn"] == ALIAS
    assert pool["LambdaConfig"] == {"PreTokenGenerationConfig": {"LambdaArn": ALIAS, "LambdaVersion": "V3_0"}}
    assert pool["UserPoolTier"] == "ESSENTIALS"
    assert pool["UsernameConfiguration"] == {"CaseSensitive": False}
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"]
    assert client("lambda").get_alias(FunctionName=ALIAS.removesuffix(":live"), Name="live")["AliasArn"] == ALIAS


def test_a_new_pool_lets_its_clients_do_what_they_need(deploy: Callable[..., Stack]) -> None:
    stack = deploy()
    pool = stack.outputs["UserPoolId"]

    def app_client(output: str) -> dict[str, Any]:
        idp = client("cognito-idp")
        found = idp.describe_user_pool_client(UserPoolId=pool, ClientId=stack.outputs[output])["UserPoolClient"]
        return dict(found)

    web, worker = app_client("WebClientId"), app_client("WorkerClientId")
    assert "ClientSecret" not in web
    assert web["WriteAttributes"] == ["email", "family_name", "given_name", "name", "nickname", "custom:active_tenant"]
    assert worker["ClientSecret"]
    assert worker["AllowedOAuthScopes"] == ["orders/read"]
    assert {one["PreventUserExistenceErrors"] for one in (web, worker)} == {"ENABLED"}


def test_a_new_pools_domain_is_one_that_cognito_takes(deploy: Callable[..., Stack]) -> None:
    domain = deploy().resources["UserPoolDomain"]
    assert len(domain) <= 63
    assert not any(word in domain for word in ("aws", "amazon", "cognito"))


def test_only_this_pool_of_this_account_can_call_the_function(deploy: Callable[..., Stack]) -> None:
    stack = deploy()
    (statement,) = permissions(stack)
    assert statement["Resource"] == ALIAS
    assert statement["Principal"] == {"Service": "cognito-idp.amazonaws.com"}
    pool = f"arn:aws:cognito-idp:eu-west-1:{ACCOUNT}:userpool/{stack.outputs['UserPoolId']}"
    assert statement["Condition"]["ArnLike"] == {"AWS:SourceArn": pool}
    assert statement["Condition"]["StringEquals"] == {"AWS:SourceAccount": ACCOUNT}


def test_an_existing_pool_gets_a_permission_and_nothing_else(deploy: Callable[..., Stack]) -> None:
    stack = deploy(**EXISTING)
    assert client("cognito-idp").list_user_pools(MaxResults=10)["UserPools"] == []
    (statement,) = permissions(stack)
    pool = f"arn:aws:cognito-idp:eu-west-1:{ACCOUNT}:userpool/{EXISTING['UserPoolId']}"
    assert statement["Condition"]["ArnLike"] == {"AWS:SourceArn": pool}
    variables = function(stack)["Environment"]["Variables"]
    assert variables["WEB_CLIENT_ID"] == EXISTING["WebClientId"]
    assert variables["WORKER_CLIENT_ID"] == EXISTING["WorkerClientId"]
    assert {name: stack.outputs[name] for name in EXISTING} == EXISTING


def test_the_function_knows_what_the_stack_made(deploy: Callable[..., Stack]) -> None:
    stack = deploy()
    assert function(stack)["Environment"]["Variables"] == {
        "WEB_CLIENT_ID": stack.outputs["WebClientId"],
        "WORKER_CLIENT_ID": stack.outputs["WorkerClientId"],
        "MEMBERSHIPS_TABLE": stack.outputs["MembershipsTable"],
        "BILLING_KEY_ARN": stack.outputs["BillingKeyArn"],
        "AWS_ENDPOINT_URL": "",
    }


def test_the_function_may_read_one_table_and_write_its_own_log_group(deploy: Callable[..., Stack]) -> None:
    stack = deploy()
    group = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/aws/lambda/claims-pre-token-generation"
    table = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/{stack.outputs['MembershipsTable']}"
    policies = role_policies(stack)
    assert set(policies) == {"logs", "memberships"}
    (logs,), (memberships,) = policies["logs"], policies["memberships"]
    assert logs["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert logs["Resource"].removesuffix(":*") == group
    assert (memberships["Action"], memberships["Resource"]) == ("dynamodb:GetItem", table)


def test_an_existing_table_is_read_and_none_is_made(deploy: Callable[..., Stack]) -> None:
    stack = deploy(MembershipsTable="members")
    assert client("dynamodb").list_tables()["TableNames"] == []
    (statement,) = role_policies(stack)["memberships"]
    assert statement["Resource"] == f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/members"
    assert function(stack)["Environment"]["Variables"]["MEMBERSHIPS_TABLE"] == "members"


def test_a_new_table_has_the_key_that_the_lookup_asks_for(deploy: Callable[..., Stack], plan: dict[str, Any]) -> None:
    stack = deploy()
    table = client("dynamodb").describe_table(TableName=stack.outputs["MembershipsTable"])["Table"]
    key = {one["AttributeName"] for one in table["KeySchema"]}
    assert key == set(plan["pool"]["lookups"]["user"]["dynamodb"]["key"])


def test_the_function_starts_from_snapshots_only_if_told(deploy: Callable[..., Stack]) -> None:
    deploy()
    assert asked["AWS::Lambda::Function"]["SnapStart"] == {"ApplyOn": "None"}


def test_snapshots_are_made_of_what_the_pool_calls(deploy: Callable[..., Stack]) -> None:
    configuration = function(deploy(SnapStart="on"))
    assert asked["AWS::Lambda::Function"]["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    assert configuration["Version"] == "1", "the alias leads to a version; $LATEST has no snapshot"


def test_the_function_is_what_the_parameters_say(deploy: Callable[..., Stack]) -> None:
    stack = deploy(Architecture="arm64", MemorySize="1024")
    configuration = function(stack)
    assert configuration["Architectures"] == ["arm64"]
    assert configuration["MemorySize"] == 1024
    assert configuration["Runtime"] == "python3.13"
    assert configuration["Description"].startswith(DIGEST), "so that versions can be told apart"
    assert DIGEST in asked["AWS::Lambda::Function"]["Description"], "so that another digest makes another version"
    assert stack.outputs["PackageDigest"] == DIGEST


def test_log_lines_are_json_and_kept_as_long_as_told(deploy: Callable[..., Stack]) -> None:
    key = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/0a1b2c3d-0000-4000-8000-000000000000"
    deploy(LogRetentionDays="365", LogKmsKeyArn=key)
    (group,) = client("logs").describe_log_groups()["logGroups"]
    assert group["logGroupName"] == "/aws/lambda/claims-pre-token-generation"
    assert (group["retentionInDays"], group["kmsKeyId"]) == (365, key)
    logging = asked["AWS::Lambda::Function"]["LoggingConfig"]
    assert logging == {"LogFormat": "JSON", "LogGroup": group["logGroupName"]}
