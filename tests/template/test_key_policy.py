"""Who can do what with a recipient's key: the deployed policy, evaluated."""

from __future__ import annotations

import json
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

import pytest

from pretoken.sealing.context import encryption_context
from tests.template.conftest import Stack
from tests.template.resources import client

API = "arn:aws:iam::999999999999:role/billing-api"
CONTEXT = encryption_context("billing-api")
USES = ["Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo"]
GRANTS = ["CreateGrant", "ReplicateKey", "ImportKeyMaterial"]


def allows(policy: dict[str, Any], principal: str, action: str, context: dict[str, str]) -> bool:
    """Evaluate a key policy, as far as the template's goes."""
    return any(_matches(statement, principal, action, context) for statement in policy["Statement"])


def _matches(statement: dict[str, Any], principal: str, action: str, context: dict[str, str]) -> bool:
    assert statement["Effect"] == "Allow"
    actions = statement["Action"]
    named = statement["Principal"]["AWS"] == principal
    acts = any(fnmatchcase(f"kms:{action}", one) for one in ([actions] if isinstance(actions, str) else actions))
    holds = True
    for operator, keys in statement.get("Condition", {}).items():
        for key, wanted in keys.items():
            if operator == "StringEquals":
                holds &= context.get(key.removeprefix("kms:EncryptionContext:")) == wanted
            else:
                assert (operator, key) == ("ForAllValues:StringEquals", "kms:EncryptionContextKeys")
                holds &= set(context) <= set(wanted)
    return named and acts and holds


class Key:
    """The deployed key's policy, and the roles that it knows."""

    def __init__(self, stack: Stack) -> None:
        text = client("kms").get_key_policy(KeyId=stack.resources["BillingApiKey"], PolicyName="default")
        self.policy = json.loads(text["Policy"])
        role = client("iam").get_role(RoleName=stack.resources["PreTokenGenerationRole"])
        self.function = role["Role"]["Arn"]
        self.account = "arn:aws:iam::123456789012:root"

    def allows(self, principal: str, action: str, context: dict[str, str] = CONTEXT) -> bool:
        return allows(self.policy, principal, action, context)


@pytest.fixture
def key(deploy: Callable[..., Stack]) -> Key:
    return Key(deploy(BillingApiRoleArn=API))


def test_the_function_seals_and_opens_nothing(key: Key) -> None:
    assert [action for action in USES + GRANTS if key.allows(key.function, action)] == ["GenerateDataKey"]


def test_the_api_opens_and_seals_nothing(key: Key) -> None:
    assert [action for action in USES + GRANTS if key.allows(API, action)] == ["Decrypt"]


def test_no_policy_of_the_account_can_open_anything_or_let_anyone_in_unseen(key: Key) -> None:
    """Whoever may change the key policy can let people in, which CloudTrail shows; a grant would be another way."""
    assert not [action for action in USES + GRANTS if key.allows(key.account, action)]
    assert key.allows(key.account, "PutKeyPolicy"), "else the key could never be administered again"
    assert key.allows(key.account, "ScheduleKeyDeletion")


@pytest.mark.parametrize(
    "context",
    [{}, {"recipient": "shipping-api"}, {"Recipient": "billing-api"}, CONTEXT | {"also": "this"}],
    ids=["none", "another recipient", "another case", "more than the recipient"],
)
def test_another_context_opens_nothing(key: Key, context: dict[str, str]) -> None:
    assert not key.allows(API, "Decrypt", context)
    assert not key.allows(key.function, "GenerateDataKey", context)


def test_without_the_role_of_an_api_nobody_opens_anything(deploy: Callable[..., Stack]) -> None:
    policy = Key(deploy()).policy
    assert [statement["Sid"] for statement in policy["Statement"]] == ["AccountAdministers", "TriggerSeals"]


def test_the_key_rotates_and_has_the_name_of_its_recipient(deploy: Callable[..., Stack]) -> None:
    key = deploy().resources["BillingApiKey"]
    kms = client("kms")
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
    assert kms.describe_key(KeyId="alias/claims-billing-api")["KeyMetadata"]["KeyId"] == key


def test_every_recipient_of_the_policy_has_a_key(template: dict[str, Any], plan: dict[str, Any]) -> None:
    keys = [one for one in template["Resources"].values() if one["Type"] == "AWS::KMS::Key"]
    statements = [statement for key in keys for statement in key["Properties"]["KeyPolicy"]["Statement"]]
    conditions = [statement["Condition"]["StringEquals"] for statement in statements if "Condition" in statement]
    recipients = {condition["kms:EncryptionContext:recipient"] for condition in conditions}
    assert recipients == set(plan["pool"]["recipients"]) == {"billing-api"}
