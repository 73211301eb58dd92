"""The KMS in this process."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from pretoken.sealing import Opener, Sealer, local_kms, local_kms_client
from tests.sealing.parts import FAR_KEY, KEY, MEMBERS, OTHER_KEY, SUB

if TYPE_CHECKING:
    from botocore.client import BaseClient

CONTEXT = {"ab": "c"}


def code(client: BaseClient, operation: str, **request: object) -> str:
    with pytest.raises(ClientError) as caught:
        getattr(client, operation)(**request)
    return caught.value.response["Error"]["Code"]


def generate(client: BaseClient, **request: object) -> dict[str, Any]:
    request = {"KeyId": KEY, "NumberOfBytes": 32, "EncryptionContext": CONTEXT} | request
    answer: dict[str, Any] = client.generate_data_key(**request)  # type: ignore[attr-defined]
    return answer


def decrypt(client: BaseClient, blob: bytes, **request: object) -> bytes:
    request = {"CiphertextBlob": blob, "EncryptionContext": CONTEXT} | request
    plaintext: bytes = client.decrypt(**request)["Plaintext"]  # type: ignore[attr-defined]
    return plaintext


def test_data_keys_are_wrapped_to_the_real_length(client: BaseClient) -> None:
    answer = generate(client)
    assert answer["KeyId"] == KEY
    assert (len(answer["Plaintext"]), len(answer["CiphertextBlob"])) == (32, 184)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.parametrize(("spec", "size"), [("AES_128", 16), ("AES_256", 32)])
def test_the_size_of_a_data_key_can_be_told_by_its_kind(spec: str, size: int, client: BaseClient) -> None:
    answer = client.generate_data_key(KeyId=KEY, KeySpec=spec)  # type: ignore[attr-defined]
    assert len(answer["Plaintext"]) == size


def test_data_keys_open_again_with_or_without_the_name_of_the_key(client: BaseClient) -> None:
    answer = generate(client)
    assert decrypt(client, answer["CiphertextBlob"], KeyId=KEY) == answer["Plaintext"]
    assert decrypt(client, answer["CiphertextBlob"]) == answer["Plaintext"]
    assert generate(client)["Plaintext"] != answer["Plaintext"]


def test_encrypt_is_answered_too(client: BaseClient) -> None:
    answer = client.encrypt(KeyId=KEY, Plaintext=b"data key", EncryptionContext=CONTEXT)  # type: ignore[attr-defined]
    assert decrypt(client, answer["CiphertextBlob"]) == b"data key"


@pytest.mark.parametrize("context", [{}, {"ab": "d"}, {"a": "bc"}, {"ab": "c", "d": "e"}, {"AB": "c"}], ids=str)
def test_another_context_opens_nothing(context: dict[str, str], client: BaseClient) -> None:
    blob = generate(client)["CiphertextBlob"]
    assert code(client, "decrypt", CiphertextBlob=blob, EncryptionContext=context) == "InvalidCiphertextException"


def test_the_order_of_the_context_does_not_matter(client: BaseClient) -> None:
    answer = generate(client, EncryptionContext={"a": "1", "b": "2"})
    assert decrypt(client, answer["CiphertextBlob"], EncryptionContext={"b": "2", "a": "1"}) == answer["Plaintext"]


def test_another_key_opens_nothing(client: BaseClient) -> None:
    blob = generate(client)["CiphertextBlob"]
    request = {"CiphertextBlob": blob, "EncryptionContext": CONTEXT}
    assert code(client, "decrypt", KeyId=OTHER_KEY, **request) == "IncorrectKeyException"
    request["CiphertextBlob"] = blob.replace(KEY.encode(), OTHER_KEY.encode())
    assert code(client, "decrypt", **request) == "InvalidCiphertextException"


@pytest.mark.parametrize("blob", [b"x", b"x" * 184, KEY.encode().ljust(124, b"\0"), b"\xff" * 184])
def test_what_was_not_wrapped_here_is_refused(blob: bytes, client: BaseClient) -> None:
    assert code(client, "decrypt", CiphertextBlob=blob) == "InvalidCiphertextException"


@pytest.mark.parametrize("key", [FAR_KEY, "alias/billing", KEY + "0" * 50])
def test_keys_of_another_region_and_what_is_no_key_do_not_exist(key: str, client: BaseClient) -> None:
    assert code(client, "generate_data_key", KeyId=key, NumberOfBytes=32) == "NotFoundException"


def test_other_operations_are_refused(client: BaseClient) -> None:
    assert code(client, "list_keys") == "UnsupportedOperationException"


def test_clients_of_one_process_understand_each_other_and_no_others() -> None:
    answer = generate(local_kms_client())
    assert decrypt(local_kms_client(), answer["CiphertextBlob"]) == answer["Plaintext"]
    request = {"CiphertextBlob": answer["CiphertextBlob"], "EncryptionContext": CONTEXT}
    assert code(local_kms_client(secret=b"x" * 32), "decrypt", **request) == "InvalidCiphertextException"


def test_clients_with_one_secret_understand_each_other() -> None:
    answer = generate(local_kms_client(secret=b"x" * 32))
    assert decrypt(local_kms_client(secret=b"x" * 32), answer["CiphertextBlob"]) == answer["Plaintext"]


def test_faults_can_come_and_go_by_operation_and_by_key(client: BaseClient, faults: dict[str, str]) -> None:
    faults["Decrypt"] = "kms-failed"
    blob = generate(client)["CiphertextBlob"]
    assert code(client, "decrypt", CiphertextBlob=blob) == "KMSInternalException"
    faults.clear()
    faults[OTHER_KEY] = "kms-throttled"
    assert code(client, "generate_data_key", KeyId=OTHER_KEY, NumberOfBytes=32) == "ThrottlingException"
    assert generate(client)


def test_neither_network_nor_files_nor_credentials_of_the_user_are_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    monkeypatch.setattr(socket.socket, "connect", no_network)
    local_kms._session.cache_clear()
    monkeypatch.setenv("AWS_PROFILE", "missing")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/missing")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/missing")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    message = Sealer({"billing-api": FAR_KEY}, client_for=local_kms_client).seal("billing-api", MEMBERS, SUB)
    assert Opener("billing-api", FAR_KEY, client=local_kms_client("us-east-1")).open(message, sub=SUB) == MEMBERS
