"""A billing API: the invoices of the caller's tenant, and copies to the address that is encrypted for it.

USER_POOL_ID=… CLIENT_IDS=…,… BILLING_KEY_ARN=… flask --app 'billing_flask:production()' run
"""

from __future__ import annotations

import os

from flask import Blueprint, Flask

from pretoken.verifier import AccessTokenVerifier, Principal, Recipient
from pretoken.verifier.flask import CognitoAuth

INVOICES = {"acme": {"A-1": 120, "A-2": 80}, "globex": {"G-1": 950}}


def create_app(verifier: AccessTokenVerifier) -> Flask:
    """Make the API; its tests give it the verifier of a `TokenIssuer`."""
    auth = CognitoAuth(verifier)
    app = Flask(__name__)
    auth.init_app(app)

    billing = Blueprint("billing", __name__, url_prefix="/invoices")
    auth.protect(billing)  # no view of it takes a request without a token

    @billing.get("")
    @auth.required(scopes=["invoices/read"])
    def invoices() -> dict[str, int]:
        return of_tenant(auth.principal)

    @billing.post("/<number>/copy")
    @auth.required(scopes=["invoices/read"])
    def copy(number: str) -> tuple[dict[str, str], int]:
        if number not in of_tenant(auth.principal):
            return {"error": "no-such-invoice"}, 404
        return {"invoice": number, "to": auth.principal.encrypted["email"]}, 202  # opened now, not before

    @billing.delete("/<number>")
    @auth.required(scopes=["invoices/write"], groups=["billing-admins"])
    def cancel(number: str) -> tuple[dict[str, str], int]:
        if of_tenant(auth.principal).pop(number, None) is None:
            return {"error": "no-such-invoice"}, 404
        return {}, 204

    app.register_blueprint(billing)
    return app


def of_tenant(principal: Principal) -> dict[str, int]:
    """Give the invoices that the caller may see, never another tenant's."""
    return INVOICES.get(principal.claims.get("tenant_id", ""), {})


def production() -> Flask:
    """Make the API from the environment."""
    verifier = AccessTokenVerifier(
        user_pool_id=os.environ["USER_POOL_ID"],
        client_ids=os.environ["CLIENT_IDS"].split(","),
        recipient=Recipient("billing-api", key=os.environ["BILLING_KEY_ARN"]),
    )
    return create_app(verifier)
