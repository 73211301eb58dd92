"""The report of `pretoken verify`.

Its JSON form is stable; members that don't apply are left out:

    {"accepted": true, "user_pool_id": ID, "client_id": ID, "sub": TEXT, "username": TEXT, "is_machine": false,
     "scopes": [TEXT], "groups": [TEXT], "issued_at": SECONDS, "expires_at": SECONDS, "auth_time": SECONDS,
     "claims": {NAME: JSON}, all that the token holds,
     "encrypted": {"recipient": NAME, "members": {NAME: JSON}, or "problem": CODE
                   and of KMS also "cause": CAUSE},
     "not_checked": [OPTION]}
    {"accepted": false, "refusal": {"code": CODE, "status": 401, "text": TEXT, "www_authenticate": TEXT,
                                    "claim": NAME, the one that breaks the schema}}
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pretoken.cli.formats.terminal import printable
from pretoken.sealing.claim import PREFIX
from pretoken.sealing.errors import CAUSES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pretoken.sealing import OpeningError
    from pretoken.verifier import Principal, Refused

# What the first lines show, or nobody asks for.
_TOLD = {"sub", "client_id", "iss", "token_use", "scope", "cognito:groups", "username", "iat", "exp", "auth_time"}
_IDS = {"jti", "origin_jti", "event_id", "version"}


def refused_json(refusal: Refused) -> dict[str, Any]:
    """Give the JSON form of a refusal."""
    told = {
        "code": refusal.code,
        "status": refusal.status,
        "text": str(refusal),
        "www_authenticate": refusal.www_authenticate,
    }
    claim = _claim(refusal)
    return {"accepted": False, "refusal": told if claim is None else {**told, "claim": claim}}


def refused_text(refusal: Refused) -> str:
    """Say why a token is refused, and what an API answers."""
    return "\n".join(
        [
            f"refused[{refusal.code}]: {refusal}",
            *([] if (claim := _claim(refusal)) is None else [f"    the claim is {printable(claim)}"]),
            f"    an API answers {refusal.status}, with `WWW-Authenticate: {refusal.www_authenticate}`",
        ]
    )


def _claim(refusal: Refused) -> str | None:
    claim: str | None = getattr(refusal, "claim", None)
    return claim


def _problem(problem: OpeningError) -> dict[str, str]:
    cause = getattr(problem, "cause", None)
    return {"problem": problem.code} if cause is None else {"problem": problem.code, "cause": cause}


def _why(problem: OpeningError) -> str:
    cause = getattr(problem, "cause", None)
    return str(problem) if cause is None else f"{problem}: {CAUSES[cause]}"


def accepted_json(
    principal: Principal, recipient: str | None, problem: OpeningError | None, not_checked: Sequence[str]
) -> dict[str, Any]:
    """Give the JSON form of a principal; without a recipient nothing was to be opened."""
    told = {
        "accepted": True,
        "user_pool_id": principal.user_pool_id,
        "client_id": principal.client_id,
        "sub": principal.sub,
        "username": principal.username,
        "is_machine": principal.is_machine,
        "scopes": sorted(principal.scopes),
        "groups": sorted(principal.groups),
        "issued_at": principal.issued_at,
        "expires_at": principal.expires_at,
        "auth_time": principal.auth_time,
        "claims": dict(principal.claims),
        "not_checked": [*not_checked],
    }
    if recipient is not None:
        opened = _problem(problem) if problem else {"members": dict(principal.encrypted)}
        told["encrypted"] = {"recipient": recipient, **opened}
    return {name: value for name, value in told.items() if value is not None}


def accepted_text(
    principal: Principal, recipient: str | None, problem: OpeningError | None, not_checked: Sequence[str]
) -> str:
    """Show what an API learns from a token."""
    rows = [
        ("user pool", principal.user_pool_id),
        ("client", principal.client_id),
        ("sub", principal.sub),
        ("username", principal.username),
        ("scopes", " ".join(sorted(principal.scopes)) or "none"),
        ("groups", ", ".join(sorted(principal.groups)) or "none"),
        ("issued", _instant(principal.issued_at)),
        ("expires", _instant(principal.expires_at)),
        ("signed in", _instant(principal.auth_time)),
    ]
    lines = [f"accepted: the access token of a {'machine' if principal.is_machine else 'user'}", ""]
    lines += _table((name, value) for name, value in rows if value is not None)
    own = {name: value for name, value in principal.claims.items() if name not in _TOLD | _IDS}
    if own:
        lines += ["", "    claims", *_table(_claims(own, principal.claims, recipient), "        ")]
    if recipient is not None:
        lines += ["", f"    encrypted for {recipient}"]
        lines += [f"        {_why(problem)}"] if problem else _table(_values(principal.encrypted), "        ")
    if not_checked:
        lines += ["", f"not checked, as not given: {', '.join(not_checked)}"]
    return "\n".join(lines)


def _claims(own: Mapping[str, Any], claims: Mapping[str, Any], recipient: str | None) -> Iterator[tuple[str, str]]:
    for name, value in _values(own):
        if name.startswith(PREFIX) and isinstance(claims[name], str):
            cure = "" if recipient else "; open it with --recipient and --key"
            yield name, f"encrypted, {len(claims[name]):,} characters{cure}"
        else:
            yield name, value


def _values(members: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in sorted(members):
        yield name, json.dumps(members[name], ensure_ascii=False)


def _table(rows: Iterable[tuple[str, str]], indent: str = "    ") -> list[str]:
    every = [(printable(name), value) for name, value in rows]
    width = max((len(name) for name, _ in every), default=0)
    return [f"{indent}{name:<{width}}  {printable(value)}" for name, value in every]


def _instant(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
