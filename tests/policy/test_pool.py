"""pool.yaml: every key of the reference, and what isn't right in it."""
# ruff: noqa: E501 - a row of a table is a line

import pytest

from tests.policy.conftest import Errors, Load

BASE = "language: 1\ntrigger: V3_0\nother_clients: deny\n"
FIELDS = "data: none, fields: {a: string}"

GOOD = [
    "clients: {web: abc, other: [d, e]}",
    "variables: {A: any, B_1: [x, z]}\nclients: {web: '${A}', other: '${B_1}'}",
    "identity_providers: [AcmeOkta]",
    "attributes: {birthdate: {writable_by: admin}, email: {data: user.contact.email}, 'custom:a': {type: strings, encoded_as: json, max_length: 64, max_items: 20}, 'dev:b': number}",
    "metadata: {tenant: string, tags: {type: strings, encoded_as: space_list, data: none}}",
    "groups: [a, b]\nscopes: {prefix: a}",
    "recipients: {a: {key: arn}, b: {key: arn, claim: encrypted_for_c}}",
    "pseudonyms: {a: {secret: arn}}",
    "id_token_authorizes: all",
    "id_token_authorizes: [cognito:roles]",
    "consumers: alb",
    "consumers: [api_gateway, private_rest_api, cookie]",
    "limits: {access_token_bytes: 4096, id_token_bytes: 4096, lookups_total: 3s}",
    "accept: [{finding: unused-name, why: soon}]",
    f"lookups: {{a: {{dynamodb: {{table: t, key: {{pk: '{{attribute.sub}}', sk: a}}, consistent: true}}, {FIELDS}}}}}",
    f"lookups: {{a: {{parameter: {{name: '/a/{{client}}'}}, {FIELDS}}}}}",
    f"lookups: {{a: {{appconfig: {{application: a, environment: b, profile: c}}, {FIELDS}}}}}",
    f"lookups: {{a: {{lambda: {{function: f, input: {{sub: '{{attribute.sub}}'}}}}, {FIELDS}, timeout: 1s, cache: 5m, writable_by: user}}}}",
    "lookups: {a: {verified_permissions: {policy_store: p, principal: 'U::{attribute.sub}', resource: r, actions: [a]}, data: none, fields: {allowed: strings}}}",
    f"lookups: {{a: {{parameter: {{name: a}}, must_match: {{a: attribute.sub}}, {FIELDS}}}}}",
    f"lookups: {{a: {{dynamodb: {{table: t, key: {{sk: x, pk: z}}}}, {FIELDS}}}, b: {{dynamodb: {{table: t, key: {{pk: x, sk: z}}}}, {FIELDS}}}, c: {{dynamodb: {{table: u, key: {{id: x}}}}, {FIELDS}}}}}",
    "lookups: {a: {parameter: {name: a}, data: secret, fields: {a: {type: object, at: b.c, data: none, max_items: 3, max_length: 10}}}}",
]

BAD = [
    ("clients: {Web: a}", "wrong-name: `Web` can't name a client: small letters, digits and dashes; write `web`"),
    (
        "clients: {a: b, c: [d, b]}",
        "4:24: client-id-twice: `c` has an app client id that `a` has already; take it out of `c`",
    ),
    (
        "clients: {web: '${B}', admin: x}\nvariables: {B: [x, w]}",
        "4:31: client-id-twice: `admin` has an app client id that `web` has already; take it out of `admin`",
    ),
    (
        "clients: {admin: x, web: '${B}'}\nvariables: {B: [x, w]}",
        "4:26: client-id-twice: `web` can have an app client id that `admin` has already; take it out of `web`",
    ),
    ("clients: {a: '${B}', c: '${B}'}\nvariables: {B: any}", "4:25: client-id-twice"),
    (
        "recipients: {aws-crypto-a: {key: arn}}",
        "4:14: wrong-name: names that begin with `aws-crypto-` are AWS's own; write `billing-api`",
    ),
    ("clients: {a: []}", 'empty: `a` is empty; leave it out, or write `clients: {web: "${WEB_CLIENT_ID}"}`'),
    ("clients: {a: 5}", 'wrong-type: `a` must be text, not a number; put it in quotes: `"5"`'),
    ("clients: {a: '${B}'}", "unknown-variable: pool.yaml declares no variable `B`; add `B: any` under `variables`"),
    (
        "variables: {a: any}",
        "wrong-name: `a` can't name a variable: capital letters, digits and underscores, first a letter; write `A`",
    ),
    ("variables: {A: some}", "wrong-choice: `A` must be `any` or a list; write `A: [some]`"),
    ("variables: {A: []}", "empty: `A` is empty"),
    ("attributes: {emial: {}}", "unknown-attribute: Cognito has no standard attribute `emial`; did you mean `email`?"),
    (
        "attributes: {tenant: {}}",
        "unknown-attribute: Cognito has no standard attribute `tenant`; write `custom:tenant`",
    ),
    ("attributes: {sub: {}}", "unknown-attribute: `sub` is Cognito's own and known already; leave `sub` out"),
    (
        "attributes: {identities: {}}",
        "unknown-attribute: `identities` is read as the input `identity_providers`; leave `identities` out",
    ),
    (
        "attributes: {birthdate: string}",
        "wrong-type: Cognito's `birthdate` is a date; write `type: date`, or leave `type` out",
    ),
    (
        "attributes: {'custom:a': text}",
        "wrong-choice: `custom:a` must be `string`, `number`, `boolean`, `date`, `time`, `strings` or `object`; write",
    ),
    ("attributes: {'custom:a': {encoded_as: json}}", "wrong-type: only lists are encoded; add `type: strings`"),
    (
        "attributes: {'custom:a': {writable_by: admins}}",
        "wrong-choice: `writable_by` must be `admin`, `provider` or `user`; did you mean `admin`?",
    ),
    (
        "attributes: {'custom:a': {data: personal}}",
        "wrong-label: `personal` is no label; write `none`, `secret` or a Fideslang key such as `user.contact.email`",
    ),
    (
        "attributes: {'custom:a': {max_length: 0}}",
        "out-of-range: `max_length` must be 1 or more; write `max_length: 64`",
    ),
    ("metadata: {a: {writable_by: admin}}", "unknown-key: a field of `metadata` has no key `writable_by`; it has"),
    ("groups: {}", "empty-test"),
    ("scopes: 5", "wrong-type: a scope is text and can't equal the number `5`"),
    ("recipients: {a: {}}", 'missing-key: a recipient needs `key`; write `key: "${BILLING_KEY_ARN}"`'),
    (
        "recipients: {a: {key: k, claim: secret}}",
        "wrong-name: `secret` can't name the claim of a message: `encrypted_for_`, then letters, digits and underscores; write `encrypted_for_billing`",
    ),
    ("recipients: {a: {key: $k}}", "lone-dollar"),
    ("pseudonyms: {a: {secret: $k}}", "lone-dollar"),
    (
        "id_token_authorizes: some",
        "wrong-choice: `id_token_authorizes` must be `all` or a list; write `id_token_authorizes: [some]`",
    ),
    (
        "consumers: cookies",
        "wrong-choice: `consumers` must be `api_gateway`, `private_rest_api`, `alb` or `cookie`; did you mean `cookie`?",
    ),
    (
        "limits: {lookups_total: 5s}",
        "wrong-duration: Cognito waits 5 seconds for everything; write less, for example `2s`",
    ),
    (
        "limits: {access_token_bytes: 4k}",
        "wrong-type: `access_token_bytes` must be a whole number, not text; write `access_token_bytes: 4096`",
    ),
    ("rules: {}", "wrong-place: `rules` belongs to a rules file; move it to `rules/example.yaml`"),
    ("clinets: {}", "unknown-key: pool.yaml has no key `clinets`; did you mean `clients`?"),
    (
        f"lookups: {{a: {{{FIELDS}}}}}",
        "no-provider: a lookup needs one of `dynamodb`, `parameter`, `appconfig`, `verified_permissions`, `lambda`; write",
    ),
    (
        f"lookups: {{a: {{parameter: {{name: a}}, appconfig: {{application: a, environment: b, profile: c}}, {FIELDS}}}}}",
        "two-providers: `parameter` and `appconfig` are two providers; move `appconfig` to a lookup of its own",
    ),
    (
        f"lookups: {{a: {{http: {{url: x}}, parameter: {{name: a}}, {FIELDS}}}}}",
        "unknown-key: a lookup has no key `http`, whose time has no bound; use `lambda: {function: …, input: {…}}`",
    ),
    (
        "lookups: {a: {parameter: {name: a}, fields: {a: string}}}",
        "missing-key: a lookup needs `data`; write `data: none` if nothing in it is personal, else for example `data: user.contact`",
    ),
    (
        "lookups: {a: {parameter: {name: a}, data: none}}",
        "missing-key: a lookup needs `fields`; write `fields: {tenants: strings}`",
    ),
    (
        f"lookups: {{a: {{dynamodb: {{table: t, key: {{pk: x}}}}, {FIELDS}}}, b: {{dynamodb: {{table: t, key: {{pk: x, sk: z}}}}, {FIELDS}}}}}",
        "key-clash: `a` reads this table by other key attributes, and a table has one key; write `key: {pk: …}`, or mend that of `a`",
    ),
    ("lookups: {a: {parameter: {name: a}, data: none, fields: {}}}", "empty: `fields` is empty"),
    (
        "lookups: {a: {parameter: {name: a}, data: none, fields: {b: {at: limits..seats}}}}",
        "wrong-path: this leads nowhere: a key between dots is missing; write `at: profile.plan`",
    ),
    (
        "lookups: {A: {parameter: {name: a}, data: none, fields: {a: string}}}",
        "wrong-name: `A` can't name a lookup: small letters, digits and underscores, first a letter; write `a`",
    ),
    (f"lookups: {{a: {{dynamodb: {{table: t, key: {{}}}}, {FIELDS}}}}}", "empty: `key` is empty"),
    (
        f"lookups: {{a: {{dynamodb: {{table: t, key: {{a: x, b: x, c: x}}}}, {FIELDS}}}}}",
        "too-long: `key` may have 2 at most",
    ),
    (
        f"lookups: {{a: {{dynamodb: {{table: t, key: {{pk: '{{groups}}'}}}}, {FIELDS}}}}}",
        "wrong-type: `groups` is a list and can't stand in text",
    ),
    (
        f"lookups: {{a: {{dynamodb: {{table: t, key: {{pk: '{{atribute.sub}}'}}}}, {FIELDS}}}}}",
        "unknown-input: there is no input `atribute.sub`; did you mean `attribute.sub`?",
    ),
    (f"lookups: {{a: {{dynamodb: {{table: $t, key: {{pk: a}}}}, {FIELDS}}}}}", "lone-dollar"),
    (
        "lookups: {a: {verified_permissions: {policy_store: p, principal: u, resource: r, actions: [a]}, data: none, fields: {a: string}}}",
        "wrong-fields: `verified_permissions` has one field, the actions allowed; write `fields: {allowed: strings}`",
    ),
    (
        f"lookups: {{a: {{verified_permissions: {{policy_store: p, principal: u, resource: r, actions: {list('abcdefghijklmopqrstuvwxz') + list('ABCDEFGHI')}}}, data: none, fields: {{allowed: strings}}}}}}",
        "too-long: `actions` may have 30 at most",
    ),
    (
        f"lookups: {{a: {{parameter: {{name: a}}, must_match: {{b: attribute.sub}}, {FIELDS}}}}}",
        "unknown-field: lookup `a` has no field `b`; add `b: string` under `fields`",
    ),
    (
        f"lookups: {{a: {{parameter: {{name: a}}, must_match: {{a: groups}}, {FIELDS}}}}}",
        "wrong-type: the field is text, and `groups` is a list; declare the field with `type: strings`",
    ),
    (
        f"lookups: {{a: {{parameter: {{name: a}}, must_match: {{a: goups}}, {FIELDS}}}}}",
        "unknown-input: there is no input `goups`; did you mean `groups`?",
    ),
    (
        f"lookups: {{a: {{parameter: {{name: a}}, timeout: 3s, {FIELDS}}}}}",
        "too-slow: `lookup.a` can take 3000ms, and `lookups_total` is 2s; shorten one `timeout`, for example to `500ms`, or write `limits: {lookups_total: 3000ms}`",
    ),
    (
        f"lookups: {{a: {{parameter: {{name: a}}, timeout: 5s, {FIELDS}}}}}",
        "too-slow: `lookup.a` can take 5000ms, and `lookups_total` is 2s; shorten one `timeout`, for example to `500ms`",
    ),
    (
        f"lookups: {{a: {{parameter: {{name: a}}, timeout: soon, {FIELDS}}}}}",
        "wrong-duration: `soon` is no duration: a whole number and `ms`, `s`, `m`, `h` or `d`; write `2s`",
    ),
    (
        f"lookups: {{a: {{parameter: {{name: a}}, timeout: 500, {FIELDS}}}}}",
        "wrong-duration: `timeout` needs a unit; write `timeout: 500ms`",
    ),
    (
        f"lookups: {{a: {{parameter: {{name: a}}, cache: 300, {FIELDS}}}}}",
        "wrong-duration: `cache` needs a unit; write `cache: 300s`",
    ),
    ("limits: {lookups_total: 3}", "wrong-duration: `lookups_total` needs a unit; write `lookups_total: 3s`"),
    ("limits: {lookups_total: 0}", 'wrong-type: `lookups_total` must be text, not a number; put it in quotes: `"0"`'),
    ("variables: {STAGE: dev}", "wrong-choice: `STAGE` must be `any` or a list; write `STAGE: [dev]`"),
    ("variables: {STAGE: 5}", 'wrong-choice: `STAGE` must be `any` or a list; write `STAGE: ["5"]`'),
    ("variables: {STAGE: true}", 'wrong-choice: `STAGE` must be `any` or a list; write `STAGE: ["true"]`'),
    ("variables: {STAGE: 'dev, live'}", "wrong-choice: `STAGE` must be `any` or a list; write `STAGE: [dev, live]`"),
    ("variables: {STAGE: {dev: live}}", "`any` or a list; write `variables: {WEB_CLIENT_ID: any}`"),
    ("variables: {STAGE: Any}", "wrong-choice: `STAGE` must be `any`; did you mean `any`?"),
    (f"variables: {{STAGE: '{'a' * 80}'}}", "`any` or a list; write `variables: {WEB_CLIENT_ID: any}`"),
    (
        "attributes: {'custom:crew_id': int}",
        "`strings` or `object`; write `custom:crew_id: number`",
    ),
    ("attributes: {'custom:crew_id': {type: bool}}", "`strings` or `object`; write `type: boolean`"),
    ("metadata: {rank: what}", "`strings` or `object`; write `rank: string`"),
    (f"metadata: {{{'a' * 80}: int}}", "`strings` or `object`; write `metadata: {active_tenant: string}`"),
    (
        "attributes: {crew_id: {}}",
        "unknown-attribute: Cognito has no standard attribute `crew_id`; write `custom:crew_id`",
    ),
    (
        "groups: crew, captains",
        "unknown-group: a group name is 1 to 128 characters without blanks; write `groups: [crew, captains]`",
    ),
    (
        "scopes: [a, b c]",
        "unknown-scope: a scope is 1 to 256 visible ASCII characters without quotes and backslashes; write it like `orders/read`",
    ),
    (
        "identity_providers: CrewOkta",
        "wrong-type: `identity_providers` must be a list, not text; write `identity_providers: [CrewOkta]`",
    ),
    ("identity_providers: Crew, Okta", "write `identity_providers: [Crew, Okta]`"),
    (f"identity_providers: {'a' * 80}", "write `identity_providers: [AcmeOkta]`"),
    (
        "lookups: {a: {parameter: {name: a}, data: none, fields: {b: list}, must_match: {b: groups}}}",
        "`strings` or `object`; write `b: strings`",
    ),
    (
        "lookups: {a: {parameter: {name: a}, data: none, fields: {b: {type: list}}, must_match: {b: groups}}}",
        "`strings` or `object`; write `type: strings`",
    ),
]


@pytest.mark.parametrize("part", GOOD)
def test_a_pool_of_the_reference_loads_and_comes_back(load: Load, part: str) -> None:
    """Each key loads, and its plan loads as an equal policy."""
    policy = load(pool=f"{BASE}{part}\n").policy
    assert type(policy).model_validate(policy.plan()) == policy


@pytest.mark.parametrize(("part", "message"), BAD)
def test_a_wrong_pool_is_one_error(errors: Errors, part: str, message: str) -> None:
    """Each mistake gives one error in the language's words."""
    found = errors(pool=f"{BASE}{part}\n")
    assert len(found) == 1, found
    assert message in found[0]


@pytest.mark.parametrize(
    ("pool", "message"),
    [
        ("trigger: V3_0\nother_clients: deny\n", "1:1: missing-key: pool.yaml needs `language`; write `language: 1`"),
        ("language: 1\nother_clients: deny\n", "1:1: missing-key: pool.yaml needs `trigger`; write `trigger: V3_0`"),
        (
            "language: 1\ntrigger: V3_0\n",
            "1:1: missing-key: pool.yaml needs `other_clients`; write `other_clients: deny`",
        ),
        (BASE.replace("1", "2", 1), "1:11: wrong-choice: `language` must be `1`; write `language: 1`"),
        (
            BASE.replace("V3_0", "V4_0"),
            "2:10: wrong-choice: `trigger` must be `V1_0`, `V2_0` or `V3_0`; did you mean `V3_0`?",
        ),
        (
            BASE.replace("V3_0", "3"),
            "2:10: wrong-choice: `trigger` must be `V1_0`, `V2_0` or `V3_0`; write `trigger: V3_0`",
        ),
        (
            BASE.replace("V3_0", "[V1_0, V3_0]"),
            "2:10: wrong-versions: two versions must be neighbours; write `[V1_0, V2_0]` or `[V2_0, V3_0]`",
        ),
        (BASE.replace("V3_0", "[V3_0, V3_0]"), "2:10: wrong-versions"),
        (BASE.replace("V3_0", "[V1_0, V2_0, V3_0]"), "2:10: too-long: `trigger` may have 2 at most"),
        (BASE.replace("V3_0", "{}"), "2:10: wrong-choice: `trigger` must be"),
        (
            BASE.replace("1", "'1'", 1),
            "1:11: wrong-choice: `language` must be `1`; write `language: 1`, without quotes",
        ),
        ("[]", "1:1: wrong-type: the file must be a mapping, not a list; write `language: 1`"),
        ("", "1:1: empty-value"),
    ],
)
def test_what_a_pool_must_say(errors: Errors, pool: str, message: str) -> None:
    """The required keys, and the event versions."""
    found = errors(pool=pool)
    assert len(found) == 1, found
    assert f"pool.yaml:{message}" in found[0]


def test_the_versions_are_sorted(load: Load) -> None:
    """A list of two neighbours means the same in any order."""
    assert load(pool=BASE.replace("V3_0", "[V3_0, V2_0]")).policy.pool.trigger == ("V2_0", "V3_0")


def test_the_canonical_form_has_no_short_forms_and_no_defaults(load: Load) -> None:
    """The plan says everything in one way, and leaves out what goes without saying."""
    part = f"clients: {{web: a}}\nmetadata: {{a: string, b: strings}}\nlookups: {{a: {{parameter: {{name: a}}, {FIELDS}}}}}\nattributes: {{'custom:a': {{}}}}\n"
    assert load(pool=BASE + part).plan()["pool"] == {
        "language": 1,
        "trigger": ["V3_0"],
        "other_clients": "deny",
        "clients": {"web": ["a"]},
        "metadata": {"a": {}, "b": {"type": "strings"}},
        "lookups": {"a": {"parameter": {"name": "a"}, "data": "none", "fields": {"a": {}}}},
        "attributes": {"custom:a": {}},
    }
