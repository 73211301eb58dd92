"""The trigger of the user pool in a template: its event version, and the plan that it needs."""

from collections.abc import Iterator

from pretoken.checks.check import check
from pretoken.checks.finding import Doubt
from pretoken.policy.errors import named, quoted
from pretoken.policy.load import LoadedPolicy
from pretoken.policy.pool import VERSIONS
from pretoken.pools.facts import Facts
from pretoken.pools.intrinsics import known, text


@check(
    "error",
    gain="sign-ins are refused, or tokens of machines are issued without any rule",
    cure="write the same version in pool.yaml, as `trigger`, and in the template, as `LambdaVersion`",
)
def wrong_trigger_version(loaded: LoadedPolicy, facts: Facts) -> Iterator[Doubt]:
    """Report a user pool that sends another event version than pool.yaml declares.

    The function refuses events of V1_0 where it expects V2_0, and the other way round: nobody signs in.
    A pool that sends V2_0 where V3_0 is declared never asks about machines, whose tokens no rule then touches.

    The old property `PreTokenGeneration`, alone, and SAM's `Cognito` event are V1_0.
    During a change pool.yaml may declare two versions.

    Bad:

    ```yaml
    # template.yaml
    Resources:
      UserPool:
        Type: AWS::Cognito::UserPool
        Properties: {LambdaConfig: {PreTokenGeneration: !GetAtt PreTokenGeneration.Arn}}
    ```

    Good:

    ```yaml
    # template.yaml
    Resources:
      UserPool:
        Type: AWS::Cognito::UserPool
        Properties:
          LambdaConfig: {PreTokenGenerationConfig: {LambdaVersion: V3_0, LambdaArn: !GetAtt PreTokenGeneration.Arn}}
    ```

    Source: Amazon Cognito Developer Guide, "Pre token generation Lambda trigger", on event versions.
    """
    expected = loaded.policy.pool.trigger
    for trigger in facts.triggers():
        if trigger.version is not None and trigger.version not in expected:
            declared = " and ".join(f"`{version}`" for version in expected)
            message = (
                f"the user pool {named(trigger.pool.name)} sends events of {quoted(trigger.version)}, and `trigger` in "
                f"pool.yaml is {declared}"
            )
            cure = f"write `PreTokenGenerationConfig: {{LambdaVersion: {expected[-1]}, LambdaArn: …}}`"
            yield Doubt(
                ("template", trigger.pool.name, "LambdaConfig", trigger.key), message, cure, place=trigger.place
            )


@check(
    "error",
    gain="the deployment fails, or tokens are issued without any rule",
    cure="write `UserPoolTier: ESSENTIALS`",
)
def tier_too_low(loaded: LoadedPolicy, facts: Facts) -> Iterator[Doubt]:
    """Report a user pool on a plan that has no trigger of its version.

    V2_0 and V3_0 need the plan Essentials or Plus; a new pool that says nothing is on Essentials.

    Bad:

    ```yaml
    # template.yaml
    Resources:
      UserPool:
        Type: AWS::Cognito::UserPool
        Properties:
          UserPoolTier: LITE
          LambdaConfig: {PreTokenGenerationConfig: {LambdaVersion: V3_0, LambdaArn: !GetAtt PreTokenGeneration.Arn}}
    ```

    Good:

    ```yaml
    # template.yaml
    Resources:
      UserPool:
        Type: AWS::Cognito::UserPool
        Properties:
          UserPoolTier: ESSENTIALS
          LambdaConfig: {PreTokenGenerationConfig: {LambdaVersion: V3_0, LambdaArn: !GetAtt PreTokenGeneration.Arn}}
    ```

    Source: Amazon Cognito Developer Guide, "User pool feature plans".
    """
    first = VERSIONS[0]
    for pool in facts.pools:
        versions = {
            trigger.version or loaded.policy.pool.trigger[0] for trigger in facts.triggers() if trigger.pool is pool
        }
        if versions <= {first}:
            continue
        for tier in known(pool.get("UserPoolTier")):
            if text(tier) == "LITE":
                version = quoted(min(versions - {first}))
                message = f"the user pool {named(pool.name)} is on the plan Lite, which has no trigger of {version}"
                yield Doubt(("template", pool.name, "UserPoolTier"), message, place=tier.place)
