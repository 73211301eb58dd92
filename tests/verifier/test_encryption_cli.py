"""The AWS Encryption CLI opens what the trigger's sealer seals, and what it encrypts is opened here."""

from __future__ import annotations

import json
import os
import subprocess
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore.config import Config

from pretoken.local import LocalResources
from pretoken.local.server import LocalAWS
from pretoken.sealing import Sealer
from pretoken.verifier import Recipient
from tests.local.serving import serving
from tests.sealing.parts import KEY, MEMBERS, SUB, decode, encode
from tests.verifier.minting import make_verifier, mint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from botocore.client import BaseClient

CLI = Path(__file__).parents[2] / ".venv/encryption-cli/bin/aws-encryption-cli"
CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
SUITE = "AES_256_GCM_HKDF_SHA512_COMMIT_KEY"
CONTENT = json.dumps({"sub": SUB, **MEMBERS}).encode()

pytestmark = pytest.mark.skipif(not CLI.exists(), reason="`make test` makes .venv/encryption-cli, which has the CLI")


@pytest.fixture
def url() -> Iterator[str]:
    """Serve a KMS that has the recipient's key, and give its URL."""
    resources = LocalResources({}, {KEY: ["billing-api"]}, {}, {})
    with serving(LocalAWS(resources, "127.0.0.1", 0, lambda _: None)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def client(url: str) -> BaseClient:
    options: dict[str, Any] = {"endpoint_url": url, "config": Config(proxies={}), **CREDENTIALS}
    return botocore.session.Session().create_client("kms", "eu-west-1", **options)


@pytest.fixture
def cli(url: str, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Return what runs the CLI on bytes."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
        "AWS_ENDPOINT_URL_KMS": url,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        **{name.upper(): value for name, value in CREDENTIALS.items()},
    }
    return partial(_run, environment, tmp_path)


def _run(
    environment: dict[str, str], folder: Path, mode: str, given: bytes, *options: str, context: str = "billing-api"
) -> subprocess.CompletedProcess[bytes]:
    keys = (
        "--wrapping-keys",
        "provider=aws-kms",
        f"key={KEY}",
        "--commitment-policy",
        "require-encrypt-require-decrypt",
    )
    files = ("--input", "-", "--output", "-", "--suppress-metadata")
    return subprocess.run(  # noqa: S603 - a pinned program
        [CLI, mode, *files, *keys, "--encryption-context", f"recipient={context}", *options],
        input=given, env=environment, cwd=folder, capture_output=True, check=False,
    )  # fmt: skip


def test_the_cli_opens_what_the_trigger_sealed(client: BaseClient, cli: Any) -> None:
    sealer = Sealer({"billing-api": KEY}, client_for=lambda _: client)
    message = decode(sealer.seal("billing-api", MEMBERS, SUB))
    run = cli("--decrypt-unsigned", message, "--max-encrypted-data-keys", "1", "--buffer")
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == {"sub": SUB, **MEMBERS}
    other = cli("--decrypt-unsigned", message, "--buffer", context="shipping-api")
    assert (other.returncode != 0, other.stdout) == (True, b"")


@pytest.mark.parametrize("frame_length", ["0", "64", "4096"])
def test_what_the_cli_encrypted_is_opened_here(frame_length: str, client: BaseClient, cli: Any) -> None:
    run = cli("--encrypt", CONTENT, "--algorithm", SUITE, "--frame-length", frame_length)
    assert run.returncode == 0, run.stderr
    verifier = make_verifier(recipient=Recipient("billing-api", key=KEY, client=client))
    principal = verifier.verify(mint(sub=SUB, encrypted_for_billing_api=encode(run.stdout)))
    assert dict(principal.encrypted) == MEMBERS


@pytest.mark.parametrize(
    ("options", "context", "code"),
    [
        (("--algorithm", SUITE), "shipping-api", "wrong-recipient"),
        (("--algorithm", SUITE, "--encryption-context", "recipient=billing-api", "more=x"), "", "wrong-recipient"),
        (("--algorithm", f"{SUITE}_ECDSA_P384"), "billing-api", "wrong-suite"),
    ],
)
def test_what_the_cli_encrypted_otherwise_is_refused(
    options: tuple[str, ...], context: str, code: str, client: BaseClient, cli: Any
) -> None:
    run = cli("--encrypt", CONTENT, *options, context=context)
    assert run.returncode == 0, run.stderr
    verifier = make_verifier(recipient=Recipient("billing-api", key=KEY, client=client))
    principal = verifier.verify(mint(sub=SUB, encrypted_for_billing_api=encode(run.stdout)))
    assert principal.encrypted.problem is not None
    assert principal.encrypted.problem.code == code
