"""The flow of data: what each form, step, test, context and sink does to labels, one example each way."""

import pytest

from tests.checks.conftest import Check

POOL = """\
language: 1
trigger: V3_0
other_clients: deny
clients: {web: web-id, worker: worker-id}
variables: {STAGE: [test, live]}
identity_providers: [AcmeOkta, GlobexEntra]
attributes:
  custom:tenant: {writable_by: user, data: none}
  custom:plan: {writable_by: admin, data: none}
  custom:suspended: {type: boolean, writable_by: admin, data: none}
  custom:department: {writable_by: provider, data: none}
  custom:diet: {writable_by: admin, data: user.health_and_medical}
  custom:pin: {writable_by: admin, data: secret}
  custom:private: {writable_by: admin}
  custom:flag: {type: boolean, writable_by: user, data: none}
  custom:tags: {type: strings, writable_by: user, data: none}
  birthdate: {writable_by: admin}
  gender: {writable_by: admin}
metadata:
  tenant: {data: none}
  device: {data: none}
lookups:
  user:
    dynamodb: {table: users, key: {pk: "{attribute.sub}"}}
    data: none
    fields:
      tenants: strings
      default: string
      plan: string
      flag: boolean
      mail: {data: user.contact.email}
      ill: {type: boolean, data: user.health_and_medical}
  own:
    dynamodb: {table: own, key: {pk: "{attribute.sub}"}}
    data: none
    writable_by: user
    fields: {tenants: strings, theme: string}
  asked:
    dynamodb: {table: tenants, key: {pk: "{metadata.tenant}"}}
    data: none
    fields: {name: string, tenants: strings}
  member:
    dynamodb: {table: members, key: {pk: "{attribute.sub}#{metadata.tenant}"}}
    data: none
    fields: {roles: strings, suspended: boolean}
  of_client:
    dynamodb: {table: members, key: {pk: "{client}#{metadata.tenant}"}}
    data: none
    fields: {role: string}
  matched:
    dynamodb: {table: projects, key: {pk: "{metadata.tenant}"}}
    must_match: {owner: attribute.sub}
    data: none
    fields: {owner: string, role: string}
  mailed:
    dynamodb: {table: users, key: {pk: "{attribute.email}"}}
    data: none
    fields: {role: string}
  all:
    parameter: {name: /all}
    data: none
    fields: {tenants: strings}
  coded:
    parameter: {name: /admin}
    must_match: {code: metadata.device}
    data: none
    fields: {code: string, role: string}
  treated:
    lambda: {function: treatments, input: {sub: "{attribute.sub}", diet: "{attribute.custom:diet}"}}
    data: none
    fields: {ward: string}
  app:
    parameter: {name: "/apps/{client}"}
    data: none
    fields: {tenants: strings, default: string}
recipients: {billing-api: {key: "arn:aws:kms:eu-west-1:000000000000:key/a"}}
pseudonyms: {partner: {secret: arn}}
"""
NO_ADMIN = "  no-admin: {access_token: {scopes: {remove: aws.cognito.signin.user.admin}}}\n"
CLEAR, SECRET, CHOSEN, EVADED, RECIPIENT = (
    "personal-data-in-clear",
    "secret-in-token",
    "untrusted-authorization",
    "removal-can-be-evaded",
    "recipient-chosen-by-untrusted-input",
)


def claim(value: str, when: str = "client: web", token: str = "access_token") -> str:
    """Write a rule with one claim."""
    return f"  r: {{when: {{{when}}}, {token}: {{claims: {{x: {value}}}}}}}\n"


def adds(when: str, list_: str = "scopes", value: str = "[a/b]") -> str:
    """Write a rule that adds to a list."""
    edit = f"{{add: {value}}}"
    effect = f"access_token: {{scopes: {edit}}}" if list_ == "scopes" else f"{list_}: {edit}"
    return f"  r: {{when: {{{when}}}, {effect}}}\n"


def denies(when: str) -> str:
    """Write a rule that denies."""
    return f"  r: {{when: {{{when}}}, deny: No.}}\n"


TENANT = "{from: metadata.tenant, one_of: lookup.user.tenants}"
VERIFIED = "attribute.email_verified: true"
STAFF = "attribute.email: {domain: example.com}"

INTEGRITY = [
    # inputs
    ("{from: lookup.user.plan}", None),
    ("{from: attribute.custom:plan}", None),
    ("{from: client}", None),
    ("{from: pool.id}", None),
    ("{from: variable.STAGE}", None),
    ("{from: groups}", None),
    ("{from: scopes}", None),
    ("{from: attribute.custom:tenant}", CHOSEN),
    ("{from: metadata.tenant}", CHOSEN),
    ("{from: lookup.own.theme}", CHOSEN),
    ("{from: lookup.asked.name}", CHOSEN),
    ("{from: lookup.member.roles}", None),
    ("{from: lookup.of_client.role}", CHOSEN),
    ("{from: lookup.matched.role}", None),
    ("{from: lookup.mailed.role}", CHOSEN),
    ("{from: lookup.all.tenants}", None),
    ("{from: lookup.coded.role}", CHOSEN),
    ("{from: lookup.app.default}", None),
    # one_of
    (TENANT, None),
    ("{from: attribute.custom:tenant, one_of: lookup.user.default}", None),
    ("{from: metadata.tenant, one_of: lookup.all.tenants}", CHOSEN),
    ("{from: metadata.tenant, one_of: lookup.own.tenants}", CHOSEN),
    ("{from: metadata.tenant, one_of: lookup.asked.tenants}", CHOSEN),
    ("{from: metadata.tenant, one_of: scopes}", CHOSEN),
    ("{from: metadata.tenant, one_of: lookup.app.tenants}", CHOSEN),
    ("{from: attribute.custom:plan, one_of: lookup.own.tenants}", CHOSEN),
    # what stands in for a missing value
    (TENANT.replace("}", ", default: acme}"), CHOSEN),
    ("{from: lookup.user.plan, default: free}", None),
    (f"{{first_of: [{TENANT}, {{from: lookup.user.default}}]}}", None),
    (f"{{first_of: [{TENANT}, acme]}}", CHOSEN),
    (f"{{first_of: [{TENANT}, {{from: pool.id}}]}}", CHOSEN),
    (f"{{first_of: [{TENANT}, {{from: client}}]}}", CHOSEN),
    (f"{{first_of: [{TENANT}, {{from: lookup.app.default}}]}}", CHOSEN),
    ("{first_of: [{from: lookup.member.roles}, [reader]]}", CHOSEN),
    ("{first_of: [{from: lookup.user.plan}, free]}", None),
    # forms
    ("{template: 'a-{client}-{lookup.user.plan}'}", None),
    ("{template: 'a-{client}-{metadata.tenant}'}", CHOSEN),
    ("{template: constant}", None),
    ("{union: [{from: lookup.user.tenants}, [a]]}", None),
    ("{union: [{from: lookup.user.tenants}, {from: metadata.tenant}]}", CHOSEN),
    ("{object: {k: {from: client}, l: {from: metadata.tenant}}}", CHOSEN),
    ("{object: {k: {from: client}, l: a}, then: json}", None),
    ("{add: {from: metadata.tenant}}", CHOSEN),
    ("{add: [a]}", None),
    ("{choose: [{when: {groups: a}, value: x}], otherwise: w}", None),
    ("{choose: [{when: {metadata.tenant: a}, value: x}], otherwise: w}", CHOSEN),
    ("{choose: [{when: {scopes: a}, value: x}], otherwise: w}", CHOSEN),
    (f"{{choose: [{{when: {{{STAFF}, {VERIFIED}}}, value: x}}], otherwise: w}}", CHOSEN),
    (f"{{choose: [{{when: {{{STAFF}, {VERIFIED}}}, value: x}}]}}", None),
    (f"{{choose: [{{when: {{{STAFF}, {VERIFIED}}}, value: x}}, {{when: {{groups: a}}, value: w}}]}}", CHOSEN),
    (f"{{choose: [{{when: {{{VERIFIED}}}, value: x}}], otherwise: w}}", None),
    ("{from: scopes, then: {prefer: [a, b]}}", CHOSEN),
    ("{from: scopes, then: only}", CHOSEN),
    ("{from: scopes, then: {table: {a: b}}}", None),
    ("{from: lookup.user.tenants, then: {prefer: [a, b]}}", None),
    ("{template: '{pool.id}#{attribute.sub}'}", None),
    ("{choose: [{when: {groups: a}, value: {from: metadata.tenant}}]}", CHOSEN),
    (f"{{first_of: [{TENANT}, {{choose: [{{when: {{groups: a}}, value: x}}], otherwise: w}}]}}", None),
    ("{test: {groups: a}}", None),
    ("{test: {attribute.custom:flag: true}}", CHOSEN),
    ("{test: {scopes: a}}", CHOSEN),
    ("{test: {attribute.custom:plan: {one_of: lookup.own.tenants}}}", CHOSEN),
    (f"{{test: {{{STAFF}, {VERIFIED}}}}}", None),
    (f"{{test: {{any: [{{{STAFF}}}, {{{VERIFIED}}}]}}}}", CHOSEN),
    # steps never endorse
    ("{from: metadata.tenant, then: {table: {a: b, c: d}}}", CHOSEN),
    ("{from: metadata.tenant, then: {keep: [a, b]}}", CHOSEN),
    ("{from: metadata.tenant, then: {prefer: [a, b]}}", CHOSEN),
    ("{from: metadata.tenant, then: {pseudonym: partner}}", CHOSEN),
    ("{from: metadata.tenant, then: {keep: {one_of: lookup.user.tenants}}}", CHOSEN),
    ("{from: lookup.user.tenants, then: {keep: {one_of: lookup.own.tenants}}}", CHOSEN),
    ("{from: lookup.user.tenants, then: {keep: {one_of: groups}}}", None),
    ("{from: lookup.user.tenants, then: {keep: {not: {one_of: lookup.member.roles}}}}", CHOSEN),
    ("{from: lookup.user.tenants, then: [{at_most: 3}, {join: ','}, upper]}", None),
    ("{from: groups, then: {table: {a: b}}}", None),
]


@pytest.mark.parametrize(("value", "name"), INTEGRITY)
def test_a_claim_is_trusted_or_found(value: str, name: str | None, check: Check) -> None:
    """What users and callers write decides no claim, unless a list about the user endorses it."""
    assert found(check, claim(value)) == ([name] if name else [])


EMAIL = [
    (f"client: web, {VERIFIED}", None),
    ("client: web", CHOSEN),
    ("client: web, attribute.email_verified: {not: false}", CHOSEN),
    ("client: web, attribute.email_verified: [true]", None),
    (f"client: web, all: [{{{VERIFIED}}}]", None),
    (f"client: web, any: [{{{VERIFIED}}}, {{groups: a}}]", CHOSEN),
    ("client: web, not: {attribute.email_verified: false}", CHOSEN),
    ("client: web, derived.verified: true", None),
    ("client: web, derived.verified: {exists: true}", CHOSEN),
    ("client: web, attribute.phone_number_verified: true", CHOSEN),
]


@pytest.mark.parametrize(("when", "name"), EMAIL)
def test_an_address_is_believed_only_where_it_must_be_verified(when: str, name: str | None, check: Check) -> None:
    """The flag must be true in every way in which the condition can hold."""
    derived = f"derived: {{verified: {{test: {{{VERIFIED}}}}}}}\n"
    rule = claim("{from: attribute.email, then: [email_domain, {table: {a.com: a, b.com: a}}]}", when)
    names = found(check, rule, derived)
    assert names == ([name] if name else [])


AS_STORED = [
    ("{from: lookup.mailed.role}", None),
    ("{from: attribute.email, then: [lower, {table: {a@b.com: x, c@b.com: x}}]}", CHOSEN),
    ("{from: attribute.email, then: [trim, email_domain, {table: {a.com: x}}]}", None),
    ("{from: derived.stripped, then: {prefer: [a@b.com]}}", CHOSEN),
    ("{from: attribute.custom:plan, then: [trim, upper]}", None),
]


@pytest.mark.parametrize(("value", "name"), AS_STORED)
def test_a_verified_address_is_believed_as_it_is_stored(value: str, name: str | None, check: Check) -> None:
    """In other letters it may be somebody else's; the domain of an address is one in any letters."""
    derived = "derived: {stripped: {from: attribute.email, then: {strip_prefix: a+}}}\n"
    assert found(check, claim(value, f"client: web, {VERIFIED}"), derived) == ([name] if name else [])


def test_what_cures_an_address_in_other_letters_is_to_read_it_as_it_is_stored(check: Check) -> None:
    """That it must be verified alone would be no cure."""
    rules = claim("{from: attribute.email, then: [lower, {prefer: [a@b.com]}]}", f"client: web, {VERIFIED}")
    (finding,) = (one for one in check(f"rules:\n{rules}", POOL).standing if one.name == CHOSEN)
    assert finding.cure.endswith("`attribute.email_verified: true`, and read it as it is stored, without `lower`")


def test_a_domain_is_about_many(check: Check) -> None:
    """So it tells nobody apart where the caller chooses the rest of a key."""
    pool = POOL.replace("{attribute.sub}#{metadata", "{derived.domain}#{metadata")
    derived = "derived: {domain: {from: attribute.email, then: email_domain}}\n"
    assert found(check, claim("{from: lookup.member.roles}", f"client: web, {VERIFIED}"), derived, pool) == [CHOSEN]


def test_a_phone_number_is_believed_where_it_is_verified(check: Check) -> None:
    """As an e-mail address is."""
    test = "{test: {attribute.phone_number: {prefix: '+49'}}}"
    assert found(check, claim(test, "client: web, attribute.phone_number_verified: true")) == []
    assert found(check, claim(test, f"client: web, {VERIFIED}")) == [CHOSEN]


PROVIDED = [
    ("identity_providers: AcmeOkta", NO_ADMIN, None),
    ("identity_providers: [AcmeOkta, GlobexEntra]", NO_ADMIN, None),
    ("identity_providers: {exists: true}", NO_ADMIN, CHOSEN),
    ("identity_providers: {prefix: Acme}", NO_ADMIN, CHOSEN),
    ("identity_providers: AcmeOkta", "", CHOSEN),
    ("identity_providers: AcmeOkta", NO_ADMIN.replace("{access", "{when: {client: web}, access"), CHOSEN),
    ("identity_providers: AcmeOkta", NO_ADMIN.replace("{access", "{when: {principal: user}, access"), None),
    (
        "identity_providers: AcmeOkta",
        NO_ADMIN.replace("remove: aws.cognito.signin.user.admin", "keep: {prefix: a/}"),
        None,
    ),
    ("identity_providers: AcmeOkta", NO_ADMIN.replace("remove: aws", "remove: {prefix: bws}, add: aws"), CHOSEN),
    ("client: web", NO_ADMIN, CHOSEN),
]


@pytest.mark.parametrize(("when", "rule", "name"), PROVIDED)
def test_what_a_provider_writes_is_believed_under_two_conditions(
    when: str, rule: str, name: str | None, check: Check
) -> None:
    """The user came through it, and has no scope to overwrite it."""
    assert found(check, claim("{from: attribute.custom:department}", when) + rule) == ([name] if name else [])


def test_the_only_provider_need_not_be_named(check: Check) -> None:
    """`exists: true` names it."""
    pool = POOL.replace("[AcmeOkta, GlobexEntra]", "[AcmeOkta]")
    rules = claim("{from: attribute.custom:department}", "identity_providers: {exists: true}") + NO_ADMIN
    assert found(check, rules, pool=pool) == []


def test_a_machine_is_its_client(check: Check) -> None:
    """The row is about the principal, which is the client."""
    value = "{from: lookup.of_client.role}"
    assert found(check, claim(value, "principal: machine")) == []
    assert found(check, claim(value, "principal: user")) == [CHOSEN]


GUARDS = [
    # when, of a claim, of a scope, of a denial
    ("groups: a", None, None, None),
    ("client: web", None, None, None),
    ("lookup.user.plan: {exists: false}", None, None, None),
    ("attribute.custom:suspended: true", None, None, None),
    ("attribute.email_verified: true", None, None, EVADED),
    ("attribute.email_verified: false", None, CHOSEN, EVADED),
    ("not: {attribute.email_verified: true}", None, CHOSEN, None),
    ("attribute.email_verified: {not: true}", None, CHOSEN, None),
    ("attribute.sub: {exists: true}, metadata.tenant: a", CHOSEN, CHOSEN, EVADED),
    ("attribute.sub: {one_of: lookup.user.tenants}, metadata.tenant: a", CHOSEN, None, EVADED),
    ("groups: {count: {at_least: 0}}, metadata.tenant: a", CHOSEN, CHOSEN, EVADED),
    ("groups: {not: b}, metadata.tenant: a", CHOSEN, CHOSEN, EVADED),
    ("any: [{groups: a}, {groups: {not: a}}], metadata.tenant: a", CHOSEN, CHOSEN, EVADED),
    ("attribute.phone_number_verified: {not: true}", None, CHOSEN, None),
    ("not: {attribute.email_verified: true}", None, CHOSEN, None),
    ("not: {attribute.email_verified: false}", None, CHOSEN, EVADED),
    ("attribute.email_verified: false, groups: a", None, None, EVADED),
    ("scopes: a/b", None, None, EVADED),
    ("scopes: {not: a/b}", CHOSEN, CHOSEN, EVADED),
    ("not: {scopes: a/b}", CHOSEN, CHOSEN, EVADED),
    ("scopes: {count: {below: 3}}", CHOSEN, CHOSEN, EVADED),
    ("metadata.tenant: a", CHOSEN, CHOSEN, EVADED),
    ("metadata.tenant: a, client: web", CHOSEN, CHOSEN, EVADED),
    ("metadata.tenant: a, attribute.email_verified: true", CHOSEN, CHOSEN, EVADED),
    ("metadata.tenant: a, groups: a", CHOSEN, None, EVADED),
    ("any: [{metadata.tenant: a}, {groups: a}]", CHOSEN, CHOSEN, EVADED),
    ("any: [{metadata.tenant: a, groups: b}, {groups: a}]", CHOSEN, None, EVADED),
    ("not: {any: [{metadata.tenant: a}, {groups: a}]}", CHOSEN, CHOSEN, EVADED),
    ("not: {all: [{metadata.tenant: a}, {groups: a}]}", CHOSEN, CHOSEN, EVADED),
    ("metadata.tenant: {one_of: lookup.user.tenants}", CHOSEN, CHOSEN, EVADED),
    ("groups: {one_of: lookup.own.tenants}", CHOSEN, CHOSEN, EVADED),
    ("derived.tenant: acme", None, None, EVADED),
    ("derived.tenant: {not: acme}", CHOSEN, CHOSEN, EVADED),
    ("lookup.member.suspended: true", None, None, EVADED),
    (f"{STAFF}, {VERIFIED}", None, None, EVADED),
    (f"not: {{{STAFF}, {VERIFIED}}}", CHOSEN, CHOSEN, None),
    (f"attribute.email: {{prefix: 'admin@'}}, {VERIFIED}", CHOSEN, CHOSEN, EVADED),
    (f"attribute.email: [a, {{prefix: 'admin@', domain: a.com}}], {VERIFIED}", CHOSEN, CHOSEN, EVADED),
    ("attribute.phone_number: {prefix: '+49'}, attribute.phone_number_verified: true", None, None, EVADED),
    (f"not: {{not: {{{STAFF}, {VERIFIED}}}}}", None, None, EVADED),
    ("derived.staff: true", None, None, EVADED),
    ("derived.staff: false", CHOSEN, CHOSEN, None),
    ("attribute.custom:plan: [a, {not: b}]", None, None, None),
    ("attribute.custom:tenant: [a, {prefix: b}]", CHOSEN, CHOSEN, EVADED),
]


@pytest.mark.parametrize(("when", "of_claim", "of_scope", "of_denial"), GUARDS)
def test_a_condition_is_judged_by_what_it_guards(
    when: str, of_claim: str | None, of_scope: str | None, of_denial: str | None, check: Check
) -> None:
    """Untrusted tests may only take grants away; nobody may choose claims, or evade denials."""
    derived = f"derived: {{tenant: {TENANT}, staff: {{test: {{{STAFF}, {VERIFIED}}}}}}}\n"
    for rule, name in ((claim("w", when), of_claim), (adds(when), of_scope), (denies(when), of_denial)):
        assert found(check, rule, derived) == ([name] if name else [])


def test_facts_that_ask_for_facts_are_judged_once_each(check: Check) -> None:
    """Of forty facts that each ask for the one before twice, no check follows every way."""
    facts = (
        f"  f{n}: {{test: {{all: [{{derived.f{n - 1}: true}}, {{derived.f{n - 1}: true}}]}}}}\n" for n in range(1, 41)
    )
    derived = "derived:\n  f0: {test: {metadata.tenant: a, groups: a}}\n" + "".join(facts)
    assert found(check, adds("derived.f40: true"), derived) == []
    assert found(check, claim("w", "derived.f40: true"), derived) == [CHOSEN]
    assert found(check, denies("derived.f40: true"), derived) == [EVADED]
    assert found(check, adds("derived.f40: true"), derived.replace(", groups: a", "")) == [CHOSEN]


SINKS = [
    ("access_token: {claims: {x: {from: metadata.tenant}}}", CHOSEN, "access_token.claims.x"),
    ("access_token: {scopes: {add: {from: metadata.tenant, then: {keep: [a/b]}}}}", CHOSEN, "access_token.scopes.add"),
    ("groups: {add: {from: metadata.tenant}}", CHOSEN, "groups.add"),
    ("iam_roles: {add: {from: metadata.tenant}}", CHOSEN, "iam_roles.add"),
    ("when: {metadata.tenant: a}, iam_roles: {preferred: 'arn:aws:iam::1:role/a'}", CHOSEN, "iam_roles.preferred"),
    ("id_token: {claims: {x: {from: metadata.tenant}}}", None, None),
    ("id_token: {claims: {role: {from: metadata.tenant, then: {keep: {safe_as: scope}}}}}", None, None),
    ("when: {metadata.tenant: a}, groups: {keep: a}, iam_roles: {keep: a}", EVADED, "groups.keep"),
    ("when: {metadata.tenant: a}, iam_roles: {remove: a}", EVADED, "iam_roles.remove"),
    ("access_token: {scopes: {remove: {one_of: lookup.own.tenants}}}", EVADED, "access_token.scopes.remove"),
    ("access_token: {scopes: {keep: {one_of: lookup.user.tenants}}}", None, None),
    ("when: {metadata.tenant: a}, access_token: {suppress: [w]}", EVADED, "access_token.suppress.w"),
    ("when: {metadata.tenant: a}, id_token: {suppress: [email]}", None, None),
    (
        "when: {metadata.tenant: a}, id_token: {suppress: ['cognito:groups']}",
        EVADED,
        "id_token.suppress.cognito:groups",
    ),
    (
        "when: {metadata.tenant: a}, access_token: {encrypted_for: {billing-api: {m: {from: attribute.email}}}}",
        RECIPIENT,
        "access_token.encrypted_for.billing-api",
    ),
    (
        "access_token: {encrypted_for: {billing-api: {m: {choose: [{when: {metadata.device: a}, value: b}]}}}}",
        None,
        None,
    ),
    (
        "access_token: {encrypted_for: {billing-api: {m: {from: derived.kiosk}}}}",
        RECIPIENT,
        "access_token.encrypted_for.billing-api",
    ),
    (
        "when: {scopes: a/b}, id_token: {encrypted_for: {billing-api: {m: {from: metadata.tenant}}}}",
        None,
        None,
    ),
    # confidentiality
    ("access_token: {claims: {x: {from: attribute.custom:private}}}", CLEAR, "access_token.claims.x"),
    ("access_token: {scopes: {add: {template: 'a/{attribute.custom:private}'}}}", CLEAR, "access_token.scopes.add"),
    ("groups: {add: {from: username}}", CLEAR, "groups.add"),
    ("id_token: {claims: {x: {from: attribute.custom:private}}}", None, None),
    ("id_token: {claims: {x: {from: attribute.custom:pin}}}", SECRET, "id_token.claims.x"),
    (
        "id_token: {encrypted_for: {billing-api: {m: {from: attribute.custom:pin}}}}",
        SECRET,
        "id_token.encrypted_for.billing-api.m",
    ),
    ("access_token: {encrypted_for: {billing-api: {v: 1, m: {from: attribute.custom:diet}}}}", None, None),
    ("id_token: {encrypted_for: {billing-api: {m: {from: attribute.custom:diet}}}}", None, None),
    (
        "access_token: {encrypted_for: {billing-api: {m: {from: attribute.custom:diet, default: none}}}}",
        CLEAR,
        "access_token.encrypted_for.billing-api",
    ),
    (
        "access_token: {encrypted_for: {billing-api: {m: {from: attribute.custom:diet}}}}",
        CLEAR,
        "access_token.encrypted_for.billing-api",
    ),
    ("when: {attribute.custom:pin: a}, id_token: {claims: {x: w}}", SECRET, "id_token.claims.x"),
    ("when: {attribute.custom:pin: a}, iam_roles: {remove: a}", SECRET, "iam_roles.remove"),
    ("when: {lookup.user.ill: true}, iam_roles: {remove: a}", None, None),
    ("when: {lookup.user.ill: true}, access_token: {claims: {x: w}}", CLEAR, "access_token.claims.x"),
    ("when: {lookup.user.ill: true}, access_token: {scopes: {add: [a/b]}}", CLEAR, "access_token.scopes.add"),
    ("when: {lookup.user.ill: true}, groups: {remove: a}, iam_roles: {remove: a}", CLEAR, "groups.remove"),
    ("when: {lookup.user.ill: true}, access_token: {suppress: [w]}", CLEAR, "access_token.suppress.w"),
    ("groups: {keep: {one_of: attribute.custom:diet}}, iam_roles: {keep: a}", CLEAR, "groups.keep"),
    (
        "when: {lookup.user.ill: true}, access_token: {encrypted_for: {billing-api: {m: a}}}",
        CLEAR,
        "access_token.encrypted_for.billing-api",
    ),
    ("when: {lookup.user.ill: true}, deny: No.", None, None),
    ("when: {lookup.user.ill: true}, id_token: {suppress: [w]}", None, None),
]


@pytest.mark.parametrize(("effects", "name", "at"), SINKS)
def test_every_sink_is_watched(effects: str, name: str | None, at: str | None, check: Check) -> None:
    """What goes into each, and under which condition."""
    effects = effects if effects.startswith("when") else f"when: {{client: web}}, {effects}"
    kiosk = "{choose: [{when: {metadata.device: a}, value: {from: attribute.name}}]}"
    rules = f"derived: {{kiosk: {{first_of: [{kiosk}, none]}}}}\nrules:\n  r: {{{effects}}}\n"
    findings = [one for one in check(rules, POOL).standing if one.severity == "error"]
    assert {(one.name, one.at) for one in findings if one.at == (at or one.at)} == ({(name, at)} if name else set())


CONFIDENTIALITY = [
    ("{from: attribute.custom:private}", CLEAR),
    ("{from: username, then: lower}", CLEAR),
    ("{from: lookup.user.mail}", CLEAR),
    ("{from: lookup.user.mail, then: email_domain}", CLEAR),
    ("{template: 'a {attribute.custom:private}'}", CLEAR),
    ("{object: {k: {from: attribute.custom:private}}}", CLEAR),
    ("{union: [{from: groups}, {from: attribute.custom:private}]}", CLEAR),
    ("{first_of: [{from: lookup.user.plan}, {from: attribute.custom:private}]}", CLEAR),
    ("{choose: [{when: {groups: a}, value: {from: attribute.custom:private}}]}", CLEAR),
    ("{from: derived.private}", CLEAR),
    ("{from: attribute.custom:private, one_of: lookup.user.tenants}", None),
    ("{from: attribute.custom:diet, one_of: lookup.user.tenants}", CLEAR),
    ("{from: attribute.custom:plan, one_of: derived.mails}", CLEAR),
    ("{from: attribute.gender, then: {table: {m: x, f: w}}}", CLEAR),
    ("{from: attribute.gender, then: {table: {m: x, f: x, d: d}}}", CLEAR),
    ("{from: attribute.gender, then: {table: {m: M, f: M}}}", CLEAR),
    ("{from: attribute.gender, then: {table: {m: [x, m], f: [x, m]}}}", CLEAR),
    ("{from: attribute.gender, then: {table: {m: x, n: x, x: w, f: w}}}", None),
    ("{from: lookup.user.mail, then: [email_domain, {table: {a.com: a}}]}", None),
    ("{from: derived.domain, then: {table: {a.com: a}}}", None),
    ("{template: '{derived.domain}', then: {table: {a.com: a}}}", None),
    ("{template: '{derived.domain}{derived.private}', then: {table: {a.com: a}}}", CLEAR),
    ("{from: attribute.gender, then: {keep: [m, f]}}", None),
    ("{from: attribute.gender, then: {keep: {prefix: m}}}", CLEAR),
    ("{from: attribute.gender, then: {prefer: [m, f]}}", None),
    ("{from: username, then: {pseudonym: partner}}", None),
    ("{from: attribute.custom:diet, then: {pseudonym: partner}}", CLEAR),
    ("{from: attribute.custom:diet, then: {prefer: [vegan]}}", CLEAR),
    ("{test: {attribute.birthdate: {age_at_least: 18}}}", None),
    ("{test: {lookup.user.ill: true}}", CLEAR),
    ("{from: lookup.treated.ward}", CLEAR),
    ("{test: {lookup.treated.ward: {exists: true}}}", CLEAR),
    ("{choose: [{when: {attribute.gender: m}, value: x}]}", None),
    ("{choose: [{when: {lookup.user.ill: true}, value: x}]}", CLEAR),
    ("{from: attribute.custom:private, default: a}", CLEAR),
    ("{from: attribute.custom:pin, then: {prefer: [a]}}", SECRET),
    ("{from: lookup.user.tenants, then: {keep: {one_of: attribute.custom:diet}}}", CLEAR),
]


@pytest.mark.parametrize(("value", "name"), CONFIDENTIALITY)
def test_a_claim_is_public_or_found(value: str, name: str | None, check: Check) -> None:
    """Personal data gets into no claim but as a fact; sensitive data not even so."""
    derived = "derived: {private: {from: attribute.custom:private, then: trim}, mails: {from: lookup.user.mail}, "
    derived += "domain: {from: lookup.user.mail, then: email_domain}}\n"
    assert found(check, claim(value), derived) == ([name] if name else [])


def test_what_cures_sensitive_data_is_encryption_alone(check: Check) -> None:
    """As a fact, a result of a table, or in the ID token it would be found again."""
    for value in ("{from: attribute.custom:diet}", "{from: attribute.custom:diet, then: {table: {a: x, b: x}}}"):
        (finding,) = (one for one in check(f"rules:\n{claim(value)}", POOL).standing if one.name == CLEAR)
        assert finding.cure == "write it under `encrypted_for: {billing-api: …}`, for a fact tells of it as well"


def test_many_constants_are_no_few(check: Check) -> None:
    """Of more than a hundred constants a result is the datum again."""
    few, many = ([f"{n:03}" for n in range(count)] for count in (100, 101))
    for constants, name in ((few, []), (many, [CLEAR])):
        table = ", ".join(f'a{item}: "{item}", b{item}: "{item}"' for item in constants)
        listed = ", ".join(f'"{item}"' for item in constants)
        assert found(check, claim(f"{{from: username, then: {{table: {{{table}}}}}}}")) == name
        assert found(check, claim(f"{{from: username, then: {{prefer: [{listed}]}}}}")) == name
        assert found(check, claim(f"{{from: username, then: {{keep: [{listed}]}}}}")) == name


WRITABLE = "'custom:tenant', 'custom:department', 'custom:flag', 'custom:tags'"
AUTHORIZING = [
    ("[x]", claim("{from: metadata.tenant, then: {keep: {safe_as: identifier}}}", token="id_token"), [CHOSEN]),
    ("all", claim("{from: metadata.tenant, then: {keep: {safe_as: identifier}}}", token="id_token"), [CHOSEN]),
    ("[w]", claim("{from: metadata.tenant}", token="id_token"), []),
    ("[email]", "  r: {when: {metadata.tenant: a}, id_token: {suppress: [email]}}\n", [EVADED, CHOSEN]),
    ("['custom:tenant']", claim("w"), [CHOSEN]),
    ("['custom:plan']", claim("w"), []),
    ("['custom:tenant']", "  r: {id_token: {suppress: ['custom:tenant']}}\n", []),
    (
        "['custom:tenant']",
        "  r: {id_token: {claims: {'custom:tenant': {from: lookup.user.plan, then: {keep: {safe_as: scope}}}}}}\n",
        [],
    ),
    ("['custom:tenant']", "  r: {when: {principal: user}, id_token: {suppress: ['custom:tenant']}}\n", []),
    ("['custom:tenant']", "  r: {when: {groups: a}, id_token: {suppress: ['custom:tenant']}}\n", [CHOSEN]),
    ("all", claim("w"), [CHOSEN]),
    ("all", f"  r: {{id_token: {{suppress: [{WRITABLE}]}}}}\n", []),
    ("[nickname]", claim("w"), [CHOSEN]),
    ("['cognito:groups']", claim("w"), []),
]


@pytest.mark.parametrize(("authorizing", "rules", "names"), AUTHORIZING)
def test_id_token_claims_on_which_someone_authorizes_are_trusted(
    authorizing: str, rules: str, names: list[str], check: Check
) -> None:
    """Those that Cognito makes of attributes as well."""
    assert found(check, rules, pool=POOL + f"id_token_authorizes: {authorizing}\n") == names


def test_what_cures_a_native_claim_is_to_take_it_out(check: Check) -> None:
    """No rule can require anything beside it."""
    pool = POOL + "id_token_authorizes: [email]\n"
    (finding,) = (one for one in check(f"rules:\n{claim('w')}", pool).standing if one.name == CHOSEN)
    assert finding.at == "id_token_authorizes.0"
    assert finding.cure == "let a rule without `when` take it out or write it: `id_token: {suppress: [email]}`"


def test_the_way_of_the_data_is_told_with_gain_and_cure(check: Check) -> None:
    """From the input through everything that it passes to the sink."""
    rules = """rules:
  adult:
    when: {principal: user}
    access_token: {claims: {adult: {from: derived.adult}}}
"""
    derived = "derived: {adult: {test: {attribute.birthdate: {age_at_least: 18}}}}\n"
    pool = POOL.replace("birthdate: {writable_by: admin}", "birthdate: {}")
    (finding,) = [one for one in check(derived + rules, pool).standing if one.severity == "error"]
    assert str(finding) == (
        "rules/a.yaml:5:29: error[untrusted-authorization]: `access_token.claims.adult` rests on "
        "`attribute.birthdate`, which users can write; take it out of every client's WriteAttributes, and declare "
        "`birthdate: {writable_by: admin}`"
    )
    assert finding.gain == (
        "anyone can write another value at sign-up or through an app client, and be authorized by it"
    )
    assert [(step.text, step.place.line) for step in finding.flow] == [
        ("attribute.birthdate (user)", 1),
        ("age_at_least 18", 1),
        ("derived.adult", 5),
        ("access_token.claims.adult", 5),
    ]


CURES = [
    (claim("{from: attribute.email}"), "require with it, and not under `not`, `attribute.email_verified: true`"),
    (denies("attribute.email_verified: false"), "name who may pass instead: `not: {attribute.email_verified: true}`"),
    (adds("attribute.email_verified: false"), "ask for those who have a verified one"),
    (claim("{from: lookup.asked.name}"), "put `{attribute.sub}` into the key of the lookup"),
    (claim("{from: lookup.mailed.role}"), "require with it, and not under `not`, `attribute.email_verified: true`"),
    (claim("{from: metadata.tenant}"), "`{from: metadata.tenant, one_of: lookup.user.tenants}`"),
    (claim("{from: metadata.tenant, one_of: lookup.all.tenants}"), "choose from a list about the user"),
    (denies("metadata.tenant: a"), "let it rest on trusted inputs alone"),
    (denies("scopes: a/b"), "leave it out of the condition, and take scopes away instead"),
    (denies("lookup.asked.name: a"), "put `{attribute.sub}` into the key of the lookup"),
    (
        "  r: {when: {metadata.tenant: a}, id_token: {encrypted_for: {billing-api: {m: a}}}}\n",
        "let only trusted inputs decide about it",
    ),
    (claim("{from: lookup.own.theme}"), "let administrators alone write that table"),
    (claim(TENANT.replace("}", ", default: acme}")), "leave out what stands in for it"),
    (claim("{from: attribute.custom:department}"), "require the provider"),
    (claim("{test: {scopes: a}}"), "let the rule ask for a scope that is there"),
    (denies(f"{STAFF}, {VERIFIED}"), "name who may pass instead"),
    (denies("derived.tenant: acme"), "let a row decide that administrators write"),
    (claim("{from: attribute.custom:private}"), "if it is about nobody, declare `data: none`"),
    (claim("{from: attribute.gender, then: {table: {m: x}}}"), "let every result of the table stand for two keys"),
    (claim("{from: attribute.custom:pin}"), "secrets are for no token"),
]


@pytest.mark.parametrize(("rule", "cure"), CURES)
def test_the_cure_fits_the_input(rule: str, cure: str, check: Check) -> None:
    """What helps with an address doesn't help with metadata."""
    derived = f"derived: {{tenant: {TENANT}}}\n"
    errors = [one for one in check(f"{derived}rules:\n{rule}", POOL).standing if one.severity == "error"]
    assert any(cure in one.cure for one in errors)


def test_a_place_that_may_be_personal_is_not_quoted(check: Check) -> None:
    """The way ends in a place without its name."""
    rules = (
        "rules:\n  r: {when: {principal: user}, access_token: {claims: {jane@example.com: {from: metadata.tenant}}}}\n"
    )
    (finding,) = [one for one in check(rules, POOL).standing if one.name == CHOSEN]
    assert finding.flow[-1].text == "this"
    assert finding.message.startswith("this rests on ")


def found(check: Check, rules: str, derived: str = "", pool: str = POOL) -> list[str]:
    """Give the names of the errors that are found, once each."""
    return sorted({one.name for one in check(f"{derived}rules:\n{rules}", pool).standing if one.severity == "error"})
