"""The trigger's answer: the whole event, with `response` filled in the shape of the event's version.

Source: Amazon Cognito Developer Guide, "Pre token generation Lambda trigger".
"""

from __future__ import annotations

from pretoken.cognito.contract import (
    MAX_CHANGES,
    claim_problem,
    group_problem,
    scope_problem,
    suppression_problem,
    value_problem,
)
from pretoken.cognito.errors import ContractError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pretoken.cognito.events import Event

# Names that have passed the contract. They are constants of the policy, hence few.
_WRITABLE: dict[str, set[str]] = {"access_token": set(), "id_token": set()}
_SUPPRESSIBLE: dict[str, set[str]] = {"access_token": set(), "id_token": set()}

# Types of which every value is allowed, but for `aud`.
_PLAIN_V1 = (str,)
_PLAIN = (str, bool, int)


class GroupOverride:
    """Replace the groups, IAM roles and preferred role; an empty list means that there are none."""

    __slots__ = ("groups", "iam_roles", "preferred_role")

    def __init__(self, groups: list[str], iam_roles: list[str], preferred_role: str | None = None) -> None:
        self.groups = groups
        self.iam_roles = iam_roles
        self.preferred_role = preferred_role


class Changes:
    """Collect what to change in the tokens that Cognito would issue; `groups` None leaves the groups alone."""

    __slots__ = (
        "access_claims",
        "access_suppress",
        "groups",
        "id_claims",
        "id_suppress",
        "scopes_to_add",
        "scopes_to_suppress",
    )

    def __init__(
        self,
        id_claims: dict[str, Any] | None = None,
        id_suppress: list[str] | None = None,
        access_claims: dict[str, Any] | None = None,
        access_suppress: list[str] | None = None,
        scopes_to_add: list[str] | None = None,
        scopes_to_suppress: list[str] | None = None,
        groups: GroupOverride | None = None,
    ) -> None:
        self.id_claims = {} if id_claims is None else id_claims
        self.id_suppress = [] if id_suppress is None else id_suppress
        self.access_claims = {} if access_claims is None else access_claims
        self.access_suppress = [] if access_suppress is None else access_suppress
        self.scopes_to_add = [] if scopes_to_add is None else scopes_to_add
        self.scopes_to_suppress = [] if scopes_to_suppress is None else scopes_to_suppress
        self.groups = groups


def respond(event: Event, changes: Changes) -> dict[str, Any]:
    """Answer the event with these changes; without any, with the event as it came, which means Cognito's defaults.

    The answer shares its parts with the event and the changes, and changes neither. Members without content are left
    out: Cognito takes an empty `groupOverrideDetails` for the wish to remove all groups. Raises ContractError if
    Cognito would refuse or ignore a part of it.
    """
    check(event, changes)
    id_token = _section(changes.id_claims, changes.id_suppress)
    if event.version == "V1_0":
        member = "claimsOverrideDetails"
        details = id_token
    else:
        member = "claimsAndScopeOverrideDetails"
        access_token = _section(changes.access_claims, changes.access_suppress)
        if changes.scopes_to_add:
            access_token["scopesToAdd"] = changes.scopes_to_add
        if changes.scopes_to_suppress:
            access_token["scopesToSuppress"] = changes.scopes_to_suppress
        details = {}
        if id_token:
            details["idTokenGeneration"] = id_token
        if access_token:
            details["accessTokenGeneration"] = access_token
    override = changes.groups
    if override is not None:
        groups: dict[str, Any] = {"groupsToOverride": override.groups, "iamRolesToOverride": override.iam_roles}
        if override.preferred_role is not None:
            groups["preferredRole"] = override.preferred_role
        details["groupOverrideDetails"] = groups
    response = event.raw.get("response")
    if type(response) is not dict:
        response = {}
    elif not details and not response.get(member):
        return event.raw
    # What an event brings as an answer, such as one that was saved, isn't ours and has passed no check.
    return {**event.raw, "response": {**response, member: details or None}}


def _section(claims: dict[str, Any], suppress: list[str]) -> dict[str, Any]:
    section: dict[str, Any] = {}
    if claims:
        section["claimsToAddOrOverride"] = claims
    if suppress:
        section["claimsToSuppress"] = suppress
    return section


def check(event: Event, changes: Changes) -> None:
    """Hold the changes against Cognito's contract once more before they leave; raises ContractError."""
    id_claims, access_claims = changes.id_claims, changes.access_claims
    add, suppress = changes.scopes_to_add, changes.scopes_to_suppress
    if event.version == "V1_0" and (access_claims or changes.access_suppress or add or suppress):
        raise ContractError("not-in-this-event-version", "access_token", "a V1_0 event changes the ID token and groups")
    if event.is_machine and (id_claims or changes.id_suppress or changes.groups is not None):
        raise ContractError("not-in-a-machine-token", "id_token", "a machine has an access token without groups")
    if id_claims or changes.id_suppress:
        _check_claims(event, "id_token", id_claims, changes.id_suppress)
    if access_claims or changes.access_suppress:
        _check_claims(event, "access_token", access_claims, changes.access_suppress)
    for scope in add:
        _refuse("scope", "access_token.scopes.add", scope_problem(scope))
    _check_twice(add, "access_token.scopes.add")
    _check_twice(suppress, "access_token.scopes.remove")
    if suppress and not set(add).isdisjoint(suppress):
        _refuse("added-and-suppressed", "access_token.scopes", "a scope is both added and suppressed")
    if changes.groups is not None:
        _check_groups(event, changes.groups)
    existing = len(event.attributes) + len(event.scopes or ())
    if existing + len(id_claims) + len(access_claims) + len(add) > MAX_CHANGES:
        _refuse("too-many-changes", "response", f"more than {MAX_CHANGES} claims and scopes in one transaction")


def _refuse(code: str, place: str, problem: str | None) -> None:
    if problem is not None:
        raise ContractError(code, place, problem)


def _check_claims(event: Event, token: str, claims: dict[str, Any], suppress: list[str]) -> None:
    version, client_id = event.version, event.client_id
    writable, suppressible = _WRITABLE[token], _SUPPRESSIBLE[token]
    plain = _PLAIN_V1 if version == "V1_0" else _PLAIN
    for name, value in claims.items():
        if name not in writable:
            _refuse("reserved-claim", f"{token}.claims.{name}", claim_problem(name, token))
            writable.add(name)
        if type(value) in plain and name != "aud":
            continue
        problem = value_problem(name, value, token, version, client_id)
        if problem is not None:
            raise ContractError("claim-value", f"{token}.claims.{name}", problem)
    for name in suppress:
        if name not in suppressible:
            _refuse("reserved-claim", f"{token}.suppress", suppression_problem(name, token))
            suppressible.add(name)
        if name in claims:
            _refuse("written-and-suppressed", f"{token}.claims.{name}", "the claim is both written and suppressed")
    _check_twice(suppress, f"{token}.suppress")


def _check_groups(event: Event, override: GroupOverride) -> None:
    for group in override.groups:
        if group not in event.groups:  # Cognito's own groups need no proof
            _refuse("group", "groups", group_problem(group))
    _check_twice(override.groups, "groups")
    for role in override.iam_roles:
        if role not in event.iam_roles:  # nor do its roles
            _refuse("iam-role", "iam_roles", _role_problem(role))
    _check_twice(override.iam_roles, "iam_roles")
    if override.preferred_role is not None:
        _refuse("iam-role", "iam_roles.preferred", _role_problem(override.preferred_role))


def _role_problem(role: object) -> str | None:
    return None if type(role) is str and role else "a role is text that isn't empty"


def _check_twice(items: list[str], place: str) -> None:
    if len(items) > 1 and len(set(items)) < len(items):
        raise ContractError("duplicate", place, "an item is there twice")
