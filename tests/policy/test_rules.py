"""Rules: their keys, their effects, and Cognito's contract."""
# ruff: noqa: E501 - a row of a table is a line

import pytest

from tests.policy.conftest import POOL, Errors, Load

GOOD = [
    "{why: a reason, when: {client: web}, on_failure: deny, access_token: {claims: {a: b}}}",
    "{access_token: {suppress: [email], scopes: {add: [a/b], keep: {prefix: a}, remove: c}}}",
    "{id_token: {claims: {email: {from: attribute.email}, 'custom:x': b}, suppress: [cognito:groups, address]}}",
    "{id_token: {encrypted_for: {billing-api: {email: {from: attribute.email}, more: {object: {a: b}}}}}}",
    "{groups: {add: [a], keep: {not: b}, remove: {from_identity_provider: true}}}",
    "{iam_roles: {add: 'arn:a', remove: {prefix: 'arn:b'}, preferred: 'arn:a'}}",
    "{iam_roles: {preferred: 'arn:a'}}",
    "{deny: 'Ask for 5$ access.', when: {principal: machine}}",
    "{access_token: {claims: {aud: {from: client.id}}}}",
    "{access_token: {claims: {roles: {from: groups, then: {table: {a: [b]}}}}}}",
    "{access_token: {scopes: {add: {from: groups, then: lower}}}}",
    "{access_token: {scopes: {add: {template: 'tenant/{attribute.custom:tenant}'}}}}",
    "{access_token: {claims: {a: b}}, accept: [{finding: untrusted-authorization, at: access_token.claims.a, why: it is a hint}]}",
]

BAD = [
    ("{}", "no-effect: a rule changes something; add `access_token`, `id_token`, `groups`, `iam_roles` or `deny`"),
    ("{why: x}", "no-effect"),
    ("{why: true, deny: x}", 'wrong-type: `why` must be text, not `true`; put it in quotes: `"true"`'),
    (
        "x",
        "wrong-type: `r` must be a mapping, not text; write `rules: {no-address: {id_token: {suppress: [address]}}}`",
    ),
    ("{access_token: {}}", "no-effect: `access_token` changes nothing; write `claims`, `suppress` or `encrypted_for`"),
    ("{id_token: {}}", "no-effect: `id_token` changes nothing"),
    ("{groups: {}}", "no-effect: `groups` changes nothing; write `add`, `keep` or `remove`"),
    ("{access_token: {claims: {}}}", "empty: `claims` is empty; leave it out, or write"),
    ("{access_token: {encrypted_for: {billing-api: {}}}}", "empty: `billing-api` is empty"),
    (
        "{deny: a, groups: {add: b}}",
        "deny-with-effects: a rule with `deny` has no other effect; move `groups` to a rule of its own",
    ),
    ("{deny: ''}", 'empty: `deny` is empty; leave it out, or write `deny: "You are not a member of this workspace."`'),
    (f"{{deny: {'a' * 201}}}", "too-long: `deny` may have 200 at most"),
    ('{deny: "a\\nb"}', "wrong-text: `deny` is one line of printable characters; write `deny: Ask us.`"),
    (
        "{deny: 'for ${ANY}'}",
        "variable-not-replaced: variables aren't replaced here; write the text out, without `${…}`",
    ),
    (
        "{deny: a, on_failure: ignore}",
        "wrong-choice: `on_failure` must be `restrict` or `deny`; write `on_failure: deny`",
    ),
    ("{deny: a, accept: [{finding: x}]}", 'missing-key: an acceptance needs `why`; write `why: "The default tenant'),
    (
        "{deny: a, claims: {b: c}}",
        "wrong-place: `claims` belongs to a token; move it into `access_token: {…}` or `id_token: {…}`",
    ),
    ("{deny: a, priority: 1}", "rules have no order, so there is no `priority`; use `overrides: [NAME]` or `choose`"),
    (
        "{id_token: {scopes: {add: a}}}",
        "wrong-place: the ID token has no scopes; move `scopes` into `access_token: {…}`",
    ),
    (
        "{access_token: {iam_roles: {add: a}}}",
        "wrong-place: IAM roles are in the ID token only; move `iam_roles` beside `access_token`",
    ),
    ("{access_token: {claims: {a: b}, when: {client: web}}}", "a token has no `when`; write `when: {…}` in the rule"),
    ("{groups: {suppress: a}}", "an edit has no key `suppress`; write `remove: …`"),
    ("{iam_roles: {add: 'arn:a', preferred: 5}}", "`preferred` must be text"),
    (
        "{access_token: {scopes: {add: {from: lookup.user.age}}}}",
        "wrong-type: this takes texts, not a number; add `then: text`",
    ),
    ("{groups: {keep: 5}}", "wrong-type: a group is text and can't equal the number `5`"),
    ("{access_token: {scopes: {remove: {above: 5}}}}", "`above` judges a number, and a scope is text; use `prefix: a`"),
    (
        "{access_token: {claims: {sub: a}}}",
        "reserved-claim: Cognito doesn't let a trigger set `sub`; choose another name",
    ),
    (
        "{access_token: {claims: {scope: a}}}",
        "reserved-claim: `scope` can't be set as a claim; use `scopes: {add: [...]}`",
    ),
    (
        "{access_token: {claims: {encrypted_for_x: a}}}",
        "reserved-claim: `encrypted_for_…` is for messages; write it under",
    ),
    (
        "{access_token: {claims: {aud: {from: client.id, then: lower}}}}",
        "reserved-claim: `aud` may only be the app client id",
    ),
    ("{id_token: {claims: {aud: {from: client.id}}}}", "reserved-claim: `aud` can't be set in the ID token"),
    (
        "{id_token: {claims: {address: {from: lookup.user.more}}}}",
        "wrong-claim-type: `address` can't hold a list or an object",
    ),
    (
        "{id_token: {suppress: [sub]}}",
        "reserved-claim: Cognito doesn't let a trigger suppress `sub`; leave it out of `suppress`",
    ),
    ("{id_token: {suppress: [cognito:roles]}}", "write `suppress: [cognito:groups]`, which takes the roles with it"),
    ("{id_token: {suppress: [email, email]}}", "suppressed-twice: `email` stands twice; write it once"),
    ("{id_token: {suppress: []}}", "empty: `suppress` is empty"),
    ("{id_token: {suppress: email}}", "wrong-type: `suppress` must be a list, not text; write `suppress: [email]`"),
    (
        "{id_token: {encrypted_for: {billing-api: {sub: a}}}}",
        "reserved-claim: `sub` is in every encrypted message already; leave `sub` out",
    ),
    (
        "{id_token: {encrypted_for: {biling-api: {a: b}}}}",
        "unknown-recipient: pool.yaml declares no recipient `biling-api`; did you mean `billing-api`?",
    ),
    ("{id_token: {encrypted_for: {zzz: {a: b}}}}", "add `zzz: {key: …}` under `recipients`"),
    (
        "{id_token: {encrypted_for: {'Z Z': {a: b}}}}",
        "wrong-name: `Z Z` can't name a recipient: small letters, digits and dashes; write `z-z`",
    ),
    ("{access_token: {scopes: {add: 'a b'}}}", "unknown-scope: a scope is 1 to 256 visible ASCII characters"),
    ("{access_token: {scopes: {add: {from: groups, then: {table: {a: 'b c'}}}}}}", "unknown-scope: a scope is"),
    ("{access_token: {scopes: {add: {from: attribute.name, then: {prefer: ['b c']}}}}}", "unknown-scope: a scope is"),
    ("{access_token: {scopes: {add: {from: attribute.name, default: 'b c'}}}}", "unknown-scope: a scope is"),
    (
        "{access_token: {scopes: {add: {choose: [{when: {groups: a}, value: d}], otherwise: 'b c'}}}}",
        "unknown-scope: a scope is",
    ),
    ("{groups: {add: ['a b']}}", "unknown-group: a group name is 1 to 128 characters without blanks"),
    ("{groups: {remove: [a, {not: 'b c'}]}}", "unknown-group: a group name is"),
    ("{deny: a, overrides: b}", "unknown-rule: no rules file defines the rule `b`; leave it out of `overrides`"),
    ("{deny: a, overrides: rr}", "unknown-rule"),
]


@pytest.mark.parametrize("rule", GOOD)
def test_a_rule_of_the_reference_loads_and_comes_back(load: Load, rule: str) -> None:
    """Each effect loads, and its plan loads as an equal policy."""
    policy = load(f"rules: {{r: {rule}}}").policy
    assert type(policy).model_validate(policy.plan()) == policy


@pytest.mark.parametrize(("rule", "message"), BAD)
def test_a_wrong_rule_is_one_error(errors: Errors, rule: str, message: str) -> None:
    """Each mistake gives one error in the language's words."""
    found = errors(f"rules: {{r: {rule}}}")
    assert len(found) == 1, found
    assert message in found[0]


def test_every_reserved_claim_is_refused_in_both_tokens(errors: Errors) -> None:
    """The contract decides about every claim name."""
    for token in ("access_token", "id_token"):
        claims = ", ".join(f"{name}: a" for name in ("iss", "exp", "cognito:username", "dev:x", "custom", "username"))
        assert len(errors(f"rules: {{r: {{{token}: {{claims: {{{claims}}}}}}}}}")) == 6


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("rule: {}", "unknown-key: a rules file has no key `rule`; did you mean `rules`?"),
        ("clients: {}", "wrong-place: `clients` belongs to pool.yaml; move `clients: …` there"),
        ("cases: []", "wrong-place: cases stand in files of their own; move `cases: …` to `cases/example.yaml`"),
        ("[]", "wrong-type: the file must be a mapping, not a list; write"),
        ("rules: []", "wrong-type: `rules` must be a mapping, not a list; write"),
        (
            "rules: {A_b: {deny: x}}",
            "wrong-name: `A_b` can't name a rule: small letters, digits and dashes; write `a-b`",
        ),
        (
            "derived: {9-a: x}",
            "wrong-name: `9-a` can't name a derived value: small letters, digits and underscores, first a letter; write `example`",
        ),
        ("derived: {a-b: x}", "write `a_b`"),
        (
            "derived: {crewRank: x}",
            "wrong-name: `crewRank` can't name a derived value: small letters, digits and underscores, first a letter; write `crew_rank`",
        ),
        ("rules: {crewRank: {deny: x}}", "small letters, digits and dashes; write `crew-rank`"),
        ("tables: {a: {}}", "empty: `a` is empty"),
        (
            "tables: {a: {b: {c: d}}}",
            "wrong-constant: a constant is a text, a number, `true` or `false`, or a list of them; write one, for example `web`",
        ),
        ("tables: {a: {b: $x}}", "lone-dollar"),
        ("tables: {a: {b: [c, $x]}}", "lone-dollar"),
        ('tables: {a: {"${ANY}": c}}', "1:14: variable-not-replaced: variables aren't replaced here"),
        ('derived: {a: {from: groups, then: {table: {"${ANY}": c}}}}', "1:44: variable-not-replaced"),
        ('derived: {a: {object: {"${ANY}": c}}}', "1:24: variable-not-replaced"),
        ('rules: {a: {id_token: {claims: {"${ANY}": c}}}}', "1:33: variable-not-replaced"),
        ('rules: {a: {id_token: {encrypted_for: {billing-api: {"${ANY}": c}}}}}', "1:54: variable-not-replaced"),
    ],
)
def test_a_wrong_file_is_one_error(errors: Errors, file: str, message: str) -> None:
    """Each mistake at the top of a rules file gives one error."""
    found = errors(file)
    assert len(found) == 1, found
    assert message in found[0]


def test_constants_of_groups_and_scopes_must_exist_if_the_pool_says_which_do(errors: Errors) -> None:
    """`groups` and `scopes` of pool.yaml judge the constants of rules, variables included."""
    pool = (
        POOL + 'groups: [admins, {prefix: team-, not: team-x}, "${STAGE}"]\nscopes: {prefix: orders/, safe_as: scope}\n'
    )
    rules = """\
rules:
  a:
    deny: x
    when: {groups: [admins, team-a, team-x, admin, test, "${ANY}", "${STAGE}", {not: zzz}], scopes: {not: order/read}}
  b:
    access_token: {scopes: {add: [orders/read, invoices/read]}}
    groups: {add: [team-x], keep: [admins, nobody]}
  c:
    access_token:
      claims:
        a: {from: groups, then: [{keep: nobodi}, lower, {table: {adminz: x}}]}
        b: {from: groups, then: [only, {table: {adminz: 1, admins: 2}}]}
        c: {from: groups, then: [{prefer: [admins, adminz]}]}
        d: {from: groups, then: [{table: t}]}
        e: {from: groups, then: [{table: nothing}]}
        f: {from: attribute.name, then: [{keep: nobodi}]}
tables: {t: {adminz: a}}
"""
    found = errors(rules, pool=pool)
    assert [message.split(": ", 1)[1] for message in found] == [
        "unknown-group: pool.yaml has no group `team-x`; let `groups` there admit it: `team-x`",
        "unknown-group: pool.yaml has no group `admin`; did you mean `admins`?",
        "unknown-group: pool.yaml has no group `zzz`; let `groups` there admit it: `zzz`",
        "unknown-scope: pool.yaml has no scope `order/read`; let `scopes` there admit it: `order/read`",
        "unknown-scope: pool.yaml has no scope `invoices/read`; let `scopes` there admit it: `invoices/read`",
        "unknown-group: pool.yaml has no group `team-x`; let `groups` there admit it: `team-x`",
        "unknown-group: pool.yaml has no group `nobody`; let `groups` there admit it: `nobody`",
        "unknown-group: pool.yaml has no group `nobodi`; let `groups` there admit it: `nobodi`",
        "unknown-group: pool.yaml has no group `adminz`; did you mean `admins`?",
        "unknown-group: pool.yaml has no group `adminz`; did you mean `admins`?",
        "unknown-table: no rules file defines the table `nothing`; add `nothing: {…}` under `tables`",
        "unknown-group: pool.yaml has no group `adminz`; did you mean `admins`?",
    ]


def test_a_test_that_depends_on_the_event_refuses_no_group(errors: Errors) -> None:
    """What can't be known before the event arrives isn't held against a constant."""
    for test in (
        "{one_of: lookup.user.tenants}",
        "{from_identity_provider: true}",
        '"${ANY}"',
        '{prefix: "${ANY}"}',
        '{not: "${ANY}"}',
        '["${ANY}", b]',
    ):
        assert errors("rules: {a: {deny: x, when: {groups: anything}}}", pool=POOL + f"groups: {test}\n") == []


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ("principal: machin", "unknown-principal: `principal` is `user` or `machine`, never `machin`; write `machine`"),
        ("principal: nobody", "write `machine`"),
        ("client: wbe-app", "unknown-client: pool.yaml declares no client `wbe-app`; add `wbe-app: …` under `clients`"),
        ("client: [web, work]", "unknown-client: pool.yaml declares no client `work`; did you mean `worker`?"),
        ("client: {not: wxyz}", "unknown-client"),
        (
            "identity_providers: AcmeOktaa",
            "unknown-identity-provider: pool.yaml declares no identity provider `AcmeOktaa`; did you mean `AcmeOkta`?",
        ),
        ("identity_providers: [Google, Initech]", "write `identity_providers: [Initech]` there"),
    ],
)
def test_constants_that_name_something_must_be_declared(errors: Errors, when: str, message: str) -> None:
    """Clients, principals and identity providers are known names."""
    found = errors(f"rules: {{r: {{deny: a, when: {{{when}}}}}}}")
    assert len(found) == 1, found
    assert message in found[0]


def test_a_refusal_has_no_placeholders(errors: Errors) -> None:
    """The text is the same for everybody; lone braces are text."""
    (message,) = errors('rules: {a: {deny: "No tenant {metadata.tenant}."}}')
    assert message == (
        "rules/a.yaml:1:19: placeholder-not-replaced: inputs aren't replaced here; write the text out, without `{…}`"
    )
    assert errors('rules: {a: {deny: "Go {} away."}}') == []
    (message,) = errors('rules: {a: {deny: "Go to ${ANY}."}}')
    assert message.startswith("rules/a.yaml:1:19: variable-not-replaced: ")
    assert errors('rules: {a: {id_token: {claims: {deny: "{a}"}}}}') == []
