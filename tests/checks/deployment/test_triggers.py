"""The event version that a pool sends, and its plan."""

import pytest

from tests.checks.conftest import POOL, Found

VERSION, TIER = "wrong-trigger-version", "tier-too-low"
FUNCTION = """\
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties: {Handler: pre_token_generation.handler, MORE}
"""


def template(users: str, function: str = "") -> str:
    return f"{FUNCTION.replace('MORE', function)}  Users: {{Type: AWS::Cognito::UserPool, Properties: {{{users}}}}}\n"


def config(version: str) -> str:
    return f"LambdaConfig: {{PreTokenGenerationConfig: {{LambdaVersion: {version}, LambdaArn: !GetAtt Fn.Arn}}}}"


@pytest.mark.parametrize(
    ("users", "sent"),
    [
        (config("V1_0"), ["V1_0"]),
        (config("V2_0"), []),
        (config("V3_0"), []),
        (config("!If [C, V3_0, V1_0]"), ["V1_0"]),
        (config("!Ref Version"), []),
        (config("!Ref AWS::NoValue"), []),
        ("LambdaConfig: {PreTokenGeneration: !GetAtt Fn.Arn}", ["V1_0"]),
        (f"{config('V2_0')[:-1]}, PreTokenGeneration: !GetAtt Fn.Arn}}", []),
        ("LambdaConfig: {PreSignUp: !GetAtt Fn.Arn}", []),
        ("LambdaConfig: !Ref AWS::NoValue", []),
        ("UserPoolName: a", []),
    ],
)
def test_the_pool_sends_what_the_policy_declares(users: str, sent: list[str], found: Found) -> None:
    findings = found(VERSION, template=template(users))
    assert len(findings) == len(sent)
    for finding, version in zip(findings, sent, strict=True):
        assert (
            f"the user pool `Users` sends events of `{version}`, and `trigger` in pool.yaml is `V2_0` and " in finding
        )
        assert finding.endswith("write `PreTokenGenerationConfig: {LambdaVersion: V3_0, LambdaArn: …}`")


@pytest.mark.parametrize(
    ("events", "many"),
    [
        ("{Type: Cognito, Properties: {UserPool: !Ref Users, Trigger: PreTokenGeneration}}", 1),
        ("{Type: Cognito, Properties: {UserPool: !Ref Users, Trigger: [PreSignUp, PreTokenGeneration]}}", 1),
        ("{Type: Cognito, Properties: {UserPool: !Ref Users, Trigger: PreSignUp}}", 0),
        ("{Type: Cognito, Properties: {UserPool: !Ref Others, Trigger: PreTokenGeneration}}", 0),
        ("{Type: Api}", 0),
        ("a", 0),
    ],
)
def test_an_event_of_sam_is_the_first_version(events: str, many: int, found: Found) -> None:
    assert len(found(VERSION, template=template("", f"Events: {{E: {events}}}"))) == many
    assert found(VERSION, template=template("", "Events: !Ref E")) == []


@pytest.mark.parametrize(
    ("users", "many"),
    [
        (f"UserPoolTier: LITE, {config('V3_0')}", 1),
        (f"UserPoolTier: LITE, {config('!Ref Version')}", 1),
        (f"UserPoolTier: !If [C, PLUS, LITE], {config('V2_0')}", 1),
        (f"UserPoolTier: LITE, {config('V1_0')}", 0),
        (f"UserPoolTier: PLUS, {config('V3_0')}", 0),
        (f"UserPoolTier: !Ref Tier, {config('V3_0')}", 0),
        (config("V3_0"), 0),
        ("UserPoolTier: LITE", 0),
    ],
)
def test_the_plan_has_a_trigger_of_the_version(users: str, many: int, found: Found) -> None:
    """A plan that isn't told is Essentials."""
    assert len(found(TIER, template=template(users))) == many


def test_an_unknown_version_is_the_lowest_that_is_declared(found: Found) -> None:
    text = template(f"UserPoolTier: LITE, {config('!Ref Version')}")
    assert found(TIER, pool=POOL.replace("[V2_0, V3_0]", "[V1_0, V2_0]"), template=text) == []
