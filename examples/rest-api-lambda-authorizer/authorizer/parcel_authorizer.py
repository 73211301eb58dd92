"""The authorizer of the parcels' API: one policy for all routes, by the token's scopes."""

from __future__ import annotations

import json
import os

from pretoken.verifier import AccessTokenVerifier, LambdaAuthorizer

JWKS = os.environ.get("JWKS")  # a key set to try it with; without one the pool's own is fetched

verifier = AccessTokenVerifier(
    user_pool_id=os.environ["USER_POOL_ID"],
    client_ids=os.environ["CLIENT_IDS"].split(","),
    recipient=None,  # this API opens nothing
    jwks=json.loads(JWKS) if JWKS else None,
)
handler = LambdaAuthorizer(
    verifier,
    routes={
        "GET /parcels": "parcels/read",
        "GET /parcels/*": "parcels/read",
        "DELETE /parcels/*": ["parcels/read", "parcels/write"],
    },
    context=lambda principal: {"tenant_id": principal.claims.get("tenant_id")},
    prepare=not JWKS,
)
