"""A token as it comes: read, and its signature verified."""

from __future__ import annotations

from functools import lru_cache

from joserfc.jws import CompactSignature, JWSRegistry, validate_compact
from joserfc.util import urlsafe_b64decode

from pretoken.sealing.strict_json import parse
from pretoken.verifier.refusals import (
    AlgorithmRefused,
    CriticalHeaderRefused,
    MalformedTokenRefused,
    SignatureRefused,
    TokenTooLongRefused,
    UnknownKeyRefused,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from joserfc.jwk import RSAKey

LONGEST = 65_536  # characters
_LONGEST_HEADER = 512  # characters; Cognito's has about 100

_RS256 = JWSRegistry(algorithms=["RS256"])


class UnverifiedToken:
    """A token that says `kid` and `claims` of itself; `verify` finds out whether that is true."""

    __slots__ = ("_header", "_segments", "claims", "kid")

    def __init__(self, text: str) -> None:
        """Read a token.

        Args:
            text: a JWT in compact form, at most 65536 characters.

        Raises:
            Refused: it can't be read, or isn't signed with RS256.

        Source: RFC 7515 section 5.2, RFC 7519 section 7.2, RFC 8725 section 3.
        """
        if not isinstance(text, str) or not text.isascii():
            raise MalformedTokenRefused
        if len(text) > LONGEST:
            raise TokenTooLongRefused
        segments = text.encode().split(b".")
        if len(segments) != 3 or len(segments[0]) > _LONGEST_HEADER:  # noqa: PLR2004 - RFC 7515 section 7.1
            raise MalformedTokenRefused
        self._header = _header(segments[0])
        self._segments = segments
        self.kid: str = self._header["kid"]
        self.claims = _object(segments[1])

    def verify(self, key: RSAKey) -> None:
        """Verify the signature; raises SignatureRefused."""
        signed = CompactSignature(self._header, b"")
        header, payload, signature = self._segments
        signed.segments.update({"header": header, "payload": payload, "signature": signature})
        if not validate_compact(signed, key, registry=_RS256):
            raise SignatureRefused


@lru_cache(maxsize=64)  # tokens that one key signed have one header
def _header(segment: bytes) -> dict[str, Any]:
    header = _object(segment)
    if header.get("alg") != "RS256":
        raise AlgorithmRefused
    if "crit" in header:
        raise CriticalHeaderRefused
    if not isinstance(header.get("kid"), str):
        raise UnknownKeyRefused
    # Nothing else is looked at: `jku`, `jwk`, `x5c` and `x5u` say nothing of which key is the pool's, and parameters
    # that aren't known are ignored (RFC 7515 section 4).
    return {"alg": header["alg"], "kid": header["kid"]}


def _object(segment: bytes) -> dict[str, Any]:
    try:
        value = parse(urlsafe_b64decode(segment))
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        # Raised here, not above: the parser's error holds the whole text.
        raise MalformedTokenRefused
    return value
