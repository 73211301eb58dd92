"""The walk: every part of a policy, with the place where it was written."""

from pathlib import Path

from pretoken.policy.load import load_policy
from pretoken.policy.policy import Policy
from pretoken.policy.tests import Operators
from pretoken.policy.walk import inputs_of, walk

ZOO = Path(__file__).parent / "fixtures" / "good" / "zoo"


def at_place(plan: object, at: tuple[str | int, ...]) -> object:
    """Follow a place through a plan."""
    for step in at:
        plan = plan[step]  # type: ignore[index]
    return plan


def dumped(item: object) -> object:
    """Give the plan's JSON of a part."""
    if hasattr(item, "model_dump"):
        return item.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return [dumped(member) for member in item] if isinstance(item, tuple) else item


def test_each_part_stands_where_it_says() -> None:
    """A part's place leads to it in the plan; that of a key to what the key holds."""
    policy = load_policy(ZOO).policy
    plan = policy.plan()
    parts = list(walk(policy))
    assert {part.kind for part in parts} == {
        "value",
        "condition",
        "test",
        "step",
        "input",
        "constant",
        "template",
        "plain",
    }
    for part in parts:
        found = at_place(plan, part.at)
        if part.key:
            assert part.at[-1] == part.item
        else:
            assert found == dumped(part.item), part


def test_each_operator_and_step_is_walked() -> None:
    """Nothing that can be written is passed over."""
    parts = list(walk(load_policy(ZOO).policy))
    operators = {name for part in parts if isinstance(part.item, Operators) for name in part.item.items()}
    assert operators == {name.rstrip("_") for name in Operators.model_fields}


def test_inputs_are_followed_through_derived_values_and_lookups() -> None:
    """What a value rests on, however far away."""
    policy = load_policy(ZOO).policy
    assert inputs_of(policy.derived["tenant_id"], policy) == {
        "metadata.tenant",
        "lookup.user.tenants",
        "attribute.sub",
        "attribute.custom:tenant",
    }
    when = policy.rules["closed"].when
    assert when is not None
    assert inputs_of(when, policy) >= {"principal", "derived.tenant_id", "lookup.user.tenants", "attribute.sub"}


def test_a_circle_ends_the_search() -> None:
    """Unsound policies are walked too."""
    pool = {"language": 1, "trigger": "V3_0", "other_clients": "deny"}
    policy = Policy.model_validate(
        {"pool": pool, "derived": {"a": {"from": "derived.b"}, "b": {"template": "{derived.a} }"}}}
    )
    assert inputs_of(policy.derived["a"], policy) == {"derived.b"}
