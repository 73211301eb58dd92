"""Sealing: the size of messages, calls of KMS, and the cold start of a trigger that encrypts.

KMS is the local one everywhere; its wrapped data keys have the real length.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

from aws_encryption_sdk import EncryptionSDKClient
from aws_encryption_sdk.key_providers.kms import KMSMasterKey

from benchmarks.rows import Row
from pretoken.sealing.local_kms import local_kms_client
from pretoken.sealing.materials import SDK, SUITE, cached_materials
from pretoken.sealing.sealer import Sealer

ROOT = Path(__file__).parents[1]
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SUB = "3f8c9a52-6b1e-4d7a-9c0d-5e2f7a8b9c10"
MEMBERS = {
    "email": "maria.gonzalez@example.com",
    "name": "María González",
    "phone_number": "+34600123456",
    "birthdate": "1987-04-23",
}
LONGEST = 800  # characters that the message of these members may have
USERS = 1000
ROUNDS = 15


def sealer() -> Sealer:
    """Make a sealer as a trigger does, with the local KMS."""
    return Sealer({"billing-api": KEY}, client_for=local_kms_client)


def data_masking_message() -> str:
    """Encrypt the members as Powertools' data masking does if nothing is configured.

    That is the SDK's default suite (0x0578, signed), JSON with spaces, base64, and a context of the customary kind.
    """
    context = {
        "recipient": "billing-api",
        "purpose": "personal-data",
        "user_pool": "eu-west-1_AbCdEfGhI",
        "client_id": "7q3webexample1client0id",
        "sub": SUB,
    }
    message, _ = EncryptionSDKClient().encrypt(
        source=json.dumps(MEMBERS).encode(),
        key_provider=KMSMasterKey(key_id=KEY, client=local_kms_client()),
        encryption_context=context,
    )
    return b64encode(message).decode()


def sizes() -> list[Row]:
    """Measure the message of four claims and `sub`."""
    ours = len(sealer().seal("billing-api", MEMBERS, SUB))
    masked = len(data_masking_message())
    single = sum(len(sealer().seal("billing-api", {name: value}, SUB)) for name, value in MEMBERS.items())
    return [
        Row(
            f"one message of 4 claims and `sub`, at most {LONGEST} characters",
            f"{ours} characters",
            f"{other} characters",
            against,
            ours / other,
            LONGEST / other,
        )
        for other, against in ((masked, "data masking with its defaults"), (single, "one message per claim"))
    ]


def kms_calls() -> Row:
    """Count the calls for 1000 tokens of 1000 users, with a data key cache in both cases."""
    client = local_kms_client()
    calls: list[str] = []
    client.meta.events.register_first("before-call.kms", lambda model, **_: calls.append(model.name))
    users = [f"{SUB[:-4]}{number:04}" for number in range(USERS)]
    constant = Sealer({"billing-api": KEY}, client_for=lambda _: client)
    for sub in users:
        constant.seal("billing-api", MEMBERS, sub)
    ours = len(calls)
    calls.clear()
    materials = cached_materials(KEY, client)
    for sub in users:
        SDK.encrypt(
            source=json.dumps(MEMBERS).encode(),
            materials_manager=materials,
            encryption_context={"recipient": "billing-api", "sub": sub},
            algorithm=SUITE,
        )
    theirs = len(calls)
    what = f"KMS calls for {USERS} tokens of {USERS} users"
    return Row(what, str(ours), str(theirs), "`sub` in the encryption context", ours / theirs, 2 / USERS)


_OURS = """
import sys, time
started = time.process_time()
from pretoken.sealing.local_kms import local_kms_client
from pretoken.sealing.sealer import Sealer
sealer = Sealer({"billing-api": sys.argv[1]}, client_for=local_kms_client)
sealer.seal("billing-api", {"email": "maria@example.com"}, sys.argv[2])
print(time.process_time() - started)
"""
_THEIRS = """
import sys, time
started = time.process_time()
import aws_encryption_sdk as sdk
from aws_encryption_sdk.key_providers.kms import KMSMasterKey
from pretoken.sealing.local_kms import local_kms_client
materials = sdk.CachingCryptoMaterialsManager(
    master_key_provider=KMSMasterKey(key_id=sys.argv[1], client=local_kms_client()),
    cache=sdk.LocalCryptoMaterialsCache(10),
    max_age=300.0,
)
sdk.EncryptionSDKClient().encrypt(
    source=b'{"email": "maria@example.com"}',
    materials_manager=materials,
    encryption_context={"recipient": "billing-api"},
    algorithm=sdk.Algorithm.AES_256_GCM_HKDF_SHA512_COMMIT_KEY,
)
print(time.process_time() - started)
"""


def cold_start() -> Row:
    """Start in fresh processes, in turns: imports, set-up and the first message. Nothing waits for the network."""
    pairs = [(_seconds(_OURS), _seconds(_THEIRS)) for _ in range(ROUNDS)]
    ours, theirs = (statistics.median(pair[side] for pair in pairs) * 1e3 for side in (0, 1))
    return Row(
        "cold start, encrypting: imports, set-up, first message",
        f"{ours:.0f} ms of CPU",
        f"{theirs:.0f} ms of CPU",
        "Encryption SDK with client and cache alone",
        statistics.median(ours / theirs for ours, theirs in pairs),
        1.1,
    )


def _seconds(script: str) -> float:
    command = [sys.executable, "-c", script, KEY, SUB]
    run = subprocess.run(command, check=True, capture_output=True, cwd=ROOT)  # noqa: S603 - our own scripts
    return float(run.stdout)


def rows() -> list[Row]:
    """Measure all rows of this file."""
    return [*sizes(), kms_calls(), cold_start()]


if __name__ == "__main__":
    for row in rows():
        print(row)
