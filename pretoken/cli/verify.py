"""`pretoken verify`: what a resource server makes of a token."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pretoken.cli.inputs import CannotRun, read_file, read_instant
from pretoken.cli.options import of_reports

if TYPE_CHECKING:
    from pretoken.verifier import Recipient


@click.command()
@click.argument("token")
@click.option(
    "--jwks",
    "jwks_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The user pool's jwks.json; else it is fetched from Cognito.",
)
@click.option("--user-pool-id", metavar="ID", help="The user pool; with --jwks, else the one that the token names.")
@click.option("--client-id", "client_ids", multiple=True, metavar="ID", help="An app client to accept; else any.")
@click.option(
    "--audience",
    "audiences",
    multiple=True,
    metavar="URL",
    help="What the token must be bound to; else its own client or nothing.",
)
@click.option("--scope", "scopes", multiple=True, metavar="SCOPE", help="A scope that the token must have.")
@click.option("--group", "groups", multiple=True, metavar="GROUP", help="A group that the user must be in.")
@click.option("--recipient", "name", metavar="NAME", help="Open what is encrypted for this API, with your credentials.")
@click.option("--key", metavar="ARN", help="The KMS key of --recipient.")
@click.option(
    "--schema",
    "schema_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What `pretoken schema tokens` printed; the token must keep to it.",
)
@click.option("--now", metavar="TIME", help="The instant to verify at, such as 2026-01-01T00:00:00Z; else now.")
@of_reports
def verify(
    token: str,
    jwks_file: Path | None,
    user_pool_id: str | None,
    client_ids: tuple[str, ...],
    audiences: tuple[str, ...],
    scopes: tuple[str, ...],
    groups: tuple[str, ...],
    name: str | None,
    key: str | None,
    schema_file: Path | None,
    now: str | None,
    format_: str,
) -> None:
    """Verify an access token as an API does, and show what the API learns.

    TOKEN is the token, or `-` to read it from standard input, which keeps it out of the shell's history. What is shown
    is what the token holds, personal data too.
    The exit code is 1 if the token is refused.
    """
    from pretoken.cli.formats.verify import accepted_json, accepted_text, refused_json, refused_text
    from pretoken.verifier import AccessTokenVerifier, KeysUnavailableError, Refused

    text = sys.stdin.read().strip() if token == "-" else token
    instant = None if now is None else read_instant(now)
    jwks = None if jwks_file is None else _json(jwks_file, "--jwks")
    try:
        verifier = AccessTokenVerifier(
            user_pool_id=user_pool_id or _named_pool(text, jwks),
            client_ids=client_ids or None,
            audiences=audiences or (),
            recipient=_recipient(name, key),
            schema=None if schema_file is None else _json(schema_file, "--schema"),
            jwks=jwks,
            clock=time.time if instant is None else lambda: instant,
        )
        principal = verifier.verify(text, scopes=scopes, groups=groups)
        problem = None if name is None else principal.encrypted.problem
    except Refused as refusal:
        click.echo(json.dumps(refused_json(refusal), indent=2) if format_ == "json" else refused_text(refusal))
        click.get_current_context().exit(1)
    except (KeysUnavailableError, ValueError) as error:
        raise CannotRun(str(error)) from None
    unchecked = [
        option for option, given in (("--user-pool-id", user_pool_id), ("--client-id", client_ids)) if not given
    ]
    if format_ == "json":
        click.echo(json.dumps(accepted_json(principal, name, problem, unchecked), indent=2))
    else:
        click.echo(accepted_text(principal, name, problem, unchecked))


def _json(path: Path, option: str) -> dict[str, Any]:
    from pretoken.sealing.strict_json import parse

    content = read_file(path, option)
    try:
        document = parse(content)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise CannotRun(f"{path}: this is no JSON object; check it with `python -m json.tool`")
    return document


def _named_pool(text: str, jwks: dict[str, Any] | None) -> str:
    """Give the user pool that a token names; whether that is true, its keys tell."""
    from pretoken.verifier.unverified_token import UnverifiedToken
    from pretoken.verifier.user_pool import user_pool

    if jwks is None:
        raise CannotRun("the user pool isn't given; name it: `--user-pool-id ID`")
    issuer = UnverifiedToken(text).claims.get("iss")
    try:
        return user_pool(str(issuer).rpartition("/")[2]).id
    except ValueError:
        # What the token says isn't verified, so it isn't shown.
        raise CannotRun("the token names no user pool; name it: `--user-pool-id ID`") from None


def _recipient(name: str | None, key: str | None) -> Recipient | None:
    from pretoken.verifier import Recipient

    if (name is None) != (key is None):
        raise CannotRun("--recipient and --key go together; write `--recipient NAME --key ARN`")
    if name is None or key is None:
        return None
    return Recipient(name, key=key)
