"""Why a token is refused: a closed set of reasons, one class each.

Texts are constant and codes are stable; neither they nor the classes hold anything of a token, so all of it may be
logged, counted and answered.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


#: Everything that `KeysUnavailableError.cause` can be.
CAUSES = {
    "timeout": "there was no answer in time; check the network route to Amazon Cognito",
    "unreachable": "Amazon Cognito can't be reached; check the network route to it, and the proxy",
    "wrong-certificate": "the server's certificate isn't one that this machine trusts; check who answers there",
    "bad-answer": "the answer is an error, a redirect or too long; check the user pool's id",
    "no-usable-key": "the answer holds no RSA key for RS256; check who answers there",
    "fetch-failed": "the function given as `fetch` failed",
    "no-thread": "this process can start no more threads",
}


class Refused(Exception):  # noqa: N818 - a good verifier refuses; it isn't in error
    """Say that a request is refused.

    Attributes:
        code: the stable name of the reason, for logs and metrics.
        status: the HTTP status to answer with, 401 or 403.
        error: the error code of RFC 6750 section 3.1; None if the request carries no token.
        text: the reason in words.
    """

    code = "refused"
    status = 401
    error: str | None = "invalid_token"
    text = "the token is refused"

    def __str__(self) -> str:
        return self.text

    @property
    def www_authenticate(self) -> str:
        """The value of the response's `WWW-Authenticate` header (RFC 6750 section 3)."""
        return "Bearer" if self.error is None else f'Bearer error="{self.error}", error_description="{self.text}"'


class NoTokenRefused(Refused):
    """Say that the request carries no bearer token."""

    code = "no-token"
    error = None
    text = "the request has no bearer token; send `Authorization: Bearer` and the access token"


class MalformedTokenRefused(Refused):
    """Say that the token is no JWT in compact form, or that its JSON has more than one meaning."""

    code = "malformed-token"
    text = "this is no well-formed JWT; send the access token as it was issued"


class TokenTooLongRefused(Refused):
    """Say that the token is longer than any that an API takes."""

    code = "token-too-long"
    text = "the token is too long; at most 65536 characters are read"


class AlgorithmRefused(Refused):
    """Say that the token isn't signed with RS256, the algorithm of Amazon Cognito."""

    code = "wrong-algorithm"
    text = "the token isn't signed with RS256; send the access token as it was issued"


class CriticalHeaderRefused(Refused):
    """Say that the token's header has a `crit` parameter, of whose extensions none is known (RFC 7515 4.1.11)."""

    code = "unknown-critical-header"
    text = "the token's header names a critical extension; send the access token as it was issued"


class UnknownKeyRefused(Refused):
    """Say that the user pool has no key of the token's key id."""

    code = "unknown-key"
    text = "the token isn't signed with a key of the user pool; send one that it issued"


class SignatureRefused(Refused):
    """Say that the signature isn't that of the user pool's key."""

    code = "wrong-signature"
    text = "the token's signature is wrong; send the access token as it was issued"


class OtherIssuerRefused(Refused):
    """Say that the token was issued by another user pool, or by somebody else."""

    code = "other-issuer"
    text = "the token was issued by another user pool; sign in at that of this API"


class IdTokenRefused(Refused):
    """Say that this is an ID token, which is for the client application."""

    code = "id-token"
    text = "this is an ID token, which is for the client application; send the access token"


class TokenUseRefused(Refused):
    """Say that this is neither an access token nor an ID token."""

    code = "wrong-token-use"
    text = "this isn't an access token; send the access token"


class OtherClientRefused(Refused):
    """Say that the token was issued to an app client that this API doesn't accept."""

    code = "other-client"
    text = "the token was issued to another app client; use one that this API accepts"


class OtherAudienceRefused(Refused):
    """Say that the token is bound to another resource (RFC 8707), or to none where this API demands it."""

    code = "other-audience"
    text = "the token is meant for another API; ask for one with this API as the `resource`"


class ExpiredRefused(Refused):
    """Say that the token has expired."""

    code = "expired"
    text = "the token has expired; get a new one with the refresh token"


class NotYetValidRefused(Refused):
    """Say that the token's `nbf` lies in the future."""

    code = "not-yet-valid"
    text = "the token isn't valid yet; wait, and check the clocks"


class ClaimRefused(Refused):
    """Say that a claim which every access token has is missing, or that one isn't what this API reads it as."""

    code = "wrong-claim"
    text = "a claim of the token is missing, or has another type than this API reads; get a new token"


class SchemaRefused(Refused):
    """Say that the token's claims break the schema of the user pool's policy; `claim` names the one, where one does."""

    code = "breaks-schema"
    text = "the token's claims aren't what the user pool's policy promises; get a new token"

    def __init__(self, claim: str | None = None) -> None:
        super().__init__()
        self.claim = claim


class _Forbidden(Refused):
    status = 403
    error = "insufficient_scope"


class ScopeRefused(_Forbidden):
    """Say that the token lacks a scope; the header names those that the API asks for."""

    code = "missing-scope"
    text = "the token lacks a scope that this request needs; ask for it at sign-in"

    def __init__(self, scopes: Iterable[str] = ()) -> None:
        super().__init__()
        self.scopes = tuple(scopes)

    @property
    def www_authenticate(self) -> str:
        """The value of the response's `WWW-Authenticate` header, with the scopes that the API asks for."""
        return (
            f'{super().www_authenticate}, scope="{" ".join(self.scopes)}"' if self.scopes else super().www_authenticate
        )


class GroupRefused(_Forbidden):
    """Say that the user isn't in a group that the API asks for."""

    code = "missing-group"
    text = "the user isn't in a group that this request needs; ask an administrator for it"


class MissingClaimRefused(_Forbidden, KeyError):  # noqa: N818 - as Refused
    """Say that the token lacks a claim that the API reads; `claim` names it. Also a KeyError, as of any mapping."""

    code = "missing-claim"
    text = "the token lacks a claim that this request needs; take that for a missing right"

    def __init__(self, claim: str = "") -> None:
        super().__init__()
        self.claim = claim

    __str__ = Refused.__str__


class CheckRefused(_Forbidden):
    """Say that the API's own check didn't pass."""

    code = "check-failed"
    text = "the caller isn't allowed to do this; ask the team of this API"


class KeysUnavailableError(Exception):
    """Say that the user pool's keys can't be fetched, so that nothing is known of the token; no refusal.

    Attributes:
        status: the HTTP status to answer with, 503.
        cause: a key of `CAUSES`.
        retry_after: seconds after which the keys are asked for again, at the earliest (`Retry-After`).
    """

    code = "keys-unavailable"
    status = 503
    retry_after = 10

    def __init__(self, cause: str = "timeout") -> None:
        super().__init__(cause)
        self.cause = cause

    def __str__(self) -> str:
        return f"the user pool's keys can't be fetched: {CAUSES[self.cause]}; try again later"
