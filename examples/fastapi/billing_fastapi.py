"""A billing API: the invoices of the caller's tenant, and copies to the address that is encrypted for it.

USER_POOL_ID=… CLIENT_IDS=…,… BILLING_KEY_ARN=… uvicorn --factory billing_fastapi:production
"""

import os
from typing import Annotated

from fastapi import FastAPI, HTTPException, Security

from pretoken.verifier import AccessTokenVerifier, Principal, Recipient
from pretoken.verifier.fastapi import RESPONSES, CognitoAuth

INVOICES = {"acme": {"A-1": 120, "A-2": 80}, "globex": {"G-1": 950}}


def create_app(verifier: AccessTokenVerifier) -> FastAPI:
    """Make the API; its tests give it the verifier of a `TokenIssuer`."""
    auth = CognitoAuth(verifier)
    admins = auth.requiring(groups=["billing-admins"])
    app = FastAPI(title="Billing", responses=RESPONSES)
    auth.init_app(app)

    @app.get("/invoices")
    def invoices(principal: Annotated[Principal, Security(auth, scopes=["invoices/read"])]) -> dict[str, int]:
        return of_tenant(principal)

    @app.post("/invoices/{number}/copy", status_code=202)
    def copy(number: str, principal: Annotated[Principal, Security(auth, scopes=["invoices/read"])]) -> dict[str, str]:
        if number not in of_tenant(principal):
            raise HTTPException(404)
        return {"invoice": number, "to": principal.encrypted["email"]}  # opened now, not before

    @app.delete("/invoices/{number}", status_code=204)
    def cancel(number: str, principal: Annotated[Principal, Security(admins, scopes=["invoices/write"])]) -> None:
        if of_tenant(principal).pop(number, None) is None:
            raise HTTPException(404)

    return app


def of_tenant(principal: Principal) -> dict[str, int]:
    """Give the invoices that the caller may see, never another tenant's."""
    return INVOICES.get(principal.claims.get("tenant_id", ""), {})


def production() -> FastAPI:
    """Make the API from the environment."""
    verifier = AccessTokenVerifier(
        user_pool_id=os.environ["USER_POOL_ID"],
        client_ids=os.environ["CLIENT_IDS"].split(","),
        recipient=Recipient("billing-api", key=os.environ["BILLING_KEY_ARN"]),
    )
    return create_app(verifier)
