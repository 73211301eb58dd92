"""JSON values that can't be changed: still a `dict` and a `list`, so that they compare, print and serialise as such."""

from __future__ import annotations

from pretoken.verifier.refusals import MissingClaimRefused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

DEEPEST = 32
"""Levels of objects and lists, counted from the outermost."""


def frozen(value: Any, levels: int = DEEPEST) -> Any:
    """Return a JSON value that can't be changed, at any depth.

    Raises:
        RecursionError: it is nested more than `levels` deep.
    """
    kind = type(value)
    if kind is not dict and kind is not list:
        return value
    if levels == 0:
        raise RecursionError
    if kind is dict:
        return FrozenDict({key: frozen(item, levels - 1) for key, item in value.items()})
    return FrozenList([frozen(item, levels - 1) for item in value])


def _refuse(*_: object, **__: object) -> NoReturn:
    raise TypeError("what a token says can't be changed; change a copy: `dict(…)`, `list(…)` or `copy.deepcopy(…)`")


class FrozenDict(dict[str, "Any"]):
    """A `dict` that can't be changed."""

    __slots__ = ()

    def __reduce__(self) -> tuple[type, tuple[dict[str, Any]]]:
        return dict, (dict(self),)

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse


class Claims(FrozenDict):
    """The claims of a token: one that isn't there is a refusal, since it may be absent because something failed."""

    __slots__ = ()

    def __missing__(self, name: str) -> NoReturn:
        raise MissingClaimRefused(name)


def frozen_claims(members: dict[str, Any]) -> Claims | None:
    """Return claims that can't be changed; None if they are nested too deeply."""
    try:
        return Claims(frozen(members))
    except RecursionError:
        return None


class FrozenList(list["Any"]):
    """A `list` that can't be changed."""

    __slots__ = ()

    def __reduce__(self) -> tuple[type, tuple[list[Any]]]:
        return list, (list(self),)

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse
