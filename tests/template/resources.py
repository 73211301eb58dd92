"""The resource types of template.yaml that moto's CloudFormation lacks or makes by half.

Each is made by its service's own API, so botocore checks every property against the service's model.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

import boto3
from moto.cloudformation import parsing
from moto.core.common_models import CloudFormationModel

Properties = dict[str, Any]
REGION = "eu-west-1"
_PACKAGE = b"PK\5\6" + bytes(18)  # an empty ZIP file; what SAM uploads is tested elsewhere


class Made(NamedTuple):
    """What `Ref` gives, and what `GetAtt` gives."""

    ref: str
    attributes: Mapping[str, str] = MappingProxyType({})


@cache  # making one takes longer than all that it is asked
def client(service: str) -> Any:
    """Make a client for what the template made."""
    return boto3.client(service, region_name=REGION, aws_access_key_id="any", aws_secret_access_key="any")


def _function(properties: Properties) -> Made:
    tags = {tag["Key"]: tag["Value"] for tag in properties.pop("Tags", [])}
    made = client("lambda").create_function(**properties | {"Code": {"ZipFile": _PACKAGE}}, Tags=tags)
    return Made(made["FunctionName"], {"Arn": made["FunctionArn"]})


def _version(properties: Properties) -> Made:
    made = client("lambda").publish_version(**properties)
    return Made(made["FunctionArn"], {"Version": made["Version"]})


def _alias(properties: Properties) -> Made:
    return Made(client("lambda").create_alias(**properties)["AliasArn"])


def _permission(properties: Properties) -> Made:
    *function, alias = properties.pop("FunctionName").split(":")
    client("lambda").add_permission(
        **properties, FunctionName=":".join(function), Qualifier=alias, StatementId="permission"
    )
    return Made("permission")


def _role(properties: Properties) -> Made:
    iam, name = client("iam"), "function"
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(properties["AssumeRolePolicyDocument"]))
    for policy in properties["Policies"]:
        document = json.dumps(policy["PolicyDocument"])
        iam.put_role_policy(RoleName=name, PolicyName=policy["PolicyName"], PolicyDocument=document)
    return Made(name, {"Arn": role["Role"]["Arn"]})


def _log_group(properties: Properties) -> Made:
    logs, name = client("logs"), properties["LogGroupName"]
    key = {"kmsKeyId": properties["KmsKeyId"]} if "KmsKeyId" in properties else {}
    logs.create_log_group(logGroupName=name, **key)
    logs.put_retention_policy(logGroupName=name, retentionInDays=properties["RetentionInDays"])
    return Made(name, {"Arn": logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]["arn"]})


def _key(properties: Properties) -> Made:
    kms = client("kms")
    rotates, policy = properties.pop("EnableKeyRotation"), json.dumps(properties.pop("KeyPolicy"))
    key = kms.create_key(**properties, Policy=policy)
    if rotates:
        kms.enable_key_rotation(KeyId=key["KeyMetadata"]["KeyId"])
    return Made(key["KeyMetadata"]["KeyId"], {"Arn": key["KeyMetadata"]["Arn"]})


def _pool(properties: Properties) -> Made:
    pool = client("cognito-idp").create_user_pool(PoolName=properties.pop("UserPoolName"), **properties)["UserPool"]
    return Made(pool["Id"], {"Arn": pool["Arn"]})


def _pool_client(properties: Properties) -> Made:
    return Made(client("cognito-idp").create_user_pool_client(**properties)["UserPoolClient"]["ClientId"])


def _pool_domain(properties: Properties) -> Made:
    client("cognito-idp").create_user_pool_domain(**properties)
    return Made(properties["Domain"])


def _resource_server(properties: Properties) -> Made:
    return Made(client("cognito-idp").create_resource_server(**properties)["ResourceServer"]["Identifier"])


def _group(properties: Properties) -> Made:
    return Made(client("cognito-idp").create_group(**properties)["Group"]["GroupName"])


def _alarm(properties: Properties) -> Made:
    name = properties["AlarmDescription"]
    client("cloudwatch").put_metric_alarm(**properties, AlarmName=name)
    return Made(name)


def _dashboard(properties: Properties) -> Made:
    client("cloudwatch").put_dashboard(**properties)
    return Made(properties["DashboardName"])


_MAKERS: dict[str, Callable[[Properties], Made]] = {
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::CloudWatch::Dashboard": _dashboard,
    "AWS::Cognito::UserPool": _pool,
    "AWS::Cognito::UserPoolClient": _pool_client,
    "AWS::Cognito::UserPoolDomain": _pool_domain,
    "AWS::Cognito::UserPoolGroup": _group,
    "AWS::Cognito::UserPoolResourceServer": _resource_server,
    "AWS::IAM::Role": _role,
    "AWS::KMS::Key": _key,
    "AWS::Lambda::Alias": _alias,
    "AWS::Lambda::Function": _function,
    "AWS::Lambda::Permission": _permission,
    "AWS::Lambda::Version": _version,
    "AWS::Logs::LogGroup": _log_group,
}
asked: dict[str, Properties] = {}
"""The properties of the last resource of each type; moto's functions have neither SnapStart nor a logging format."""


def without_nothing(value: Any) -> Any:
    """Leave out what `AWS::NoValue` stands for, which moto leaves in lists."""
    if isinstance(value, dict):
        return {key: without_nothing(member) for key, member in value.items() if member is not None}
    return [without_nothing(item) for item in value if item is not None] if isinstance(value, list) else value


def _add(kind: str, make: Callable[[Properties], Made]) -> None:
    class Resource(CloudFormationModel):
        def __init__(self, made: Made) -> None:
            self.physical_resource_id, self._attributes = made

        @staticmethod
        def cloudformation_name_type() -> str:
            return ""

        @staticmethod
        def cloudformation_type() -> str:
            return kind

        @classmethod
        def has_cfn_attr(cls, attr: str) -> bool:  # noqa: ARG003 - moto names the argument
            return True

        @classmethod
        def create_from_cloudformation_json(cls, *names: Any, **_: Any) -> Any:
            _, resource, _, _ = names
            asked[kind] = without_nothing(resource["Properties"])
            return cls(make(dict(asked[kind])))

        def get_cfn_attribute(self, name: str) -> str:
            return self._attributes[name]

    _CLASSES.append(Resource)


_CLASSES: list[type[Any]] = []  # moto holds its own by weak references


def add_missing_types() -> None:
    """Let moto's CloudFormation make the resource types above by these makers."""
    if not _CLASSES:
        for kind, make in _MAKERS.items():
            _add(kind, make)
        for known in (parsing.get_model_list, parsing.get_model_map, parsing.get_name_type_map):
            known.cache_clear()
