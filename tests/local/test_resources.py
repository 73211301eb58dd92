"""What a policy wants of AWS in a local run."""

from __future__ import annotations

from typing import Any

import pytest

from pretoken.local import LocalResources, LocalRunError, resources_of
from pretoken.sealing.key_arn import region_of

ARN = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def pool(variables: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"variables": {"KEY": "any", "TABLE": "any"} if variables is None else variables, **more}


def recipients(**keys: str) -> dict[str, Any]:
    return {"recipients": {name: {"key": key} for name, key in keys.items()}}


def lookup(table: str, *attributes: str) -> dict[str, Any]:
    return {"dynamodb": {"table": table, "key": dict.fromkeys(attributes, "{attribute.sub}")}, "fields": {"plan": {}}}


def resources(declared: dict[str, Any], **known: Any) -> LocalResources:
    return resources_of(declared, known, "env.json")


def test_a_policy_without_recipients_and_lookups_wants_only_its_variables() -> None:
    assert resources(pool({"A": "any", "B": ["x", "y"]})) == ({"A": "A", "B": "x"}, {}, {}, {})


def test_the_arn_of_a_local_key_depends_on_its_variable_alone() -> None:
    one = resources(pool(**recipients(billing="${KEY}"))).variables["KEY"]
    other = resources(pool({"KEY": "any", "OTHER": "any"}, **recipients(a="${OTHER}", b="${KEY}"))).variables
    assert region_of(one) == "eu-west-1"
    assert other["KEY"] == one != other["OTHER"]


def test_recipients_that_share_a_variable_share_a_key() -> None:
    found = resources(pool(**recipients(a="${KEY}", b="${KEY}")))
    assert found.keys == {found.variables["KEY"]: ["a", "b"]}


def test_a_constant_arn_is_the_key() -> None:
    assert resources(pool({}, **recipients(a=ARN))).keys == {ARN: ["a"]}


def test_a_variable_that_may_be_certain_keys_is_the_first() -> None:
    assert resources(pool({"KEY": [ARN, f"{ARN}0"]}, **recipients(a="${KEY}"))).keys == {ARN: ["a"]}


def test_values_that_a_developer_wrote_are_kept() -> None:
    declared = pool({"KEY": "any", "STAGE": ["test", "live"], "ID": "any"}, **recipients(a="${KEY}"))
    found = resources(declared, KEY=ARN, STAGE="live", ID="mine", UNDECLARED="x")
    assert found.variables == {"KEY": ARN, "STAGE": "live", "ID": "mine"}
    assert found.keys == {ARN: ["a"]}


def test_values_that_cannot_be_are_replaced() -> None:
    declared = pool({"KEY": "any", "STAGE": ["test", "live"], "ID": "any"}, **recipients(a="${KEY}"))
    assert resources(declared, KEY="TODO", STAGE="other", ID=7) == resources(declared)
    assert resources(declared, KEY="", STAGE="", ID="") == resources(declared)


def test_an_arn_in_parts_needs_their_values() -> None:
    declared = pool({"REGION": "any", "ID": "any"}, **recipients(a="${ID}:aws:kms:${REGION}:111122223333:key/k"))
    with pytest.raises(LocalRunError) as refused:
        resources(declared)
    assert str(refused.value) == (
        "the key of recipient `a` would be `ID:aws:kms:REGION:111122223333:key/k`, which isn't the ARN of a KMS key; "
        'write {"PreTokenGeneration": {"ID": "VALUE", "REGION": "VALUE"}} with the right values into env.json'
    )
    assert resources(declared, ID="arn").keys == {"arn:aws:kms:REGION:111122223333:key/k": ["a"]}


def test_a_constant_that_is_no_arn_is_refused() -> None:
    with pytest.raises(LocalRunError, match=r"would be `alias/a`, .*; mend it in pool\.yaml"):
        resources(pool({}, **recipients(a="alias/a")))


def test_a_table_has_the_key_attributes_of_its_lookups() -> None:
    lookups = {"user": lookup("${TABLE}", "pk", "sk"), "again": lookup("${TABLE}", "sk", "pk"), "x": lookup("xyz", "a")}
    found = resources(pool(lookups=lookups), TABLE="memberships")
    assert found.tables == {"memberships": ["pk", "sk"], "xyz": ["a"]}


def test_a_table_by_its_arn_has_its_name() -> None:
    arn = "arn:aws:dynamodb:us-east-1:111122223333:table/memberships"
    assert [*resources(pool(lookups={"user": lookup(arn, "pk")})).tables] == ["memberships"]


def test_one_table_with_two_keys_is_refused() -> None:
    with pytest.raises(LocalRunError, match="lookup `b` reads the table `users` by other key attributes"):
        resources(pool(lookups={"a": lookup("users", "pk"), "b": lookup("users", "pk", "sk")}))


@pytest.mark.parametrize(("table", "cure"), [("a table", "mend it in pool.yaml"), ("${T}", '{"T": "VALUE"}')])
def test_what_names_no_table_is_refused(table: str, cure: str) -> None:
    with pytest.raises(LocalRunError, match="isn't the name of a DynamoDB table") as refused:
        resources(pool({"T": "any"}, lookups={"user": lookup(table, "pk")}))
    assert cure in str(refused.value)


def test_lookups_of_other_providers_are_told() -> None:
    lookups = {"features": {"parameter": {"name": "/features"}, "fields": {"plan": {}}}}
    assert resources(pool(lookups=lookups)).elsewhere == {"features": "parameter"}
