"""Verifying a token and opening a message, against the libraries that do no more than that."""

from __future__ import annotations

import statistics
import time
from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING

import jwt as pyjwt
from joserfc import jwt
from joserfc.jwk import KeySet

from benchmarks.rows import Row
from benchmarks.sealing import KEY, MEMBERS, SUB
from pretoken.sealing.local_kms import local_kms_client
from pretoken.sealing.materials import SDK, cached_materials
from pretoken.sealing.sealer import Sealer
from pretoken.testing import TokenIssuer
from pretoken.verifier import Recipient

if TYPE_CHECKING:
    from collections.abc import Callable

CLIENT = "7q3webexample1client0id"
ALGORITHMS = ["RS256"]
BYTES = 1024  # of the token
ROUNDS = 400
CALLS = 10  # of each way in a round


def medians(*ways: Callable[[], object]) -> list[float]:
    """Measure all ways in turns; returns the median seconds of one call of each."""
    times: list[list[float]] = [[] for _ in ways]
    for _ in range(ROUNDS):
        for way, taken in zip(ways, times, strict=True):
            started = time.perf_counter()
            for _ in range(CALLS):
                way()
            taken.append((time.perf_counter() - started) / CALLS)
    return [statistics.median(taken) for taken in times]


def token_of(issuer: TokenIssuer) -> str:
    """Return an access token of about 1 KB."""
    short = issuer.access_token(client_id=CLIENT, scopes=["invoices/read"], claims={"tenant_id": "acme", "filler": ""})
    filler = "x" * ((BYTES - len(short)) * 3 // 4)
    return issuer.access_token(
        client_id=CLIENT, scopes=["invoices/read"], claims={"tenant_id": "acme", "filler": filler}
    )


def verifying() -> list[Row]:
    """Verify one token that asks for a scope."""
    issuer = TokenIssuer(user_pool_id="eu-west-1_Example01")
    token = token_of(issuer)
    verifier = issuer.verifier(client_ids=[CLIENT], recipient=None)
    keys = KeySet.import_key_set(issuer.jwks)  # type: ignore[arg-type]
    registry = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": issuer.issuer},
        exp={"essential": True},
        token_use={"essential": True, "value": "access"},
        client_id={"essential": True, "values": [CLIENT]},
    )
    key_set = pyjwt.PyJWKSet.from_dict(issuer.jwks)

    def with_joserfc() -> None:
        registry.validate(jwt.decode(token, keys, algorithms=ALGORITHMS).claims)

    def with_pyjwt() -> None:
        key = key_set[pyjwt.get_unverified_header(token)["kid"]]
        pyjwt.decode(token, key, algorithms=ALGORITHMS, issuer=issuer.issuer, options={"require": ["exp", "iss"]})

    ours, joserfc, theirs = medians(lambda: verifier.verify(token, scopes="invoices/read"), with_joserfc, with_pyjwt)
    what = f"verify an access token of {len(token)} bytes"
    return [
        Row(what, _us(ours), _us(joserfc), "joserfc's own decode and validate", ours / joserfc, 1.6),
        Row(what, _us(ours), _us(theirs), "PyJWT's decode, with the key of the key id", ours / theirs, 0.7),
    ]


def opening() -> Row:
    """Open one message whose data key is at hand."""
    client = local_kms_client("eu-west-1")
    message = Sealer({"billing-api": KEY}, client_for=lambda _: client).seal("billing-api", MEMBERS, SUB)
    recipient = Recipient("billing-api", key=KEY, client=client)
    materials = cached_materials(KEY, client)

    def with_the_sdk() -> None:
        raw = urlsafe_b64decode(message + "=" * (-len(message) % 4))
        SDK.decrypt(source=raw, materials_manager=materials)

    ours, theirs = medians(lambda: recipient.open(message, sub=SUB), with_the_sdk)
    against = "Encryption SDK's own decrypt, with its cache"
    return Row("open a message whose data key is cached", _us(ours), _us(theirs), against, ours / theirs, 1.2)


def _us(seconds: float) -> str:
    return f"{seconds * 1e6:.1f} us"


def rows() -> list[Row]:
    """Measure all rows of this file."""
    return [*verifying(), opening()]


if __name__ == "__main__":
    for row in rows():
        print(row)
