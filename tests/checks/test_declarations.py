"""Declarations: constants about persons, and names that contradict their labels."""

import pytest

from tests.checks.conftest import POOL, Found

CONSTANTS = [
    ("access_token: {claims: {owner: jane@example.com}}", "`access_token.claims.owner` has an e-mail address in it"),
    ("access_token: {claims: {owner: +49 30 901820}}", "`access_token.claims.owner` has a phone number in it"),
    ("access_token: {claims: {jane@example.com: a}}", "this has an e-mail address in it"),
    ("groups: {add: [jane@example.com, staff]}", "`groups.add` has an e-mail address in it"),
    ("access_token: {scopes: {remove: jane@example.com}}", "`access_token.scopes.remove` has an e-mail address in it"),
    ("deny: Ask jane@example.com.", "`deny` has an e-mail address in it"),
    ("why: Ask jane@example.com., groups: {remove: staff}", None),
    ("iam_roles: {preferred: 'arn:aws:iam::123456789012:role/reader'}", None),
    ("access_token: {claims: {since: 20240101123456}}", None),
    ("access_token: {claims: {at: '@home', sum: 1+2345678901}}", None),
]


@pytest.mark.parametrize(("effect", "message"), CONSTANTS)
def test_addresses_and_phone_numbers_in_rules_are_found_and_not_repeated(
    effect: str, message: str | None, found: Found
) -> None:
    """Account ids, numbers and reasons are none."""
    texts = found("personal-constant", f"rules: {{r: {{when: {{client: web}}, {effect}}}}}\n")
    assert [text.partition("]: ")[2].partition(";")[0] for text in texts] == ([message] if message else [])


def test_tables_and_templates_are_looked_at(found: Found) -> None:
    """Keys and entries."""
    rules = """\
tables: {known: {jane@example.com: staff, joe: joe@example.com}}
derived: {greeting: {template: "{client} jane@example.com"}}
"""
    assert len(found("personal-constant", rules)) == 3


def test_a_placeholder_before_a_host_is_no_constant(found: Found) -> None:
    """Whose address it is, the label of the placeholder tells."""
    rules = 'derived: {contact: {template: "{attribute.sub}@example.com"}}\n'
    assert found("personal-constant", rules) == []


def test_long_texts_are_looked_at(found: Found) -> None:
    """Up to the end, and once each."""
    rules = f"tables: {{long: {{a: {'a' * 200_000}, b: '{'a' * 200_000} jane@example.com'}}}}\n"
    assert len(found("personal-constant", rules)) == 1


NAMES = [
    ("email", "{data: none}", True),
    ("workEmail", "{data: none}", True),
    ("first_name", "{data: none}", True),
    ("birth-date", "{data: none, type: date}", True),
    ("email", "{data: user.contact.email}", False),
    ("email", "{}", False),
    ("email_count", "{data: none}", False),
    ("email", "{data: none, type: number}", False),
    ("team_name", "{data: none}", False),
]


@pytest.mark.parametrize(("name", "declared", "doubted"), NAMES)
def test_a_label_that_contradicts_the_name_is_doubted(name: str, declared: str, doubted: bool, found: Found) -> None:
    """Words count, in whatever case they are joined."""
    pool = POOL.replace("attributes:", f"attributes:\n  custom:{name}: {declared}")
    assert bool(found("doubtful-label", pool=pool)) is doubted
    pool = POOL.replace("metadata: {", f"metadata: {{{name}: {declared}, ")
    assert bool(found("doubtful-label", pool=pool)) is doubted


def test_fields_of_lookups_have_the_label_of_the_lookup_or_their_own(found: Found) -> None:
    """The lookup's label is that of all its fields."""
    pool = POOL.replace("plan: string,", "plan: string, phone: string, mail: {data: user.contact.email},")
    (text,) = found("doubtful-label", pool=pool)
    assert "`lookups.user.fields.phone` holds personal data by its name `phone`" in text


CLAIMS = [
    ("{from: lookup.user.plan}", True),
    ("{object: {email: {from: lookup.user.plan}}}", True),
    ("{object: {plan: {from: lookup.user.plan}}}", False),
    ("{test: {attribute.email: {domain: a.com}, attribute.email_verified: true}}", False),
    ("{from: attribute.email, then: [email_domain, {prefer: [a.com]}]}", False),
    ("none", False),
]


@pytest.mark.parametrize(("value", "doubted"), CLAIMS)
def test_a_claim_named_for_personal_data_is_doubted_if_its_value_is_called_public(
    value: str, doubted: bool, found: Found
) -> None:
    """Facts and constants are what they are."""
    rules = f"rules: {{r: {{when: {{client: web}}, access_token: {{claims: {{email: {value}}}}}}}}}\n"
    assert bool(found("doubtful-label", rules)) is doubted
