"""Templates with a function and what it may do."""

POOL = """\
language: 1
trigger: V2_0
other_clients: apply_rules
variables: {TABLE: any, TEAMS: any, ASKED: any, KEY: any}
lookups:
"""

ENVIRONMENT = "{TABLE: !Ref Users, TEAMS: !Ref Teams, ASKED: !Ref Other, KEY: !GetAtt Key.Arn}"
FUNCTION = f"""\
Resources:
  Users: {{Type: AWS::DynamoDB::Table}}
  Teams: {{Type: AWS::DynamoDB::Table, Properties: {{TableName: teams}}}}
  Other: {{Type: AWS::Lambda::Function, Properties: {{Handler: a.b}}}}
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Handler: pre_token_generation.handler
      Environment: {{Variables: {ENVIRONMENT}}}
      POLICIES
"""
ROLE = """\
  Role:
    Type: AWS::IAM::Role
    Properties:
      POLICIES
"""
INLINE = "Policies: [{PolicyName: a, PolicyDocument: DOCUMENT}]"


def of_function(policies: str) -> str:
    return FUNCTION.replace("POLICIES", f"Policies: {policies}")


def of_role(policies: str, more: str = "") -> str:
    return FUNCTION.replace("POLICIES", "Role: !GetAtt Role.Arn") + ROLE.replace("POLICIES", policies) + more


def allow(action: str = "dynamodb:GetItem", resource: str = "!GetAtt Users.Arn", more: str = "") -> str:
    return f"{{Effect: Allow, Action: {action}, Resource: {resource}{more}}}"


def document(*statements: str) -> str:
    return f"{{Statement: [{', '.join(statements)}]}}"
