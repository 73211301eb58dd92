"""Verify Amazon Cognito access tokens in a resource server, and open what is encrypted for it.

Names are resolved when they are first used: `import pretoken.verifier` imports nothing, and whoever opens nothing
imports neither boto3 nor the AWS Encryption SDK.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .access_token_verifier import AccessTokenVerifier as AccessTokenVerifier
    from .bearer import bearer_token as bearer_token
    from .encrypted_claims import EncryptedClaims as EncryptedClaims
    from .encrypted_claims import NoMessageError as NoMessageError
    from .encrypted_claims import NoRecipientError as NoRecipientError
    from .encrypted_claims import Recipient as Recipient
    from .enricher import Enricher as Enricher
    from .forwarded_claims import GatewayClaims as GatewayClaims
    from .gateway import gateway_claims as gateway_claims
    from .lambda_authorizer import AuthorizerError as AuthorizerError
    from .lambda_authorizer import LambdaAuthorizer as LambdaAuthorizer
    from .principal import Principal as Principal
    from .refusals import AlgorithmRefused as AlgorithmRefused
    from .refusals import CheckRefused as CheckRefused
    from .refusals import ClaimRefused as ClaimRefused
    from .refusals import CriticalHeaderRefused as CriticalHeaderRefused
    from .refusals import ExpiredRefused as ExpiredRefused
    from .refusals import GroupRefused as GroupRefused
    from .refusals import IdTokenRefused as IdTokenRefused
    from .refusals import KeysUnavailableError as KeysUnavailableError
    from .refusals import MalformedTokenRefused as MalformedTokenRefused
    from .refusals import MissingClaimRefused as MissingClaimRefused
    from .refusals import NoTokenRefused as NoTokenRefused
    from .refusals import NotYetValidRefused as NotYetValidRefused
    from .refusals import OtherAudienceRefused as OtherAudienceRefused
    from .refusals import OtherClientRefused as OtherClientRefused
    from .refusals import OtherIssuerRefused as OtherIssuerRefused
    from .refusals import Refused as Refused
    from .refusals import SchemaRefused as SchemaRefused
    from .refusals import ScopeRefused as ScopeRefused
    from .refusals import SignatureRefused as SignatureRefused
    from .refusals import TokenTooLongRefused as TokenTooLongRefused
    from .refusals import TokenUseRefused as TokenUseRefused
    from .refusals import UnknownKeyRefused as UnknownKeyRefused
    from .responses import ANSWERABLE as ANSWERABLE
    from .responses import error_response as error_response

_MODULES = {
    "ANSWERABLE": "responses",
    "AccessTokenVerifier": "access_token_verifier",
    "AlgorithmRefused": "refusals",
    "AuthorizerError": "lambda_authorizer",
    "CheckRefused": "refusals",
    "ClaimRefused": "refusals",
    "CriticalHeaderRefused": "refusals",
    "EncryptedClaims": "encrypted_claims",
    "Enricher": "enricher",
    "ExpiredRefused": "refusals",
    "GatewayClaims": "forwarded_claims",
    "GroupRefused": "refusals",
    "IdTokenRefused": "refusals",
    "KeysUnavailableError": "refusals",
    "LambdaAuthorizer": "lambda_authorizer",
    "MalformedTokenRefused": "refusals",
    "MissingClaimRefused": "refusals",
    "NoMessageError": "encrypted_claims",
    "NoRecipientError": "encrypted_claims",
    "NoTokenRefused": "refusals",
    "NotYetValidRefused": "refusals",
    "OtherAudienceRefused": "refusals",
    "OtherClientRefused": "refusals",
    "OtherIssuerRefused": "refusals",
    "Principal": "principal",
    "Recipient": "encrypted_claims",
    "Refused": "refusals",
    "SchemaRefused": "refusals",
    "ScopeRefused": "refusals",
    "SignatureRefused": "refusals",
    "TokenTooLongRefused": "refusals",
    "TokenUseRefused": "refusals",
    "UnknownKeyRefused": "refusals",
    "bearer_token": "bearer",
    "error_response": "responses",
    "gateway_claims": "gateway",
}

__all__ = list(_MODULES)


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
