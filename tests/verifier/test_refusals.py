"""Refusals are a closed set, each with a stable code, a status and a header that is well formed."""

from __future__ import annotations

import copy
import pickle
import re

import pytest

import pretoken.verifier
from pretoken.verifier import KeysUnavailableError, MissingClaimRefused, Refused, ScopeRefused, bearer_token, refusals
from tests.verifier.minting import make_verifier, mint

CODES = {
    "NoTokenRefused": ("no-token", 401, None),
    "MalformedTokenRefused": ("malformed-token", 401, "invalid_token"),
    "TokenTooLongRefused": ("token-too-long", 401, "invalid_token"),
    "AlgorithmRefused": ("wrong-algorithm", 401, "invalid_token"),
    "CriticalHeaderRefused": ("unknown-critical-header", 401, "invalid_token"),
    "UnknownKeyRefused": ("unknown-key", 401, "invalid_token"),
    "SignatureRefused": ("wrong-signature", 401, "invalid_token"),
    "OtherIssuerRefused": ("other-issuer", 401, "invalid_token"),
    "IdTokenRefused": ("id-token", 401, "invalid_token"),
    "TokenUseRefused": ("wrong-token-use", 401, "invalid_token"),
    "OtherClientRefused": ("other-client", 401, "invalid_token"),
    "OtherAudienceRefused": ("other-audience", 401, "invalid_token"),
    "ExpiredRefused": ("expired", 401, "invalid_token"),
    "NotYetValidRefused": ("not-yet-valid", 401, "invalid_token"),
    "ClaimRefused": ("wrong-claim", 401, "invalid_token"),
    "SchemaRefused": ("breaks-schema", 401, "invalid_token"),
    "ScopeRefused": ("missing-scope", 403, "insufficient_scope"),
    "GroupRefused": ("missing-group", 403, "insufficient_scope"),
    "MissingClaimRefused": ("missing-claim", 403, "insufficient_scope"),
    "CheckRefused": ("check-failed", 403, "insufficient_scope"),
}
# RFC 6750 section 3: the quoted texts hold no quote, no backslash and no other character than printable ASCII.
HEADER = re.compile(r'Bearer( error="(\w+)", error_description="[\x20-\x21\x23-\x5B\x5D-\x7E]+"(, scope="[^"\\]+")?)?')


def test_the_set_is_closed() -> None:
    classes = {
        name
        for name, value in vars(refusals).items()
        if isinstance(value, type) and issubclass(value, Refused) and value is not Refused and not name.startswith("_")
    }
    assert classes == set(CODES)
    assert len({code for code, _, _ in CODES.values()}) == len(CODES)


@pytest.mark.parametrize("name", CODES)
def test_a_refusal_has_its_code_its_status_and_its_header(name: str) -> None:
    refused = getattr(pretoken.verifier, name)()
    assert (refused.code, refused.status, refused.error) == CODES[name]
    match = HEADER.fullmatch(refused.www_authenticate)
    assert match
    assert match[2] == refused.error
    assert str(refused) == refused.text
    assert refused.args == ()


@pytest.mark.parametrize(("scopes", "named"), [("b d", ("b",)), ("openid", ("c", "d"))])
def test_a_missing_scope_s_header_names_what_the_api_asks_for(scopes: str, named: tuple[str, ...]) -> None:
    asked = {"b": {"scopes": ["b"], "any_scope": ["c", "d"]}, "c": {"any_scope": ["d", "c"]}}[named[0]]
    with pytest.raises(ScopeRefused) as caught:
        make_verifier().verify(mint(scope=scopes.replace("b ", "")), **asked)
    assert HEADER.fullmatch(caught.value.www_authenticate)
    assert caught.value.www_authenticate.endswith(f', scope="{" ".join(named)}"')
    assert caught.value.scopes == named


def test_a_claim_that_is_not_there_is_a_refusal_and_a_key_error() -> None:
    claims = make_verifier().verify(mint()).claims
    for error in (MissingClaimRefused, KeyError):
        with pytest.raises(error) as caught:
            claims["tenant"]
        assert str(caught.value) == MissingClaimRefused.text
        assert getattr(caught.value, "claim", None) == "tenant"
    assert claims.get("tenant", "none") == "none"
    assert "tenant" not in claims


def test_refusals_can_be_copied_to_other_processes() -> None:
    refused = ScopeRefused(["a"])
    for other in (copy.copy(refused), pickle.loads(pickle.dumps(refused))):  # noqa: S301 - ours
        assert other.www_authenticate == refused.www_authenticate


def test_keys_that_are_unavailable_are_no_refusal() -> None:
    error = KeysUnavailableError()
    assert not isinstance(error, Refused)
    assert (error.code, error.status) == ("keys-unavailable", 503)
    assert "can't be fetched" in str(error)


@pytest.mark.parametrize("value", ["Bearer abc", "bearer abc", "BEARER abc", "Bearer  abc", "Bearer abc "])
def test_a_bearer_token_is_taken_from_its_header(value: str) -> None:
    assert bearer_token(value) == "abc"


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        " ",
        "Bearer",
        "Bearer ",
        "Bearer   ",
        "abc",
        "Basic abc",
        "Bearerabc",
        "Bearer\tabc",
        " Bearer abc",
        "Token Bearer abc",
        "Вearer abc",
    ],
)
def test_other_headers_hold_no_bearer_token(value: str | None) -> None:
    with pytest.raises(refusals.NoTokenRefused) as caught:
        bearer_token(value)
    assert caught.value.www_authenticate == "Bearer"
    assert caught.value.__context__ is caught.value.__cause__ is None
