"""The function may look up what pool.yaml declares, and nothing else: the deployed policy, compared and evaluated."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from fnmatch import fnmatchcase
from typing import Any

import pytest
import yaml

from pretoken.trigger.text import fill_in, parts_of
from tests.template.conftest import Stack
from tests.template.resources import REGION, asked, client

LEADING, ATTRIBUTES = "dynamodb:LeadingKeys", "dynamodb:Attributes"
Statements = dict[str, dict[str, Any]]


def allowed(stack: Stack) -> Statements:
    """Give the deployed statements on tables by their names; the order in lists means nothing."""
    role = stack.resources["PreTokenGenerationRole"]
    document = client("iam").get_role_policy(RoleName=role, PolicyName="memberships")["PolicyDocument"]
    for statement in document["Statement"]:
        statement["Condition"]["ForAllValues:StringLike"][LEADING].sort()
        statement["Condition"]["ForAllValues:StringEquals"][ATTRIBUTES].sort()
    return {statement["Sid"]: statement for statement in document["Statement"]}


def needed(plan: dict[str, Any]) -> Statements:
    """Give the statements that the lookups of a plan need, for the variables of the deployed function."""
    variables = asked["AWS::Lambda::Function"]["Environment"]["Variables"]
    statements: Statements = {}
    together: dict[Any, list[str]] = {}
    for name, lookup in plan["pool"]["lookups"].items():
        assert "dynamodb" in lookup, f"this test doesn't know yet what permission the lookup `{name}` needs"
        source = lookup["dynamodb"]
        partition_key, *_ = source["key"].values()
        fields = {shape.get("at", field).partition(".")[0] for field, shape in lookup["fields"].items()}
        table = fill_in(source["table"], variables)
        sid = "Lookup" + name.title().replace("_", "")
        statements[sid] = _statement(sid, "GetItem", table, {_beginning(partition_key)}, {*source["key"], *fields})
        together.setdefault((table, source.get("consistent", False)), []).append(sid)
    for (table, _), sids in together.items():
        if len(sids) > 1:
            sid = "And".join(sids)
            conditions = [statements[one]["Condition"] for one in sids]
            beginnings = {one for each in conditions for one in each["ForAllValues:StringLike"][LEADING]}
            attributes = {one for each in conditions for one in each["ForAllValues:StringEquals"][ATTRIBUTES]}
            statements[sid] = _statement(sid, "BatchGetItem", table, beginnings, attributes)
    return statements


def _statement(sid: str, action: str, table: str, beginnings: set[str], attributes: set[str]) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Action": f"dynamodb:{action}",
        "Resource": f"arn:aws:dynamodb:{REGION}:123456789012:table/{table}",
        "Condition": {
            "ForAllValues:StringLike": {LEADING: sorted(beginnings)},
            "ForAllValues:StringEquals": {ATTRIBUTES: sorted(attributes)},
            "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
            "Null": {LEADING: "false", ATTRIBUTES: "false"},
        },
    }


def _beginning(template: str) -> str:
    """Give the constant beginning of a key's template as a pattern."""
    kind, text = parts_of(template, template=True)[0]
    return f"{text}*" if kind == "text" else "*"


def check(found: Statements, wanted: Statements) -> None:
    """Assert that the template's permissions are what the lookups need."""
    for sid, statement in wanted.items():
        cure = yaml.safe_dump(statement, sort_keys=False)
        assert found.get(sid) == statement, f"the lookups of pool.yaml need this in template.yaml:\n{cure}"
    assert found.keys() == wanted.keys(), "template.yaml allows what no lookup of pool.yaml needs"


@pytest.mark.parametrize("table", ["", "members"], ids=["new table", "existing table"])
def test_the_permission_mirrors_the_policy(deploy: Callable[..., Stack], plan: dict[str, Any], table: str) -> None:
    check(allowed(deploy(MembershipsTable=table)), needed(plan))


CHANGES: dict[str, Any] = {
    "a field more": {"fields": {"tenants": {"type": "strings"}, "default_tenant": {}, "plan": {}, "role": {}}},
    "a field less": {"fields": {"tenants": {"type": "strings"}, "default_tenant": {}}},
    "a field elsewhere": {"fields": {"tenants": {}, "default_tenant": {}, "plan": {"at": "profile.plan"}}},
    "another beginning": {"dynamodb": {"table": "${MEMBERSHIPS_TABLE}", "key": {"pk": "MEMBER#{attribute.sub}"}}},
    "no beginning": {"dynamodb": {"table": "${MEMBERSHIPS_TABLE}", "key": {"pk": "{attribute.sub}"}}},
    "another key": {"dynamodb": {"table": "${MEMBERSHIPS_TABLE}", "key": {"id": "USER#{attribute.sub}"}}},
    "another table": {"dynamodb": {"table": "members", "key": {"pk": "USER#{attribute.sub}"}}},
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_policy_that_changes_without_the_template_is_told_what_it_needs(
    deploy: Callable[..., Stack], plan: dict[str, Any], change: str
) -> None:
    changed = deepcopy(plan)
    changed["pool"]["lookups"]["user"] |= CHANGES[change]
    found = allowed(deploy())
    with pytest.raises(AssertionError, match="Sid: LookupUser"):
        check(found, needed(changed))


def test_a_lookup_that_is_gone_needs_no_permission(deploy: Callable[..., Stack], plan: dict[str, Any]) -> None:
    changed = deepcopy(plan)
    changed["pool"]["lookups"].clear()
    found = allowed(deploy())
    with pytest.raises(AssertionError, match="what no lookup"):
        check(found, needed(changed))


def test_a_further_lookup_on_a_table_needs_its_own_permission_and_one_for_both(
    deploy: Callable[..., Stack], plan: dict[str, Any]
) -> None:
    """Those that are needed together are one request, whose conditions see the keys and fields of both."""
    changed = deepcopy(plan)
    source = {"table": "${MEMBERSHIPS_TABLE}", "key": {"pk": "TEAM#{derived.tenant_id}"}}
    changed["pool"]["lookups"]["billing_plan"] = {"dynamodb": source, "fields": {"price": {}}}
    found = allowed(deploy())
    with pytest.raises(AssertionError, match="Sid: LookupBillingPlan"):
        check(found, needed(changed))
    both = needed(changed)["LookupUserAndLookupBillingPlan"]
    assert both["Action"] == "dynamodb:BatchGetItem"
    assert both["Condition"]["ForAllValues:StringLike"][LEADING] == ["TEAM#*", "USER#*"]
    assert set(both["Condition"]["ForAllValues:StringEquals"][ATTRIBUTES]) == {*FIELDS["Attributes"], "price"}


def allows(statement: dict[str, Any], action: str, request: dict[str, list[str]]) -> bool:
    """Evaluate a statement, as far as the template's go; a request is what it says by the names of conditions."""
    holds = statement["Action"] == f"dynamodb:{action}"
    for operator, keys in statement["Condition"].items():
        for key, wanted in keys.items():
            given = request.get(key.removeprefix("dynamodb:"))
            if operator == "Null":
                holds &= (given is None) == (wanted == "true")
            elif operator == "ForAllValues:StringLike":
                holds &= all(any(fnmatchcase(one, pattern) for pattern in wanted) for one in given or [])
            elif operator == "ForAllValues:StringEquals":
                holds &= set(given or []) <= set(wanted)
            else:
                assert operator == "StringEqualsIfExists"
                holds &= given in (None, [wanted])
    return bool(holds)


KEY = {"LeadingKeys": ["USER#sub-1"]}
FIELDS = {"Attributes": ["pk", "tenants", "default_tenant", "plan"], "Select": ["SPECIFIC_ATTRIBUTES"]}


def test_the_function_reads_the_declared_fields_of_a_users_item(deploy: Callable[..., Stack]) -> None:
    (statement,) = allowed(deploy()).values()
    assert allows(statement, "GetItem", KEY | FIELDS)
    assert allows(statement, "GetItem", KEY | {"Attributes": FIELDS["Attributes"]}), "where AWS doesn't tell `Select`"
    actions = ["BatchGetItem", "Query", "Scan", "PartiQLSelect", "PutItem", "UpdateItem", "DeleteItem"]
    assert not [action for action in actions if allows(statement, action, KEY | FIELDS)]


@pytest.mark.parametrize(
    "request_",
    [
        KEY | FIELDS | {"LeadingKeys": ["INVOICE#1"]},
        KEY | FIELDS | {"LeadingKeys": ["USER#sub-1", "INVOICE#1"]},
        KEY | FIELDS | {"Attributes": ["pk", "tenants", "password"]},
        KEY | {"Attributes": ["pk"], "Select": ["ALL_ATTRIBUTES"]},
        KEY | {"Select": ["SPECIFIC_ATTRIBUTES"]},
        FIELDS,
        {},
    ],
    ids=[
        "another item",
        "another item too",
        "another attribute",
        "the whole item",
        "no attribute",
        "no key",
        "nothing",
    ],
)
def test_the_function_reads_nothing_else(deploy: Callable[..., Stack], request_: dict[str, list[str]]) -> None:
    (statement,) = allowed(deploy()).values()
    assert not allows(statement, "GetItem", request_)
