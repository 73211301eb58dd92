"""Write rules in Python, where one rule per customer is needed: helpers for values, plain mappings for conditions.

file = RuleFile(rules={"greeting": Rule(id_token=Token(claims={"display_name": value("attribute.given_name")}))})
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from pretoken.policy.conditions import Condition
from pretoken.policy.rules import Acceptance, AccessToken, Groups, IamRoles, Rule, RuleFile, Scopes, Token
from pretoken.policy.values import Add, Choose, FirstOf, From, Object, Template, Tested, UnionOf

__all__ = [
    "Acceptance",
    "AccessToken",
    "Condition",
    "Groups",
    "IamRoles",
    "Rule",
    "RuleFile",
    "Scopes",
    "Template",
    "Token",
    "UnionOf",
    "add",
    "choose",
    "first_of",
    "obj",
    "test",
    "value",
]

Step: TypeAlias = str | Mapping[str, object]
Constant: TypeAlias = str | int | float | bool | Sequence[str]
Value: TypeAlias = Constant | From | Template | Tested | FirstOf | UnionOf | Choose | Object | Mapping[str, object]


def value(
    path: str, *, then: Step | Sequence[Step] = (), one_of: str | None = None, default: Constant | None = None
) -> From:
    """Take an input, with its tail: steps, the list that it must be in, the constant where it is absent."""
    return From(**{"from": path, **_tail(then, one_of, default)})


def first_of(
    *values: Value, then: Step | Sequence[Step] = (), one_of: str | None = None, default: Constant | None = None
) -> FirstOf:
    """Take the first of these values that isn't absent."""
    return FirstOf(first_of=values, **_tail(then, one_of, default))


def choose(
    *branches: tuple[Condition | Mapping[str, object], Value],
    otherwise: Value | None = None,
    then: Step | Sequence[Step] = (),
    one_of: str | None = None,
    default: Constant | None = None,
) -> Choose:
    """Take the value of the first branch, a pair of a condition and a value, whose condition is true."""
    members = [{"when": when, "value": chosen} for when, chosen in branches]
    rest = {} if otherwise is None else {"otherwise": otherwise}
    return Choose(choose=members, **rest, **_tail(then, one_of, default))


def test(condition: Condition | Mapping[str, object]) -> Tested:
    """Give whether a condition holds."""
    return Tested(test=condition)


test.__test__ = False  # type: ignore[attr-defined]  # pytest's mark: this is no test


def add(items: Value) -> Add:
    """Add items to those of other rules."""
    return Add(add=items)


def obj(members: Mapping[str, Value | Add], *, then: str | None = None) -> Object:
    """Make a nested claim, or with `then="json"` its text."""
    return Object(object=members, **({} if then is None else {"then": then}))


def _tail(then: Step | Sequence[Step], one_of: str | None, default: Constant | None) -> dict[str, Any]:
    given = {"then": then or None, "one_of": one_of, "default": default}
    return {key: argument for key, argument in given.items() if argument is not None}
