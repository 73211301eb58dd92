"""Who verifies pays for verifying: what opens messages, Pydantic and the rule language stay away."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import pretoken.verifier
from tests.verifier.minting import CLIENT, NOW, POOL, jwks, mint

NEVER = {"pydantic", "pydantic_core", "yaml", "click", "pretoken.policy", "pretoken.trigger", "pretoken.checks", "moto"}
ONLY_TO_OPEN = {"boto3", "botocore", "aws_encryption_sdk", "pretoken.sealing.opener", "pretoken.sealing.kms"}
VERIFY = """
import json, sys
pool, client, now, jwks, token = json.load(sys.stdin)
from pretoken.verifier import AccessTokenVerifier, Recipient
verifier = AccessTokenVerifier(
    user_pool_id=pool, client_ids=[client], jwks=jwks, clock=lambda: now,
    recipient=Recipient("billing-api", key="arn:aws:kms:eu-west-1:123456789012:key/1234abcd"),
)
assert verifier.verify(token, scopes="invoices/read").claims["tenant_id"] == "acme"
"""


def loaded(script: str, given: object = None) -> set[str]:
    """Return the names of the modules that a script loads in a fresh interpreter."""
    code = f"{script}\nimport sys, json\nprint(json.dumps(sorted(sys.modules)))"
    run = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-c", code], input=json.dumps(given), capture_output=True, text=True, check=True
    )
    names: list[str] = json.loads(run.stdout)
    return set(names)


def test_the_package_itself_loads_nothing() -> None:
    modules = loaded("import pretoken.verifier")
    assert {name for name in modules if name.startswith("pretoken.")} == {"pretoken.verifier"}
    assert not modules & {"joserfc", "cryptography", "logging", "asyncio"} | modules & NEVER | modules & ONLY_TO_OPEN


def test_verifying_loads_nothing_that_opens() -> None:
    token = mint(encrypted_for_billing_api="x")
    modules = loaded(VERIFY, [POOL, CLIENT, NOW, jwks(), token])
    assert "joserfc" in modules
    assert not modules & (NEVER | ONLY_TO_OPEN | {"fastjsonschema"})


def test_refusals_load_nothing_else() -> None:
    modules = loaded("from pretoken.verifier import Refused, KeysUnavailableError, bearer_token")
    assert not modules & (NEVER | ONLY_TO_OPEN | {"joserfc", "cryptography"})


@pytest.mark.parametrize("name", pretoken.verifier.__all__)
def test_every_public_name_can_be_had(name: str) -> None:
    found = getattr(pretoken.verifier, name)
    assert getattr(found, "__name__", "ANSWERABLE") == name  # which is a tuple


def test_other_names_are_missing_as_in_any_module() -> None:
    with pytest.raises(AttributeError, match="has no attribute `Verifier`"):
        _ = pretoken.verifier.Verifier
