"""SnapStart: what is forgotten around a snapshot, and that nobody else pays for it."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from pretoken.trigger import create_handler
from pretoken.trigger.snapstart import forget_around_snapshots
from tests.trigger.plans import KEY, claim, make_plan, pool

if TYPE_CHECKING:
    from collections.abc import Callable

SEALED = {"r": {"access_token": {"encrypted_for": {"crm": {"email": {"from": "attribute.email"}}}}}}


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Callable[[], object]]]:
    """Return the hooks that Lambda's runtime would call, as they are registered."""
    registered: list[tuple[str, Callable[[], object]]] = []
    module = ModuleType("snapshot_restore_py")
    for name in ("register_before_snapshot", "register_after_restore"):
        setattr(module, name, lambda function, name=name: registered.append((name, function)))
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", module)
    return registered


def test_with_snapstart_data_keys_are_forgotten_before_the_snapshot_and_after_the_restore(
    hooks: list[tuple[str, Callable[[], object]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
    forgotten: list[None] = []
    forget_around_snapshots(lambda: forgotten.append(None))
    assert [name for name, _ in hooks] == ["register_before_snapshot", "register_after_restore"]
    assert not forgotten
    for _, hook in hooks:
        hook()
    assert len(forgotten) == 2


@pytest.mark.parametrize("kind", [None, "on-demand", "provisioned-concurrency"])
def test_without_snapstart_its_module_is_not_even_imported(kind: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_LAMBDA_INITIALIZATION_TYPE", raising=False)
    if kind:
        monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", kind)
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", None)
    forget_around_snapshots(list)


@pytest.mark.parametrize(
    ("rules", "count"), [(SEALED, 2), ({"r": claim("x")}, 0)], ids=["encrypts", "encrypts nothing"]
)
def test_the_handler_registers_hooks_only_if_its_policy_encrypts(
    rules: dict[str, object],
    count: int,
    hooks: list[tuple[str, Callable[[], object]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
    create_handler(make_plan(rules, pool=pool(recipients={"crm": {"key": KEY}}, lookups={})), environment={})
    assert len(hooks) == count
