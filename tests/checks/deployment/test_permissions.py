"""What the function in a template may do, and what the policy needs."""

import pytest

from tests.checks.conftest import Found
from tests.checks.deployment.functions import FUNCTION, INLINE, POOL, allow, document, of_function, of_role

MISSING, EXCESS = "missing-permission", "excess-permission"
EVERYTHING = '"*"'
OF_PARAMETER = '!Sub "arn:aws:dynamodb:eu-west-1:1:table/${Name}"'
USER = "  user: {dynamodb: {table: TABLE_NAME, key: {pk: '{attribute.sub}'}}, data: none, fields: {plan: string}}\n"
TEAM = "  team: {dynamodb: {table: TABLE_NAME, key: {pk: 'T#INPUT'}}, data: none, fields: {size: string}}\n"
ASKED = "  asked: {lambda: {function: FUNCTION, input: {sub: '{attribute.sub}'}}, data: none, fields: {plan: string}}\n"


def user(table: str = '"${TABLE}"') -> str:
    return POOL + USER.replace("TABLE_NAME", table)


@pytest.mark.parametrize(
    "policies",
    [
        "[]",
        f"[{document(allow('dynamodb:Query'))}]",
        f"[{document(allow('lambda:*'))}]",
        f"[{document(allow().replace('Allow', 'Deny'))}]",
        f"[{document(allow(resource='!GetAtt Teams.Arn'))}]",
        "[{DynamoDBWritePolicy: {TableName: !Ref Users}}]",
        "[{DynamoDBReadPolicy: {TableName: !Ref Teams}}]",
        "AWSLambdaBasicExecutionRole",
    ],
)
def test_a_lookup_without_its_permission_is_told(policies: str, found: Found) -> None:
    assert found(MISSING, pool=user(), template=of_function(policies)) == [
        (
            "pool.yaml:6:10: warning[missing-permission]: `lookups.user.dynamodb` needs `dynamodb:GetItem`, and the "
            "function `Fn` lacks it; add it to its role's `Policies`: `{Effect: Allow, Action: dynamodb:GetItem, "
            "Resource: …}`"
        )
    ]


@pytest.mark.parametrize(
    "policies",
    [
        f"[{document(allow())}]",
        document(allow()),
        f"[{document(allow('[dynamodb:Query, dynamodb:getitem]', '[!GetAtt Teams.Arn, !GetAtt Users.Arn]'))}]",
        f"[!If [C, {document(allow())}, !Ref AWS::NoValue]]",
        f"[{document(allow('dynamodb:*', EVERYTHING))}]",
        f"[{document(allow(resource=OF_PARAMETER))}]",
        f"[{document(allow(resource='!ImportValue a'))}]",
        "[{DynamoDBReadPolicy: {TableName: !Ref Users}}]",
        "[{DynamoDBCrudPolicy: {TableName: !Ref Name}}]",
        "[{DynamoDBReadPolicy: {}}]",
        "[{S3ReadPolicy: {BucketName: a}}]",
        "[AmazonDynamoDBReadOnlyAccess]",
        "[!Ref Policy]",
        f"[{document('!Ref Statement')}]",
        "[{Statement: [{Effect: Allow, NotAction: 'iam:*', Resource: '*'}]}]",
        f"[{document(allow('!Ref Action'))}]",
    ],
)
def test_a_permission_that_is_there_or_not_known_is_fine(policies: str, found: Found) -> None:
    assert found(MISSING, pool=user(), template=of_function(policies)) == []


@pytest.mark.parametrize(
    ("table", "resource", "many"),
    [
        ("teams", "!GetAtt Teams.Arn", 0),
        ("teams", "!GetAtt Users.Arn", 1),
        ("teams", "arn:aws:dynamodb:eu-west-1:1:table/teams", 0),
        ("teams", "arn:aws:dynamodb:eu-west-1:1:table/users", 1),
        ("teams", "arn:aws:dynamodb:eu-west-1:1:table/t*", 0),
        ("teams", "!Sub 'arn:aws:dynamodb:${AWS::Region}:1:table/teams'", 0),
        ("teams", "!Sub 'arn:aws:dynamodb:${AWS::Region}:1:table/users'", 1),
        ("teams", "!Sub ['arn:${X}', {X: a}]", 0),
        ("teams", "!Join [':', [arn, !Ref Teams]]", 0),
        ("teams", "!Join [':', [arn, !Ref Users]]", 1),
        ("teams", "!If [C, !GetAtt Users.Arn, !GetAtt Teams.Arn]", 1),
        ("teams", "!Ref AWS::AccountId", 0),
        ('"${TABLE}"', "!GetAtt [Users, Arn]", 0),
        ('"${TEAMS}"', "!GetAtt Users.Arn", 1),
        ('"${TEAMS}"', "!GetAtt Named.Arn", 0),
        ('"${TEAMS}-old"', "!GetAtt Users.Arn", 0),
        ('"${ABSENT}"', "!GetAtt Users.Arn", 0),
    ],
)
def test_a_permission_for_another_table_is_none(table: str, resource: str, many: int, found: Found) -> None:
    """If both are known; a table is also known by its constant name."""
    pool = user(table).replace("{TABLE: any", "{ABSENT: any, TABLE: any")
    named = "  Named: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Ref Name}}\n"
    text = of_function(f"[{document(allow(resource=resource))}]") + named
    if resource.startswith("!If"):
        text = text.replace("!GetAtt Teams.Arn]", "!GetAtt Users.Arn]")
    assert len(found(MISSING, pool=pool, template=text)) == many


ATTACHED = "  P: {Type: AWS::IAM::Policy, Properties: {Roles: [ROLE], PolicyDocument: DOCUMENT}}\n"


@pytest.mark.parametrize(
    ("policies", "more", "many"),
    [
        (INLINE.replace("DOCUMENT", document(allow())), "", 0),
        (INLINE.replace("DOCUMENT", document(allow("dynamodb:Query"))), "", 1),
        (INLINE.replace("DOCUMENT", "!Ref Document"), "", 0),
        (
            "ManagedPolicyArns: [!Sub 'arn:${AWS::Partition}:iam::aws:policy/AWSXRayDaemonWriteAccess']",
            "",
            1,
        ),
        ("ManagedPolicyArns: [!Ref Managed]", "", 0),
        ("ManagedPolicyArns: !Ref Managed", "", 0),
        ("Path: /", ATTACHED.replace("ROLE", "!Ref Role").replace("DOCUMENT", document(allow())), 0),
        ("Path: /", ATTACHED.replace("ROLE", "!Ref Role").replace("DOCUMENT", document(allow("a:b"))), 1),
        ("Path: /", ATTACHED.replace("ROLE", "!Ref Role").replace("DOCUMENT", "!Ref Document"), 0),
        ("Path: /", ATTACHED.replace("ROLE", "!Ref Fn").replace("DOCUMENT", document(allow())), 1),
        ("Path: /", ATTACHED.replace("ROLE", "!Ref SomeRole").replace("DOCUMENT", document(allow())), 0),
        ("Path: /", "  C: {Type: AWS::Serverless::Connector}\n", 0),
        ("Path: /", "", 1),
    ],
)
def test_a_role_has_inline_attached_and_managed_policies(policies: str, more: str, many: int, found: Found) -> None:
    assert len(found(MISSING, pool=user(), template=of_role(policies, more))) == many


@pytest.mark.parametrize("role", ["!Ref RoleArn", "!If [C, !GetAtt A.Arn, !GetAtt B.Arn]", "!GetAtt Users.Arn"])
def test_a_role_from_elsewhere_is_not_known(role: str, found: Found) -> None:
    text = FUNCTION.replace("POLICIES", f"Role: {role}")
    assert found(MISSING, pool=user(), template=text) == []
    assert found(MISSING, pool=user(), template=text.replace("Serverless::F", "Lambda::F")) == []


def test_a_connector_of_the_function_is_not_looked_into(found: Found) -> None:
    text = of_function("[]").replace("  Fn:\n", "  Fn:\n    Connectors: {A: {Properties: {}}}\n")
    assert found(MISSING, pool=user(), template=text) == []


@pytest.mark.parametrize(
    ("key", "more", "many"),
    [
        ("{attribute.email}", "", 1),
        ("{lookup.user.plan}", "", 0),
        ("{attribute.email}", ", timeout: 100ms", 0),
    ],
)
def test_two_lookups_that_are_one_request_need_its_permission(key: str, more: str, many: int, found: Found) -> None:
    """One that needs the other's answer is a request of its own."""
    team = TEAM.replace("TABLE_NAME", '"${TABLE}"').replace("INPUT", key).replace("data: none", f"data: none{more}")
    pool, text = user() + team, of_function(f"[{document(allow())}]")
    findings = found(MISSING, pool=pool, template=text)
    assert len(findings) == many
    assert all("`lookups.team.dynamodb.table` needs `dynamodb:BatchGetItem`" in finding for finding in findings)
    assert (
        found(
            MISSING,
            pool=pool.replace('"${TABLE}", key: {pk: \'T', "teams, key: {pk: 'T"),
            template=of_function(f"[{document(allow(resource=EVERYTHING))}]"),
        )
        == []
    )
    both = of_function(f"[{document(allow('[dynamodb:GetItem, dynamodb:BatchGetItem]'))}]")
    assert found(MISSING, pool=pool, template=both) == []
    assert len(found(EXCESS, pool=pool, template=both)) == (not many)


@pytest.mark.parametrize(
    ("function", "policies", "many"),
    [
        ('"${ASKED}"', "[]", 1),
        ('"${ASKED}"', f"[{document(allow('lambda:InvokeFunction', '!GetAtt Other.Arn'))}]", 0),
        ('"${ASKED}"', "[{LambdaInvokePolicy: {FunctionName: !Ref Other}}]", 0),
        ('"${ASKED}"', "[{LambdaInvokePolicy: {FunctionName: !Ref Fn}}]", 1),
        ("tenants", "[{LambdaInvokePolicy: {FunctionName: tenants}}]", 0),
        ("tenants", f"[{document(allow('lambda:InvokeFunction', 'arn:aws:lambda:a:1:function:tenants:live'))}]", 0),
    ],
)
def test_a_lookup_by_a_function_needs_to_invoke_it(function: str, policies: str, many: int, found: Found) -> None:
    pool = POOL + ASKED.replace("FUNCTION", function)
    assert len(found(MISSING, pool=pool, template=of_function(policies))) == many
    assert found(EXCESS, pool=pool, template=of_function(policies)) == []


def test_lookups_of_other_kinds_need_nothing_here(found: Found) -> None:
    pool = POOL + "  a: {parameter: {name: /a}, data: none, fields: {b: string}}\n"
    assert found(MISSING, pool=pool, template=of_function("[]")) == []


@pytest.mark.parametrize(
    ("policies", "many"),
    [
        (f"[{document(allow())}]", 0),
        (f"[{document(allow('dynamodb:Query'))}]", 1),
        (f"[{document(allow('[dynamodb:Query, dynamodb:PutItem]'))}]", 2),
        (f"[{document(allow('dynamodb:*'))}]", 1),
        (f"""[{document(allow("'*'", "'*'"))}]""", 1),
        (f"[{document(allow('dynamodb:GetIte?'))}]", 1),
        (f"[{document(allow('dynamodb:BatchGetItem'))}]", 1),
        (f"""[{document(allow(resource="'*'"))}]""", 1),
        (f"""[{document(allow(resource="!Sub 'arn:${AWS::Partition}:dynamodb:a:1:table/*'"))}]""", 1),
        (f"[{document(allow('lambda:InvokeFunction'))}]", 1),
        (f"[{document(allow('kms:GenerateDataKey'))}]", 1),
        (f"[{document(allow('kms:Decrypt'))}]", 1),
        (f"[{document(allow('kms:Decrypt', more=', Condition: {StringEquals: {kms:ViaService: dynamodb.a}}'))}]", 0),
        (f"[{document(allow('kms:Decrypt', more=', Condition: !Ref Condition'))}]", 1),
        (f"[{document(allow('logs:*'))}]", 0),
        ("[{DynamoDBReadPolicy: {TableName: !Ref Users}}]", 1),
        ("[{KMSDecryptPolicy: {KeyId: !Ref Key}}]", 1),
        ("[AmazonDynamoDBReadOnlyAccess]", 0),
    ],
)
def test_what_no_rule_needs_is_told_once(policies: str, many: int, found: Found) -> None:
    assert len(found(EXCESS, pool=user(), template=of_function(policies))) == many
