"""What loads what: the trigger and resource servers pay for their own side only."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import pretoken.sealing


def loaded(statement: str) -> set[str]:
    """Return the names of the modules that a statement loads in a fresh interpreter."""
    code = f"{statement}\nimport sys, json\nprint(json.dumps(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - ours
    names: list[str] = json.loads(run.stdout)
    return set(names)


def ours(modules: set[str]) -> set[str]:
    return {name.removeprefix("pretoken.sealing.") for name in modules if name.startswith("pretoken.")}


def test_the_package_itself_loads_nothing() -> None:
    modules = loaded("import pretoken.sealing")
    assert ours(modules) == {"pretoken.sealing"}
    assert not modules & {"botocore", "boto3", "aws_encryption_sdk", "cryptography", "logging"}


def test_names_of_errors_and_contexts_stay_light() -> None:
    modules = loaded("from pretoken.sealing import SealingError, OpeningError, encryption_context")
    assert ours(modules) == {"pretoken.sealing", "errors", "context"}
    assert not modules & {"botocore", "aws_encryption_sdk"}


def test_the_trigger_loads_the_sealing_side_only() -> None:
    modules = loaded("from pretoken.sealing.sealer import Sealer")
    assert ours(modules) == {"pretoken.sealing", "sealer", "errors", "context", "key_arn", "kms", "materials"}
    assert not modules & {"pydantic", "moto", "aws_cryptographic_material_providers"}


def test_a_resource_server_loads_the_opening_side_only() -> None:
    modules = loaded("from pretoken.sealing import Opener")
    assert ours(modules) == {
        "pretoken.sealing",
        "opener",
        "errors",
        "context",
        "key_arn",
        "kms",
        "materials",
        "strict_json",
    }
    assert not modules & {"pydantic", "moto", "aws_cryptographic_material_providers"}


@pytest.mark.parametrize("name", pretoken.sealing.__all__)
def test_every_public_name_can_be_had(name: str) -> None:
    assert getattr(pretoken.sealing, name).__name__ == name


def test_other_names_are_missing_as_in_any_module() -> None:
    with pytest.raises(AttributeError, match="has no attribute `Seeler`"):
        _ = pretoken.sealing.Seeler
