"""What loads what: the tests of an API need no more than `pretoken[verifier]`."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import pretoken.testing

OF_THE_IDENTITY_TEAM = {"click", "moto", "pydantic", "pydantic_core", "pytest", "typing_extensions", "uv", "yaml"}
OF_MESSAGES = {"aws_encryption_sdk", "boto3", "botocore"}


def loaded(statement: str, missing: set[str] = frozenset()) -> set[str]:  # type: ignore[assignment]
    """Return the modules that a statement loads in a fresh interpreter, where some can't be imported."""
    code = (
        f"import sys, json\nsys.modules.update(dict.fromkeys({sorted(missing)!r}))\n{statement}\n"
        "print(json.dumps([name for name, module in sys.modules.items() if module]))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - ours
    return set(json.loads(run.stdout))


def of_rules(modules: set[str]) -> set[str]:
    packages = ("checks", "cli", "policy", "pools", "simulator", "testing.decision", "trigger")
    return {name for name in modules if name.startswith(tuple(f"pretoken.{package}" for package in packages))}


def test_the_package_itself_loads_nothing() -> None:
    assert {name for name in loaded("import pretoken.testing") if name.startswith("pretoken.")} == {"pretoken.testing"}


def test_tokens_are_issued_and_verified_without_what_rules_need() -> None:
    modules = loaded(
        "from pretoken.testing import GivenError, TokenIssuer\n"
        "issuer = TokenIssuer()\n"
        "issuer.verifier().verify(issuer.access_token())\n"
        "issuer.machine_token(), issuer.id_token(), issuer.broken('expired')",
        OF_THE_IDENTITY_TEAM | OF_MESSAGES,
    )
    assert not of_rules(modules)
    assert "pretoken.sealing.sealer" not in modules


def test_messages_are_sealed_and_opened_without_what_rules_need() -> None:
    modules = loaded(
        "from pretoken.testing import TokenIssuer\n"
        "issuer = TokenIssuer()\n"
        "token = issuer.access_token(encrypted={'billing-api': {'email': 'a'}})\n"
        "verifier = issuer.verifier(recipient=issuer.recipient('billing-api'))\n"
        "assert verifier.verify(token).encrypted['email'] == 'a'\n"
        "issuer.broken('changed_message')",
        OF_THE_IDENTITY_TEAM,
    )
    assert not of_rules(modules)
    assert "aws_encryption_sdk" in modules


@pytest.mark.parametrize("name", pretoken.testing.__all__)
def test_every_public_name_can_be_had(name: str) -> None:
    assert getattr(pretoken.testing, name).__name__ == name


def test_other_names_are_missing_as_in_any_module() -> None:
    with pytest.raises(AttributeError, match="has no attribute `TokenIsuer`"):
        _ = pretoken.testing.TokenIsuer
