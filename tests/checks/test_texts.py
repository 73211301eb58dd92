"""Texts that were meant as inputs."""

import pytest

from tests.checks.conftest import POOL, Found

NAME = "looks-like-a-path"


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (
            "rules: {r: {id_token: {claims: {email: attribute.email}}}}",
            "`id_token.claims.email` is the text `attribute.email`, not the input; write `{from: attribute.email}`",
        ),
        (
            "rules: {r: {access_token: {scopes: {add: [orders/read, client.id]}}}}",
            "`access_token.scopes.add` is the text `client.id`, not the input; write `{from: client.id}`",
        ),
        (
            "rules: {r: {groups: {add: {union: [derived.d]}}}}\nderived: {d: a}",
            "`groups.add` is the text `derived.d`, not the input; write `{from: derived.d}`",
        ),
        (
            "tables: {t: {a: attribute.email}}",
            "`tables.t` is the text `attribute.email`, not the input; write `{from: attribute.email}`",
        ),
        (
            "derived: {d: {from: attribute.name, default: attribute.email}}",
            (
                "`derived.d` is the text `attribute.email`, not the input; "
                "write `first_of: [VALUE, {from: attribute.email}]`"
            ),
        ),
        (
            'rules: {r: {id_token: {claims: {hello: "Hello {attribute.name}"}}}}',
            (
                "`id_token.claims.hello` has `attribute.name` in braces, which only templates read, not the input; "
                'write `{template: "Hello {attribute.name}"}`'
            ),
        ),
        (
            "rules: {r: {deny: attribute.email}}",
            "`deny` is the text `attribute.email`, not the input; a denial reads the same for everybody: leave it out",
        ),
        (
            "rules: {r: {when: {attribute.custom:a: {not: attribute.custom:b}}, deny: Closed.}}",
            "`when` is the text `attribute.custom:b`, not the input; write `{one_of: attribute.custom:b}`",
        ),
        (
            "rules: {r: {when: {attribute.custom:a: {prefix: attribute.custom:b}}, deny: Closed.}}",
            "`when` is the text `attribute.custom:b`, not the input; write `{one_of: attribute.custom:b}`",
        ),
        (
            "derived: {d: {template: attribute.email}}",
            '`derived.d` is the text `attribute.email`, not the input; write `"{attribute.email}"`',
        ),
    ],
)
def test_a_path_that_nothing_reads_is_found_with_the_way_to_read_it(rules: str, message: str, found: Found) -> None:
    """Each place has its own cure."""
    (finding,) = found(NAME, rules + "\n")
    assert finding.endswith(f"warning[looks-like-a-path]: {message}")


def test_the_key_of_a_lookup_is_looked_at(found: Found) -> None:
    """There the braces are missing."""
    (finding,) = found(NAME, pool=POOL.replace('{pk: "{attribute.sub}"}', "{pk: attribute.sub}"))
    assert finding.endswith(
        '`lookups.user.dynamodb.key.pk` is the text `attribute.sub`, not the input; write `"{attribute.sub}"`'
    )


@pytest.mark.parametrize(
    "rules",
    [
        "rules: {r: {id_token: {claims: {kind: username, all: [groups, scopes]}}}}",
        "rules: {r: {id_token: {claims: {x: attribute.unknown, y: '{unknown}', z: 1, u: {from: attribute.email}}}}}",
        "rules: {r: {why: It reads attribute.email., id_token: {claims: {x: {template: '{attribute.name}'}}}}}",
        "tables: {t: {attribute.email: a}}",
    ],
)
def test_words_and_other_texts_are_fine(rules: str, found: Found) -> None:
    """A claim may well say `groups`, and a reason may name what a rule reads."""
    assert found(NAME, rules + "\n") == []
