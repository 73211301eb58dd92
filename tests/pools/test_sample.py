"""The sample policy and the template beside it agree, and stop agreeing if one of them is changed."""

from pathlib import Path

import pytest

from pretoken.checks import all_findings
from pretoken.policy.load import load_policy
from pretoken.pools.template import parse_template

ROOT = Path(__file__).parents[2]
WEB = 'WriteAttributes: [email, family_name, given_name, name, nickname, "custom:active_tenant"]\n'
WORKER = "      WriteAttributes: [nickname]"
KEY = "            Action: kms:GenerateDataKey\n"

CHANGES = [
    (WEB, WEB.replace("[", "[birthdate, "), "writable-attribute"),
    (WEB, "RefreshTokenValidity: 1\n", "writable-attribute"),
    (WEB, "WriteAttributes: []\n", "writable-attribute"),
    (WORKER, "      #", "writable-attribute"),
    ("      UserPoolTier: ESSENTIALS", "      UserPoolTier: LITE", "tier-too-low"),
    ("LambdaVersion: V3_0", "LambdaVersion: V2_0", "wrong-trigger-version"),
    ("          WORKER_CLIENT_ID:", "          WORKER_CLIENT:", "missing-variable"),
    ("          WORKER_CLIENT_ID:", "          SECRET: a\n          WORKER_CLIENT_ID:", "undeclared-variable"),
    ("Action: dynamodb:GetItem", "Action: dynamodb:BatchGetItem", "missing-permission"),
    ("Action: dynamodb:GetItem", "Action: [dynamodb:GetItem, dynamodb:Query]", "excess-permission"),
    (KEY, "            Action: kms:DescribeKey\n", "missing-permission"),
    (KEY, "            Action: [kms:GenerateDataKey, kms:Decrypt]\n", "excess-permission"),
]


@pytest.mark.parametrize(("old", "new", "name"), CHANGES)
def test_a_change_of_the_template_alone_is_found(old: str, new: str, name: str) -> None:
    text = (ROOT / "template.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    changed = parse_template(text.replace(old, new), "template.yaml")
    assert name in {finding.name for finding in all_findings(load_policy(ROOT / "policies"), changed).standing}
