"""What the page on deployment says of AWS and of the template is so."""

from __future__ import annotations

import re

import pytest
from botocore.model import StructureShape

from tests.docs.aws import aws_commands, check_command, model_of
from tests.docs.pages import ROOT, blocks_of, names, text_of

PAGE = "deploy.md"
TEMPLATE = (ROOT / "template.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", aws_commands(PAGE))
def test_a_command_of_aws_exists_with_its_options(command: str) -> None:
    check_command(command)


def test_everything_of_a_pool_is_sent_back_but_what_cannot_be_sent() -> None:
    """What is left out would be reset, what can't be sent would be refused."""
    (program,) = (block.text for block in blocks_of(PAGE) if block.language == "jq")
    deleted = set(re.findall(r"[(,]\s*\.([A-Za-z]+)(?=[,)])", program))
    model = model_of("cognito-idp")
    described, sent = model.shape_for("UserPoolType"), model.shape_for("UpdateUserPoolRequest")
    assert isinstance(described, StructureShape)
    assert isinstance(sent, StructureShape)
    assert deleted == {*described.members} - {*sent.members}
    assert {*sent.members} - {*described.members} == {"PoolName", "UserPoolId"}
    assert program.startswith("# sendable.jq\n.PoolName = .Name\n")


def test_the_table_has_the_templates_parameters() -> None:
    parameters = re.findall(
        r"^  (\w+):$", TEMPLATE.partition("Parameters:\n")[2].partition("\nMetadata:")[0], re.MULTILINE
    )
    assert names(text_of(PAGE), "parameter") == {*parameters} - {"PackageDigest"}


def test_outputs_and_parameters_that_are_named_are_there() -> None:
    there = set(re.findall(r"^  (\w+):$", TEMPLATE, re.MULTILINE))
    named = set(re.findall(r"`([A-Z]\w+(?:Arn|Digest|Id|Name|Url))`", text_of(PAGE)))
    assert {"FunctionAliasArn", "PackageDigest", "SignInUrl", "FunctionName"} <= named <= there
