"""The Encryption SDK with a client and a cache alone, as a Lambda handler: the named alternative."""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64encode
from typing import Any

import aws_encryption_sdk as sdk
import botocore.session
from aws_encryption_sdk.key_providers.kms import KMSMasterKey

CLIENT = botocore.session.get_session().create_client("kms")
MATERIALS = sdk.CachingCryptoMaterialsManager(
    master_key_provider=KMSMasterKey(key_id=os.environ["BILLING_KEY_ARN"], client=CLIENT),
    cache=sdk.LocalCryptoMaterialsCache(10),
    max_age=300.0,
)
SDK = sdk.EncryptionSDKClient()


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Encrypt three claims, whoever signs in."""
    attributes = event["request"]["userAttributes"]
    message, _ = SDK.encrypt(
        source=json.dumps({name: attributes[name] for name in ("sub", "email", "name", "custom:employee_number")}),
        materials_manager=MATERIALS,
        encryption_context={"recipient": "billing-api"},
        algorithm=sdk.Algorithm.AES_256_GCM_HKDF_SHA512_COMMIT_KEY,
    )
    claims = {"encrypted_for_billing_api": urlsafe_b64encode(message).decode()}
    event["response"] = {"claimsAndScopeOverrideDetails": {"accessTokenGeneration": {"claimsToAddOrOverride": claims}}}
    return event
