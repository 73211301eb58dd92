"""A user pool's signing keys, read from its JSON Web Key Set (RFC 7517)."""

from __future__ import annotations

from collections import Counter

from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from joserfc.util import base64_to_int

from pretoken.sealing.strict_json import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

LONGEST = 65_536  # bytes of a set
_BITS = range(2048, 8192 + 1)
_EXPONENT = "AQAB"  # 65537


class JWKSError(ValueError):
    """Say that a JSON Web Key Set has no key that can be used."""

    def __str__(self) -> str:
        return "the JSON Web Key Set has no RSA key for RS256; give the one of the user pool, from its `jwks.json`"


def parse_jwks(data: bytes) -> dict[str, RSAKey]:
    """Return the keys of a JSON Web Key Set as it is fetched; see `signing_keys`."""
    try:
        document = parse(data)
    except (ValueError, RecursionError):
        document = None
    return signing_keys(document)


def signing_keys(document: Any) -> dict[str, RSAKey]:
    """Return the keys that can verify tokens, by key id.

    A key that can't is left out: another type or algorithm, another use, a private or a weak one, without an id. So are
    two keys of one id, of which nobody knows which is meant.

    Args:
        document: a JSON Web Key Set: `{"keys": […]}`.

    Raises:
        JWKSError: none is left.

    Source: RFC 7517 section 5 (keys that aren't understood are ignored), RFC 7518 section 3.3 (2048 bits or more).
    """
    listed = document.get("keys") if isinstance(document, dict) else None
    entries = [
        entry
        for entry in (listed if isinstance(listed, list) else ())
        if isinstance(entry, dict) and isinstance(entry.get("kid"), str)
    ]
    times = Counter(entry["kid"] for entry in entries)
    keys = {entry["kid"]: _key(entry) for entry in entries}
    usable = {kid: key for kid, key in keys.items() if key is not None and times[kid] == 1}
    if not usable:
        raise JWKSError
    return usable


def _key(entry: Mapping[str, Any]) -> RSAKey | None:
    if (
        entry.get("kty") != "RSA"
        or entry.get("use", "sig") != "sig"
        or entry.get("alg", "RS256") != "RS256"
        or entry.get("e") != _EXPONENT
        or not isinstance(entry.get("n"), str)
        or "d" in entry
    ):
        return None
    try:
        if base64_to_int(entry["n"]).bit_length() not in _BITS:
            return None
        # Only what was looked at: other parameters may hold certificates and URLs, which mean nothing here.
        return RSAKey.import_key({"kty": "RSA", "n": entry["n"], "e": _EXPONENT})
    except (JoseError, ValueError):
        return None
