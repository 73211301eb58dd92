"""The event that Cognito sends to the trigger, read leniently.

Source: Amazon Cognito Developer Guide, "Pre token generation Lambda trigger" for the shapes, "Customizing user pool
workflows with Lambda triggers" for the promise that members may be added.
"""

from __future__ import annotations

import json

from pretoken.cognito.errors import EventError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


class Event:
    """Hold what the trigger may look at; lists and objects are the event's own, so nobody may change them.

    `version` is V1_0, V2_0 or V3_0. `username` is None for a machine. `attributes` and `metadata` are as they came,
    values normally text. `groups`, `iam_roles` and `scopes` have no item twice. `scopes` is None if the event doesn't
    tell them, which is so for V1_0.
    """

    __slots__ = (
        "attributes",
        "client_id",
        "groups",
        "iam_roles",
        "is_machine",
        "metadata",
        "pool_id",
        "preferred_role",
        "raw",
        "scopes",
        "username",
        "version",
    )

    def __init__(
        self,
        raw: dict[str, Any],
        version: str,
        client_id: str,
        pool_id: str,
        username: str | None,
        attributes: dict[str, object],
        metadata: dict[str, object],
        groups: list[str],
        iam_roles: list[str],
        preferred_role: str | None,
        scopes: list[str] | None,
        is_machine: bool,
    ) -> None:
        self.raw = raw
        self.version = version
        self.client_id = client_id
        self.pool_id = pool_id
        self.username = username
        self.attributes = attributes
        self.metadata = metadata
        self.groups = groups
        self.iam_roles = iam_roles
        self.preferred_role = preferred_role
        self.scopes = scopes
        self.is_machine = is_machine


def read_event(raw: object, versions: Sequence[str]) -> Event:
    """Read an event for a policy that declares these trigger versions (one, or two neighbours).

    Unknown members and trigger sources are welcome; groups, metadata and scopes may be null or absent. Raises
    EventError if the event has another shape, or another version than declared: Cognito ignores an answer in the shape
    of another version.
    """
    if type(raw) is not dict:
        raise EventError("event-not-an-object")
    pool_id = raw.get("userPoolId")
    if type(pool_id) is not str or not pool_id:
        raise EventError("event-pool")
    caller = raw.get("callerContext")
    client_id = caller.get("clientId") if type(caller) is dict else None
    if type(client_id) is not str or not client_id:
        raise EventError("event-client")
    request = raw.get("request")
    if type(request) is not dict:
        raise EventError("event-request")
    attributes = request.get("userAttributes")
    if attributes is None:
        attributes = {}
    elif type(attributes) is not dict:
        raise EventError("event-attributes")
    metadata = request.get("clientMetadata")
    if metadata is None:
        metadata = {}
    elif type(metadata) is not dict:
        raise EventError("event-metadata")
    groups, iam_roles, preferred_role = _read_groups(request.get("groupConfiguration"))

    # Recorded V2_0 events say version "1", so the shape is evidence too.
    response = raw.get("response")
    scopes = request.get("scopes")
    if (
        scopes is not None
        or raw.get("version") in ("2", "3")
        or (type(response) is dict and "claimsAndScopeOverrideDetails" in response)
    ):
        version = "V3_0" if "V3_0" in versions else "V2_0"
        scopes = _texts(scopes, "event-scopes")
    else:
        version = "V1_0"
    if version not in versions:
        raise EventError("event-version")

    # A user may be named "ClientCredentials", so the name decides nothing.
    sub = attributes.get("sub")
    is_machine = not sub or raw.get("triggerSource") == "TokenGeneration_ClientCredentials"
    if sub and type(sub) is not str:
        raise EventError("event-attributes")
    username = raw.get("userName")
    if is_machine or type(username) is not str or not username:
        username = None
    return Event(
        raw,
        version,
        client_id,
        pool_id,
        username,
        attributes,
        metadata,
        groups,
        iam_roles,
        preferred_role,
        scopes,
        is_machine,
    )


def _read_groups(configuration: object) -> tuple[list[str], list[str], str | None]:
    if configuration is None:
        return [], [], None
    if type(configuration) is not dict:
        raise EventError("event-groups")
    preferred_role = configuration.get("preferredRole")
    if type(preferred_role) is list:  # the guide's own sample event writes it so
        if len(preferred_role) > 1:
            raise EventError("event-groups")
        preferred_role = preferred_role[0] if preferred_role else None
    if preferred_role is not None and type(preferred_role) is not str:
        raise EventError("event-groups")
    return (
        _texts(configuration.get("groupsToOverride"), "event-groups"),
        _texts(configuration.get("iamRolesToOverride"), "event-groups"),
        preferred_role or None,
    )


def _texts(items: object, code: str) -> list[str]:
    if items is None:
        return []
    if type(items) is not list:
        raise EventError(code)
    for item in items:
        if type(item) is not str:
            raise EventError(code)
    # Two groups may share a role.
    return items if len(set(items)) == len(items) else list(dict.fromkeys(items))


def read_identities(attributes: dict[str, object]) -> list[dict[str, object]] | None:
    """Read the `identities` attribute, a JSON text: one object per linked provider, [] without it, None if unreadable.

    Members are as they came; each has a text `providerName`.
    """
    text = attributes.get("identities")
    if text is None or text == "":
        return []
    try:
        identities = json.loads(text) if type(text) is str else text
    except (ValueError, RecursionError):
        return None
    if type(identities) is not list:
        return None
    for identity in identities:
        if type(identity) is not dict or type(identity.get("providerName")) is not str:
            return None
    return identities
