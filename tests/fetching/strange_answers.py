"""Strange answers, each with the cause by which a lookup fails."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

from tests.fetching.stranger import MARK, Answer, Close, Raw, Reset, error

if TYPE_CHECKING:
    from pretoken.trigger.fetching.call import Key
    from tests.fetching.stranger import Manner

ONE = {"pk": {"S": f"USER#{MARK}"}}
KEYS: dict[str, Key] = {"one": {"pk": f"USER#{MARK}"}, "two": {"pk": f"TENANT#{MARK}"}}
ITEM = {**ONE, "plan": {"S": "pro"}}
LONG = MARK * 10_000
IN_FULL = json.dumps({"Item": ITEM}).encode()


EVERYWHERE: dict[str, tuple[Manner, str]] = {
    "reset": (Reset(), "unreachable"),
    "closed without answer": (Close(), "unreachable"),
    "no HTTP": (Raw(f"{MARK}\r\n\r\n".encode()), "unreachable"),
    "a head and nothing more": (Raw(b"HTTP/1.1 200 OK\r\nContent-Le"), "unreadable"),
    "a chunk that ends early": (Answer(b"{}", chunked=True, more=1), "unreachable"),
    "HTML": (Answer(f"<html>{MARK}</html>".encode()), "unreadable"),
    "a list": (Answer([]), "unreadable"),
    "a text": (Answer(MARK), "unreadable"),
    "a number": (Answer(0), "unreadable"),
    "false": (Answer(content=False), "unreadable"),
    "nothing": (Answer(b""), "unreadable"),
    "blanks": (Answer(b" "), "unreadable"),
    "truncated": (Answer(IN_FULL[:-3]), "unreadable"),
    "truncated, and it shows": (Answer(IN_FULL[:-3], more=3), "unreadable"),
    "shorter than it says": (Answer(b"{}", more=10), "unreadable"),
    "null, shorter than it says": (Answer(b"null", more=10), "unreadable"),
    "empty, shorter than it says": (Answer(b"", more=10), "unreadable"),
    "not UTF-8": (Answer(b'{"\xff": 1}'), "unreadable"),
    "half a pair of surrogates": (Answer(b'{"a": "\\ud800"}'), "unreadable"),
    "a name twice": (Answer(b'{"a": 1, "a": 2}'), "unreadable"),
    "a name twice, deep inside": (Answer(b'{"a": [{"b": {"c": 1, "c": 2}}]}'), "unreadable"),
    "an item twice": (Answer(IN_FULL[:-1] + b', "Item": null}'), "unreadable"),
    "NaN": (Answer(b'{"a": NaN}'), "unreadable"),
    "infinity": (Answer(b'{"a": -Infinity}'), "unreadable"),
    "too deep": (Answer(b"[" * 60_000), "unreadable"),
    "compressed": (Answer(gzip.compress(b"{}"), head="Content-Encoding: gzip"), "unreadable"),
    "201": (Answer(b"{}", 201), "unreadable"),
    "202": (Answer(b"null", 202), "unreadable"),
    "204": (Raw(b"HTTP/1.1 204 No Content\r\n\r\n"), "unreadable"),
    "206": (Answer(b"{}", 206), "unreadable"),
    "299": (Answer(b"{}", 299), "unreadable"),
    "300": (Answer(b"{}", 300), "failed"),
    "302": (Answer(b"", 302, head="Location: http://127.0.0.1:1/"), "failed"),
    "304": (Raw(b"HTTP/1.1 304 Not Modified\r\n\r\n"), "failed"),
    "too large": (Answer({"a": LONG}), "too-large"),
    "too large, in a chunk": (Answer({"a": LONG}, chunked=True), "too-large"),
    "too large, and no JSON": (Answer(LONG.encode()), "too-large"),
    "400 without content": (Answer(b"", 400), "failed"),
    "400 with HTML": (Answer(f"<html>{MARK}</html>".encode(), 400), "failed"),
    "400 with a list": (Answer([MARK], 400), "failed"),
    "400 with another code": (error(MARK), "failed"),
    "400 with a number as code": (Answer({"__type": 5}, 400), "failed"),
    "403 with HTML": (Answer(f"<html>{MARK}</html>".encode(), 403), "failed"),
    "404 with HTML": (Answer(f"<html>{MARK}</html>".encode(), 404), "failed"),
    "407": (Answer(b"", 407), "failed"),
    "500": (error("InternalServerError", 500), "server-error"),
    "500 without content": (Answer(b"", 500), "server-error"),
    "500 with HTML": (Answer(f"<html>{MARK}</html>".encode(), 500), "server-error"),
    "500 with a list": (Answer([MARK], 500), "server-error"),
    "500 that is not UTF-8": (Answer(b"\xff", 500), "server-error"),
    "502 with HTML": (Answer(f"<HTML>{MARK}</HTML>".encode(), 502), "server-error"),
    "503": (error("ServiceUnavailable", 503), "server-error"),
    "503 without content": (Answer(b"", 503), "server-error"),
    "503 that is long": (Answer(LONG.encode(), 503), "server-error"),
    "lines that are no headers": (Answer(b"", 500, head=f"{MARK}\r\nX-Mark: {MARK}"), "server-error"),
}
CODES = {
    "ProvisionedThroughputExceededException": "throttled",
    "ThrottlingException": "throttled",
    "RequestLimitExceeded": "throttled",
    "AccessDeniedException": "access-denied",
    "ResourceNotFoundException": "not-found",
    "ValidationException": "refused",
    "InvalidRequestContentException": "refused",
    "UnrecognizedClientException": "no-credentials",
    "ExpiredTokenException": "no-credentials",
    "InvalidSignatureException": "no-credentials",
    "MissingAuthenticationTokenException": "no-credentials",
    "IncompleteSignature": "no-credentials",
}
EVERYWHERE |= {code: (error(code), cause) for code, cause in CODES.items()}

IN_THE_HEAD = {"TooManyRequestsException": "throttled", **CODES}
"""Codes of Lambda, which stand there."""

NO_ITEM: dict[str, Any] = {
    "null": None,
    "a message": {"message": "Forbidden"},
    "an error": {"__type": "com.amazon.coral.availability#ThrottlingException"},
    "an item under another name": {"item": ITEM},
    "an item of another key": {"Item": {"pk": {"S": "USER#otto"}, "plan": {"S": "pro"}}},
    "a key of another type": {"Item": {"pk": {"B": f"USER#{MARK}"}}},
    "a key that is no value": {"Item": {"pk": f"USER#{MARK}"}},
    "an item that is x": {"Item": {"pk": "x"}},
    "an item without key": {"Item": {"plan": {"S": "pro"}}},
    "an item without anything": {"Item": {}},
    "an item that is null": {"Item": None},
    "an item that is false": {"Item": False},
    "items": {"Item": [ITEM]},
    "what isn't a value": {"Item": {**ONE, "plan": MARK}},
    "a value of two types": {"Item": {**ONE, "plan": {"S": MARK, "N": "1"}}},
    "a value of another type": {"Item": {**ONE, "plan": {"S": 5}}},
    "a set that is a text": {"Item": {**ONE, "plan": {"SS": MARK}}},
    "the answer to a batch": {"Responses": {"memberships": [ITEM]}},
}
NO_BATCH: dict[str, Any] = {
    "null": None,
    "an object": {},
    "an item": {"Item": ITEM},
    "a message": {"message": "Forbidden"},
    "another table": {"Responses": {"other": []}},
    "a table without items": {"Responses": {"memberships": None}},
    "a table that is an object": {"Responses": {"memberships": {}}},
    "an item of another key": {"Responses": {"memberships": [ITEM, {"pk": {"S": "USER#otto"}}]}},
    "an item twice": {"Responses": {"memberships": [ITEM, ITEM]}},
    "an item that is x": {"Responses": {"memberships": [{"pk": "x"}]}},
    "another key that it didn't get to": {
        "Responses": {"memberships": []},
        "UnprocessedKeys": {"memberships": {"Keys": [{"pk": {"S": "USER#otto"}}]}},
    },
}
