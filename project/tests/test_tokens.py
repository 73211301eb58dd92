"""What the case files beside the rules can't say: what holds for many sign-ins at once."""

import pytest

from pretoken.testing import decide

PERSON = {
    "email": "anna@example.com",
    "name": "Anna Example",
    "given_name": "Anna",
    "birthdate": "1990-04-01",
    "custom:employee_number": "E-00042",
}


@pytest.mark.parametrize("groups", [[], ["auditors"]])
@pytest.mark.parametrize("client", ["web", "worker"])
def test_only_admins_and_editors_can_write_orders(client: str, groups: list[str]) -> None:
    assert "orders/write" not in decide(client=client, groups=groups).access_token.scopes
    assert "orders/write" in decide(client="web", groups=["editors"]).access_token.scopes


@pytest.mark.parametrize("scopes", [[], ["openid", "email", "profile"], ["invoices/read"]])
def test_apis_see_nothing_personal_unless_it_is_encrypted_for_them(scopes: list[str]) -> None:
    claims = str(decide(client="web", scopes=scopes, attributes=PERSON).access_token.claims)
    assert "adult" in claims
    assert not [value for value in PERSON.values() if value in claims]
