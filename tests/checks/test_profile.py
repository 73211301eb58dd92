"""What access tokens show and open."""

import pytest

from tests.checks.conftest import POOL, Found

SCOPES = [
    ("[openid]", "`openid`"),
    ("[orders/read, email, phone]", "`email` and `phone`"),
    ("aws.cognito.signin.user.admin", "`aws.cognito.signin.user.admin`"),
    ("{from: groups, then: {table: {staff: profile}}}", "`profile`"),
    ("{first_of: [{from: lookup.user.tenants}, [openid]]}", "`openid`"),
    ("{template: openid}", "`openid`"),
    ("{template: 'a/{client}'}", None),
    ("{union: [[openid], [a/b]], then: {at_most: 9}}", "`openid`"),
    ("{from: groups, then: [{table: {a: [OPENID]}}, lower]}", "`openid`"),
    ("{from: groups, then: {prefer: [email]}}", "`email`"),
    ("{from: lookup.user.tenants, then: {keep: [openid, [phone]]}}", "`openid` and `phone`"),
    ("{from: lookup.user.tenants, then: {keep: {prefix: o}}}", None),
    ("{from: lookup.user.tenants, then: {keep: [a/b]}, default: [profile]}", "`profile`"),
    ("{from: groups, then: [{table: {a: [openid, a/b]}}, {keep: a/b}]}", None),
    ("{choose: [{when: {scopes: openid}, value: a/b}], then: lower}", None),
    ("{union: [{from: derived.all}, {from: derived.all}]}", "`openid`"),
    ("[orders/read]", None),
    ("{from: lookup.user.tenants}", None),
]


@pytest.mark.parametrize(("value", "scopes"), SCOPES)
def test_scopes_that_open_the_profile_are_found(value: str, scopes: str | None, found: Found) -> None:
    """Whatever value gives them."""
    rules = f"rules: {{r: {{when: {{client: web}}, access_token: {{scopes: {{add: {value}}}}}}}}}\n"
    rules += "derived: {all: {from: groups, then: {table: {a: openid}}}}\n"
    texts = found("scope-opens-profile", rules)
    assert [text.partition(" adds ")[2].partition(", which")[0] for text in texts] == ([scopes] if scopes else [])


def test_providers_are_named_once(found: Found) -> None:
    """Users' ids there are in every access token."""
    (text,) = found("user-name-in-clear", pool=POOL.replace("[AcmeOkta]", "[AcmeOkta, GlobexEntra]"))
    assert "users of `AcmeOkta` and `GlobexEntra` have their id there in `username` of every access token" in text
    assert found("user-name-in-clear", pool=POOL.replace("identity_providers: [AcmeOkta]\n", "")) == []


NAMES = [
    ("when: {username: {prefix: admin-}}, access_token: {scopes: {add: [a/b]}}", "when"),
    ("when: {any: [{groups: a}, {username: boss}]}, groups: {add: [a]}", "when"),
    ("access_token: {scopes: {add: {from: username, then: {table: {boss: a/b}}}}}", "access_token.scopes.add"),
    ("id_token: {claims: {x: {from: username, then: {prefer: [boss]}}}}", "id_token.claims.x"),
    ("id_token: {claims: {x: {from: username, then: lower}}}", None),
    ("id_token: {claims: {x: {from: lookup.user.plan, then: {keep: [a]}}}}", None),
]


@pytest.mark.parametrize(("effects", "at"), NAMES)
def test_comparing_user_names_with_constants_is_found(effects: str, at: str | None, found: Found) -> None:
    """People choose them; as a value or a key they are what they are."""
    texts = found("chosen-user-name", f"rules: {{r: {{{effects}}}}}\n")
    assert [f"`{at}` believes a user name" in text for text in texts] == ([True] if at else [])
