"""What a key's own policy in a template lets a function's role do.

Source: AWS KMS Developer Guide, "Key policies" and "Default key policy".
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Literal, TypeAlias

from pretoken.pools.facts import Resource
from pretoken.pools.intrinsics import is_unknown, items, known, member, options, references, text, written_text
from pretoken.pools.permissions import Grant
from pretoken.pools.template import Node

KEY = "AWS::KMS::Key"

_Who: TypeAlias = Literal["role", "account", "other", "unknown"]


def of_role(key: Resource, role: Resource) -> list[Grant]:
    """Give what a key's policy lets a role do by name."""
    return [grant for who, grant in _grants(key, role) if who == "role"]


def lets_in(key: Resource, role: Resource, action: str) -> set[_Who]:
    """Tell by whom a key's policy lets a role do something: by name, as one of the account, or perhaps."""
    policies = known(key.get("KeyPolicy"))
    if not policies:
        return {"account"}
    statements = [one for policy in policies for one in _statements(policy)]
    if any(map(is_unknown, (*policies, *statements))) or any(known(member(one, "NotAction")) for one in statements):
        return {"unknown"}
    return {who for who, grant in _grants(key, role) if fnmatchcase(action.lower(), grant.action.lower())} - {"other"}


def _statements(policy: Node) -> list[Node]:
    return [one for statements in known(member(policy, "Statement")) for one in items(statements)]


def _grants(key: Resource, role: Resource) -> Iterator[tuple[_Who, Grant]]:
    for policy in known(key.get("KeyPolicy")):
        for statement in _statements(policy):
            if "Allow" not in map(text, member(statement, "Effect")):
                continue
            whom = set(_principals(statement, role))
            for action in (item for one in known(member(statement, "Action")) for item in items(one)):
                at = ("template", key.name, "KeyPolicy", text(action) or "Action")
                for who in whom:
                    yield who, Grant(text(action) or "*", (), (), at, action.place)


def _principals(statement: Node, role: Resource) -> Iterator[_Who]:
    for principal in member(statement, "Principal"):
        if principal is None or not isinstance(principal.data, dict) or is_unknown(principal):
            yield "unknown"
            continue
        for kind, value in principal.data.items():
            for item in (item for one in known(options(value)) for item in items(one)):
                yield _who(item, role) if kind == "AWS" else "other"


def _who(item: Node, role: Resource) -> _Who:
    names = set(references(item))
    if role.name in names:
        return "role"
    written = written_text(item)
    if written.endswith(":root") or written.isdecimal() or names == {"AWS::AccountId"}:
        return "account"
    return "other" if isinstance(item.data, dict) and "Fn::GetAtt" in item.data else "unknown"
