"""Who can write an attribute, as a template says."""

import pytest

from tests.checks.conftest import Check, Found

NAME = "writable-attribute"
POOL = """\
language: 1
trigger: V2_0
other_clients: apply_rules
attributes: {ATTRIBUTE: {writable_by: WHO}}
"""
USERS = "Resources:\n  Users: {Type: AWS::Cognito::UserPool, Properties: {PROPERTIES}}\n"
CLIENT = "  Web: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref Users, PROPERTIES}}\n"
PROVIDER = "  Okta: {Type: AWS::Cognito::UserPoolIdentityProvider, Properties: {UserPoolId: !Ref Users, PROPERTIES}}\n"


def pool(attribute: str = "custom:a", who: str = "admin") -> str:
    return POOL.replace("ATTRIBUTE", attribute).replace("WHO", who)


def template(client: str = "WriteAttributes: [nickname]", users: str = "", provider: str = "") -> str:
    text = USERS.replace("PROPERTIES", users) + CLIENT.replace("PROPERTIES", client)
    return text + (PROVIDER.replace("PROPERTIES", provider) if provider else "")


@pytest.mark.parametrize(
    ("client", "why"),
    [
        ("", "the app client `Web` has no `WriteAttributes`, so it may write every attribute; write the list out, "),
        ("WriteAttributes: null", "the app client `Web` has no `WriteAttributes`, so it may write every attribute"),
        ("WriteAttributes: !Ref AWS::NoValue", "the app client `Web` has no `WriteAttributes`, so it may write every "),
        ("WriteAttributes: !If [C, [name], !Ref AWS::NoValue]", "the app client `Web` has no `WriteAttributes`, so "),
        ("WriteAttributes: []", "the `WriteAttributes` of the app client `Web` can be empty, so it may write every "),
        (
            "WriteAttributes: [!If [C, name, !Ref AWS::NoValue]]",
            "the `WriteAttributes` of the app client `Web` can be ",
        ),
        ("WriteAttributes: !If [C, [], [name]]", "the `WriteAttributes` of the app client `Web` can be empty, so it "),
        ("WriteAttributes: !Ref Writable", "the `WriteAttributes` of the app client `Web` isn't known before the "),
        ("WriteAttributes: [name, !Ref One]", "the `WriteAttributes` of the app client `Web` isn't known before the "),
        ("WriteAttributes: !Split [',', a]", "the `WriteAttributes` of the app client `Web` isn't known before the "),
        ("WriteAttributes: !If [C]", "the `WriteAttributes` of the app client `Web` isn't known before the deployment"),
        ("Fn::Transform: {Name: x}", "the `WriteAttributes` of the app client `Web` isn't known before the deploy"),
        (
            "WriteAttributes: ['custom:a']",
            "the `WriteAttributes` of the app client `Web` has it; take it out of there: ",
        ),
        ("WriteAttributes: !If [C, [name], ['custom:a']]", "the `WriteAttributes` of the app client `Web` has it; "),
    ],
)
def test_one_client_that_may_write_it_is_enough(client: str, why: str, found: Found) -> None:
    """A list that is unset, empty, or not known is every attribute."""
    (finding,) = found(NAME, pool=pool(), template=template(client))
    assert f": error[{NAME}]: `attributes.custom:a.writable_by` is `admin`, but {why}" in finding


@pytest.mark.parametrize("who", ["admin", "provider"])
def test_clients_that_list_other_attributes_are_fine(who: str, found: Found) -> None:
    assert found(NAME, pool=pool(who=who), template=template("WriteAttributes: [name, 'custom:ab']")) == []


def test_what_users_write_may_be_written_by_users(found: Found) -> None:
    assert found(NAME, pool=pool(who="user"), template=template("")) == []


def test_a_list_is_told_with_the_place_of_the_item_and_a_place_to_accept(check: Check) -> None:
    accept = "accept: [{finding: writable-attribute, at: template.Web.WriteAttributes.custom:a, why: It goes soon.}]\n"
    text = template("WriteAttributes: [name, 'custom:a']")
    finding = next(one for one in check(pool=pool(), template=text).standing if one.name == NAME)
    assert (str(finding.place), finding.rule, finding.at) == (
        "template.yaml:3:106",
        None,
        "template.Web.WriteAttributes.custom:a",
    )
    outcome = check(pool=pool() + accept, template=text)
    assert [accepted.why for accepted in outcome.accepted] == ["It goes soon."]
    for other, unused in (("", False), (template(), True)):
        names = {one.name for one in check(pool=pool() + accept, template=other).standing}
        assert ("unused-acceptance" in names) == unused, "without a template nobody can tell"


@pytest.mark.parametrize(
    ("properties", "open_"),
    [
        ("Schema: [{Name: birthdate, Required: true}]", True),
        ("Schema: [{Name: birthdate, Required: !Ref Required}]", True),
        ("Schema: [!If [C, {Name: birthdate, Required: 'True'}, !Ref AWS::NoValue]]", True),
        ("Schema: [{Name: birthdate, Required: false}]", False),
        ("Schema: [{Name: birthdate}, {Name: email, Required: true}, {AttributeDataType: String}]", False),
        ("DcrConfiguration: {OpenDcrEnabled: true}", True),
        ("DcrConfiguration: {EnableStatus: Enabled, OpenDcrEnabled: !Ref Open}", True),
        ("DcrConfiguration: !Ref Registration", True),
        ("DcrConfiguration: {EnableStatus: Disabled, OpenDcrEnabled: true}", False),
        ("DcrConfiguration: {EnableStatus: Enabled}", False),
    ],
)
def test_required_attributes_and_open_registration_open_every_attribute(
    properties: str, open_: bool, found: Found
) -> None:
    """Whatever the lists of clients say."""
    assert len(found(NAME, pool=pool("birthdate"), template=template(users=properties))) == open_
    assert len(found(NAME, pool=pool("birthdate", "provider"), template=template(users=properties))) == open_


@pytest.mark.parametrize(
    ("properties", "ending"),
    [
        ("Schema: [{Name: a, Mutable: false}]", ", and `Mutable: false` doesn't stop those who sign up; "),
        ("Schema: [{Name: 'custom:a', Mutable: False}]", ", and `Mutable: false` doesn't stop those who sign up; "),
        (
            "Schema: [{Name: a, Mutable: false}], AdminCreateUserConfig: {AllowAdminCreateUserOnly: true}",
            ", and neither `Mutable: false` nor `AllowAdminCreateUserOnly` stops those who set their first password; ",
        ),
        ("Schema: [{Name: a, Mutable: true}]", "has it; "),
    ],
)
def test_what_looks_like_a_protection_is_told_to_be_none(properties: str, ending: str, found: Found) -> None:
    (finding,) = found(NAME, pool=pool(), template=template("WriteAttributes: ['custom:a']", properties))
    assert ending in finding


@pytest.mark.parametrize(
    ("mapping", "open_"),
    [
        ("AttributeMapping: {'custom:a': dept}", True),
        ("AttributeMapping: !If [C, {'custom:a': dept}, !Ref AWS::NoValue]", True),
        ("AttributeMapping: !Ref Mapping", True),
        ("AttributeMapping: {email: email}", False),
        ("ProviderName: Okta", False),
    ],
)
def test_what_a_provider_maps_to_is_not_the_administrators(mapping: str, open_: bool, found: Found) -> None:
    assert len(found(NAME, pool=pool(), template=template(provider=mapping))) == open_
    assert found(NAME, pool=pool(who="provider"), template=template(provider=mapping)) == []


@pytest.mark.parametrize(
    ("providers", "open_"),
    [
        ("", True),
        ("SupportedIdentityProviders: [COGNITO], ", True),
        ("SupportedIdentityProviders: !Ref Providers, ", True),
        ("SupportedIdentityProviders: !If [C, [Okta], [COGNITO]], ", True),
        ("SupportedIdentityProviders: [COGNITO, Okta], ", False),
        ("SupportedIdentityProviders: [!Ref Okta], ", False),
    ],
)
def test_a_mapping_needs_clients_that_may_write_and_others_may_not(providers: str, open_: bool, found: Found) -> None:
    """An attribute is a provider's, unless a client without one may write it."""
    text = template(f"{providers}WriteAttributes: ['custom:a']")
    assert len(found(NAME, pool=pool(who="provider"), template=text)) == open_
    assert len(found(NAME, pool=pool(), template=text)) == 1


def test_a_required_attribute_stays_a_providers_if_all_clients_sign_in_by_one(found: Found) -> None:
    text = template("SupportedIdentityProviders: [Okta]", "Schema: [{Name: birthdate, Required: true}]")
    assert found(NAME, pool=pool("birthdate", "provider"), template=text) == []


FLAG = "verified-by-provider"
VERIFIED = "{r: {when: {attribute.email_verified: true}, id_token: {claims: {a: b}}}}"
CLAIM = "{r: {id_token: {claims: {a: {from: attribute.phone_number_verified}}}}}"


@pytest.mark.parametrize(
    ("rules", "provider", "doubted"),
    [
        (VERIFIED, "ProviderType: SAML, AttributeMapping: {email_verified: a}", True),
        (VERIFIED, "AttributeMapping: {email_verified: a}", True),
        (VERIFIED, "ProviderType: !Ref Type, AttributeMapping: {email_verified: a}", True),
        (VERIFIED, "ProviderType: OIDC, AttributeMapping: !Ref Mapping", True),
        (VERIFIED, "ProviderType: Google, AttributeMapping: {email_verified: a}", False),
        (VERIFIED, "ProviderType: SAML, AttributeMapping: {phone_number_verified: a}", False),
        (CLAIM, "ProviderType: SAML, AttributeMapping: {phone_number_verified: a}", True),
        ("{r: {id_token: {claims: {a: b}}}}", "ProviderType: SAML, AttributeMapping: {email_verified: a}", False),
    ],
)
def test_a_flag_that_rules_believe_is_not_a_customers_to_write(
    rules: str, provider: str, doubted: bool, found: Found
) -> None:
    findings = found(FLAG, f"rules: {rules}\n", template=template(provider=provider))
    assert len(findings) == doubted


def test_without_providers_nobody_maps(found: Found) -> None:
    assert found(FLAG, f"rules: {VERIFIED}\n", template=template()) == []
