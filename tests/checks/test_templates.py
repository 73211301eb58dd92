"""Templates whose texts can run together."""

import pytest

from tests.checks.conftest import POOL, Found

NAME = "ambiguous-template"

DERIVED = """
  a: {from: attribute.custom:a, then: {keep: {safe_as: identifier}}}
  b: {from: attribute.custom:b, then: [{keep: {safe_as: principal_tag}}, lower]}
  scope: {from: attribute.custom:b, then: {keep: {safe_as: scope}}}
  either: {first_of: [{from: derived.a}, {from: derived.scope}]}
  any: {first_of: [{from: derived.a}, {from: attribute.custom:b}]}
  role: {from: groups, then: {prefer: [a, b]}}
  kind: {from: attribute.custom:a, then: {table: {a: b}}}
  kept: {from: attribute.custom:a, then: {keep: [a, [b, c]]}}
  odd: {from: attribute.custom:a, then: {keep: [a, {prefix: b}]}}
  alias: {from: attribute.custom:a, then: {pseudonym: analytics}}
  joined: {from: groups, then: {join: "-"}}
  json: {object: {a: b}, then: json}
  nested: {template: "x-{attribute.sub}"}
  open: {template: "x-{attribute.custom:a}"}
  is_a: {test: {groups: a}}
  one: {from: attribute.custom:b, one_of: derived.a}
  other: {from: derived.a, one_of: lookup.user.tenants}
  constant: a
  all: {first_of: [{from: derived.b}, {from: derived.scope}]}
"""


def rule(template: str, when: str = "{principal: user}") -> str:
    return (
        f"derived:{DERIVED}rules:\n  r:\n    when: {when}\n"
        f"    id_token: {{claims: {{t: {{template: '{template}'}}}}}}\n"
    )


def test_two_texts_that_may_hold_anything_are_told_to_make_sure_of_one(found: Found) -> None:
    """The finding names the two, whatever stands between them."""
    assert found(NAME, rule("{attribute.custom:a}/{attribute.sub}/{metadata.tenant}")) == [
        (
            "rules/a.yaml:24:39: warning[ambiguous-template]: `id_token.claims.t` lets texts run together: "
            "nothing tells where `attribute.custom:a` ends and `metadata.tenant` begins; read `attribute.custom:a` "
            "through a derived value with `then: {keep: {safe_as: identifier}}`"
        )
    ]


def test_texts_without_a_character_that_tells_them_apart_are_told_to_put_one(found: Found) -> None:
    """An identifier may hold a dash, so a dash is no end of it."""
    assert found(NAME, rule("{derived.a}-{attribute.custom:b}")) == [
        (
            "rules/a.yaml:24:39: warning[ambiguous-template]: `id_token.claims.t` lets texts run together: "
            "nothing tells where `derived.a` ends and `attribute.custom:b` begins; put a character that "
            "it can't hold after `derived.a`: `/`"
        )
    ]


def test_keys_of_lookups_and_derived_values_are_looked_at_too(found: Found) -> None:
    """Each part of a key by itself; acceptances stand in pool.yaml."""
    lookup = """\
  place:
    dynamodb: {table: t, key: {pk: "{attribute.custom:a}#{attribute.custom:b}", sk: "{attribute.custom:b}"}}
    data: none
    fields: {name: string}
"""
    pool = POOL.replace("recipients:", f"{lookup}recipients:")
    rules = 'derived: {d: {first_of: [{template: "{attribute.custom:a}{attribute.custom:b}"}, none]}}\n'
    places = [text.partition(" lets")[0] for text in found(NAME, rules, pool)]
    assert places == [
        "pool.yaml:33:36: warning[ambiguous-template]: `lookups.place.dynamodb.key.pk`",
        "rules/a.yaml:1:37: warning[ambiguous-template]: `derived.d`",
    ]


@pytest.mark.parametrize(
    "template",
    [
        "{attribute.custom:a}{attribute.custom:b}",
        "{attribute.custom:a}/{attribute.custom:b}",
        "{attribute.custom:a}/{derived.a}/{attribute.custom:b}",
        "{derived.a}{derived.b}",
        "{derived.a}-{derived.a}{derived.b}",
        "{derived.b}/{attribute.custom:b}",
        "{derived.a}{attribute.custom:n}",
        "{attribute.custom:a}-{attribute.custom:n}",
        "{derived.a}${ANY}{derived.b}",
        "{derived.either}/{attribute.custom:b}",
        "{derived.any}/{attribute.custom:b}",
        "{derived.odd}/{attribute.custom:b}",
        "{derived.joined}/{attribute.custom:b}",
        "{derived.json}/{attribute.custom:b}",
        "{derived.open}/{attribute.custom:b}",
        "{derived.scope}/{derived.b}",
    ],
)
def test_texts_that_run_together_are_found(template: str, found: Found) -> None:
    """Where one ends can be told neither from the left nor from the right."""
    assert len(found(NAME, rule(template))) == 1


@pytest.mark.parametrize(
    "template",
    [
        "a/b",
        "{attribute.custom:a}",
        "{attribute.custom:a}{attribute.custom:a}",
        "{attribute.sub}{attribute.custom:a}",
        "{attribute.custom:a}{attribute.sub}",
        "{derived.a}/{attribute.custom:b}",
        "{attribute.custom:b}/{derived.a}",
        "{derived.a}-/{attribute.custom:b}/-{derived.a}",
        "{derived.a}/{derived.b}",
        "{derived.b}#{attribute.custom:a}",
        "{derived.either} {attribute.custom:b}",
        "{derived.role}{attribute.custom:b}",
        "{derived.kind}{attribute.custom:b}",
        "{derived.kept}{attribute.custom:b}",
        "{derived.alias}{attribute.custom:b}",
        "{derived.nested}{attribute.custom:b}",
        "{derived.is_a}{attribute.custom:b}",
        "{derived.constant}{attribute.custom:b}",
        "{derived.one}/{attribute.custom:b}",
        "{derived.other}/{attribute.custom:b}",
        "{client}{client.id}{principal}{pool.id}{variable.STAGE}{attribute.cognito:user_status}{attribute.custom:a}",
        "{attribute.birthdate}{attribute.email_verified}{attribute.custom:a}",
        "{attribute.custom:n}/{attribute.custom:a}",
    ],
)
def test_texts_that_end_somewhere_are_fine(template: str, found: Found) -> None:
    """All but one have an end, from the left or from the right."""
    assert found(NAME, rule(template)) == []


@pytest.mark.parametrize(
    "when",
    [
        "{attribute.custom:a: {safe_as: identifier}}",
        "{attribute.custom:a: {safe_as: identifier, not: x}}",
        "{attribute.custom:a: [x, z]}",
        "{all: [{attribute.custom:b: x}]}",
        "{derived.is_safe: true}",
    ],
)
def test_what_the_condition_requires_is_believed(when: str, found: Found) -> None:
    """A rule may ask for safe texts where it begins."""
    safe = "derived:\n  is_safe: {test: {attribute.custom:a: {safe_as: identifier}}}"
    rules = rule("{attribute.custom:a}/{attribute.custom:b}", when).replace("derived:", safe, 1)
    assert found(NAME, rules) == []


@pytest.mark.parametrize(
    "when",
    [
        "{attribute.custom:a: {prefix: x}}",
        "{any: [{attribute.custom:a: x}, {groups: x}]}",
        "{not: {attribute.custom:a: x}}",
    ],
)
def test_what_the_condition_does_not_require_is_not_believed(when: str, found: Found) -> None:
    """One of several is no promise."""
    assert len(found(NAME, rule("{attribute.custom:a}/{attribute.custom:b}", when))) == 1


def test_a_branch_believes_its_own_condition_and_that_of_the_rule(found: Found) -> None:
    """But not that of another branch."""
    rules = """\
rules:
  r:
    when: {attribute.custom:a: {safe_as: identifier}}
    id_token:
      claims:
        t:
          choose:
            - when: {attribute.custom:b: {safe_as: identifier}}
              value: {template: "{attribute.custom:b}/{metadata.tenant}"}
            - {when: {groups: a}, value: {template: "{attribute.custom:a}/{metadata.tenant}"}}
          otherwise: {template: "{attribute.custom:b}/{metadata.tenant}"}
"""
    (text,) = found(NAME, rules)
    assert text.startswith("rules/a.yaml:11:33: ")


@pytest.mark.parametrize(
    ("template", "cure"),
    [
        ("{derived.b}{derived.a}", "put a character that it can't hold after `derived.b`: `#`"),
        ("{derived.scope}/{attribute.custom:b}", "put a character that it can't hold after `derived.scope`: ` `"),
        ("{attribute.custom:b}/{derived.a}-{derived.b}", "put a character that it can't hold before `derived.b`: `#`"),
        ("{derived.all}-{derived.a}", "put a character that it can't hold before `derived.a`: `/`"),
        (
            "{derived.all} {attribute.custom:a}",
            "read `derived.all` through a derived value with `then: {keep: {safe_as: identifier}}`",
        ),
    ],
)
def test_the_cure_is_a_character_or_a_safer_text(template: str, cure: str, found: Found) -> None:
    """Scopes hold every character but the blank, and tags hold that; what can be both must be safer."""
    texts = [text.partition("begins; ")[2] for text in found(NAME, rule(template))]
    assert texts == [cure]


@pytest.mark.parametrize(
    "effect",
    [
        "access_token: {claims: {t: {object: {inner: {add: {template: TEXT}}}}}}",
        "access_token: {encrypted_for: {billing-api: {t: {template: TEXT}}}}",
        "access_token: {scopes: {add: {template: TEXT}}}",
        "groups: {add: {union: [{template: TEXT}]}}",
        "iam_roles: {add: {first_of: [{template: TEXT}, a]}}",
    ],
)
def test_every_effect_is_looked_at(effect: str, found: Found) -> None:
    """Wherever a text is put together."""
    text = '"{attribute.custom:a}/{attribute.custom:b}"'
    assert len(found(NAME, f"rules: {{r: {{{effect.replace('TEXT', text)}}}}}\n")) == 1
