"""The errors of this package; their texts name places, never values of an event."""

from __future__ import annotations

EVENT_PROBLEMS = {
    "event-not-an-object": "the event isn't an object; pass the whole event that Cognito sends",
    "event-pool": "`userPoolId` isn't text; give the id of the user pool, for example `eu-west-1_Ab12Cd34`",
    "event-client": "`callerContext.clientId` isn't text; give the id of the app client",
    "event-request": "`request` isn't an object; write at least `{}`",
    "event-attributes": "`request.userAttributes` isn't an object with a text `sub`; for a machine write `{}`",
    "event-metadata": "`request.clientMetadata` isn't an object; write `{}` or leave it out",
    "event-groups": "`request.groupConfiguration` isn't an object with lists of text and one preferred role; "
    "write `null` or leave it out",
    "event-scopes": "`request.scopes` isn't a list of text; write `[]` or leave it out",
    "event-version": "the event has another version than the policy declares, so Cognito would ignore the answer; "
    "declare the pool's `LambdaVersion` as `trigger` in pool.yaml",
}


class EventError(Exception):
    """An event that isn't what Cognito sends; `code` is a key of EVENT_PROBLEMS."""

    def __init__(self, code: str) -> None:
        super().__init__(f"{code}: {EVENT_PROBLEMS[code]}")
        self.code = code


class ContractError(Exception):
    """An answer that Cognito would refuse or ignore: `code` names the broken rule, `place` the part of the answer."""

    def __init__(self, code: str, place: str, problem: str) -> None:
        super().__init__(f"{place}: {code}: {problem}")
        self.code = code
        self.place = place
