"""Declared names that nothing reads."""

import pytest

from tests.checks.conftest import Found

NAME = "unused-name"

POOL = """\
language: 1
trigger: V2_0
other_clients: apply_rules
clients: {web: "${WEB}", worker: worker-id}
variables: {WEB: any, STAGE: any}
attributes: {custom:a: {}, nickname: {writable_by: admin}}
metadata: {tenant: string}
lookups:
  user:
    parameter: {name: /u}
    data: none
    fields: {plan: string, tier: string, owner: string}
    must_match: {owner: attribute.custom:a}
  other:
    parameter: {name: /o}
    data: none
    fields: {owner: string, plan: string}
    must_match: {owner: attribute.custom:a}
recipients: {billing-api: {key: arn}}
pseudonyms: {analytics: {secret: arn}}
"""


def test_every_sort_of_name_is_looked_at(found: Found) -> None:
    """A lookup that nothing reads is one finding, not one for each field; what it must match is read."""
    rules = """\
derived: {d: {from: lookup.user.plan}, e: {from: derived.d}}
tables: {t: {a: b}}
"""
    assert found(NAME, rules, POOL) == [
        f"pool.yaml:{place}: notice[{NAME}]: nothing reads {what}; take it out, or read it: {cure}"
        for place, what, cure in [
            ("4:11", "the client `web`", "`when: {client: web}`"),
            ("4:26", "the client `worker`", "`when: {client: worker}`"),
            ("5:23", "the variable `STAGE`", "`variable.STAGE`"),
            ("6:28", "the attribute `nickname`", "`attribute.nickname`"),
            ("7:12", "the metadata `tenant`", "`metadata.tenant`"),
            ("12:28", "the field `tier`", "`lookup.user.tier`"),
            ("14:3", "the lookup `other`", "`lookup.other.owner`"),
            ("19:14", "the recipient `billing-api`", "`encrypted_for: {billing-api: …}`"),
            ("20:14", "the pseudonym `analytics`", "`then: {pseudonym: analytics}`"),
        ]
    ] + [
        f"rules/a.yaml:{place}: notice[{NAME}]: nothing reads {what}; take it out, or read it: {cure}"
        for place, what, cure in [
            ("1:40", "the derived value `e`", "`derived.e`"),
            ("2:10", "the table `t`", "`then: {table: t}`"),
        ]
    ]


def test_names_that_are_read_are_fine(found: Found) -> None:
    """In conditions, values, templates, steps, tests and texts."""
    rules = """\
derived: {d: {from: groups, then: [{table: t}, {pseudonym: analytics}]}}
tables: {t: {a: b}}
rules:
  r:
    when: {client: [web, worker], lookup.user.plan: {one_of: lookup.other.plan}}
    id_token:
      claims:
        a: {template: "${STAGE}/{metadata.tenant}/{lookup.user.tier}"}
        b: {add: {from: derived.d}}
        c: {from: attribute.nickname}
      encrypted_for: {billing-api: {a: b}}
"""
    assert found(NAME, rules, POOL) == []


@pytest.mark.parametrize(
    "rule",
    [
        "when: {client: {prefix: w}}, id_token: {suppress: [email]}",
        "when: {client: '${WEB}'}, id_token: {suppress: [email]}",
        "when: {client: {not: [web, worker]}}, id_token: {suppress: [email]}",
        "id_token: {claims: {a: {from: client}}}",
        "id_token: {claims: {a: {template: 'x/{client}'}}}",
        "when: {any: [{client: web}, {not: {client: worker}}]}, id_token: {suppress: [email]}",
    ],
)
def test_clients_can_be_read_all_at_once(rule: str, found: Found) -> None:
    """By a prefix, by a variable, by `not`, or by their name as a value."""
    assert [
        text for text in found(NAME, f"rules: {{r: {{{rule}}}}}\n", POOL) if "client" in text.partition(";")[0]
    ] == []


def test_a_client_that_no_rule_names_is_admitted_where_others_are_refused(found: Found) -> None:
    """Then its declaration is its use."""
    pool = POOL.replace("apply_rules", "deny")
    assert [text for text in found(NAME, pool=pool) if "the client" in text] == []
    (text,) = (
        text for text in found(NAME, "rules: {r: {when: {client: web}, deny: No.}}\n", POOL) if "the client" in text
    )
    assert "`worker`" in text


def test_a_variable_is_read_as_an_input_too(found: Found) -> None:
    """Or in any text, lists included."""
    rules = "rules: {r: {id_token: {claims: {a: {from: variable.STAGE}}}}}\n"
    assert [text for text in found(NAME, rules, POOL) if "variable" in text] == []
    rules = "rules: {r: {id_token: {claims: {a: [1, 2], b: ['x', '${STAGE}']}}}}\n"
    assert [text for text in found(NAME, rules, POOL) if "variable" in text] == []
