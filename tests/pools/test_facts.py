"""What belongs to the user pool that calls the function, and which function that is."""

import pytest

from pretoken.pools import Facts, facts_of
from pretoken.pools.facts import Resource
from pretoken.pools.template import parse_template


def facts(text: str) -> Facts:
    return facts_of(parse_template(f"Resources:\n{text}", "template.yaml"))


def names(resources: list[Resource]) -> list[str]:
    return [resource.name for resource in resources]


OURS = """\
  Fn: {Type: AWS::Serverless::Function, Properties: {Handler: pre_token_generation.handler}}
  Other: {Type: AWS::Lambda::Function, Properties: {Handler: index.handler}}
"""
POOLS = """\
  Users: {Type: AWS::Cognito::UserPool, Properties: {LambdaConfig: {PreTokenGenerationConfig: {LambdaArn: ARN}}}}
  Partners: {Type: AWS::Cognito::UserPool}
  UsersWeb: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref Users}}
  PartnersWeb: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref Partners}}
  AnyWeb: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref PoolId}}
  EitherWeb: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !If [C, !Ref Users, !Ref Partners]}}
"""


@pytest.mark.parametrize("arn", ["!GetAtt Fn.Arn", "!Sub '${Fn.Arn}:live'", "!Ref Fn.Alias", "arn:aws:lambda:x"])
def test_clients_of_a_pool_that_does_not_call_the_function_are_left_out(arn: str) -> None:
    found = facts(OURS + POOLS.replace("ARN", arn))
    assert names(found.pools) == ["Users"]
    assert names(found.clients) == ["UsersWeb", "AnyWeb", "EitherWeb"]


def test_a_pool_that_calls_another_function_is_not_ours() -> None:
    """Then any of them can be the one to which the function is attached later."""
    found = facts(OURS + POOLS.replace("ARN", "!GetAtt Other.Arn"))
    assert names(found.pools) == ["Users", "Partners"]
    assert len(found.clients) == 4


@pytest.mark.parametrize(
    "arn",
    ["!GetAtt Fn.Arn", "!Ref Live", '!Sub ["${X}", {X: !Ref Live}]', "!Join [':', [!GetAtt Fn.Arn, live]]"],
)
def test_a_function_is_known_by_who_calls_it_if_its_handler_is_another(arn: str) -> None:
    """Through its alias too."""
    found = facts(
        "  Fn: {Type: AWS::Lambda::Function, Properties: {Handler: claims.handler}}\n"
        "  Other: {Type: AWS::Lambda::Function}\n"
        "  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Fn}}\n" + POOLS.replace("ARN", arn)
    )
    assert names(found.functions) == ["Fn"]


def test_a_handler_can_stand_in_globals() -> None:
    """SAM puts them into its functions, not into CloudFormation's."""
    text = "  A: {Type: AWS::Serverless::Function}\n  B: {Type: AWS::Lambda::Function}\n"
    found = facts(text + "Globals: {Function: {Handler: pre_token_generation.handler}}\n")
    assert names(found.functions) == ["A"]
    assert found.setting(found.functions[0], "Handler")[0] is not None


def test_resources_of_a_loop_are_resources() -> None:
    found = facts(
        "  Fn::ForEach::Clients:\n"
        "    - Name\n"
        "    - [a, b]\n"
        "    - 'Client${Name}': {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref Id}}\n"
        "  Fn::ForEach::Wrong: a\n"
        "  NoType: {}\n"
        "  Wrong: a\n"
    )
    assert names(found.clients) == ["Client${Name}"]


def test_a_client_whose_pool_is_not_told_is_ours() -> None:
    assert names(facts("  Web: {Type: AWS::Cognito::UserPoolClient}\n").clients) == ["Web"]
