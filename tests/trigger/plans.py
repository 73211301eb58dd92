"""What the tests of the trigger share: small plans, events, and lookups that answer from a table.

The policy of these tests declares one attribute of every type (`custom:number` and so on), one lookup `row` with a
field of every type, and one lookup `down` that fails by default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pretoken.cognito.events import Event, read_event
from pretoken.trigger.context import Context
from pretoken.trigger.link import Linker
from pretoken.trigger.outcomes import ABSENT, FAILED
from pretoken.trigger.plan import Program, link

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pretoken.trigger.decision import Decision, ListDecision, TokenDecision
    from pretoken.trigger.link import Observe

    Rules = Mapping[str, Any]

NOW = 1767225600  # 2026-01-01T00:00:00Z
SUB = "5f0c1e2a-7b64-4d39-9c1e-0a1b2c3d4e5f"
POOL_ID = "eu-west-1_Ab12Cd34"
WEB = "7q3webexample1client0id"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
TYPES = ("string", "number", "boolean", "date", "time", "strings", "object")
FIELDS = {type_: {} if type_ == "string" else {"type": type_} for type_ in TYPES}


def lookup(key: str = "USER#{attribute.sub}", **parts: object) -> dict[str, Any]:
    """Declare a lookup with a field of every type."""
    return {"dynamodb": {"table": "t", "key": {"pk": key}}, "data": "none", "fields": FIELDS, **parts}


def pool(**parts: object) -> dict[str, Any]:
    """Make pool.yaml as it stands in a plan."""
    return {
        "language": 1,
        "trigger": ["V3_0"],
        "other_clients": "apply_rules",
        "clients": {"web": [WEB]},
        "attributes": {f"custom:{type_}": shape for type_, shape in FIELDS.items()},
        "metadata": FIELDS,
        "lookups": {"row": lookup(), "down": lookup("{client.id}")},
        **parts,
    }


def make_event(
    version: str = "V3_0",
    *,
    machine: bool = False,
    client: str = WEB,
    attributes: Mapping[str, object] | None = None,
    metadata: Mapping[str, object] | None = None,
    groups: Sequence[str] = (),
    iam_roles: Sequence[str] = (),
    preferred_role: str | None = None,
    scopes: Sequence[str] = (),
    **parts: object,
) -> dict[str, Any]:
    """Make an event as Cognito sends it."""
    given = dict(attributes or {}) if machine else {"sub": SUB, **(attributes or {})}
    configuration = {
        "groupsToOverride": [*groups],
        "iamRolesToOverride": [*iam_roles],
        "preferredRole": preferred_role,
    }
    request: dict[str, Any] = {
        "userAttributes": given,
        "groupConfiguration": None if machine else configuration,
        "clientMetadata": dict(metadata or {}),
    }
    if version != "V1_0":
        request["scopes"] = [*scopes]
    member = "claimsOverrideDetails" if version == "V1_0" else "claimsAndScopeOverrideDetails"
    return {
        "version": version[1],
        "triggerSource": "TokenGeneration_ClientCredentials" if machine else "TokenGeneration_HostedAuth",
        "region": "eu-west-1",
        "userPoolId": POOL_ID,
        "userName": "ClientCredentials" if machine else "anna",
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client},
        "request": request,
        "response": {member: None},
        **parts,
    }


def given(version: str = "V3_0", **parts: Any) -> Event:
    """Make an event, read."""
    return read_event(make_event(version, **parts), [version])


class Lookups:
    """Answer lookups from a table, and remember what was asked; what isn't in it has no row, but `down` fails."""

    def __init__(self, rows: Mapping[str, object] | None = None) -> None:
        self.rows: dict[str, Any] = {"down": FAILED, **(rows or {})}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def __call__(self, name: str, key: dict[str, str]) -> Any:
        self.asked.append((name, key))
        return self.rows.get(name)


def make_plan(rules: Rules | None = None, **parts: object) -> dict[str, Any]:
    """Make a plan; `pool` among the parts is the whole of pool.yaml."""
    return {"pool": pool(), "rules": rules or {}, **parts}


def program(
    rules: Rules | None = None,
    *,
    variables: Mapping[str, str] | None = None,
    secrets: Mapping[str, bytes] | None = None,
    observe: Observe | None = None,
    **parts: object,
) -> Program:
    """Link a plan of these rules."""
    return link(make_plan(rules, **parts), variables or {}, secrets, observe)


def decide(
    rules: Rules,
    event: Event | None = None,
    *,
    lookups: Mapping[str, object] | Lookups | None = None,
    now: int = NOW,
    **parts: Any,
) -> Decision:
    """Decide an event by these rules; without one, a user's who has nothing but an id."""
    answers = lookups if isinstance(lookups, Lookups) else Lookups(lookups)
    event = event or given()
    parts.setdefault("pool", pool(trigger=[event.version]))
    return program(rules, **parts).decide(event, answers, now=now)


def linker(
    *, variables: Mapping[str, str] | None = None, secrets: Mapping[str, bytes] | None = None, **parts: Any
) -> Linker:
    """Make a linker for a plan without rules."""
    return Linker({"derived": {}, "tables": {}, **make_plan(**parts)}, variables or {}, secrets)


def context(
    event: Event | None = None, *, lookups: Mapping[str, object] | Lookups | None = None, now: int = NOW
) -> Context:
    """Make the context of a decision."""
    event = event or given()
    answers = lookups if isinstance(lookups, Lookups) else Lookups(lookups)
    return Context(event, "web" if event.client_id == WEB else ABSENT, answers, now)


def evaluate(value: object, event: Event | None = None, **parts: Any) -> Any:
    """Evaluate a value; `lookups` and `now` are the context's, all other parts the linker's."""
    surroundings = {name: parts.pop(name) for name in ("lookups", "now") if name in parts}
    return linker(**parts).value(value, ())(context(event, **surroundings))


def outcome(condition: dict[str, Any], event: Event | None = None, **parts: Any) -> bool | None:
    """Evaluate a condition."""
    surroundings = {name: parts.pop(name) for name in ("lookups", "now") if name in parts}
    return linker(**parts).condition(condition, ())(context(event, **surroundings))


def judge(test: object, subject: object, event: Event | None = None, **parts: Any) -> bool | None:
    """Judge a subject by a test."""
    surroundings = {name: parts.pop(name) for name in ("lookups", "now") if name in parts}
    return linker(**parts).test(test)(subject, context(event, **surroundings))


def claims(token: TokenDecision) -> dict[str, Any]:
    """Give the claims of a token without their sources."""
    return {name: value for name, (value, _) in token.claims.items()}


def suppressed(token: TokenDecision) -> list[str]:
    """Give the claims that are suppressed, sorted."""
    return sorted(token.suppressed)


def members(token: TokenDecision, recipient: str) -> dict[str, Any]:
    """Give the members encrypted for a recipient without their sources."""
    return {name: value for name, (value, _) in token.encrypted[recipient].items()}


def items(edited: ListDecision | None) -> list[str]:
    """Give the items of a list that some rule edits."""
    assert edited is not None
    return edited.items


def claim(value: object, **rule: object) -> dict[str, Any]:
    """Make a rule that writes the access token's claim `c`."""
    return {"access_token": {"claims": {"c": value}}, **rule}
