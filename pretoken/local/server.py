"""A KMS and a DynamoDB on a port of this machine, for `sam local invoke`."""

from __future__ import annotations

import json
import socket
from contextlib import closing
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal

from moto.dynamodb.models import dynamodb_backends
from moto.kms.models import kms_backends
from moto.moto_server.werkzeug_app import create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import Client
from werkzeug.wrappers import Response

from pretoken.local.errors import LocalRunError
from pretoken.local.resources import ACCOUNT, REGION, LocalResources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIEnvironment

    from werkzeug.serving import BaseWSGIServer

    from pretoken.local.items import Item

# Only these two: other services of moto run code that a caller sends.
_SERVICES: dict[str, Literal["kms", "dynamodb"]] = {"TrentService": "kms", "DynamoDB_20120810": "dynamodb"}

# In place of the caller's: all see the same keys and tables, whatever their region, and no credential stays here.
_CALLER = {
    "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential=local/20260101/{REGION}/local/aws4_request",
    "HTTP_HOST": "localhost",
    "HTTP_USER_AGENT": "local",
}


class LocalAWS:
    """Keys and tables in memory, behind the AWS API; they are gone when the process ends.

    Args:
        resources: what there must be.
        host: the address to listen on, such as `0.0.0.0` for all of this machine.
        port: the port to listen on; 0 for any that is free.
        log: takes a line per request: service, operation and status, and nothing of its content.
        items: what stands in the tables, by their names.

    Raises:
        LocalRunError: a key, table or item can't be made.
        OSError: the address is taken or isn't this machine's.
    """

    def __init__(
        self,
        resources: LocalResources,
        host: str,
        port: int,
        log: Callable[[str], object],
        items: Mapping[str, Iterable[Item]] | None = None,
    ) -> None:
        self._log = log
        kms_backends[ACCOUNT].reset()
        dynamodb_backends[ACCOUNT].reset()
        self._apps = {service: create_backend_app(service) for service in _SERVICES.values()}
        for arn, recipients in resources.keys.items():
            self._make_key(arn, recipients)
        for name, attributes in resources.tables.items():
            self._make_table(name, attributes)
        for name, held in (items or {}).items():
            for item in held:
                self._put_item(name, item)
        with closing(socket.create_server((host, port))) as listening:
            self._server: BaseWSGIServer = make_server(
                host, port, self._answer, threaded=True, request_handler=_Silent, fd=listening.fileno()
            )
        self.port = self._server.port

    def serve(self) -> None:
        """Answer requests until `stop` is called or the process is interrupted."""
        self._server.serve_forever(poll_interval=0.1)

    def stop(self) -> None:
        """Make `serve` return."""
        self._server.shutdown()

    def close(self) -> None:
        """Leave the port to others."""
        self._server.server_close()

    def _make_key(self, arn: str, recipients: list[str]) -> None:
        made = self._call("TrentService.CreateKey", Description=f"local key of {', '.join(recipients)}")
        keys = kms_backends[ACCOUNT][REGION].keys
        key = keys.pop(made["KeyMetadata"]["KeyId"])
        key.arn, key.id = arn, arn.rpartition(":key/")[2]
        keys[key.id] = key
        for recipient in recipients:
            self._call("TrentService.CreateAlias", AliasName=f"alias/{recipient}", TargetKeyId=arn)

    def _make_table(self, name: str, attributes: list[str]) -> None:
        self._call(
            "DynamoDB_20120810.CreateTable",
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": attribute, "AttributeType": "S"} for attribute in attributes],
            KeySchema=[
                {"AttributeName": attribute, "KeyType": type_}
                for attribute, type_ in zip(attributes, ("HASH", "RANGE"), strict=False)
            ],
        )

    def _put_item(self, table: str, item: Item) -> None:
        try:
            self._call("DynamoDB_20120810.PutItem", TableName=table, Item=item.attributes)
        except Exception:  # noqa: BLE001 - moto lets its own errors out, and their text may hold anything
            raise LocalRunError(
                f"{item.place}: moto refuses this item; keep it within what DynamoDB takes: 400 KB, 2,048 bytes of a "
                "key's first attribute and 1,024 of its second, numbers from 10^-130 to 10^125"
            ) from None

    def _call(self, target: str, **content: object) -> Any:
        prefix, _, operation = target.partition(".")
        client = Client(self._apps[_SERVICES[prefix]], Response)
        headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.0"}
        with client.post("/", data=json.dumps(content), headers=headers, environ_overrides=_CALLER) as answer:
            if answer.status_code != HTTPStatus.OK:
                raise LocalRunError(f"moto refuses `{operation}`; try another version: `pip install --upgrade moto`")
            return json.loads(answer.get_data() or b"{}")

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        prefix, _, operation = environ.get("HTTP_X_AMZ_TARGET", "").partition(".")
        service = _SERVICES.get(prefix)
        if environ["REQUEST_METHOD"] != "POST" or "HTTP_ORIGIN" in environ:  # a page in a browser has no business here
            answer = _error("AccessDeniedException", HTTPStatus.FORBIDDEN)
        elif service is None or not operation.isalnum():
            answer = _error("UnknownOperationException", HTTPStatus.BAD_REQUEST)
        else:
            try:
                answer = Response.from_app(self._apps[service], environ | _CALLER, buffered=True)
            except Exception:  # noqa: BLE001 - moto lets its own errors out, and their text may hold anything
                answer = _error("InternalFailure", HTTPStatus.INTERNAL_SERVER_ERROR)
            self._log(f"{service} {operation} {answer.status_code}")
        return answer(environ, start_response)


def _error(code: str, status: HTTPStatus) -> Response:
    text = json.dumps({"__type": code, "message": "answered by pretoken local-aws, which has KMS and DynamoDB alone"})
    return Response(text, status, content_type="application/x-amz-json-1.1")


class _Silent(WSGIRequestHandler):
    """Keeps werkzeug's log, which has paths and addresses, off the screen."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - named by werkzeug
        pass
