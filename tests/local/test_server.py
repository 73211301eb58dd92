"""The local KMS and DynamoDB answer boto3 over HTTP."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from http.client import HTTPConnection
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from pretoken.local import Item, LocalResources, LocalRunError
from pretoken.local.server import LocalAWS
from pretoken.policy.errors import Place
from pretoken.sealing import Opener, Sealer
from tests.local.serving import serving

KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OTHER = "arn:aws:kms:eu-west-1:123456789012:key/mrk-0"
JSON = "application/x-amz-json-1.1"
RESOURCES = LocalResources(
    {}, {KEY: ["billing-api", "support-api"], OTHER: ["other-api"]}, {"orders": ["pk", "sk"], "users": ["id"]}, {}
)


@pytest.fixture
def log() -> list[str]:
    return []


@pytest.fixture
def port(log: list[str]) -> Iterator[int]:
    with serving(LocalAWS(RESOURCES, "127.0.0.1", 0, log.append)) as port:
        yield port


def client(port: int, service: str, region: str = "ap-southeast-2") -> Any:
    return botocore.session.Session().create_client(
        service,
        region,
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id="AKIAEXAMPLE",
        aws_secret_access_key="secret",
        aws_session_token="token",
        config=Config(proxies={}, retries={"total_max_attempts": 1}),
    )


def post(port: int, body: bytes, target: str | None) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"Content-Type": JSON} | ({} if target is None else {"X-Amz-Target": target})
    connection.request("POST", "/", body, headers)
    with connection.getresponse() as answer:
        content = answer.read()
    connection.close()
    return answer.status, content


def test_what_is_sealed_with_the_local_key_is_opened_with_it(port: int, log: list[str]) -> None:
    message = Sealer({"billing-api": KEY}, client_for=partial(client, port, "kms")).seal(
        "billing-api", {"email": "anna@example.com"}, "sub"
    )
    opener = Opener("billing-api", KEY, client=client(port, "kms", "us-east-1"))
    assert opener.open(message, sub="sub") == {"email": "anna@example.com"}
    assert log == ["kms GenerateDataKey 200", "kms Decrypt 200"]


def test_each_recipient_has_an_alias_to_its_key(port: int) -> None:
    kms = client(port, "kms")
    for recipient, arn in {"billing-api": KEY, "support-api": KEY, "other-api": OTHER}.items():
        assert kms.describe_key(KeyId=f"alias/{recipient}")["KeyMetadata"]["Arn"] == arn


def test_a_key_that_no_recipient_has_does_not_exist(port: int, log: list[str]) -> None:
    with pytest.raises(ClientError, match="NotFoundException"):
        client(port, "kms").generate_data_key(KeyId=f"{KEY[:-1]}c", KeySpec="AES_256")
    assert log == ["kms GenerateDataKey 400"]


def test_tables_hold_items_whatever_the_region(port: int) -> None:
    item = {"pk": {"S": "USER#1"}, "sk": {"S": "ORDER#1"}, "plan": {"S": "pro"}}
    client(port, "dynamodb", "eu-west-1").put_item(TableName="orders", Item=item)
    found = client(port, "dynamodb", "us-west-2").get_item(
        TableName="orders", Key={"pk": {"S": "USER#1"}, "sk": {"S": "ORDER#1"}}
    )
    assert found["Item"] == item
    schema = client(port, "dynamodb").describe_table(TableName="users")["Table"]["KeySchema"]
    assert schema == [{"AttributeName": "id", "KeyType": "HASH"}]


def test_items_stand_in_the_tables_from_the_beginning(log: list[str]) -> None:
    one: dict[str, Any] = {
        "id": {"S": "USER#1"},
        "tenants": {"SS": ["acme", "globex"]},
        "more": {"M": {"age": {"N": "7.5"}}},
    }
    held = [Item(Place("items.yaml", 2), one), Item(Place("items.yaml", 3), {"id": {"S": "USER#2"}})]
    with serving(LocalAWS(RESOURCES, "127.0.0.1", 0, log.append, {"users": held})) as port:
        found = client(port, "dynamodb").get_item(TableName="users", Key={"id": {"S": "USER#1"}})
        assert found["Item"] == one
        assert client(port, "dynamodb").scan(TableName="users")["Count"] == 2
        assert client(port, "dynamodb").scan(TableName="orders")["Count"] == 0
    assert log == ["dynamodb GetItem 200", "dynamodb Scan 200", "dynamodb Scan 200"]


@pytest.mark.parametrize(
    "attributes",
    [
        {"id": {"S": "secret"}, "plan": {"S": "x" * 450_000}},
        {"id": {"S": "secret" * 400}},
        {"id": {"S": "secret"}, "age": {"N": "1e+300"}},
        {"id": {"S": "secret"}, "plan": {"S": "half a pair: \ud800"}},
    ],
)
def test_an_item_that_moto_refuses_is_told_with_its_place_alone(
    attributes: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(LocalRunError) as refused:
        LocalAWS(RESOURCES, "127.0.0.1", 0, print, {"users": [Item(Place("items.yaml", 2, 5), attributes)]})
    assert str(refused.value) == (
        "items.yaml:2:5: moto refuses this item; keep it within what DynamoDB takes: 400 KB, 2,048 bytes of a key's "
        "first attribute and 1,024 of its second, numbers from 10^-130 to 10^125"
    )
    assert capfd.readouterr() == ("", "")


def test_nothing_but_kms_and_dynamodb_is_served(port: int, log: list[str]) -> None:
    """Other services of moto start containers with code that a caller sends."""
    for target in (
        None,
        "",
        "AWSLambda.Invoke",
        "TrentService",
        "TrentService.",
        "TrentService.A\x1b[2J",
        "kms.Decrypt",
    ):
        status, content = post(port, b"{}", target)
        assert status == 400
        assert b"UnknownOperationException" in content
    assert not log


def test_a_page_in_a_browser_is_refused(port: int, log: list[str]) -> None:
    """Also one whose name was made to lead here."""
    target = {"X-Amz-Target": "TrentService.ListKeys"}
    for method, headers in (("POST", {"Origin": "http://rebound.example.com", **target}), ("GET", target)):
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request(method, "/", "{}", headers)
        with closing(connection), connection.getresponse() as answer:
            assert answer.status == 403
    assert not log


def test_the_path_chooses_no_service(port: int) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", "/moto-api/reset")
    assert connection.getresponse().status == 400
    connection.close()


def test_what_moto_stumbles_over_is_an_answer_and_nothing_on_screen(
    port: int, log: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    status, content = post(port, b"anna@example.com", "TrentService.GenerateDataKey")
    assert status == 500
    assert b"InternalFailure" in content
    assert b"anna" not in content
    assert log == ["kms GenerateDataKey 500"]
    assert capfd.readouterr() == ("", "")


def test_callers_do_not_wait_for_each_other(port: int) -> None:
    with ThreadPoolExecutor(8) as callers:
        answers = [*callers.map(lambda _: post(port, b"{}", "TrentService.ListKeys")[0], range(16))]
    assert answers == [200] * 16


def test_a_second_one_in_a_process_begins_anew() -> None:
    resources = LocalResources({}, {OTHER: ["billing-api"]}, {"orders": ["pk"]}, {})
    with serving(LocalAWS(resources, "127.0.0.1", 0, print)) as port:
        assert [key["KeyArn"] for key in client(port, "kms").list_keys()["Keys"]] == [OTHER]


def test_an_address_that_is_taken_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        LocalAWS(RESOURCES, "127.0.0.1", taken.getsockname()[1], print)


def test_what_moto_refuses_is_told() -> None:
    with pytest.raises(LocalRunError, match="moto refuses `CreateAlias`; try another version"):
        LocalAWS(LocalResources({}, {KEY: ["two words"]}, {}, {}), "127.0.0.1", 0, print)
