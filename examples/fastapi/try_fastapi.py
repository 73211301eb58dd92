"""Send requests to the billing API, with tokens of a user pool in this process; no AWS."""

from billing_fastapi import create_app
from fastapi.testclient import TestClient

from pretoken.testing import TokenIssuer

issuer = TokenIssuer()
api = TestClient(create_app(issuer.verifier(recipient=issuer.recipient("billing-api"))))

PERSON = {"billing-api": {"email": "anna@example.com"}}
TENANT = {"tenant_id": "acme"}

good = issuer.access_token(scopes=["invoices/read"], claims=TENANT, encrypted=PERSON)
REQUESTS = [
    ("a good token", "GET", "/invoices", good),
    ("its encrypted address", "POST", "/invoices/A-1/copy", good),
    ("another tenant's invoice", "POST", "/invoices/G-1/copy", good),
    ("no token", "GET", "/invoices", None),
    ("the ID token", "GET", "/invoices", issuer.id_token(claims=TENANT)),
    ("an expired token", "GET", "/invoices", issuer.broken("expired", scopes=["invoices/read"])),
    ("a missing scope", "GET", "/invoices", issuer.access_token(claims=TENANT)),
    ("a missing group", "DELETE", "/invoices/A-1", issuer.access_token(scopes=["invoices/write"], claims=TENANT)),
    (
        "another user's message",
        "POST",
        "/invoices/A-1/copy",
        issuer.broken("message_of_another_user", scopes=["invoices/read"], claims=TENANT, encrypted=PERSON),
    ),
]

for what, method, path, token in REQUESTS:
    answer = api.request(method, path, headers={"Authorization": f"Bearer {token}"} if token else {})
    print(f"{what}: {method} {path}\n    {answer.status_code} {answer.text}")
    if "www-authenticate" in answer.headers:
        print(f"    WWW-Authenticate: {answer.headers['www-authenticate']}")
