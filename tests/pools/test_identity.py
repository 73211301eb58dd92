"""Whether two values of a template can name the same resource."""

import pytest

from pretoken.pools.facts import facts_of
from pretoken.pools.identity import can_be_same
from pretoken.pools.template import parse_template

ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table"
SUB = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table"
TEMPLATE = """\
Parameters: {Region: {Type: String}}
Resources:
  Users: {Type: AWS::DynamoDB::Table, Properties: {TableName: users}}
  Orders: {Type: AWS::DynamoDB::Table}
  Copy: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub "${Orders}"}}
  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Fn}}
  Fn: {Type: AWS::Lambda::Function, Properties: {FunctionName: tenants}}
  Circle: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Circle}}
One: ONE
Other: OTHER
"""


@pytest.mark.parametrize(
    ("one", "other", "can_be"),
    [
        (f"{ARN}/orders", f"{ARN}/users", False),
        (f"{ARN}/orders", f"{ARN}/orders", True),
        (f"{ARN}/orders", "arn:aws:dynamodb:us-east-1:999999999999:table/orders", True),
        (f"{ARN}/orders", f"{ARN}/*", True),
        ("arn:aws:dynamodb:*:*:table/orders", f"{ARN}/users", False),
        ("arn:aws:dynamodb:*", f"{ARN}/users", True),
        (f"!Sub '{SUB}/orders'", f"!Sub '{SUB}/users'", False),
        (f"!Sub '{SUB}/${{Users}}'", f"{ARN}/users", True),
        (f"!Sub '{SUB}/${{Users}}'", f"{ARN}/orders", False),
        (f"!Sub '{SUB}/${{Users}}-old'", f"{ARN}/orders", True),
        (f"!Sub '{SUB}/users-${{AWS::StackName}}'", f"{ARN}/users-live", True),
        (f"!Sub '{SUB}/${{!aws:PrincipalTag/tenant}}'", f"{ARN}/users", True),
        (f"{ARN}/${{aws:PrincipalTag/tenant}}", f"{ARN}/users", True),
        ("!Sub 'arn:aws:dynamodb:${Region}:123456789012:table/orders'", f"{ARN}/users", False),
        ("!Sub ['${A}', {A: users}]", f"{ARN}/orders", True),
        ("!Sub [[], {}]", f"{ARN}/orders", True),
        ("!Join [':', [arn, aws, dynamodb, !Ref Region, '123456789012', table/orders]]", f"{ARN}/users", False),
        ("!Join ['', ['arn:aws:dynamodb:eu-west-1:123456789012:table/', !Ref Users]]", f"{ARN}/users", True),
        ("!Join ['', ['arn:aws:dynamodb:eu-west-1:1:table/', !If [C, a, b]]]", f"{ARN}/b", True),
        ("!Join ['', ['arn:aws:dynamodb:eu-west-1:1:table/', !If [C, a, b]]]", f"{ARN}/c", False),
        ("!Join [!Ref Region, [arn, table/users]]", f"{ARN}/orders", True),
        ("!Join ['', !Ref Region]", f"{ARN}/orders", True),
        ("!Join ['']", f"{ARN}/orders", True),
        ("!GetAtt Orders.Arn", f"{ARN}/users", False),
        ("!GetAtt Copy.Arn", f"{ARN}/users", True),
        ("!If [C, !GetAtt Orders.Arn, users]", f"{ARN}/users", True),
        (f"!Join ['', [table/, {', '.join(7 * ['!If [C, a, b]'])}]]", f"{ARN}/users", True),
        ("!Ref Live", "arn:aws:lambda:eu-west-1:1:function:tenants:live", True),
        ("!Ref Live", "arn:aws:lambda:eu-west-1:1:function:users", False),
        ("!Ref Circle", "arn:aws:lambda:eu-west-1:1:function:users", True),
        ("table", f"{ARN}/users", True),
        ("{}", f"{ARN}/users", True),
        ("!Ref [a]", f"{ARN}/users", True),
    ],
)
def test_values_with_another_resource_part_are_not_the_same(one: str, other: str, can_be: bool) -> None:
    """Region and account don't make them so; what isn't known can be."""
    template = parse_template(TEMPLATE.replace("ONE", one).replace("OTHER", other), "template.yaml")
    facts, values = facts_of(template), (template.root["One"], template.root["Other"])
    assert can_be_same(*values, facts) is can_be_same(*values[::-1], facts) is can_be
