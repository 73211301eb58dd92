"""The test kit for Python tests: of rules with `decide`, of APIs with `TokenIssuer`.

Names are resolved when they are first used, because the two sides are installed by different teams: `decide` needs
`pretoken[cli]`, `TokenIssuer` no more than `pretoken[verifier]`.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pretoken.simulator.outcome import AccessTokenOutcome as AccessTokenOutcome
    from pretoken.simulator.outcome import Outcome as Outcome
    from pretoken.simulator.outcome import TokenOutcome as TokenOutcome

    from .decision import decide as decide
    from .errors import GivenError as GivenError
    from .issuer import TokenIssuer as TokenIssuer

_MODULES = {
    "AccessTokenOutcome": "decision",
    "GivenError": "errors",
    "Outcome": "decision",
    "TokenIssuer": "issuer",
    "TokenOutcome": "decision",
    "decide": "decision",
}

__all__ = list(_MODULES)


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
