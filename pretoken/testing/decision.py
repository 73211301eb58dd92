"""What the rules make of a sign-in, asked in Python.

    >>> from pretoken.testing import decide
    >>> outcome = decide(
    ...     "policies",
    ...     client="web",
    ...     groups=["admins"],
    ...     lookups={"user": {"tenants": ["acme"], "default_tenant": "acme"}},
    ... )
    >>> outcome.denied
    False
    >>> outcome.access_token.claims["tenant_id"]
    'acme'
    >>> "orders/write" in outcome.access_token.scopes
    True

Case files do the same without code; `pretoken test` and `pytest policies` run them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from pretoken.policy.errors import typed
from pretoken.policy.load import load_policy
from pretoken.policy.model import recording
from pretoken.policy.report import Problem
from pretoken.policy.translation import translate
from pretoken.simulator.given import Given, check_given
from pretoken.simulator.outcome import AccessTokenOutcome, Outcome, TokenOutcome
from pretoken.simulator.running import Runner
from pretoken.testing.errors import GivenError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["AccessTokenOutcome", "Outcome", "TokenOutcome", "decide"]


def decide(
    policies: str | os.PathLike[str] = "policies",
    *,
    client: str | None = None,
    client_id: str | None = None,
    principal: str = "user",
    version: str | None = None,
    username: str | None = None,
    attributes: Mapping[str, str] | None = None,
    groups: Sequence[str] = (),
    iam_roles: Sequence[str] = (),
    scopes: Sequence[str] = (),
    identity_providers: Sequence[str] = (),
    metadata: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
    lookups: Mapping[str, Any] | None = None,
    now: str | int = "2026-01-01T00:00:00Z",
) -> Outcome:
    """Decide a sign-in by the rules of a policy folder; no AWS, no network, nothing is encrypted.

    Args:
        policies: the policy folder; it is loaded once and again when a file of it changes.
        client: the app client's name in pool.yaml; or give `client_id`.
        client_id: any app client id.
        principal: `user` or `machine`.
        version: the event version; default: the last that pool.yaml declares.
        username: the user name; default: the user's `sub`.
        attributes: the user's attributes, text as Cognito sends it.
        groups: the user's groups.
        iam_roles: the IAM roles of the user's groups.
        scopes: the scopes that were asked for.
        identity_providers: the identity providers linked to the user.
        metadata: the client metadata, text.
        variables: values of variables; default: the first allowed value, or the variable's own name.
        lookups: for each lookup `"none"` (the default), `"failed"` or the fields of its row.
        now: the instant of the sign-in: ISO 8601 with a zone, or seconds since 1970.

    Raises:
        GivenError: something is given that can't be.
        PolicyErrors: the folder holds no sound policy.
    """
    runner = _runner(Path(policies))
    return runner.decide(
        _given(
            {
                "client": client,
                "client_id": client_id,
                "principal": principal,
                "version": version,
                "username": username,
                "attributes": _plain(attributes),
                "groups": _plain(groups),
                "iam_roles": _plain(iam_roles),
                "scopes": _plain(scopes),
                "identity_providers": _plain(identity_providers),
                "metadata": _plain(metadata),
                "variables": _plain(variables),
                "lookups": _plain(lookups),
                "now": now,
            },
            runner.plan,
        )
    )


def _plain(data: Any) -> Any:
    """Leave empty collections out, and make rows into plain JSON."""
    if data is None or isinstance(data, str):
        return data
    return (dict(data) if hasattr(data, "keys") else list(data)) or None


def _given(data: dict[str, Any], plan: dict[str, Any]) -> Given:
    data = {name: value for name, value in data.items() if value is not None}
    try:
        with recording() as recorder:
            given = Given.model_validate(data)
    except ValidationError as error:
        problems = translate(error, data, Given, recorder)
    else:
        problems = list(check_given(given, plan))
    if problems:
        raise GivenError("\n".join(map(_text, problems)))
    return given


def _text(problem: Problem) -> str:
    place = ".".join(typed(str(step)) for step in problem.at)
    return f"{place}: {problem.name}: {problem.message}" if place else f"{problem.name}: {problem.message}"


class _Cached(NamedTuple):
    files: tuple[tuple[str, int, int], ...]
    runner: Runner


_cache: dict[Path, _Cached] = {}


def _runner(folder: Path) -> Runner:
    key, files = folder.resolve(), tuple(_files(folder))
    cached = _cache.get(key)
    if cached is None or cached.files != files:
        cached = _cache[key] = _Cached(files, Runner(load_policy(folder).plan()))
    return cached.runner


def _files(folder: Path) -> Iterator[tuple[str, int, int]]:
    """Give the name, the time of the last change and the size of each file of the policy."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            path = Path(root, name)
            status = path.stat()
            yield str(path.relative_to(folder)), status.st_mtime_ns, status.st_size
