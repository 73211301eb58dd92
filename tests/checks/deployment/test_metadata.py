"""Metadata that no flow passes to the trigger."""

import pytest

from tests.checks.conftest import POOL, Found

NAME = "metadata-never-arrives"
READ = "rules: {r: {when: {WHEN}, access_token: {claims: {t: {from: metadata.tenant, default: none}}}}}\n"
PASSWORD = "ExplicitAuthFlows: [ALLOW_USER_PASSWORD_AUTH, ALLOW_REFRESH_TOKEN_AUTH]"
CODE = "ExplicitAuthFlows: [ALLOW_REFRESH_TOKEN_AUTH], AllowedOAuthFlows: [code]"
MACHINE = "ExplicitAuthFlows: [ALLOW_REFRESH_TOKEN_AUTH], AllowedOAuthFlows: [client_credentials]"


def template(*clients: str, users: str | None = "") -> str:
    text = "Resources:\n"
    if users is not None:
        text += f"  Users: {{Type: AWS::Cognito::UserPool, Properties: {{{users}}}}}\n"
    for number, client in enumerate(clients):
        text += f"  C{number}: {{Type: AWS::Cognito::UserPoolClient, Properties: {{{client}}}}}\n"
    return text


def rules(when: str = "principal: user") -> str:
    return READ.replace("WHEN", when)


def test_the_finding_names_the_metadata(found: Found) -> None:
    assert found(NAME, rules(), template=template(CODE)) == [
        (
            "pool.yaml:14:12: warning[metadata-never-arrives]: rules read `metadata.tenant`, which no sign-in by the "
            "template's app clients passes to the trigger; let an app client sign in by a flow that passes it: "
            "`ExplicitAuthFlows: [ALLOW_USER_SRP_AUTH]`"
        )
    ]


@pytest.mark.parametrize(
    ("client", "arrives"),
    [
        (CODE, False),
        (PASSWORD, False),
        ("ExplicitAuthFlows: [ALLOW_ADMIN_USER_PASSWORD_AUTH]", False),
        (MACHINE, False),
        (f"{CODE}, RefreshTokenRotation: {{Feature: DISABLED}}", False),
        (f"{CODE}, RefreshTokenRotation: {{Feature: ENABLED}}", True),
        ("ExplicitAuthFlows: [ALLOW_USER_SRP_AUTH]", True),
        ("ExplicitAuthFlows: [ALLOW_CUSTOM_AUTH]", True),
        ("ExplicitAuthFlows: [ALLOW_USER_AUTH]", True),
        ("ExplicitAuthFlows: [ADMIN_NO_SRP_AUTH]", True),
        ("ExplicitAuthFlows: [!Ref Flow]", True),
        ("ExplicitAuthFlows: !Ref Flows", True),
        ("ExplicitAuthFlows: []", True),
        ("AllowedOAuthFlows: [code]", True),
    ],
)
def test_challenges_pass_it_and_passwords_and_codes_do_not(client: str, arrives: bool, found: Found) -> None:
    """Without a list, clients allow SRP and custom flows, which end with a challenge."""
    assert len(found(NAME, rules(), template=template(client))) == (not arrives)


@pytest.mark.parametrize(
    ("users", "arrives"),
    [
        ("", False),
        ("MfaConfiguration: 'OFF'", False),
        ("MfaConfiguration: OPTIONAL", True),
        ("MfaConfiguration: !Ref Mfa", True),
        ("DeviceConfiguration: {ChallengeRequiredOnNewDevice: true}", True),
        (None, True),
    ],
)
def test_a_password_passes_it_if_a_challenge_can_follow(users: str | None, arrives: bool, found: Found) -> None:
    """Of a pool that isn't in the template, that isn't known."""
    assert len(found(NAME, rules(), template=template(PASSWORD, users=users))) == (not arrives)
    assert len(found(NAME, rules(), template=template(CODE, users=users))) == 1


def test_one_client_that_passes_it_is_enough(found: Found) -> None:
    assert found(NAME, rules(), template=template(CODE, "ExplicitAuthFlows: [ALLOW_USER_SRP_AUTH]")) == []


@pytest.mark.parametrize(
    ("when", "client", "arrives"),
    [
        ("principal: machine", MACHINE, True),
        ("client: worker", MACHINE, True),
        ("client: worker", f"{CODE[:-6]}!Ref Flows", True),
        ("client: worker", CODE, False),
        ("principal: user", MACHINE, False),
    ],
)
def test_machines_send_it_with_the_third_version(when: str, client: str, arrives: bool, found: Found) -> None:
    """For rules that can apply to them."""
    assert len(found(NAME, rules(when), template=template(client))) == (not arrives)
    assert len(found(NAME, rules(when), POOL.replace("[V2_0, V3_0]", "V2_0"), template(client))) == 1


def test_conditions_and_rules_without_one_read_it_too(found: Found) -> None:
    text = template(CODE)
    assert len(found(NAME, rules("metadata.tenant: a"), template=text)) == 1
    assert len(found(NAME, "rules: {r: {id_token: {claims: {t: {from: metadata.device}}}}}\n", template=text)) == 1


def test_nothing_is_said_where_nothing_is_read_or_no_client_is_known(found: Found) -> None:
    assert found(NAME, template=template(CODE)) == []
    assert found(NAME, rules(), template=template()) == []
