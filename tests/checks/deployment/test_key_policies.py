"""Whom the key of a recipient lets in."""

import pytest

from tests.checks.conftest import Found
from tests.checks.deployment.functions import INLINE, POOL, allow, document, of_function, of_role

MISSING, EXCESS = "missing-permission", "excess-permission"
SEALING = POOL.replace("lookups:\n", "recipients: {billing-api: {key: '${KEY}'}}\n")


def key(policy: str) -> str:
    return f"  Key: {{Type: AWS::KMS::Key, Properties: {{{policy}}}}}\n"


def statement(principal: str, action: str = "kms:GenerateDataKey") -> str:
    return f"KeyPolicy: {document(f'{{Effect: Allow, Principal: {principal}, Action: {action}, Resource: a}}')}"


ACCOUNT = "{AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root'}"


@pytest.mark.parametrize(
    ("policy", "by_role", "many"),
    [
        (statement("{AWS: !GetAtt Role.Arn}"), False, 0),
        (statement("{AWS: [!GetAtt Role.Arn, !GetAtt Users.Arn]}"), False, 0),
        (statement("{AWS: !GetAtt Role.Arn}", "'kms:*'"), False, 0),
        (statement("{AWS: !GetAtt Role.Arn}", "!Ref Action"), False, 0),
        (statement("{AWS: !GetAtt Role.Arn}", "kms:DescribeKey"), False, 1),
        (statement("{AWS: !GetAtt Other.Arn}"), False, 1),
        (statement("{Service: lambda.amazonaws.com}"), False, 1),
        (statement("{AWS: !GetAtt Role.Arn}").replace("Allow", "Deny"), False, 1),
        (statement("'*'"), False, 0),
        (statement("!Ref Principal"), False, 0),
        (statement("{AWS: !Ref RoleArn}"), False, 0),
        (statement("{AWS: arn:aws:iam::1:role/a}"), False, 0),
        (statement("!Ref AWS::NoValue"), False, 0),
        (statement(ACCOUNT, "'kms:*'"), False, 1),
        (statement(ACCOUNT, "'kms:*'"), True, 0),
        (statement("{AWS: '111122223333'}", "'kms:*'"), True, 0),
        (statement("{AWS: !Ref AWS::AccountId}", "'kms:*'"), False, 1),
        (statement(ACCOUNT, "kms:DescribeKey"), True, 1),
        ("KeyPolicy: !Ref Policy", False, 0),
        ("KeyPolicy: {Statement: [!Ref Statement]}", False, 0),
        ("KeyPolicy: {Statement: [{Effect: Allow, Principal: '*', NotAction: a}]}", False, 0),
        ("Description: a", False, 1),
        ("Description: a", True, 0),
    ],
)
def test_a_recipients_key_lets_the_role_in(policy: str, by_role: bool, many: int, found: Found) -> None:
    """By name, or as one of the account with a permission of its own."""
    granted = INLINE.replace("DOCUMENT", document(allow("kms:GenerateDataKey", "!GetAtt Key.Arn")))
    findings = found(MISSING, pool=SEALING, template=of_role(granted if by_role else "Path: /", key(policy)))
    assert len(findings) == many
    assert all(
        "`recipients.billing-api` needs `kms:GenerateDataKey`, and the policy of `Key`" in one for one in findings
    )


def test_a_key_or_a_role_from_elsewhere_is_not_known(found: Found) -> None:
    assert found(MISSING, pool=SEALING, template=of_role("Path: /")) == []
    elsewhere = of_role("Path: /", key("a: b")).replace("!GetAtt Key.Arn", "!Ref A")
    assert found(MISSING, pool=SEALING, template=elsewhere) == []
    assert found(MISSING, pool=SEALING, template=of_function("[]") + key("Description: a")) == []
    constant = SEALING.replace("'${KEY}'", "arn:aws:kms:eu-west-1:111122223333:key/a")
    assert found(MISSING, pool=constant, template=of_role("Path: /", key("Description: a"))) == []


@pytest.mark.parametrize(
    ("policy", "many"),
    [
        (statement("{AWS: !GetAtt Role.Arn}"), 0),
        (statement("{AWS: !GetAtt Role.Arn}", "[kms:GenerateDataKey, kms:Decrypt]"), 1),
        (statement("{AWS: !GetAtt Role.Arn}", "'kms:*'"), 1),
        (statement("{AWS: !GetAtt Other.Arn}", "kms:Decrypt"), 0),
    ],
)
def test_who_encrypts_need_not_read(policy: str, many: int, found: Found) -> None:
    assert len(found(EXCESS, pool=SEALING, template=of_role("Path: /", key(policy)))) == many
    assert found(EXCESS, pool=SEALING, template=of_function("[]") + key(policy)) == []


def test_the_role_may_encrypt_for_recipients(found: Found) -> None:
    """Where the key's policy leaves that to the account."""
    granted = INLINE.replace("DOCUMENT", document(allow("kms:GenerateDataKey", "!GetAtt Key.Arn")))
    assert found(EXCESS, pool=SEALING, template=of_role(granted, key("Description: a"))) == []
