"""What a template lets a function do.

Sources: IAM, "IAM JSON policy elements reference"; SAM, "AWS SAM policy template list".
"""

from collections.abc import Iterator
from typing import NamedTuple

from pretoken.policy.errors import Place
from pretoken.policy.report import At
from pretoken.pools.facts import SERVERLESS, Facts, Resource
from pretoken.pools.intrinsics import is_unknown, items, known, member, references, text, written_text
from pretoken.pools.template import Node

_ROLE = "AWS::IAM::Role"
_ATTACHED = {"AWS::IAM::Policy": "Roles", "AWS::IAM::ManagedPolicy": "Roles", "AWS::IAM::RolePolicy": "RoleName"}
_CONNECTOR = "AWS::Serverless::Connector"

_HARMLESS = (
    "AWSLambdaBasicExecutionRole",
    "AWSLambdaVPCAccessExecutionRole",
    "AWSXRayDaemonWriteAccess",
    "AWSXrayWriteOnlyAccess",
)
"""AWS's policies that grant nothing of tables, functions and keys."""
_READ = ("GetItem", "Scan", "Query", "BatchGetItem", "DescribeTable")
_WRITE = ("PutItem", "UpdateItem", "BatchWriteItem")
_TEMPLATES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "DynamoDBReadPolicy": ("dynamodb", "TableName", _READ),
    "DynamoDBWritePolicy": ("dynamodb", "TableName", _WRITE),
    "DynamoDBCrudPolicy": ("dynamodb", "TableName", (*_READ, *_WRITE, "DeleteItem", "ConditionCheckItem")),
    "LambdaInvokePolicy": ("lambda", "FunctionName", ("InvokeFunction",)),
    "KMSDecryptPolicy": ("kms", "KeyId", ("Decrypt",)),
}
"""SAM's policy templates: the service, the parameter that names the resource, the actions."""


class Grant(NamedTuple):
    """An action that is allowed: its pattern, on what, whether under conditions, by which statement or template."""

    action: str
    resources: tuple[Node, ...]
    conditions: tuple[str, ...]
    at: At
    place: Place


class Grants(NamedTuple):
    """What a function may do, and whether that is all; `role` is None unless one role of the template is its."""

    grants: list[Grant]
    complete: bool
    role: Resource | None


def grants_of(function: Resource, facts: Facts) -> Grants:
    """Give what a template lets a function do."""
    complete = not facts.of_type(_CONNECTOR) and not known(member(function.body, "Connectors"))
    roles = known(function.get("Role"))
    if not roles and function.type == SERVERLESS:
        reading = _Reading(function.name, complete)
        reading.read_policies(known(function.get("Policies")))
        return Grants(reading.grants, reading.complete, None)
    names = {name for role in roles for name in references(role)} & {one.name for one in facts.of_type(_ROLE)}
    if len(names) != 1 or len(roles) != 1:
        return Grants([], False, None)
    role = facts.resources[names.pop()]
    reading = _Reading(role.name, complete)
    reading.read_policies(known(role.get("Policies")))
    reading.read_managed(known(role.get("ManagedPolicyArns")))
    for policy in facts.of_type(*_ATTACHED):
        attached = {name for one in known(policy.get(_ATTACHED[policy.type])) for name in references(one)}
        if role.name in attached:
            of_policy = _Reading(policy.name, True)
            of_policy.read_document(known(policy.get("PolicyDocument")))
            reading.grants += of_policy.grants
            reading.complete &= of_policy.complete
        elif not attached & facts.resources.keys():
            reading.complete = False
    return Grants(reading.grants, reading.complete, role)


class _Reading:
    """Collect what policies allow."""

    def __init__(self, owner: str, complete: bool) -> None:
        self.grants: list[Grant] = []
        self.complete = complete
        self._owner = owner

    def read_managed(self, policies: list[Node]) -> None:
        for policy in (item for one in policies for item in items(one)):
            self.complete &= written_text(policy).endswith(_HARMLESS)

    def read_policies(self, policies: list[Node]) -> None:
        """Read the policies of a role, or those of a function as SAM has them."""
        for policy in (item for one in policies for item in items(one)):
            if isinstance(policy.data, str) or is_unknown(policy):
                self.read_managed([policy])
            elif isinstance(policy.data, dict) and "PolicyDocument" in policy.data:
                self.read_document(known(member(policy, "PolicyDocument")))
            elif isinstance(policy.data, dict) and "Statement" in policy.data:
                self.read_document([policy])
            else:
                self._read_template(policy)

    def read_document(self, documents: list[Node]) -> None:
        for document in documents:
            self.complete &= not is_unknown(document)
            for statements in known(member(document, "Statement")):
                for statement in items(statements):
                    self._read_statement(statement)

    def _read_statement(self, statement: Node) -> None:
        if is_unknown(statement) or known(member(statement, "NotAction")):
            self.complete = False
        elif "Allow" in map(text, member(statement, "Effect")):
            conditions = tuple(_keys(known(member(statement, "Condition"))))
            resources = tuple(item for one in known(member(statement, "Resource")) for item in items(one))
            for action in (item for one in known(member(statement, "Action")) for item in items(one)):
                name = text(action)
                self.complete &= name is not None
                if name is not None:
                    at = ("template", self._owner, name)
                    self.grants.append(Grant(name, resources, conditions, at, action.place))

    def _read_template(self, policy: Node) -> None:
        for name, parameters in policy.data.items() if isinstance(policy.data, dict) else ():
            if name not in _TEMPLATES:
                self.complete = False
                continue
            service, parameter, actions = _TEMPLATES[name]
            resources = tuple(known(member(parameters, parameter)))
            at = ("template", self._owner, name)
            self.grants += [Grant(f"{service}:{one}", resources, (), at, parameters.place) for one in actions]


def _keys(conditions: list[Node]) -> Iterator[str]:
    """Give the condition keys of a statement."""
    for operators in conditions:
        for operator in operators.data.values() if isinstance(operators.data, dict) else ():
            yield from operator.data if isinstance(operator.data, dict) else ()
