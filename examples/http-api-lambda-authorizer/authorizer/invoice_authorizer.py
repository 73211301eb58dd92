"""The authorizer of the invoices' API: verifies the access token, and hands on what the API needs of it."""

from __future__ import annotations

import json
import os
from typing import Any

from pretoken.verifier import AccessTokenVerifier, LambdaAuthorizer, Principal

JWKS = os.environ.get("JWKS")  # a key set to try it with; without one the pool's own is fetched


def for_invoices(principal: Principal) -> dict[str, Any]:
    """Hand on the tenant, and the message for the billing API as it is: still encrypted."""
    return {name: principal.claims.get(name) for name in ("tenant_id", "encrypted_for_billing_api")}


verifier = AccessTokenVerifier(
    user_pool_id=os.environ["USER_POOL_ID"],
    client_ids=os.environ["CLIENT_IDS"].split(","),
    recipient=None,  # the authorizer opens nothing
    jwks=json.loads(JWKS) if JWKS else None,
)
handler = LambdaAuthorizer(
    verifier, scopes="invoices/read", context=for_invoices, simple_responses=True, prepare=not JWKS
)
