"""A principal can't be changed, and shows nothing of anybody."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest

from pretoken.verifier.frozen import FrozenDict, FrozenList, frozen
from tests.verifier.minting import SUB, access_claims, make_verifier, mint

CLAIMS: dict[str, Any] = {"tenant": {"id": "acme", "roles": ["reader", ["x"]]}}
CHANGES: list[Callable[[Any], object]] = [
    lambda claims: claims.__setitem__("sub", "admin"),
    lambda claims: claims.__delitem__("sub"),
    lambda claims: claims.__ior__({"sub": "admin"}),
    lambda claims: claims.update(sub="admin"),
    lambda claims: claims.update({"sub": "admin"}),
    lambda claims: claims.setdefault("admin", True),
    lambda claims: claims.pop("sub"),
    lambda claims: claims.popitem(),
    lambda claims: claims.clear(),
    lambda claims: claims["tenant"].__setitem__("id", "evil"),
    lambda claims: claims["tenant"]["roles"].append("admin"),
    lambda claims: claims["tenant"]["roles"].extend(["admin"]),
    lambda claims: claims["tenant"]["roles"].insert(0, "admin"),
    lambda claims: claims["tenant"]["roles"].__iadd__(["admin"]),
    lambda claims: claims["tenant"]["roles"].__imul__(2),
    lambda claims: claims["tenant"]["roles"].__setitem__(0, "admin"),
    lambda claims: claims["tenant"]["roles"].__setitem__(slice(0, 1), ["admin"]),
    lambda claims: claims["tenant"]["roles"].__delitem__(0),
    lambda claims: claims["tenant"]["roles"].pop(),
    lambda claims: claims["tenant"]["roles"].remove("reader"),
    lambda claims: claims["tenant"]["roles"].clear(),
    lambda claims: claims["tenant"]["roles"].reverse(),
    lambda claims: claims["tenant"]["roles"].sort(),
    lambda claims: claims["tenant"]["roles"][1].append("y"),
    lambda claims: setattr(claims, "sub", "admin"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_claims_cannot_be_changed_at_any_depth(change: Callable[[Any], object]) -> None:
    principal = make_verifier().verify(mint(**CLAIMS))
    with pytest.raises((TypeError, AttributeError)):
        change(principal.claims)
    assert principal.claims == access_claims(**CLAIMS)


@pytest.mark.parametrize("kind", [dict, list])
def test_every_method_that_changes_a_value_in_place_is_refused(kind: type) -> None:
    """So that one that a later Python brings is noticed."""
    unchangeable = FrozenDict if kind is dict else FrozenList
    harmless = {"copy", "fromkeys", "get", "items", "keys", "values", "count", "index"}
    public = {name for name in vars(kind) if not name.startswith("_")} - harmless
    in_place = {"__setitem__", "__delitem__"} | ({"__ior__"} if kind is dict else {"__iadd__", "__imul__"})
    assert public | in_place <= set(vars(unchangeable))


def test_frozen_values_compare_print_and_serialise_as_their_kind() -> None:
    value = frozen(CLAIMS)
    assert value == CLAIMS
    assert repr(value) == repr(CLAIMS)
    assert json.dumps(value) == json.dumps(CLAIMS)
    assert value | {"x": 1} == {**CLAIMS, "x": 1}


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])  # noqa: S301 - ours
def test_deep_copies_can_be_changed(copied: Callable[[Any], Any]) -> None:
    value = copied(frozen(CLAIMS))
    value["tenant"]["roles"].append("mine")
    value["more"] = 1
    assert value == {"tenant": {"id": "acme", "roles": ["reader", ["x"], "mine"]}, "more": 1}


def test_thirty_two_levels_are_frozen_and_no_more() -> None:
    value: Any = 5
    for _ in range(32):
        value = [value]
    assert frozen(value) == value
    with pytest.raises(RecursionError):
        frozen([value])
    with pytest.raises(RecursionError):
        frozen({"x": value})


def test_the_principal_itself_cannot_be_changed() -> None:
    principal = make_verifier().verify(mint())
    for field in fields(principal):
        with pytest.raises(FrozenInstanceError):
            setattr(principal, field.name, None)
    with pytest.raises((FrozenInstanceError, AttributeError, TypeError)):
        principal.admin = True  # type: ignore[attr-defined]
    assert isinstance(principal.scopes, frozenset)
    assert isinstance(principal.groups, frozenset)


@pytest.mark.parametrize("show", [repr, str, "{}".format, "%s".__mod__])
def test_a_shown_principal_names_nobody(show: Callable[[object], str]) -> None:
    principal = make_verifier().verify(mint())
    assert show(principal) == "<Principal: user, 15 claims>"
    assert "machine" in show(make_verifier().verify(mint(sub=principal.client_id)))
    assert show(principal.with_facts({"name": "María"})) == show(principal)


def test_facts_make_another_principal() -> None:
    principal = make_verifier().verify(mint())
    assert principal.with_facts(["approver"]).facts == ["approver"]
    assert principal.facts is None
    assert principal.with_facts(1).sub == SUB
