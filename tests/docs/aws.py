"""The commands of the AWS CLI that pages tell to type: they exist, with the options that they are given."""

from __future__ import annotations

import re
from functools import cache

import botocore.session
from botocore.model import ServiceModel

from tests.docs.pages import blocks_of, prose_of

_COMMAND = re.compile(r"aws [a-z-]+ [a-z-]+[^`\n|>]*")


def aws_commands(page: str) -> list[str]:
    """Give the commands of a page."""
    console = "".join(block.text for block in blocks_of(page) if block.language == "console")
    return _COMMAND.findall(console) + _COMMAND.findall(prose_of(page))


def check_command(command: str) -> None:
    """Assert that a command exists, has its options, and lacks none that it must have."""
    _, service, operation, *arguments = command.split()
    if service == "logs" and operation == "tail":
        return  # the command line's own
    model = model_of(service)
    names = {_dashed(name): name for name in model.operation_names}
    shape = model.operation_model(names[operation]).input_shape
    assert shape is not None
    options = {f"--{_dashed(name)}" for name in shape.members} | {"--query", "--output", "--cli-input-json"}
    flags = {"--no-" + option[2:] for option in options}
    assert {argument for argument in arguments if argument.startswith("--")} <= options | flags
    required = {f"--{_dashed(name)}" for name in shape.required_members}
    assert required <= {*arguments}


@cache
def model_of(service: str) -> ServiceModel:
    """Give botocore's model of a service."""
    return botocore.session.get_session().get_service_model(service)


def _dashed(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()
